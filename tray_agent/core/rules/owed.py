"""What a job owes, from all that is known: its fire times of the day, its runs, its policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tray_agent.core.history.last import status_of
from tray_agent.core.history.matching import is_from_the_future
from tray_agent.core.history.status import WELL, is_open, state_of
from tray_agent.core.model import Job, Run
from tray_agent.core.policies import CatchUp
from tray_agent.core.rules.debt import Count, Debt, debt
from tray_agent.core.rules.state import State
from tray_agent.core.schedules.schedule import ScheduleKind


def follows(job: Job) -> bool:
    """Whether a job has no hours of its own but those at which the ones that it waits for ended well.

    One whose hours are on other days has its own all the same; a cell that was not understood is no wish.
    """
    return bool(job.policies.after) and job.schedule.kind is ScheduleKind.MANUAL and not job.schedule_problem


def fires_of(state: State, job: Job, now: datetime) -> Sequence[datetime]:
    """The day's fire times of a job, sorted; of one that follows others the moments at which all of them had
    ended well once, twice…"""
    if follows(job):
        ends = [good_ends(state, other) for other in job.policies.after]
        return [max(kth) for kth in zip(*ends, strict=False)]
    return job.schedule.moments(now)


@dataclass(frozen=True, slots=True)
class End:
    """How one of the day's runs ended: ours (``run``), or one that only the history knows.

    ``key`` names it for good, also after a restart.
    """

    at: datetime
    start: datetime
    status: str | None
    run: Run | None
    key: str


def good_ends(state: State, job: str) -> list[datetime]:
    """When the day's runs of a job ended that ended well, sorted; the row of a run of ours decides."""
    return [end.at for end in ends_of(state, job) if state_of(end.status) in WELL]


def last_end(state: State, job: str) -> End | None:
    """How the run of a job ended that was the last to start today."""
    return max(ends_of(state, job), key=lambda end: end.start, default=None)


def ends_of(state: State, job: str) -> list[End]:
    """How the day's runs of a job ended, in the order of their ends; the row of a run of ours decides."""
    runs, no_data = state.finished.get(job, ()), state.limits.no_data_exit_code
    matched = state.matched(job)
    if not runs and not matched.foreign:
        return []
    found: list[End] = []
    for run in runs:
        status = status_of(run, matched.own.get(run.id), no_data)
        found.append(End(run.ended or run.started, run.started, status, run, run.id))
    found += [
        End(row.end or row.start, row.start, row.status, None, row.start.isoformat())
        for row in matched.foreign
        if row.start is not None and not is_open(row.status) and not is_from_the_future(row)
    ]
    return sorted(found, key=_at)


def _at(end: End) -> datetime:
    return end.at


def starts_of(state: State, job: str) -> list[datetime]:
    """When the day's runs began that are counted for a fire time, sorted, as far as it is known."""
    own = state.finished.get(job, [])
    foreign = [row.start for row in state.matched(job).foreign if row.start is not None]
    return sorted([run.started for run in own if not run.stands_for_another] + foreign)


def credit_of(state: State, job: str) -> int:
    """How many of the counted runs stand for another: retries and repeats take no fire time."""
    ended = state.finished.get(job)
    return sum(run.stands_for_another for run in ended) if ended else 0


def count_of(state: State, job: Job, *, but_active: bool = False) -> Count:
    """What is known of a job's day, for :func:`debt`; ``but_active`` leaves a run under way out."""
    active, policies = state.active.get(job.id), job.policies
    run = None if active is None or active.exited or but_active else active.run
    is_coming = run is not None and run.day == state.day and not run.stands_for_another
    cleared = state.cleared.get(job.id)
    needs_starts = policies.catch_up is not CatchUp.ALL or policies.start_by is not None or cleared
    return Count(
        state.actual(job.id),
        credit_of(state, job.id),
        starts_of(state, job.id) if needs_starts else (),
        run.started if run is not None and is_coming else None,
        cleared,
    )


def debt_of(state: State, job: Job, now: datetime, *, but_active: bool = False) -> Debt:
    """What a job owes beyond the run that is under way (unless ``but_active``)."""
    return debt_from(state, job, now, count_of(state, job, but_active=but_active))


def debt_from(state: State, job: Job, now: datetime, count: Count) -> Debt:
    """What a job owes that has made these runs."""
    if not job.policies.are_plain or count.cleared is not None:
        return debt(job.policies, fires_of(state, job, now), now, count)
    # The same where nothing but the count matters: most jobs, asked at every change.
    due = job.schedule.due(now)
    owed = max(0, due + count.credit - count.actual - (count.coming is not None))
    return Debt(due, owed, 0, 0, job.schedule.fire_time(due - owed, now) if owed else None)
