"""A "PC" of the rig: an installation with its own clock, its processes, its power switch and its lid."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from tests.e2e.agent import Program, processes_of, wait_until
from tests.e2e.workspace import Workspace
from tests.faults.procs import Proc, scan
from tests.team.truth import RECORD
from tray_agent.shell.channel.client import ChannelError, Refused

_END_SECONDS = 30.0


@dataclass(frozen=True)
class Row:
    """A run as a PC's journal has it."""

    run: str
    job: str
    trigger: str
    day: date
    pc: str
    ended: bool
    code: int | None
    outcome: str | None
    seconds: float | None


class Machine:
    """One PC: ``name`` is its name in the team. ``killed`` are the runs whose process was killed by us."""

    def __init__(self, folder: Path, name: str, base: Path, **settings: object) -> None:
        self.name = name
        self.place = Workspace(folder)
        self.program = Program(self.place, **settings)
        self.program.set(base_path=base)
        self.record = folder / "record"
        self.program.environment[RECORD] = str(self.record)
        self.program.environment["TRAY_AGENT_MACHINE"] = name
        self.mark = f"E2E_WORKSPACE={folder}"
        self.killed: dict[str, str] = {}
        self.wiped = 0
        self.is_asleep = False

    @property
    def journal(self) -> Path:
        """Its book."""
        return self.place.data / "journal.sqlite3"

    # -- its agent

    def start(self, **settings: object) -> None:
        """Start its agent; it need not come up. ``settings`` hold for this start alone."""
        assert not self.is_up(), f"{self.name} is up already"
        env = {f"TRAY_AGENT_{name.upper()}": str(value) for name, value in settings.items()}
        with (self.place.folder / "agent.out").open("ab") as out:
            self.program.agent = self.program.popen(
                "--headless",
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def is_up(self) -> bool:
        """Whether its agent's process is there."""
        agent = self.program.agent
        return agent is not None and agent.poll() is None

    def kill_agent(self) -> None:
        """SIGKILL: the agent alone; scripts go on."""
        agent = self.program.agent
        if agent is not None:
            agent.kill()
            self.died()

    def died(self, seconds: float = _END_SECONDS) -> int:
        """Wait until the agent has ended, for instance at a fault point; its exit code."""
        assert self.program.agent is not None
        code = self.program.agent.wait(seconds)
        self.program._forget()
        return code

    def quit(self) -> None:
        """End the agent in good order."""
        if self.is_up():
            assert self.program.agent is not None
            self.program.agent.terminate()
            self.died()

    def ask(self, method: str, **params: Any) -> Any:
        """Ask its agent; None when it does not answer, or refuses."""
        if not self.is_up() or self.is_asleep:
            return None
        try:
            return self.program.call(method, **params)
        except (Refused, ChannelError, OSError):
            return None

    def status(self) -> dict[str, Any] | None:
        """Its status, or None."""
        answer: dict[str, Any] | None = self.ask("status")
        return answer

    # -- its power and its lid

    def processes(self, kind: str = "") -> list[Proc]:
        """Every live process of this PC, or those of a kind."""
        return [each for each in scan(self.mark) if not kind or each.kind == kind]

    def power_off(self) -> None:
        """SIGKILL everything on it, scripts too, as when it loses its power."""
        if self.program.agent is not None:
            self.program.agent.kill()  # it may be just being made, and not have the mark yet
        for proc in self._each():
            if proc.run:
                self.killed[proc.run] = "power off"
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGKILL)
        if self.program.agent is not None:
            self.died()
        wait_until(lambda: not processes_of(self.place.folder), _END_SECONDS)

    def close_lid(self) -> None:
        """Suspend everything on it."""
        self.is_asleep = True
        for proc in self._each(lambda proc: not proc.stopped):
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGSTOP)

    def open_lid(self) -> None:
        """Wake everything up again."""
        for proc in self.processes():
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGCONT)
        self.is_asleep = False

    def kill_child(self, word: str) -> bool:
        """SIGKILL the children of its agent whose command line has that word; whether there was one."""
        found = False
        for proc in self.processes():
            if proc.kind != "agent" and not proc.run and word in _command(proc.pid):
                with suppress(ProcessLookupError):
                    os.kill(proc.pid, signal.SIGKILL)
                    found = True
        return found

    def children(self, word: str) -> list[int]:
        """The ids of its processes whose command line has that word."""
        return [each.pid for each in self.processes() if word in _command(each.pid)]

    def wipe_book(self, *, logs: bool = True) -> None:
        """Lose its journal, as with a file that somebody deleted; its agent must not be up."""
        assert not self.is_up()
        for file in self.place.data.glob("journal.sqlite3*"):
            file.unlink()
        if logs:
            shutil.rmtree(self.place.data / "logs", ignore_errors=True)
        self.wiped += 1

    def become_copy_of(self, other: Machine) -> None:
        """Have the data folder of another, as after a restored backup; this agent must not be up."""
        assert not self.is_up()
        shutil.rmtree(self.place.data, ignore_errors=True)
        # Where the other's agent listens is a port of the other's PC.
        shutil.copytree(other.place.data, self.place.data, ignore=shutil.ignore_patterns("channel.json"))
        self.place.data.chmod(0o700)

    def rows(self) -> dict[str, Row]:
        """Every run that its journal has, by id."""
        if not self.journal.exists():
            return {}
        if self.is_up():
            return self._rows(f"{self.journal.as_uri()}?mode=ro")
        folder = self.place.folder / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for suffix in ("", "-wal"):
            with suppress(FileNotFoundError):
                shutil.copyfile(f"{self.journal}{suffix}", folder / f"{self.journal.name}{suffix}")
        return self._rows((folder / self.journal.name).as_uri())

    def close(self) -> None:
        """End everything of this PC."""
        self.open_lid()
        self.program.close()

    def _each(self, wanted: Any = lambda proc: True) -> Iterator[Proc]:
        """Every process, those too that are made meanwhile."""
        deadline = time.monotonic() + _END_SECONDS
        while found := [each for each in self.processes() if wanted(each)]:
            assert time.monotonic() < deadline, found
            yield from found

    def _rows(self, address: str) -> dict[str, Row]:
        asked = "SELECT id, job, trigger, day, pc, ended, exit_code, outcome, duration_seconds FROM runs"
        with closing(sqlite3.connect(address, uri=True, timeout=10)) as db:
            return {
                run: Row(
                    run, job, trigger, date.fromisoformat(day), pc or "", bool(ended), code, outcome, seconds
                )
                for run, job, trigger, day, pc, ended, code, outcome, seconds in db.execute(asked)
            }


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""
