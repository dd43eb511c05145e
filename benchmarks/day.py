"""W10: a day in a minute. 500 jobs on ALL make 12,000 runs on a moved clock; against as many bare Popen."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from benchmarks.pools import PLACES, bare_pool
from benchmarks.setting import (
    Figure,
    Skipped,
    Workspace,
    ask_journal,
    empty_python,
    finished,
    make_workspace,
    running_agent,
    script_environment,
    start_paused,
    temporary,
    wait_for,
    warm_cache,
)

JOBS, HOURS = 500, 24
# The next hour comes while this many still wait: people's days have no gaps between the hours either.
_LEFT = 60


def _agent_day(work: Workspace, python: str) -> float:
    """Seconds from midnight's first start to the day's last end, by the clock of the machine."""
    from tests.e2e.clock import Clock

    clock = Clock(work.folder / "clock")
    clock.set("2026-03-10 00:00:30")
    start_paused(work.data)
    env = work.environment(python=python, max_concurrent=PLACES) | clock.environment
    with running_agent(env, work.data) as (_, channel):
        wait_for(lambda: channel.call("status")["counts"]["queued"] == JOBS, 30, pause=0.1)
        began = time.monotonic()
        channel.call("resume")
        for hour in range(1, HOURS):
            wait_for(lambda: finished(work.data) >= JOBS * hour - _LEFT, 120, pause=0.2)  # noqa: B023
            clock.set(f"2026-03-10 {hour:02d}:00:30")
        wait_for(lambda: finished(work.data) >= JOBS * HOURS, 120, pause=0.2)
        return time.monotonic() - began


def _unaccounted(data: Path) -> int:
    """Jobs whose journal does not show exactly 24 good runs of the day."""
    good = "outcome = 'ended' AND exit_code = 0 AND day = '2026-03-10'"
    right = (
        f"SELECT count(*) FROM (SELECT job FROM runs GROUP BY job"
        f" HAVING count(*) = {HOURS} AND sum({good}) = {HOURS})"
    )
    return JOBS - int(ask_journal(data, right)[0])


def measure(short: bool) -> list[Figure]:
    """One day and its floor; minutes long, so never in the short form."""
    if sys.platform != "linux":
        raise Skipped("the clock is moved by a Linux preload library")
    from tests.e2e.clock import Clock

    python = empty_python()
    with temporary() as folder:
        work = make_workspace(folder, JOBS, "ALL")
        scripts = sorted(work.base.glob("*/metodos/*.py"))
        warm_cache(python, scripts[0], folder / "pycache")
        warm_cache(python, scripts[0], work.data / "pycache")
        env = script_environment(folder / "pycache") | Clock(folder / "bare-clock").environment
        half = scripts * (HOURS // 2)
        floor = bare_pool(half, python, env, folder / "before")
        mine = _agent_day(work, python)
        floor += bare_pool(half, python, env, folder / "after")
        text = f"{JOBS * HOURS} Popen, half before, half after: {floor:.0f} s"
        return [
            Figure("W10", f"{JOBS * HOURS} runs of a day", mine / floor, "×", 1.15, 1.75, text),
            Figure("W10", "jobs not accounted for", _unaccounted(work.data), "", 0, 0, timed=False),
        ]
