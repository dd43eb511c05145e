"""W9: what the page is sent for one change among a thousand jobs, five of them running."""

from __future__ import annotations

import queue
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.setting import (
    Figure,
    Workspace,
    empty_python,
    encoded_size,
    make_workspace,
    median,
    running_agent,
    temporary,
    wait_for,
)
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Outcome, Run, Trigger
from tray_agent.shell.channel.client import Channel

JOBS, RUNNING = 1000, 5
HOURS = 24
_SCRIPT = "import time; time.sleep(600)"


def _day_behind(work: Workspace, jobs: list[str]) -> None:
    """Jobs that have run at every hour of the day, as late in the evening."""
    day = datetime.now(ZoneInfo("America/Sao_Paulo")).replace(hour=0, minute=0, second=1, microsecond=0)
    runs = []
    for number in range(HOURS * len(jobs)):
        job, started = jobs[number // HOURS], day + timedelta(minutes=number % HOURS)
        begun = Run(
            *(f"{started:%Y%m%d-%H%M%S}-{number}", job, job, f"/{job}.py", Trigger.SCHEDULED, day.date()),
            started=started,
            log=f"/{job}.log",
        )
        runs.append(replace(begun, ended=started, duration_seconds=1.5, exit_code=0, outcome=Outcome.ENDED))
    work.data.mkdir(parents=True)
    journal = SqliteJournal(work.data)
    journal.record(runs, runs)
    journal.close()


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
    """Starts and ends of a sixth job beside five that run; half of these jobs ran at every hour before."""
    rounds = 2 if short else 10
    with temporary() as folder:
        work = make_workspace(folder, JOBS, "MANUAL", _SCRIPT)
        sixth = work.names[RUNNING : RUNNING + rounds]
        _day_behind(work, sixth[::2])
        with running_agent(work.environment(python=empty_python()), work.data) as (_, channel):
            wait_for(lambda: len(channel.call("status")["cards"]) == JOBS, 30, 0.1)
            events: queue.SimpleQueue[object] = queue.SimpleQueue()
            channel.listen(events.put)
            for job in work.names[:RUNNING]:
                channel.call("run", job=job)
            wait_for(lambda: len(channel.call("running")["running"]) == RUNNING, 20, 0.05)
            full = encoded_size(channel.call("snapshot", since=None))
            sizes: list[int] = []
            for job in sixth:
                sizes += _changes(channel, job)
    text = f"everything: {full / 1024:.0f} KB"
    return [
        Figure("W9", "one change, median", median(sizes) / 1024, "KB", 2, 2, text, False),
        Figure("W9", "one change, largest", max(sizes) / 1024, "KB", 2, 2, text, False),
    ]
