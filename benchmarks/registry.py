"""W4: a registry of 10,000 rows and 8 columns, changed and unchanged."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.setting import ROOT, Figure, clean_environment, median, rest, temporary, write_registry
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.registry.source import RegistrySource
from tray_agent.adapters.system import program

ROWS = 10_000
_RICH = 200
_PLAIN = ("ALL", "8,12,18", "MANUAL", "7;9;11;13;15;17", "08:00")
_HEADINGS = ("script_name", "area_name", "cron_schedule", "active", "dono", "descricao", "criado", "versao")
_CALAMINE = """import sys, time; from python_calamine import CalamineWorkbook
began = time.perf_counter()
CalamineWorkbook.from_path(sys.argv[1]).get_sheet_by_index(0).to_python()
print(time.perf_counter() - began)"""


def _rich(number: int) -> str:
    """A schedule cell as no other: business days, days of the month, spans, cron."""
    hour, minute = 6 + number % 12, number * 7 % 60
    weekday = ("seg", "ter", "qua", "qui", "sex")[number % 5]
    return (
        f"dias úteis às {hour:02d}:{minute:02d}",
        f"seg-sex a cada {15 + number % 30} min das {hour:02d}:00 às 18:00",
        f"{1 + number % 20}º dia útil às {hour:02d}:{minute:02d}",
        f"último dia útil às {hour:02d}:{minute:02d}",
        f"{weekday} {hour:02d}:{minute:02d}; sáb {hour + 1:02d}:{minute:02d}",
        f"dia {1 + number % 28} às {hour:02d}:{minute:02d}",
        f"{minute} {hour} * * 1-5",
    )[number % 7]


def _registry(folder: Path, hours: Sequence[str] = _PLAIN) -> Path:
    rows = [
        (
            f"automacao_{number:05d}",
            f"Área {number % 12}",
            hours[number % len(hours)],
            "sim",
            f"pessoa{number % 40}",
            f"Rotina número {number} da equipe",
            "2025-01-31",
            number % 90,
        )
        for number in range(ROWS)
    ]
    return write_registry(folder, _HEADINGS, rows)


def _calamine(registry: Path) -> float:
    """Seconds that python-calamine alone takes, its import left out."""
    argv = [sys.executable, "-c", _CALAMINE, str(registry)]
    done = subprocess.run(argv, env=clean_environment(), cwd=ROOT, capture_output=True, check=True)
    return float(done.stdout)


class _Neighbour(threading.Thread):
    """A thread that wants to turn all the time, as the engine may; how long it was kept waiting at most."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self._ended = threading.Event()
        self.longest = 0.0

    def run(self) -> None:
        last = time.perf_counter()
        while not self._ended.wait(0.0005):
            now = time.perf_counter()
            self.longest, last = max(self.longest, now - last), now

    def milliseconds(self) -> float:
        """End, and tell."""
        self._ended.set()
        self.join()
        return self.longest * 1000


def _waits(act: Callable[[], float]) -> tuple[float, float, float]:
    """What an act tells; the longest wait (ms) of another thread meanwhile, and in a rest as long."""
    neighbour = _Neighbour()
    neighbour.start()
    taken = act()
    kept_waiting, neighbour = neighbour.milliseconds(), _Neighbour()
    neighbour.start()
    rest(taken)
    return taken, kept_waiting, neighbour.milliseconds()


def _processor_seconds(registry: Path) -> float:
    """Processor seconds of a whole reader child."""
    before = os.times()
    _child(registry)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def _child(registry: Path) -> float:
    """Seconds of a whole reader child, from its start to its answer taken apart in the agent."""
    source = RegistrySource(registry, 60.0, reader=ReaderProcess(program.environment(clean_environment())))
    began = time.perf_counter()
    rows, problems = source.read()
    taken = time.perf_counter() - began
    if rows is None or len(rows) != ROWS:
        raise RuntimeError(f"not read: {problems}")
    return taken


def _microseconds_unchanged(registry: Path, times: int) -> tuple[float, float]:
    source = RegistrySource(registry, 60.0, reader=ReaderProcess(program.environment(clean_environment())))
    first = source.read()
    looks, reads = [], []
    for _ in range(times):
        began = time.perf_counter_ns()
        os.stat(registry)  # noqa: PTH116 - the floor is the bare call
        seen = time.perf_counter_ns()
        same = source.read()
        reads.append((time.perf_counter_ns() - seen) / 1000)
        looks.append((seen - began) / 1000)
    if same is not first:
        raise RuntimeError("the registry was read again")
    return median(looks), median(reads)


def measure(short: bool) -> list[Figure]:
    """The child beside calamine alone; the look at an unchanged file beside a bare stat."""
    floors, children = [], []
    waits: list[float] = []
    rests: list[float] = []
    with temporary() as folder:
        registry = _registry(folder)
        for _ in range(3 if short else 7):
            floors.append(_calamine(registry))
            taken, kept_waiting, idle = _waits(lambda: _child(registry))
            children.append(taken)
            waits.append(kept_waiting)
            rests.append(idle)
        (folder / "rico").mkdir()
        registry_rich = _registry(folder / "rico", [_rich(number) for number in range(_RICH)])
        rich = [_processor_seconds(registry_rich) for _ in range(3 if short else 7)]
        look, read = _microseconds_unchanged(registry, 300 if short else 2000)
    text = f"python-calamine alone: {median(floors) * 1000:.0f} ms"
    idle_text = f"beside a rest as long: {median(rests):.1f} ms"
    return [
        Figure("W4", f"changed, {ROWS} rows, the whole child", median(children), "s", 0.6, 1.8, text),
        Figure(
            "W4",
            f"{ROWS} rows with {_RICH} rich schedules, the whole child's processor time",
            median(rich),
            "s",
            0.6,
            1.2,
        ),
        Figure("W4", "longest wait of another thread", median(waits), "ms", floor=idle_text),
        Figure("W4", "unchanged", read, "µs", 50, 150, f"one stat: {look:.1f} µs"),
    ]
