"""W11: what users start. The built exe under Wine, beside the same program from source and a bare Python.

The exe is built first, or is the file that TRAY_AGENT_WINE_EXE names. A window is held open meanwhile:
Windows always has a desktop, where Wine makes one, in seconds, for each first program with a window.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.setting import Figure, Skipped, median
from tray_agent.shell.channel import client, wire

if TYPE_CHECKING:
    from tests.wine.agent import Program
    from tests.wine.session import Session

DEMO = r"C:\Medida da equipe"
DATA = "/wine/drive_c/Medida da equipe/dados"
FORMER_MB, FORMER_START_SECONDS = 72, 20  # of the one file that unpacked itself anew at each start
_COMMAND_SECONDS, _UP_SECONDS = 120.0, 240.0


def measure(short: bool) -> list[Figure]:
    """Figures of the exe; ``short`` takes fewer rounds."""
    if os.name != "posix" or os.geteuid() != 0 or not shutil.which("dpkg-query"):
        raise Skipped("it needs root on Debian, to make a Windows with Wine")
    from tests.wine.agent import EXE, Program, from_source

    with _built() as file, _desktop() as windows:
        place = windows.seen("/wine/drive_c") / EXE.relative_to("C:/").as_posix()
        place.parent.mkdir(parents=True)
        shutil.copy(file, place)
        exe, source = Program(windows, [str(EXE)]), from_source(windows)
        first = _to_answer(windows, exe)
        figures = _commands(windows, exe, source, 3 if short else 7)
        _end(source)
        figures += _starts(windows, exe, source, 1 if short else 3)
        text = f"the former one took {FORMER_START_SECONDS} s for this at each start"
        bounds = (FORMER_START_SECONDS, 2 * FORMER_START_SECONDS)
        figures.append(Figure("W11", "first start of a version, with unpacking", first, "s", *bounds, text))
        size = file.stat().st_size / 1e6
        figures.append(Figure("W11", "the file", size, "MB", FORMER_MB, FORMER_MB, timed=False))
    return figures


@contextmanager
def _built() -> Iterator[Path]:
    from tests.wine.building import build

    given = os.environ.get("TRAY_AGENT_WINE_EXE")
    with tempfile.TemporaryDirectory() as folder:
        yield Path(given) if given else build(Path(folder))


@contextmanager
def _desktop() -> Iterator[Session]:
    from tests.wine.agent import fresh_windows, hold_desktop

    with fresh_windows() as windows:
        hold_desktop(windows)
        yield windows


def _commands(windows: Session, exe: Program, source: Program, rounds: int) -> list[Figure]:
    """`status` of the running agent: exe and source in turn, and what a Python takes to do nothing."""
    from tests.wine.session import PYTHON

    asked = ("--app-dir", DEMO, "status")
    taken: dict[str, list[float]] = {"exe": [], "source": [], "bare": []}
    for _ in range(rounds):
        taken["bare"].append(_seconds(lambda: windows.run([PYTHON, "-c", "pass"], timeout=_COMMAND_SECONDS)))
        taken["source"].append(_seconds(lambda: source.run(*asked)))
        taken["exe"].append(_seconds(lambda: exe.run(*asked)))
    mine, other, floor = (median(taken[name]) for name in ("exe", "source", "bare"))
    text = f"exe {mine:.2f} s, from source {other:.2f} s, bare Windows Python {floor:.2f} s"
    return [Figure("W11", "`status` of the exe, agent running", mine / other, "×", 2, 3, text)]


def _starts(windows: Session, exe: Program, source: Program, rounds: int) -> list[Figure]:
    """From the second start on: an agent's first answer, exe and source in turn."""
    mine, other = [], []
    for _ in range(rounds):
        for program, seconds in ((source, other), (exe, mine)):
            seconds.append(_to_answer(windows, program))
            _end(source)
    text = f"exe {median(mine):.1f} s, from source {median(other):.1f} s"
    ratio = median(mine) / median(other)
    return [Figure("W11", "agent of the exe to its first answer", ratio, "×", 2, 3, text)]


def _seconds(action: Callable[[], object]) -> float:
    began = time.perf_counter()
    action()
    return time.perf_counter() - began


def _to_answer(windows: Session, program: Program) -> float:
    """Seconds from the command to the first status that the agent answers over its channel."""
    file = windows.seen(DATA) / wire.FILE_NAME
    began = time.perf_counter()
    program.start("demo", "--headless", "--dir", DEMO)
    while time.perf_counter() - began < _UP_SECONDS:
        if _answers(file):
            return time.perf_counter() - began
        time.sleep(0.02)
    raise RuntimeError("no agent answers")


def _answers(file: Path) -> bool:
    """Whether the agent whose channel's file this is answers. Its owner is not looked at: Wine knows none."""
    try:
        said = json.loads(file.read_text("ascii"))
        place = wire.Place(said["port"], bytes.fromhex(said["key"]), said["pid"])
        with client._reach(place, time.monotonic() + 5) as channel:
            channel.call("status")
    except (OSError, ValueError, client.ChannelError):
        return False
    return True


def _end(source: Program) -> None:
    done = source.run("--app-dir", DEMO, "quit", "--stop-runs")
    if done.returncode:
        raise RuntimeError(done.stdout)
