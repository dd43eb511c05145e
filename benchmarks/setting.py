"""What every benchmark stands on: an empty interpreter, workspaces, a running agent, and figures."""

from __future__ import annotations

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
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from tray_agent.adapters import program
from tray_agent.adapters.journal import SqliteJournal
from tray_agent.shell.client import Channel, NoAgent, connect

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Figure:
    """One measured figure. ``bound`` is what to reach, ``check`` what fails the short run (noise margin)."""

    work: str
    what: str
    value: float
    unit: str
    bound: float
    check: float
    floor: str = ""

    @property
    def reached(self) -> bool:
        return self.value <= self.bound

    @property
    def passes(self) -> bool:
        return self.value <= self.check


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
            "base_path": self.base,
            "data_dir": self.data,
            "history": "local",
            "awake": "off",
            **settings,
        }
        env = {name: value for name, value in os.environ.items() if not name.startswith("TRAY_AGENT_")}
        env["TRAY_AGENT_APP_DIR"] = str(self.folder)
        return program.environment(env | {f"TRAY_AGENT_{n.upper()}": str(v) for n, v in given.items()})


def script_environment(folder: Path) -> dict[str, str]:
    """What the agent gives its scripts, for the floor: the same interpreter flags, the same cache."""
    flags = {
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "PYTHONPYCACHEPREFIX": str(folder / "pycache"),
    }
    return {**os.environ, **flags}


def make_workspace(folder: Path, count: int, schedule: str, body: str = "") -> Workspace:
    """``count`` jobs with the same schedule and script."""
    import openpyxl

    work = Workspace(folder, [f"automacao_{number:05d}" for number in range(count)])
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("registro")
    sheet.append(["script_name", "area_name", "cron_schedule", "active"])
    for number, name in enumerate(work.names):
        script = work.base / f"projeto_{number:05d}" / "metodos" / f"{name}.py"
        script.parent.mkdir(parents=True)
        script.write_text(body, encoding="utf-8")
        sheet.append([name, f"Área {number % 8}", schedule, "sim"])
    book.save(folder / "registro_automacoes.xlsx")
    return work


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder on a real disk (not a memory disk), gone afterwards."""
    folder = Path(
        tempfile.mkdtemp(prefix="tray-agent-bench-", dir="/var/tmp" if os.path.isdir("/var/tmp") else None)
    )
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def empty_python() -> str:
    """The interpreter of an empty venv: a crowded one starts so slowly that it hides every overhead."""
    folder = (
        Path(tempfile.gettempdir())
        / f"tray-agent-bench-python-{sys.version_info.major}{sys.version_info.minor}"
    )
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    return str(python)


@contextmanager
def running_agent(
    env: dict[str, str], data: Path, *arguments: str
) -> Iterator[tuple[subprocess.Popen[bytes], Channel]]:
    """A headless agent and an open channel to it; ended with its runs afterwards."""
    argv = [sys.executable, "-m", "tray_agent", *(arguments or ("--headless",))]
    agent = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, cwd=ROOT)
    try:
        channel = wait_for(lambda: _connected(data), 20)
        yield agent, channel
        try:
            channel.call("quit", stop_runs=True)
        except Exception as error:  # noqa: BLE001 - it is killed below
            print(error, file=sys.stderr)
        agent.wait(20)
    finally:
        if agent.poll() is None:
            agent.kill()
            agent.wait()


def _connected(data: Path) -> Channel | None:
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
        threading.Event().wait(pause)


def start_paused(data: Path) -> None:
    """Have the next agent of this data folder begin suspended, so that the work can be waited for."""
    data.mkdir(parents=True, exist_ok=True)
    journal = SqliteJournal(data)
    journal.set_paused(True)
    journal.close()


def last_end(channel: Channel, data: Path, count: int, seconds: float) -> float:
    """When (epoch s) the agent's run number ``count`` ended, by its journal. Asks seldom: asking costs it time."""
    wait_for(lambda: channel.call("status")["totals"]["finished"] >= count, seconds, pause=0.25)
    connection = sqlite3.connect(data / "journal.sqlite3")
    try:
        ended = connection.execute("SELECT max(ended) FROM runs").fetchone()[0]
    finally:
        connection.close()
    return datetime.fromisoformat(ended).timestamp()


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


Bench = Callable[[bool], list[Figure]]
Json = dict[str, Any]
