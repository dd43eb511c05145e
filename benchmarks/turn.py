"""W6: one turn of the loop with nothing due, from a hundred to a hundred thousand jobs."""

from __future__ import annotations

import heapq
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.setting import Figure, median, temporary
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.core.messages import Discovered
from tray_agent.core.model import Discovery, Job
from tray_agent.core.rules.limits import Limits
from tray_agent.core.schedules.schedule import at_hours
from tray_agent.engine.loop import Engine

SIZES = (100, 1_000, 10_000, 100_000)


class _Nobody:
    """Processes and readers of an engine that has nothing to do with either."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *arguments: None


def _engine(folder: Path, count: int) -> Engine:
    nobody: Any = _Nobody()
    engine = Engine(
        Limits(local_history=True),
        SystemClock("America/Sao_Paulo"),
        nobody,
        SqliteJournal(folder / str(count)),
        nobody,
        nobody,
        lambda snapshot: None,
    )
    jobs = tuple(
        Job(f"j{number}", f"j{number}", "Área", f"/base/metodos/j{number}.py", at_hours({number % 24}))
        for number in range(count)
    )
    (folder / str(count)).mkdir()
    engine.turn([])
    engine.turn([Discovered(Discovery(jobs, (), "/base", False, "registro.xlsx"))])
    return engine


def _microseconds(act: Callable[[], object], times: int) -> float:
    taken = []
    for _ in range(times):
        began = time.perf_counter_ns()
        act()
        taken.append((time.perf_counter_ns() - began) / 1000)
    return median(taken)


def measure(short: bool) -> list[Figure]:
    """The median turn at each size; the base path is gone, so that debts of the day stay debts."""
    times, sizes = (500, SIZES[:3]) if short else (3000, SIZES)
    heap = [(float(number), f"j{number}") for number in range(100_000)]
    heapq.heapify(heap)
    floor = _microseconds(lambda: heap[0], times)
    turns = {}
    with temporary() as folder:
        for size in sizes:
            engine = _engine(folder, size)
            turns[size] = _microseconds(lambda: engine.turn([]), times)  # noqa: B023
    text = f"a heap's head: {floor:.2f} µs"
    flat = turns[sizes[-1]] / turns[sizes[0]]
    figures = [Figure("W6", f"turn, {size} jobs", turns[size], "µs", 50, 150, text) for size in sizes]
    return [*figures, Figure("W6", f"turn at {sizes[-1]} against {sizes[0]} jobs", flat, "×", 1.25, 1.9)]
