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
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.e2e.agent import Program
from tests.e2e.clock import ZONE
from tests.e2e.history import History
from tests.e2e.workspace import HEADINGS, Workspace, write_workbook
from tests.faults.disk import Disk
from tests.faults.procs import Proc, scan
from tray_agent.shell.client import ChannelError, Refused

RUN_MARK = "TRAY_AGENT_RUN"

# Whole lines by O_APPEND, on a disk that no fault touches.
_SCRIPT = """\
import os, sys, time

def note(event, code=0):
    run, mode = os.environ.get("TRAY_AGENT_RUN", "-"), os.environ.get("ENV_EXEC_MODE", "-")
    line = f"{job} {{event}} {{os.getpid()}} {{run}} {{mode}} {{time.monotonic():.6f}} {{code}}\\n"
    record = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(record, line.encode())
    os.close(record)

note("start")
{body}
note("end", {code})
sys.exit({code})
"""
_CHATTY = """\
try:
    for _ in range(40):
        print("x" * 5000)
except OSError:
    pass
"""
# Same file name as a job's script, never started by the agent; whatever signal reaches it is put on record.
_BYSTANDER = """\
import os, signal, sys
def caught(number, frame):
    os.write(1, b"%d\\n" % number)
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGCONT}:
    signal.signal(number, caught)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""


@dataclass(frozen=True)
class JobKind:
    """A job of a seed: its hours of the day, what its script does, how it ends."""

    name: str
    hours: tuple[int, ...]
    body: str
    code: int = 0

    @property
    def cell(self) -> str:
        """The schedule as the registry has it."""
        return ", ".join(map(str, self.hours)) or "MANUAL"

    def due(self, moment: datetime) -> int:
        """How many runs it owes by a moment of that day."""
        return sum(hour <= moment.hour for hour in self.hours)


@dataclass
class Execution:
    """A run as its script saw it: monotonic seconds, the exit code it meant to give."""

    job: str
    run: str
    mode: str
    pid: int
    start: float
    end: float | None = None
    code: int | None = None
    starts: int = 1


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
        self.jobs = {job.name: job for job in self._choose_jobs(many)}
        self.rows = [(job.name, "Geral", job.cell, "sim") for job in self.jobs.values()]
        for job in self.jobs.values():
            self._write_script(job)
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
        self.bystanders: list[subprocess.Popen[bytes]] = []
        self._heard: list[Path] = []
        self._record_at = 0
        self.executions: dict[str, Execution] = {}
        self.note_day()

    def _choose_jobs(self, many: bool) -> list[JobKind]:
        chance = self.chance
        jobs = []
        for number in range(chance.randrange(7, 12)):
            hours = tuple(sorted(chance.sample(range(24), chance.choice((1, 2, 2, 3, 4)))))
            body = f"time.sleep({chance.choice((0, 0.02, 0.05, 0.1, 0.3, 0.6)):g})"
            if chance.random() < 0.15:
                body = _CHATTY + body
            jobs.append(JobKind(f"job_{number:02d}", hours, body, chance.choice((0, 0, 0, 0, 3))))
        jobs.append(JobKind("todas", tuple(range(24)), "time.sleep(0.01)"))
        jobs.append(JobKind("longa", (0, 9, 14), f"time.sleep({chance.uniform(1, 2.5):.2f})"))
        jobs.append(JobKind("manual", (), f"time.sleep({chance.uniform(0.05, 0.5):.2f})"))
        if many:
            jobs += [
                JobKind(f"outra_{number:04d}", (23,) if number % 40 == 0 else (), "")
                for number in range(2000)
            ]
        return jobs

    def _write_script(self, job: JobKind) -> None:
        folder = self.place.base / "Geral" / (job.name if not job.name.startswith("outra") else "muitas")
        path = folder / "metodos" / f"{job.name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = _SCRIPT.format(job=job.name, record=str(self.place.record), body=job.body, code=job.code)
        path.write_text(text, encoding="utf-8")

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
            self.agent.wait(30)
        except subprocess.TimeoutExpired:
            self.say("the agent did not end when asked")
            raise AssertionError("the agent did not end within 30 s of being asked to") from None
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

    def add_bystander(self, pid: int | None = None) -> subprocess.Popen[bytes] | None:
        """A stranger with a job's script name, at that pid if the system can be brought to give it."""
        path = self.place.folder / "estranhos" / "metodos" / f"{self.chance.choice(list(self.jobs))}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_BYSTANDER, encoding="utf-8")
        heard = self.place.folder / f"bystander-{len(self.bystanders)}"
        if pid is not None:
            try:
                Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1), encoding="ascii")
            except OSError:
                return None
        with heard.open("wb") as out:
            stranger = subprocess.Popen(
                [sys.executable, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                start_new_session=True,
                env={"PATH": os.environ["PATH"], "FAULTS_BYSTANDER": "1", "E2E_WORKSPACE": "none"},
            )
        self.bystanders.append(stranger)
        self._heard.append(heard)
        return stranger

    def hurt_bystanders(self) -> list[str]:
        """What was done to strangers, one sentence each."""
        wrong = []
        for stranger, heard in zip(self.bystanders, self._heard, strict=True):
            text = heard.read_text(encoding="ascii").replace("ready", "").split()
            if text or stranger.poll() is not None:
                wrong.append(f"bystander {stranger.pid} got signals {text}, ended {stranger.returncode}")
        return wrong

    # -- what the scripts recorded

    def read_records(self) -> dict[str, Execution]:
        """Every execution so far, by run id, as the scripts recorded it."""
        with suppress(FileNotFoundError), self.place.record.open("rb") as file:
            file.seek(self._record_at)
            whole = file.read()
            whole = whole[: whole.rfind(b"\n") + 1]
            self._record_at += len(whole)
            for line in whole.decode().splitlines():
                job, event, pid, run, mode, at, code = line.split()
                self._take(job, event, int(pid), run, mode, float(at), int(code))
        return self.executions

    def _take(self, job: str, event: str, pid: int, run: str, mode: str, at: float, code: int) -> None:
        former = self.executions.get(run)
        if event == "start":
            if former is None:
                self.executions[run] = Execution(job, run, mode, pid, at)
            else:
                former.starts += 1
        elif former is not None:
            former.end, former.code = at, code

    def close(self) -> None:
        """End everything of this world."""
        self.kill_agent()
        for proc in self.processes():
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGKILL)
        for stranger in self.bystanders:
            stranger.kill()
            stranger.wait()
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
