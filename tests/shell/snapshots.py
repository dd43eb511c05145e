"""Snapshots for the tray's tests: valid by default, each test says what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tray_agent.core.model import CardState, Job, Outcome, Run, Trigger
from tray_agent.core.schedules.schedule import MANUAL
from tray_agent.core.shown import HistoryState, JobFacts, LastRun, Snapshot

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def facts(job: str, state: CardState = CardState.IDLE, **changes: Any) -> JobFacts:
    """A job in some state; RUNNING has an active run, what ended has one run that counts."""
    ended = state in {CardState.ERROR, CardState.SUCCESS, CardState.NO_DATA}
    values: dict[str, Any] = {
        "job": Job(job, job, "Mensageria", f"/{job}.py", MANUAL),
        "version": 1,
        "state": state,
        "target": 0,
        "actual": 1 if ended else 0,
        "next_run": None,
    }
    if ended:
        values["last_run"] = last_run(state)
    if state is CardState.RUNNING:
        values["active"] = run(job)
    return JobFacts(**(values | changes))


def last_run(state: CardState, source: str = "local", outcome: Outcome = Outcome.ENDED) -> LastRun:
    code = 1 if state is CardState.ERROR else 0
    return LastRun(NOON, state.value, 4.0, source, outcome, code if source == "local" else None)


def run(job: str, started: datetime = NOON, number: int = 1) -> Run:
    return Run(f"{job}-{number}", job, job, f"/{job}.py", Trigger.SCHEDULED, started.date(), started, "")


def snapshot(*jobs: JobFacts, **changes: Any) -> Snapshot:
    values: dict[str, Any] = {
        "version": 1,
        "at": NOON,
        "day": NOON.date(),
        "paused": False,
        "history": HistoryState("bigquery", verified=True, last_sync=NOON),
        "facts": {each.job.id: each for each in jobs},
        "order": tuple(each.job.id for each in jobs),
        "queue": (),
        "running": sum(1 for each in jobs if each.active),
        "max_concurrent": 5,
        "problems": (),
        "started": 0,
        "finished": 0,
        "base_path": "/base",
        "base_available": True,
        "registry": "/registro.xlsx",
        "discovered": True,
    }
    return Snapshot(**(values | changes))


def unverified(since: datetime, error: str | None = None) -> HistoryState:
    return HistoryState("bigquery", error=error, unverified_since=since)


def later(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)
