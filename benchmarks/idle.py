"""W3: agents with nothing due. CPU seconds a minute and memory, discovery included."""

from __future__ import annotations

import subprocess
from contextlib import ExitStack

from benchmarks.setting import (
    SETTLED_AFTER,
    Figure,
    cpu_seconds,
    empty_python,
    make_workspace,
    pss_mb,
    rest,
    running_agent,
    temporary,
    wait_for,
)

COUNTS = {100: 0.03, 2000: 0.1}
_BARE = "import time\nwhile True: time.sleep(1)"
# The short form discovers three times a minute, where the goal is for one; and half as much again for noise.
_CHECK = 4.5
_HOUR_OF_DISCOVERIES = 60


def measure(short: bool) -> list[Figure]:
    """Agents of every size and the floor, side by side through the same minutes."""
    seconds = 20.0 if short else 300.0
    with ExitStack() as stack:
        bare = subprocess.Popen([empty_python(), "-c", _BARE])
        stack.callback(bare.wait)
        stack.callback(bare.kill)
        pids = [bare.pid]
        for count in COUNTS:
            folder = stack.enter_context(temporary())
            work = make_workspace(folder, count, "MANUAL")
            env = work.environment(python=empty_python(), discovery_seconds=20 if short else 60)
            agent, channel = stack.enter_context(running_agent(env, work.data))
            wait_for(lambda: len(channel.call("status")["cards"]) == count, 30, 0.1)  # noqa: B023
            pids.append(agent.pid)
        rest(SETTLED_AFTER * (20.0 if short else 60.0))
        before = [cpu_seconds(pid) for pid in pids]
        rest(seconds)
        used = [(cpu_seconds(pid) - former) * 60 / seconds for pid, former in zip(pids, before, strict=True)]
        weights = [pss_mb(pid) for pid in pids]
    return [*_figures(used, weights), *([] if short else [_growth()])]


def _figures(used: list[float], weights: list[float]) -> list[Figure]:
    figures = []
    for place, (count, bound) in enumerate(COUNTS.items(), 1):
        floor = f"one wake-up a second: {used[0]:.3f} s"
        figures.append(Figure("W3", f"CPU, {count} jobs", used[place], "s/min", bound, bound * _CHECK, floor))
        floor = f"bare Python: {weights[0]:.1f} MB"
        figures.append(
            Figure("W3", f"PSS headless, {count} jobs", weights[place], "MB", 25, 31, floor, False)
        )
    return figures


def _growth() -> Figure:
    """As many discoveries as an hour has, one a second: what memory they leave behind."""
    with temporary() as folder:
        work = make_workspace(folder, 100, "MANUAL")
        env = work.environment(python=empty_python(), discovery_seconds=1, full_walk_seconds=5)
        with running_agent(env, work.data) as (agent, channel):
            wait_for(lambda: len(channel.call("status")["cards"]) == 100, 30, 0.1)
            rest(10.0)
            before = pss_mb(agent.pid)
            rest(_HOUR_OF_DISCOVERIES * 1.0)
            return Figure(
                "W3", "growth over an hour's discoveries", pss_mb(agent.pid) - before, "MB", 0.5, 0.75
            )
