"""Trying again a scheduled run that failed by itself: derived from the day's runs, so a restart forgets
nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tray_agent.core.history.status import state_of
from tray_agent.core.model import CardState, Job, Outcome, Run, Trigger
from tray_agent.core.policies import Limit
from tray_agent.core.rules.debt import end_of_minute
from tray_agent.core.rules.owed import End, fires_of, last_end
from tray_agent.core.rules.state import State
from tray_agent.core.standing import Attempt


def next_attempt(
    job: Job, runs: Sequence[Run], fires: Sequence[datetime], no_data_exit_code: int = 0
) -> Attempt | None:
    """The retry that the day's last ended run of ours asks for, or None.

    Never retried: what a person stopped, a time limit, a run without a result, NO_DATA, manual runs; nothing
    past the row's ``iniciar_ate`` and nothing on another day.
    """
    retries = job.policies.retries
    if retries is None or not runs:
        return None
    last = max(runs, key=_started)
    if last.trigger not in {Trigger.SCHEDULED, Trigger.RETRY} or last.outcome is not Outcome.ENDED:
        return None
    code = last.exit_code
    if not code or code == no_data_exit_code or (retries.codes and code not in retries.codes):
        return None
    at = (last.ended or last.started) + timedelta(minutes=retries.wait_minutes)
    stands_for = last.stands_for or max((fire for fire in fires if fire <= last.started), default=None)
    if last.attempt >= retries.count or at.date() != last.day or _is_too_late(job, at, stands_for):
        return None
    return Attempt(last.attempt + 1, retries.count, at, stands_for)


def _started(run: Run) -> datetime:
    return run.started


def _is_too_late(job: Job, at: datetime, fire: datetime | None) -> bool:
    limit: Limit | None = job.policies.start_by
    if limit is None:
        return False
    if limit.minute is not None:
        return at > end_of_minute(limit.minute, at)
    return fire is not None and at > fire + timedelta(minutes=limit.after_minutes or 0)


def attempt_of(state: State, job: Job, now: datetime) -> Attempt | None:
    """The retry that a job waits for, or None. What its row calls well done is done, whatever the exit code,
    and so is what ran elsewhere since."""
    if job.policies.retries is None:
        return None
    last = last_end(state, job.id)
    if last is None or last.run is None or state_of(last.status) is not CardState.ERROR:
        return None
    runs, no_data = state.finished.get(job.id, ()), state.limits.no_data_exit_code
    return next_attempt(job, runs, fires_of(state, job, now), no_data)


def repeatable(state: State, job: str) -> Run | None:
    """The last run of today where it is one of ours, made for a fire time, that failed or was stopped."""
    return repeatable_after(last_end(state, job))


def repeatable_after(last: End | None) -> Run | None:
    """The run with which the day ended so far, where it is one of ours that can be made again."""
    if last is None or last.run is None or last.run.trigger is Trigger.MANUAL:
        return None
    is_bad = state_of(last.status) is CardState.ERROR or last.run.outcome is Outcome.STOPPED
    return last.run if is_bad else None


def repetition(state: State, job: Job, failed: Run, now: datetime, by: str) -> Run:
    """A run that stands for one that failed: it takes no later fire time."""
    earlier = [fire for fire in fires_of(state, job, now) if fire <= failed.started]
    stands_for = failed.stands_for or max(earlier, default=None)
    return state.new_run(job, Trigger.REPEAT, now, by, stands_for=stands_for)
