"""W2: from due, and from a `run` on the open channel, to the child's first line; against a bare Popen."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from benchmarks.setting import (
    HEADINGS,
    Figure,
    Workspace,
    empty_python,
    make_script,
    make_workspace,
    median,
    percentile,
    rest,
    running_agent,
    script_environment,
    temporary,
    wait_for,
    warm_cache,
    write_registry,
)
from benchmarks.tree import PROJECTS, teams_tree
from tray_agent.shell.channel.client import Channel

_ENOUGH = 50
# The clock that is the same for every process of the machine, read before anything else.
SCRIPT = """import time; seen = time.monotonic_ns()
with open(__file__ + ".seen", "a") as file: file.write(f"{seen}\\n")
"""


class Script:
    """A script that writes when it began."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._record = path.with_name(path.name + ".seen")

    def seen(self, after_ns: int) -> int | None:
        """When it began for the first time since that moment."""
        try:
            lines = self._record.read_text(encoding="ascii").split()
        except FileNotFoundError:
            return None
        return next((int(line) for line in lines if int(line) > after_ns), None)

    def milliseconds(self, since_ns: int) -> float:
        """From a moment to the script's first line."""
        return (wait_for(lambda: self.seen(since_ns), 20) - since_ns) / 1e6


def bare(script: Script, python: str, env: dict[str, str]) -> float:
    with script.path.with_suffix(".log").open("wb") as log:
        began = time.monotonic_ns()
        child = subprocess.Popen(
            [python, str(script.path)],
            cwd=script.path.parent,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
        child.wait()
    return script.milliseconds(began)


def commanded(script: Script, channel: Channel) -> float:
    began = time.monotonic_ns()
    channel.call("run", job=script.path.stem)
    taken = script.milliseconds(began)
    wait_for(lambda: not channel.call("running")["running"], 20, 0.01)
    rest(0.05)
    return taken


def _by_command(work: Workspace, python: str, count: int) -> list[Figure]:
    script = Script(next(work.base.glob("*/metodos/*.py")))
    env = script_environment(work.folder / "pycache")
    warm_cache(python, script.path, work.folder / "pycache")
    warm_cache(python, script.path, work.data / "pycache")
    floors, mine = [], []
    with running_agent(work.environment(python=python), work.data) as (_, channel):
        wait_for(lambda: channel.call("status")["cards"], 30, 0.05)
        for _ in range(count):
            floors.append(bare(script, python, env))
            mine.append(commanded(script, channel))
    return _figures("`run` to first line", floors, mine)


def _by_clock(work: Workspace, python: str, count: int) -> list[Figure]:
    """The wall clock is set a moment before each full hour and then arrives there by itself."""
    from tests.e2e.clock import ZONE, Clock

    clock = Clock(work.folder / "clock")
    script = Script(next(work.base.glob("*/metodos/*.py")))
    env = script_environment(work.folder / "pycache") | clock.environment
    warm_cache(python, script.path, work.data / "pycache")
    hour = datetime(2026, 3, 10, 1, tzinfo=ZONE)
    clock.set(f"{hour:%Y-%m-%d %H:%M}")
    floors, mine = [], []
    environment = work.environment(python=python) | clock.environment
    with running_agent(environment, work.data) as (_, channel):
        wait_for(lambda: channel.call("status")["totals"]["finished"] >= 2, 30, 0.05)
        for _ in range(count):
            hour += timedelta(hours=2 if hour.hour == 23 else 1)
            clock.set(f"{hour - timedelta(seconds=2.2):%Y-%m-%d %H:%M:%S.%f}")
            due = time.monotonic_ns() + round((hour - clock.now()).total_seconds() * 1e9)
            floors.append(bare(script, python, env))
            mine.append(script.milliseconds(due))
    return _figures("due to first line", floors, mine)


def _while_discovering(folder: Path, python: str, count: int) -> list[Figure]:
    """The same while a tree of 50,000 files is walked over and over."""
    work = Workspace(folder)
    teams_tree(work.base)
    script = Script(make_script(work.base / "aaa", "primeira", SCRIPT))
    names = ["primeira", *(f"script_{number:04d}" for number in range(PROJECTS))]
    write_registry(folder, HEADINGS, [(name, "Área", "MANUAL", "sim") for name in names])
    env = script_environment(folder / "pycache")
    warm_cache(python, script.path, folder / "pycache")
    warm_cache(python, script.path, work.data / "pycache")
    floors, mine = [], []
    environment = work.environment(python=python, discovery_seconds=1, full_walk_seconds=1)
    with running_agent(environment, work.data) as (_, channel):
        wait_for(lambda: len(channel.call("status")["cards"]) == len(names), 60, 0.1)
        for _ in range(count):
            channel.call("refresh")
            floors.append(bare(script, python, env))
            channel.call("refresh")
            mine.append(commanded(script, channel))
    return _figures("`run` during discovery", floors, mine)


def _figures(what: str, floors: list[float], mine: list[float]) -> list[Figure]:
    """The median, and the slowest of a hundred where there are enough samples to speak of it."""
    middle, tail, count = median(floors), percentile(floors, 0.99), len(mine)
    over, text = "ms over the floor", f"bare Popen: {middle:.1f} ms"
    figures = [Figure("W2", f"{what}, median of {count}", median(mine) - middle, over, 2, 6, text)]
    if count >= _ENOUGH:
        slow, text = percentile(mine, 0.99) - tail, f"bare Popen: {tail:.1f} ms"
        figures.append(Figure("W2", f"{what}, p99", slow, over, 5, 15, text))
    return figures


def measure(short: bool) -> list[Figure]:
    """Both ways to a start."""
    python = empty_python()
    with temporary() as folder:
        figures = _by_command(make_workspace(folder, 1, "MANUAL", SCRIPT), python, 15 if short else 50)
    if sys.platform != "linux":
        return figures
    with temporary() as folder:
        figures += _by_clock(make_workspace(folder, 1, "ALL", SCRIPT), python, 6 if short else 50)
    if short:
        return figures
    with temporary() as folder:
        return figures + _while_discovering(folder, python, 50)
