"""W9: what the page is sent for one change among a thousand jobs, five of them running."""

from __future__ import annotations

import queue

from benchmarks.setting import (
    Figure,
    empty_python,
    encoded_size,
    make_workspace,
    median,
    running_agent,
    temporary,
    wait_for,
)
from tray_agent.shell.client import Channel

JOBS, RUNNING = 1000, 5
_SCRIPT = "import time; time.sleep(600)"


def _changes(channel: Channel, job: str) -> list[int]:
    """The sizes of all that the page is sent while a job is started and stopped."""
    since = channel.call("snapshot", since=None)["version"]
    sizes = []
    channel.call("run", job=job)
    for turn in range(2):
        if turn:
            channel.call("stop", job=job)
            wait_for(lambda: len(channel.call("running")["running"]) == RUNNING, 20, 0.05)
        news = channel.call("snapshot", since=since)
        since = news["version"]
        sizes.append(encoded_size(news))
    return sizes


def measure(short: bool) -> list[Figure]:
    """Starts and ends of a sixth job beside five that run."""
    with temporary() as folder:
        work = make_workspace(folder, JOBS, "MANUAL", _SCRIPT)
        with running_agent(work.environment(python=empty_python()), work.data) as (_, channel):
            wait_for(lambda: len(channel.call("status")["cards"]) == JOBS, 30, 0.1)
            events: queue.SimpleQueue[object] = queue.SimpleQueue()
            channel.listen(events.put)
            for job in work.names[:RUNNING]:
                channel.call("run", job=job)
            wait_for(lambda: len(channel.call("running")["running"]) == RUNNING, 20, 0.05)
            full = encoded_size(channel.call("snapshot", since=None))
            sizes: list[int] = []
            for round_ in range(2 if short else 10):
                sizes += _changes(channel, work.names[RUNNING + round_])
    text = f"everything: {full / 1024:.0f} KB"
    return [
        Figure("W9", "one change, median", median(sizes) / 1024, "KB", 2, 2.5, text),
        Figure("W9", "one change, largest", max(sizes) / 1024, "KB", 2, 2.5, text),
    ]
