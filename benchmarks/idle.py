"""W3: an agent with nothing due. CPU seconds a minute and memory, discovery included."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import psutil

from benchmarks.setting import Figure, empty_python, make_workspace, running_agent, temporary, wait_for


def pss_mb(pid: int) -> float:
    """The proportional share of memory of a process and its children, in MB."""
    total = 0
    for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
        text = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        total += next(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:"))
    return total / 1024


def cpu_seconds(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system + times.children_user + times.children_system


def measure(short: bool) -> list[Figure]:
    figures = []
    seconds = 20.0 if short else 60.0
    for count, cpu_bound in ((100, 0.03), (2000, 0.1)):
        with temporary() as folder:
            work = make_workspace(folder, count, "MANUAL")
            env = work.environment(python=empty_python(), discovery_seconds=20 if short else 60)
            with running_agent(env, work.data) as (agent, channel):
                wait_for(lambda: len(channel.call("status")["cards"]) == count, 30)
                threading.Event().wait(3.0)
                before = cpu_seconds(agent.pid)
                threading.Event().wait(seconds)
                used = (cpu_seconds(agent.pid) - before) * 60 / seconds
                figures += [
                    Figure("W3", f"CPU, {count} jobs", used, "s/min", cpu_bound, cpu_bound * 3),
                    Figure("W3", f"PSS headless, {count} jobs", pss_mb(agent.pid), "MB", 25, 32),
                ]
    return figures


if __name__ == "__main__":
    for figure in measure("--short" in sys.argv):
        print(figure)
