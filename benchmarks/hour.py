"""W3, by name only: whether an agent with nothing due is level over an hour."""

from __future__ import annotations

from benchmarks.setting import (
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

JOBS = 2000
_MINUTES, _SETTLED_MINUTES = 60, 5


def measure(short: bool) -> list[Figure]:
    """Memory at the end against five minutes after the start; the processor time of all minutes between."""
    minutes, settled = (3, 1) if short else (_MINUTES, _SETTLED_MINUTES)
    with temporary() as folder:
        work = make_workspace(folder, JOBS, "MANUAL")
        with running_agent(work.environment(python=empty_python()), work.data) as (agent, channel):
            wait_for(lambda: len(channel.call("status")["cards"]) == JOBS, 30, 0.1)
            rest(settled * 60.0)
            weight, used = pss_mb(agent.pid), cpu_seconds(agent.pid)
            rest((minutes - settled) * 60.0)
            grown, spent = pss_mb(agent.pid) - weight, cpu_seconds(agent.pid) - used
    text = f"after {settled} minutes: {weight:.1f} MB"
    what = f"{JOBS} jobs, {minutes} minutes"
    return [
        Figure("W3-hour", f"growth, {what}", grown, "MB", 0.5, 0.75, text, timed=False),
        Figure("W3-hour", f"CPU, {what}", spent / (minutes - settled), "s/min", 0.1, 0.3, timed=False),
    ]
