"""One seed's world: real scripts, an installed agent, its disks and clock, and strangers beside them."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.agent import Program
from tests.e2e.clock import ZONE
from tests.e2e.history import History
from tests.e2e.workspace import HEADINGS, Workspace, write_workbook
from tests.faults.disk import Disk
from tests.faults.jobs import choose_jobs, write_script
from tests.faults.procs import Proc, scan
from tests.faults.records import Records
from tests.faults.strangers import Strangers
from tray_agent.shell.channel.client import ChannelError, Refused

_END_SECONDS = 60.0


class World:
    """Everything of one seed. ``killed`` are the runs whose process we killed, by run id."""

    def __init__(self, seed: int, folder: Path, *, bigquery: bool, many: bool, mounts: bool) -> None:
        self.seed = seed
        self.chance = random.Random(seed)
        self.place = Workspace(folder)
        self.limit = self.chance.choice((2, 3, 5))
        self.program = Program(
            self.place,
            discovery_seconds=0.3,
            full_walk_seconds=3,
            registry_deadline_seconds=12,
            history_deadline_seconds=20,
            max_concurrent=self.limit,
            stop_grace_seconds=0.5,
            python=getattr(sys, "_base_executable", sys.executable),
        )
        self.program.environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self.mark = f"E2E_WORKSPACE={folder}"
        self.data_disk = Disk(self.place.data, 12) if mounts else None
        self.temp_disk = Disk(self.place.temp, 2) if mounts else None
        self.jobs = {job.name: job for job in choose_jobs(self.chance, many)}
        self.rows = [(job.name, "Geral", job.cell, "sim") for job in self.jobs.values()]
        for job in self.jobs.values():
            write_script(self.place, job)
        self.register()
        self.history = self._serve_history() if bigquery else None
        self.agent: subprocess.Popen[bytes] | None = None
        self.killed: dict[str, str] = {}
        self.accepted: Counter[str] = Counter()
        self.unanswered: Counter[str] = Counter()
        self.stops: Counter[str] = Counter()
        self.faults: Counter[str] = Counter()
        self.latest: dict[date, datetime] = {}
        self.clock_moved_at = time.monotonic()
        self.base_moved = self.disk_hurt = False
        self.reported: set[str] = set()
        self.elsewhere: Counter[tuple[str, date]] = Counter()
        self.events = (folder / "events.log").open("a", encoding="utf-8", buffering=1)
        self.strangers = Strangers(folder)
        self.records = Records(self.place.record)
        self.note_day()

    def _serve_history(self) -> History:
        made = History(self.place.folder / "chave.json", self.program.clock.environment)
        self.program.environment.update(made.environment)
        self.program.set(history=None, sync_seconds=5)
        made.heal()
        return made

    # -- the log of what was done

    def say(self, text: str) -> None:
        """One line of the seed's own log."""
        if self.events.closed:
            return
        self.events.write(f"{time.monotonic():.3f} {self.now():%m-%d %H:%M:%S} {text}\n")

    def fault(self, kind: str, text: str = "") -> None:
        """Count a fault that was injected."""
        self.faults[kind] += 1
        self.say(f"FAULT {kind} {text}")

    # -- the clock

    def now(self) -> datetime:
        """The world's wall clock."""
        return self.program.clock.now()

    def note_day(self) -> None:
        """Remember how far each day has come."""
        now = self.now()
        day = now.date()
        self.latest[day] = max(self.latest.get(day, now), now)

    def jump(self, by: timedelta) -> None:
        """Set the wall clock."""
        self.note_day()
        self.program.clock.advance(seconds=by.total_seconds())
        self.clock_moved_at = time.monotonic()
        self.note_day()

    # -- the agent

    def start(self) -> None:
        """Start an agent; it need not come up. The one before has ended, else the world would lose it."""
        assert not self.is_up(), "an agent is up already"
        with (self.place.folder / "agent.out").open("ab") as out:
            self.agent = self.program.popen(
                "--headless", stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
            )
        self.say(f"agent {self.agent.pid} started")

    def is_up(self) -> bool:
        """Whether the agent's process is there."""
        return self.agent is not None and self.agent.poll() is None

    def kill_agent(self) -> None:
        """SIGKILL."""
        if self.agent is not None:
            self.agent.kill()
            self.agent.wait()
            self._hang_up()

    def end_agent(self, stop_runs: bool) -> None:
        """Quit in good order, by the command or the signal."""
        if self.agent is None:
            return
        if stop_runs:
            for job in self.jobs:
                self.stops[job] += 1
            self.ask("quit", stop_runs=True)
        else:
            self.agent.terminate()
        try:
            self.agent.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self.say("the agent did not end when asked")
            raise AssertionError("the agent did not end when asked to") from None
        self._hang_up()

    def _hang_up(self) -> None:
        self.agent = None
        self.program._forget()

    def ask(self, method: str, **params: Any) -> Any:
        """Ask the agent; None when it does not answer, or refuses."""
        if not self.is_up():
            return None
        try:
            return self.program.call(method, **params)
        except Refused as refused:
            self.say(f"{method} {params} refused: {refused.text}")
            return None
        except (ChannelError, OSError) as error:
            if method != "status":
                self.say(f"{method} {params} unanswered: {error}")
            return None

    def run_manually(self, job: str) -> None:
        """A person's *Run*; whether it was taken is remembered."""
        if not self.is_up():
            return
        try:
            self.program.call("run", job=job)
            self.accepted[job] += 1
        except Refused as refused:
            if refused.code == "timeout":
                self.unanswered[job] += 1
        except (ChannelError, OSError):
            self.unanswered[job] += 1

    def run_soon(self, job: str) -> threading.Thread:
        """The same without waiting for the answer."""
        thread = threading.Thread(target=self.run_manually, args=(job,), name="run-soon", daemon=True)
        thread.start()
        return thread

    def run_soon_refresh(self) -> None:
        """Have everything read anew, without waiting for the answer."""
        threading.Thread(target=self.ask, args=("refresh",), daemon=True).start()

    def status(self) -> dict[str, Any] | None:
        """The agent's status, or None."""
        answer: dict[str, Any] | None = self.ask("status")
        return answer

    # -- files

    def register(self, rows: list[tuple[str, str, str, str]] | None = None) -> None:
        """Write the registry."""
        write_workbook(self.place.registry, [HEADINGS, *(self.rows if rows is None else rows)])

    @property
    def journal(self) -> Path:
        """The journal's file."""
        return self.place.data / "journal.sqlite3"

    # -- processes

    def processes(self, kind: str = "") -> list[Proc]:
        """Every live process of this world, or those of a kind."""
        return [each for each in scan(self.mark) if not kind or each.kind == kind]

    def kill_process(self, proc: Proc, why: str) -> bool:
        """SIGKILL one of them; a run's death is remembered first."""
        if proc.run:
            self.killed[proc.run] = why
        with suppress(ProcessLookupError):
            os.kill(proc.pid, signal.SIGKILL)
            return True
        return False

    def add_stranger(self, pid: int | None = None) -> subprocess.Popen[bytes] | None:
        """A stranger that has the name of a job's script."""
        return self.strangers.add(self.chance.choice(list(self.jobs)), pid)

    def close(self) -> None:
        """End everything of this world."""
        self.kill_agent()
        for proc in self.processes():
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGKILL)
        self.strangers.close()
        if self.history is not None:
            self.history.close()
        self.events.close()


def wait_for(look: Callable[[], Any], seconds: float) -> Any:
    """What ``look`` says as soon as it is true, or after those seconds whatever it says."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = look()
        if found or time.monotonic() > deadline:
            return found
        pause.wait(0.02)


def today(world: World) -> date:
    """The world's day."""
    return world.now().astimezone(ZONE).date()
