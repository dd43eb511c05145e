"""The agent as a PC of a team whose brain is elsewhere: its radio, and the keeper in the engine's place."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.channel import Channel
from tray_agent.adapters.team.membership import Membership, MembershipFile
from tray_agent.adapters.team.radio import ChildRadio
from tray_agent.adapters.team.station import Station
from tray_agent.core.messages import BrainLinked, OrderHeard
from tray_agent.core.team.names import pc_key
from tray_agent.engine.loop import Engine
from tray_agent.start.keeper import keeper

if TYPE_CHECKING:
    from tray_agent.start.app import Agent

_SILENT_SIGNALS = 3
_LEAVE_SECONDS = 3.0
_LINK_SECONDS = 2.0  # a connection that is just being made


class PcSide:
    """Fulfils :class:`tray_agent.start.base_folder.TeamSide`."""

    def __init__(self, agent: Agent, file: MembershipFile, membership: Membership) -> None:
        self._agent = agent
        self.membership = membership
        self.station = Station(agent.post, agent.base_path)
        self._heard_at = -1e9
        self._spoke = threading.Event()
        self._silent_seconds = _SILENT_SIGNALS * agent.settings.signal_seconds
        self._up, self._why = False, ""
        self._down = threading.Event()
        self._is_started = False
        settings, folder = agent.settings, file.folder
        agent.gate.leave_to_brain()
        self._radio = ChildRadio(
            Channel(
                servers=(membership.address,),
                server_name=subjects.server_name(membership.team),
                authority=str(folder / "ca.pem"),
                certificate=str(folder / "me.pem"),
                key=str(folder / "me.key"),
                team=membership.team,
                pc=pc_key(membership.me),
                signal_seconds=settings.signal_seconds,
            ),
            agent.own_environment(),
            agent.places.data_dir / "radio.log",
            self._heard,
            self._link,
        )
        self.station.use(self._radio)

    def engine_started(self) -> None:
        """The keeper turns: begin to look for the brain, or tell it what is known of the way there."""
        if self._is_started:
            self._agent.post(BrainLinked(self._up, self._why))
        else:
            self._is_started = True
            self._radio.start()

    def engine(self) -> Engine:
        """A keeper."""
        agent = self._agent
        return keeper(
            self.membership,
            self.station,
            agent.settings,
            agent.places,
            agent.clock,
            agent.processes,
            agent.publish,
            agent.gate.refused,
            agent.next_version(),
        )

    def close_processes(self) -> None:
        """Give up what is held; running scripts go on."""
        self._agent.processes.close()

    def close(self) -> None:
        """End the radio; the brain sees it at once."""
        self._radio.close()

    def is_brain_heard(self) -> bool:
        """Whether the brain spoke within the last three signals."""
        return self._up and time.monotonic() - self._heard_at <= self._silent_seconds

    def answers_brain(self) -> bool:
        """Whether the brain speaks now; it is listened to for as long as a living one may be silent."""
        if self.is_brain_heard():
            return True
        self._spoke.clear()
        return self._spoke.wait(self._silent_seconds + _LINK_SECONDS)

    def say_goodbye(self) -> bool:
        """Tell the brain that this PC leaves; whether it has taken it out. Blocks for a moment."""
        if not self._up:
            return False
        self._down.clear()
        self._radio.send("", {"kind": "leave"})
        return self._down.wait(_LEAVE_SECONDS)

    def view(self) -> dict[str, Any]:
        """What the page's question ``team`` is answered with."""
        return {
            "invite": None,
            "link": {"up": self.is_brain_heard(), "why": self._why},
            "members": [],
        }

    def _heard(self, pc: str, message: Mapping[str, Any]) -> None:
        self._heard_at = time.monotonic()
        self._spoke.set()
        self._agent.post(OrderHeard(message))

    def _link(self, up: bool, why: str) -> None:
        if (up, why) == (self._up, self._why):
            return  # one more attempt failed
        self._up, self._why = up, why
        if not up:
            self._down.set()
        self._agent.post(BrainLinked(up, why))
