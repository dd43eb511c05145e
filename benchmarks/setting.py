"""What every benchmark stands on: an empty interpreter, workspaces, a running agent, and figures."""

from __future__ import annotations

import atexit
import json
import math
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.shell.channel.client import Channel, NoAgent, connect

T = TypeVar("T")
Json = dict[str, Any]
ROOT = Path(__file__).resolve().parent.parent
# What would make a measured program another one: no bytecode kept, another agent's settings.
_FOREIGN = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "PYTHONUNBUFFERED")
# Of the time between discoveries: folders made within seconds of the first walk, as those of a measurement
# are, are walked once more by the next one, in a child.
SETTLED_AFTER = 1.25
HEADINGS = ("script_name", "area_name", "cron_schedule", "active")


@dataclass(frozen=True)
class Figure:
    """One measured figure. ``bound`` is what to reach, ``check`` what fails the short run (noise margin).

    A figure without a bound (infinite) is there to be read. ``timed`` is one in seconds, which others
    on the machine can lengthen, unlike memory, bytes, counts and ratios of processor time.
    """

    work: str
    what: str
    value: float
    unit: str
    bound: float = math.inf
    check: float = math.inf
    floor: str = ""
    timed: bool = True

    @property
    def reached(self) -> bool:
        return self.value <= self.bound

    @property
    def passes(self) -> bool:
        return self.value <= self.check


class Skipped(Exception):
    """This machine lacks what a benchmark needs."""


@dataclass
class Workspace:
    """A base path with scripts and a registry, as the agent finds them."""

    folder: Path
    names: list[str] = field(default_factory=list)

    @property
    def base(self) -> Path:
        return self.folder / "automacoes"

    @property
    def data(self) -> Path:
        return self.folder / "dados"

    def environment(self, **settings: object) -> dict[str, str]:
        """The environment of an agent on this workspace; settings by their lower-case names."""
        given = {
            "app_dir": self.folder,
            "base_path": self.base,
            "data_dir": self.data,
            "history": "local",
            "awake": "off",
            **settings,
        }
        return clean_environment() | {f"TRAY_AGENT_{n.upper()}": str(v) for n, v in given.items()}


def clean_environment() -> dict[str, str]:
    """This process's environment without what would change a measured program."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TRAY_AGENT_")}
    return {name: value for name, value in kept.items() if name not in _FOREIGN}


def script_environment(pycache: Path) -> dict[str, str]:
    """What the agent gives its scripts, for the floor: the same interpreter flags, a cache alike."""
    return clean_environment() | {
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "PYTHONPYCACHEPREFIX": str(pycache),
    }


def make_workspace(folder: Path, count: int, schedule: str, body: str = "pass\n") -> Workspace:
    """``count`` jobs with the same schedule and script."""
    work = Workspace(folder, [f"automacao_{number:05d}" for number in range(count)])
    rows = []
    for number, name in enumerate(work.names):
        make_script(work.base / f"projeto_{number:05d}", name, body)
        rows.append((name, f"Área {number % 8}", schedule, "sim"))
    write_registry(folder, HEADINGS, rows)
    return work


def make_script(project: Path, name: str, body: str) -> Path:
    """A script where the agent looks for it."""
    script = project / "metodos" / f"{name}.py"
    script.parent.mkdir(parents=True)
    script.write_text(body, encoding="utf-8")
    return script


def write_registry(folder: Path, headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
    """The workbook that the agent reads."""
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("registro")
    for row in (headings, *rows):
        sheet.append(row)
    path = folder / "registro_automacoes.xlsx"
    book.save(path)
    return path


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder on a real disk (not a memory disk), gone when all is measured: a file system that keeps no
    journal looks for a minute at what was just deleted, whenever a file is made."""
    place = "/var/tmp" if Path("/var/tmp").is_dir() else None
    folder = Path(tempfile.mkdtemp(prefix="tray-agent-bench-", dir=place))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    yield folder


def empty_python() -> str:
    """The interpreter of an empty venv: a crowded one starts so slowly that it hides every overhead."""
    version = f"{sys.version_info.major}{sys.version_info.minor}"
    folder = Path(tempfile.gettempdir()) / f"tray-agent-bench-python-{version}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(python)


def warm_cache(python: str, script: Path, pycache: Path) -> None:
    """Compile what a start of Python imports into a cache, as the first script of an installation does."""
    for _ in range(2):
        subprocess.run([python, script], env=script_environment(pycache), cwd=script.parent, check=True)


@contextmanager
def running_agent(
    env: dict[str, str], data: Path, *arguments: str
) -> Iterator[tuple[subprocess.Popen[bytes], Channel]]:
    """A headless agent and an open channel to it; ended with its runs afterwards."""
    agent = start_agent(env, *arguments)
    try:
        channel = wait_for(lambda: connected(data), 30)
        yield agent, channel
        end_agent(agent, channel)
    finally:
        if agent.poll() is None:
            agent.kill()
            agent.wait()


def start_agent(env: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    """The program from the source tree, as an installation runs it."""
    argv = [sys.executable, "-m", "tray_agent", *(arguments or ("--headless",))]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(argv, env=env, stdin=quiet, stdout=quiet, stderr=quiet, cwd=ROOT)


def end_agent(agent: subprocess.Popen[bytes], channel: Channel) -> None:
    """Have it quit, its runs too."""
    try:
        channel.call("quit", stop_runs=True)
        agent.wait(20)
    except Exception as error:  # noqa: BLE001 - what was measured stands; the caller kills it
        print(f"the agent did not quit: {error}", file=sys.stderr)
    channel.close()


def connected(data: Path) -> Channel | None:
    """A channel to the agent of a data folder, once there is one."""
    try:
        return connect(data)
    except NoAgent:
        return None


def wait_for(ask: Callable[[], T | None], seconds: float, pause: float = 0.002) -> T:
    """The first answer that is not None or False."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise TimeoutError(f"nothing in {seconds} s")
        rest(pause)


def rest(seconds: float) -> None:
    """Let time pass."""
    threading.Event().wait(seconds)


def start_paused(data: Path) -> None:
    """Have the next agent of this data folder begin suspended, so that the work can be waited for."""
    data.mkdir(parents=True, exist_ok=True)
    journal = SqliteJournal(data)
    journal.set_paused(True)
    journal.close()


def ask_journal(data: Path, question: str) -> Any:
    """The first row of a question to the journal: asking the agent itself would cost it time."""
    with closing(sqlite3.connect(f"file:{data / 'journal.sqlite3'}?mode=ro", uri=True, timeout=10)) as db:
        return db.execute(question).fetchone()


def finished(data: Path) -> int:
    """How many runs have an end on record, counted by the indexes: asking must not cost what is measured."""
    every, open_ones = "SELECT count(*) FROM runs", "SELECT count(*) FROM runs WHERE ended IS NULL"
    return int(ask_journal(data, f"SELECT ({every}) - ({open_ones})")[0])


def last_end(data: Path, count: int, seconds: float) -> float:
    """When (epoch s) the run number ``count`` ended, by the journal."""
    wait_for(lambda: finished(data) >= count, seconds, pause=0.2)
    return datetime.fromisoformat(ask_journal(data, "SELECT max(ended) FROM runs")[0]).timestamp()


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def encoded_size(value: Any) -> int:
    """The bytes of a value on the channel."""
    return len(json.dumps(value, separators=(",", ":")).encode())


def pss_mb(*pids: int) -> float:
    """The proportional share of memory of these processes and their children, in MB (of 1024 kB)."""
    import psutil

    total = 0
    for pid in pids:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
            total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def cpu_seconds(pid: int) -> float:
    """The processor time of a process (to the nanosecond) and of its ended children (to 10 ms)."""
    import psutil

    times = psutil.Process(pid).cpu_times()
    return time.clock_gettime((~pid << 3) | 2) + times.children_user + times.children_system


Bench = Callable[[bool], list[Figure]]
