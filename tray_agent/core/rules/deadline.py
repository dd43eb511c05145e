"""The row's deadline (``prazo``): judged by the clock, whatever hindered the run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tray_agent.core.model import Job
from tray_agent.core.rules.debt import at_minute
from tray_agent.core.rules.owed import fires_of, good_ends
from tray_agent.core.rules.state import State
from tray_agent.core.standing import Lateness

LONGEST_WAIT_FOR_READ = timedelta(minutes=10)


def deadlines_of(job: Job, fires: Sequence[datetime]) -> list[tuple[datetime, int]]:
    """Each deadline of the day, and how many runs must have ended well by then."""
    limit = job.policies.deadline
    if limit is None or not fires:
        return []
    if limit.minute is not None:
        at = at_minute(limit.minute, fires[0])
        due = sum(fire <= at for fire in fires)
        return [(at, due)] if due else []
    wait = timedelta(minutes=limit.after_minutes or 0)
    return [(fire + wait, index) for index, fire in enumerate(fires, 1)]


def lateness(state: State, job: Job, now: datetime) -> Lateness | None:
    """The first deadline of the day that was missed and not made good since; failing that the last one that
    was.

    Where BigQuery is the history it is said after a read that began later, or after 10 minutes.
    """
    if job.policies.deadline is None:
        return None
    good = good_ends(state, job.id)
    met: Lateness | None = None
    for at, due in deadlines_of(job, fires_of(state, job, now)):
        in_time = sum(end <= at for end in good)
        if now < at or in_time >= due:
            continue
        if len(good) >= due:
            met = Lateness(at, due, due, good[due - 1])
        elif _is_known(state, at, now):
            return Lateness(at, due, len(good))
    return met


def _is_known(state: State, at: datetime, now: datetime) -> bool:
    read = state.history.last_sync
    return (
        state.limits.local_history or (read is not None and read >= at) or now >= at + LONGEST_WAIT_FOR_READ
    )
