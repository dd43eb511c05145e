"""Whether there is a team, and whether the base folder says that another PC is its brain.

Nothing can start before a discovery, so nothing starts before this was looked at. Who has one PC pays one
look for a file that is not there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from tray_agent.core.messages import BrainNamed, Discovered, Message
from tray_agent.core.model import Problem, Where

if TYPE_CHECKING:
    from tray_agent.adapters.team.brain_file import BrainFile
    from tray_agent.engine.loop import Engine

_CONFIGURED = ("team", "team.json")


class TeamSide(Protocol):
    """What an agent is in its team: the brain, or a PC."""

    def engine(self) -> Engine:
        """A new engine for it; the one before was fenced off."""
        ...

    def engine_started(self) -> None:
        """The engine that was made last turns now and can be told something."""
        ...

    def close_processes(self) -> None:
        """Give up what is held; running scripts go on."""
        ...

    def close(self) -> None:
        """End what it has running beside the engine."""
        ...


def is_configured(data_dir: Path) -> bool:
    """Whether this PC belongs to a team: all that who has one PC pays."""
    return data_dir.joinpath(*_CONFIGURED).is_file()


_log = logging.getLogger(__name__)
_NAME = ".tray-agent-brain.json"
JOIN = (
    "Para entrar na equipe: lá, tray-agent team invite; aqui, tray-agent join CÓDIGO. "
    "Se essa equipe não existe mais, ou a pasta é uma cópia: tray-agent team alone."
)
_GONE = (
    "Se aquele PC não existe mais: tray-agent team alone. Senão, apague a pasta de dados deste, ou use outra."
)


class BaseFolder:
    """One per agent. ``own`` is what this PC puts on record: None where it is no brain."""

    def __init__(self, post: Callable[[Message], None], notice: Callable[..., None]) -> None:
        self._post = post
        self._notice = notice
        self.own: Callable[[], BrainFile | None] = lambda: None
        self._is_halted = False
        self.other = ""
        """The brain that the folder names where it is not this PC."""
        self.is_copy = False
        """Whether that brain is of this PC's own data folder, which somebody copied here."""

    def post(self, message: Message) -> None:
        """Pass a discovery on, after what the folder says of the brain; on the discovery's thread."""
        if isinstance(message, Discovered) and message.discovery.base_available:
            try:
                self._look(Path(message.discovery.base_path))
            except OSError:
                _log.warning("who is the brain could not be looked at", exc_info=True)
        self._post(message)

    def halt(self, other: str) -> None:
        """Start nothing by itself from the first turn on: who else is the brain is not known."""
        self.other, self.is_copy, self._is_halted = other, False, True

    def release(self) -> None:
        """What was said of another brain holds no more; the next discovery looks anew."""
        self._is_halted = False
        self._name("", None)

    def _look(self, base: Path) -> None:
        own = self.own()
        if self._is_halted:
            return
        if own is None and not (base / _NAME).is_file():
            self._name("", None)
            return
        from tray_agent.adapters.team import brain_file

        found = brain_file.read(base)
        if own is None or (found is not None and own.yields_to(found)):
            is_copy = own is not None and found is not None and own.is_copy_of(found)
            self._name(found.brain if found else "", found, is_copy=is_copy)
            return
        self._name("", None)
        if found != own:
            brain_file.write(base, own)

    def _name(self, other: str, found: BrainFile | None, *, is_copy: bool = False) -> None:
        if (other, is_copy) == (self.other, self.is_copy):
            return
        self.other, self.is_copy = other, is_copy
        self._post(BrainNamed(other))
        if found is None:
            self._notice("brain-file")
            return
        since = f" desde {found.since[:16].replace('T', ' ')}" if found.since else ""
        user = f", de {found.user}" if found.user else ""
        copy = ", em outro PC (a pasta de dados deste é uma cópia)" if self.is_copy else ""
        what = f"O cérebro desta pasta é {found.brain}{user}{since}{copy}: este PC não inicia nada sozinho"
        self._notice("brain-file", Problem(Where.BASE_PATH, what, _GONE if self.is_copy else JOIN))
