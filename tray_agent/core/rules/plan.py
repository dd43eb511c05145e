"""What is to be done now: the day, the debts, the queue and the free places, from the state and the moment.

Work grows with what changed (``touched`` jobs and agenda entries that came due), never with what exists.
"""

from __future__ import annotations

from dataclasses import replace

from tray_agent.core import actions as act
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.rules.apply import (
    Actions,
    discover,
    forgive,
    look_anew,
    read_history,
    schedule_next,
    start,
    stop,
)
from tray_agent.core.rules.state import Active, Moment, Phase, State

LONGEST_SLEEP_SECONDS = 1.0
OVERDUE_FACTOR = 2.0
OVERDUE_SECONDS = 60.0


def plan(state: State, moment: Moment) -> Actions:
    """Decide what to do at this moment. Asking twice orders nothing twice."""
    ordered: Actions = []
    if moment.now.date() != state.day:
        ordered += _turn_day(state, moment)
    for job_id in state.agenda.due(moment.now):
        state.touched.add(job_id)
        job = state.shown(job_id)
        if job is not None:
            schedule_next(state, job, moment.now)
    if moment.seconds >= state.discover_at:
        ordered += discover(state, moment)
    if moment.seconds >= state.read_at:
        ordered += read_history(state, moment)
    ordered += _watch_active(state, moment)
    for job_id in sorted(state.touched):  # among equal debts the same one is first every time
        _consider(state, job_id, moment)
    ordered += _fill_places(state, moment)
    if state.quitting and not any(_keeps_agent(active) for active in state.active.values()):
        ordered.append(act.End())
    if state.touched or ordered:
        state.changed = True
    state.stale |= state.touched
    state.touched.clear()
    return ordered


def _keeps_agent(active: Active) -> bool:
    """A run that is being stopped is waited for; a held one ends by itself when the agent is gone."""
    return active.phase is Phase.STOPPING


def _turn_day(state: State, moment: Moment) -> Actions:
    """Midnight, or the clock was set to another day: everything that was known of the day is void."""
    state.day = moment.now.date()
    state.void_day()
    state.queue.clear()
    local = state.limits.local_history
    state.history = replace(
        state.history,
        verified=local,
        last_sync=None,
        rows=0,
        error=None,
        unverified_since=None if local else moment.now,
    )
    state.read_failures = 0
    look_anew(state, moment.now)
    return [act.LoadDay(), *read_history(state, moment)]


def _watch_active(state: State, moment: Moment) -> Actions:
    """Time limits, and runs that take far longer than usual (said, never killed for it)."""
    ordered: Actions = []
    for active in list(state.active.values()):
        if active.phase is not Phase.RUNNING:
            continue
        elapsed = moment.seconds - active.since
        job = state.jobs.get(active.job.id, active.job)
        limit = job.timeout_minutes or state.limits.timeout_minutes
        if limit and elapsed >= limit * 60:
            ordered += stop(state, active, Outcome.TIMED_OUT, moment)
        usual = active.usual_seconds
        if usual is not None and not active.overdue and elapsed > far_beyond(usual):
            active.overdue = True
            state.touched.add(active.job.id)
    return ordered


def far_beyond(usual_seconds: float) -> float:
    """The duration in seconds from which a run is far beyond its usual one."""
    return max(OVERDUE_FACTOR * usual_seconds, usual_seconds + OVERDUE_SECONDS)


def _consider(state: State, job_id: str, moment: Moment) -> None:
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


def _fill_places(state: State, moment: Moment) -> Actions:
    """Start queued jobs, oldest debt first, while a place is free and nothing forbids it."""
    ordered: Actions = []
    while state.running() < state.limits.max_concurrent and not state.blocked():
        job_id = state.queue.head()
        if job_id is None:
            break
        ordered += start(state, state.jobs[job_id], Trigger.SCHEDULED, moment)
    return ordered


def is_under_way(state: State, moment: Moment) -> bool:
    """Whether a plan can come to something by the passing of time alone: a run, the end, another day."""
    return bool(state.active) or state.quitting or state.day != moment.now.date()


def sleep_seconds(state: State, moment: Moment) -> float:
    """How long the engine may wait for a message before it looks again: a second at the most."""
    if state.touched:
        return 0.0
    wait = min(LONGEST_SLEEP_SECONDS, state.discover_at - moment.seconds)
    if not state.limits.local_history:
        wait = min(wait, state.read_at - moment.seconds)
    head = state.agenda.head()
    if head is not None:
        wait = min(wait, head - moment.now.timestamp())
    return max(0.0, wait)
