"""A team on one machine: brain and PCs as real agents, joined as people join, each behind a proxy."""

from __future__ import annotations

import re
import shutil
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.e2e.agent import Status, card_of, wait_until
from tests.e2e.clock import ZONE
from tests.e2e.workspace import write_workbook
from tests.team.machine import Machine
from tests.team.proxy import Proxy
from tests.team.truth import Truth, write_script
from tray_agent.adapters.journal.store import SqliteJournal

BRAIN = "PC-CHEFE"
STRANGER = "PC-ESTRANHO"
HEADINGS = ("script_name", "area_name", "cron_schedule", "active", "pc")
SECONDS = 40.0
_CODE = re.compile(r"(\S+):(\d+)/(\S+)")
# As fast as the settings allow: what takes seconds in an office takes tenths here.
QUICK: dict[str, object] = {"signal_seconds": 0.5, "discovery_seconds": 0.5, "stop_grace_seconds": 0.5}


@dataclass(frozen=True)
class Joined:
    """A team that was joined before, to begin another with: its folder and its ports."""

    folder: Path
    port: int
    proxies: dict[str, int]


class Team:
    """A brain and ``count`` PCs: PC-1, PC-2 … Nothing is started yet. All share one base folder.

    ``stranger`` is a PC of no team, with the same base folder. ``joined`` is a team of which this one takes
    over keys, names and ports, so that nobody has to join anew.
    """

    def __init__(
        self,
        folder: Path,
        count: int = 3,
        moment: str = "14:05:00",
        places: int = 5,
        joined: Joined | None = None,
        **settings: object,
    ) -> None:
        self.folder = folder
        self.joined = joined
        self._is_gathered = False
        self._rows: tuple[tuple[object, ...], ...] = ()
        self.base, self.gates = folder / "automações", folder / "gates"
        self.base.mkdir(parents=True)
        self.gates.mkdir()
        self.port = joined.port if joined else free_port()
        given = QUICK | {"team_port": self.port, "team_places": places} | settings
        self.brain = Machine(folder / BRAIN, BRAIN, self.base, **given)
        self.pcs = [
            Machine(folder / f"PC-{number}", f"PC-{number}", self.base, **given)
            for number in range(1, count + 1)
        ]
        self.machines = {each.name: each for each in [self.brain, *self.pcs]}
        self.stranger = Machine(folder / STRANGER, STRANGER, self.base, **given)
        ports = joined.proxies if joined else {}
        self.proxies = {each.name: Proxy(self.port, ports.get(each.name, 0)) for each in self.pcs}
        self.truth = Truth({each.name: each.record for each in [*self.machines.values(), self.stranger]})
        self.set_clocks(moment)

    # -- the world

    def set_clocks(self, moment: str) -> None:
        """Make it that time of today on every PC. Of today: certificates are dated."""
        for each in [*self.machines.values(), self.stranger]:
            each.program.clock.set(f"{datetime.now(ZONE):%Y-%m-%d} {moment}")

    def advance(self, **by: float) -> None:
        """Jump, on every PC."""
        for each in [*self.machines.values(), self.stranger]:
            each.program.clock.advance(**by)

    def job(
        self, name: str, schedule: object = "MANUAL", body: str = "", pc: str = "*", code: int = 0
    ) -> tuple[object, ...]:
        """A script and its row for :meth:`register`."""
        write_script(self.base, self.gates, name, body, code)
        return (name, "Geral", schedule, "sim", pc)

    def waiting_job(self, name: str, schedule: object = "MANUAL", pc: str = "*") -> tuple[object, ...]:
        """A job whose script runs until :meth:`open_gate` is called for its name."""
        return self.job(name, schedule, f"print('waiting')\nwait_for({name!r})", pc)

    def open_gate(self, name: str) -> None:
        """Let a waiting script go on, now and later."""
        (self.gates / name).touch()

    def register(self, *rows: tuple[object, ...]) -> None:
        """Write the registry: once the team is there, for a PC alone runs all that is due."""
        self._rows = rows
        if self.joined is not None or self._is_gathered:
            self.give_registry(self.brain, *rows)

    @staticmethod
    def give_registry(machine: Machine, *rows: tuple[object, ...]) -> None:
        """Write the registry of one PC: only a brain, or who takes itself for one, reads it."""
        write_workbook(machine.place.registry, [HEADINGS, *rows])

    # -- the team

    def gather(self) -> None:
        """Start the brain, have every PC join it by an invitation of its own, start them, wait for all."""
        if self.joined is not None:
            self._take_over(self.joined)
        self.brain.start()
        self.brain.program.until(lambda status: True, SECONDS)
        for pc in self.pcs:
            if self.joined is None:
                self.join(pc)
            pc.start()
        self.until_present(*self.pcs)
        if not self._is_gathered:
            self._is_gathered = True
            self.register(*self._rows)
        self.until(lambda status: len(status["cards"]) >= len(self._rows))

    def _take_over(self, joined: Joined) -> None:
        shutil.copytree(joined.folder / self.base.name, self.base, dirs_exist_ok=True)
        for each in self.machines.values():
            former = joined.folder / each.name / each.place.data.name / "team"
            shutil.copytree(former, each.place.data / "team")
            each.place.data.chmod(0o700)
        journal = SqliteJournal(
            self.brain.place.data
        )  # as every brain's, which was an agent before it was one
        journal.set_paused(False)
        journal.close()

    def as_joined(self) -> Joined:
        """This team, once it has ended, as the beginning of others."""
        return Joined(self.folder, self.port, {name: proxy.port for name, proxy in self.proxies.items()})

    def invite(self) -> str:
        """The code of a fresh invitation, as ``team invite`` prints it."""
        answer = self.brain.program.cli("team", "invite", "--name", BRAIN)
        assert answer.code == 0, answer
        found = _CODE.search(answer.out)
        assert found is not None, answer
        return found.group()

    def join(self, pc: Machine) -> None:
        """Have a PC join through its proxy."""
        code = self.through(pc, self.invite())
        answer = pc.program.cli("join", code, "--name", pc.name)
        assert answer.code == 0, answer

    def through(self, pc: Machine, code: str) -> str:
        """An invitation's code with the address of a PC's own proxy."""
        return _CODE.sub(rf"127.0.0.1:{self.proxies[pc.name].port}/\3", code)

    def until_present(self, *pcs: Machine) -> Status:
        """Wait until the brain sees these PCs."""
        names = {pc.name for pc in pcs}
        return self.until(lambda status: names <= present(status))

    def until_absent(self, *pcs: Machine) -> Status:
        """Wait until the brain has noticed that these PCs are gone."""
        names = {pc.name for pc in pcs}
        return self.until(lambda status: not names & present(status))

    def until(self, holds: Callable[[Status], Any], seconds: float = SECONDS) -> Status:
        """Wait until the brain's status is as wanted, and return it."""
        return self.brain.program.until(holds, seconds)

    def card(self, job: str) -> dict[str, Any]:
        """A job's card on the brain now."""
        return self.brain.program.card(job)

    def run(self, job: str) -> None:
        """A person's *Run* at the brain. Raises Refused."""
        self.brain.program.call("run", job=job)

    def until_begun(self, job: str, times: int = 1) -> Machine:
        """Wait until a job's script has begun so many times; the PC of the last."""
        wait_until(lambda: self.truth.count(job) >= times, SECONDS, lambda: self.card(job))
        return self.machines[self.truth.of(job)[-1].pcs[-1]]

    def until_counted(self, job: str, times: int = 1) -> dict[str, Any]:
        """Wait until the brain has counted so many runs of a job and none is active; its card."""
        status = self.until(
            lambda status: (
                card_of(status, job)["actual"] >= times and card_of(status, job)["state"] != "RUNNING"
            )
        )
        return card_of(status, job)

    def close(self) -> None:
        """End everything."""
        for each in [*self.machines.values(), self.stranger]:
            each.close()
        for proxy in self.proxies.values():
            proxy.close()


def yields(status: Status) -> bool:
    """Whether an agent says that the base folder names another brain, and starts nothing by itself."""
    return any("este PC não inicia nada sozinho" in each["what"] for each in status["problems"])


def present(status: Status) -> set[str]:
    """The names of the PCs that the brain hears."""
    return {each["name"] for each in status["pcs"] if each["present"]}


def free_port() -> int:
    """A port that nobody listens on just now."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        return int(found.getsockname()[1])
