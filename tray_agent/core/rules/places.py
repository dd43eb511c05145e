"""Who owes a run, who waits for a place, and who gets one."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.model import Job, Trigger
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.runs import forgive, start
from tray_agent.core.rules.state import Moment, State


def schedule_next(state: State, job: Job, now: datetime) -> None:
    """Have a job considered again at its next fire time of the day."""
    at = job.schedule.next_after(now)
    if at is not None:
        state.agenda.put(at, job.id)


def consider(state: State, job_id: str, moment: Moment) -> None:
    """Give a job its place in the queue if it owes a run and may have one, else take it out."""
    job = state.jobs.get(job_id)
    if job is None or job_id in state.active or not state.history.verified or state.quitting:
        state.queue.discard(job_id)
        return
    retry = state.retries.get(job_id)
    if retry is not None and retry.at <= moment.now and state.backlog(job, moment.now) <= 0:
        forgive(state, job_id, moment.now)
        retry = None
    owed_since = job.schedule.fire_time(state.actual(job_id), moment.now)
    if owed_since is None or owed_since > moment.now or (retry is not None and retry.at > moment.now):
        state.queue.discard(job_id)
        return
    state.queue.put(job_id, owed_since)


def fill_places(state: State, moment: Moment) -> Actions:
    """Start queued jobs, oldest debt first, while a place is free and nothing forbids it."""
    ordered: Actions = []
    while state.running() < state.limits.max_concurrent and not state.blocked():
        job_id = state.queue.head()
        if job_id is None:
            break
        ordered += start(state, state.jobs[job_id], Trigger.SCHEDULED, moment)
    return ordered
