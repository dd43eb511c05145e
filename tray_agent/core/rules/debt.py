"""What a job owes at a moment: one formula from its fire times, the moment and the starts of its runs.

Nothing is remembered between two asks, so a restart, a late row or a clock that was set cannot break it
(``owed <= max(0, due + credit - actual)``; and while that is not less, ``due + credit = actual + owed +
skipped``).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tray_agent.core.policies import CatchUp, Limit, Policies

_JUST_AFTER = timedelta(milliseconds=1)
STILL_IN_TIME = timedelta(minutes=15)  # how long a fire time is wanted that is not to be caught up


@dataclass(frozen=True, slots=True)
class Count:
    """A job's runs of the day.

    ``actual`` counts all of them, ``credit`` those that stand for another (retries and repeats); ``starts``
    are the moments at which the others began, sorted, as far as they are known. ``coming`` is the start of a
    run under way that will count, ``cleared`` the moment up to which a person gave up what was owed.
    """

    actual: int
    credit: int = 0
    starts: Sequence[datetime] = ()
    coming: datetime | None = None
    cleared: datetime | None = None


@dataclass(frozen=True, slots=True)
class Debt:
    """What a job owes: ``due`` fire times lie behind, ``owed`` runs are still to be made for them beyond the
    one under way, ``skipped`` are not made up for. ``since`` is the fire time of the oldest owed run, None
    without any; ``wanted_from`` the index of the first fire time that is not given up."""

    due: int
    owed: int
    skipped: int
    wanted_from: int
    since: datetime | None = None


def debt(policies: Policies, fires: Sequence[datetime], now: datetime, count: Count) -> Debt:
    """What is owed at ``now`` for the day's fire times, sorted."""
    due = bisect_right(fires, now)
    missing = due + count.credit - count.actual - (count.coming is not None)
    first = _first_wanted(policies, fires[:due], now, count.cleared)
    if missing <= 0 or first >= due:
        return Debt(due, 0, max(0, missing), first)
    served = len(count.starts) - bisect_left(count.starts, fires[first])
    served += count.coming is not None and count.coming >= fires[first]
    owed = max(0, min(missing, due - first - served))
    return Debt(due, owed, missing - owed, first, fires[due - owed] if owed else None)


def _first_wanted(
    policies: Policies, due: Sequence[datetime], now: datetime, cleared: datetime | None
) -> int:
    """The index of the first due fire time that the policies still want; what they want is always the end."""
    first = 0
    if policies.catch_up is not CatchUp.ALL and due:
        first = len(due) - 1
        if policies.catch_up is CatchUp.NONE and now > due[-1] + STILL_IN_TIME:
            first = len(due)
    if policies.start_by is not None:
        first = max(first, in_time(policies.start_by, due, now))
    if cleared is not None:
        first = max(first, bisect_right(due, cleared))
    return first


def in_time(limit: Limit, due: Sequence[datetime], now: datetime) -> int:
    """The index of the first due fire time that the limit leaves time for."""
    if limit.after_minutes is not None:
        return bisect_left(due, now - timedelta(minutes=limit.after_minutes))
    return len(due) if limit.minute is not None and now > end_of_minute(limit.minute, now) else 0


def at_minute(minute: int, day: datetime) -> datetime:
    """That minute of the moment's day."""
    return day.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)


def end_of_minute(minute: int, day: datetime) -> datetime:
    """The last moment of that minute of the day: up to it a start is in time whose limit is that minute."""
    return at_minute(minute, day).replace(second=59, microsecond=999_000)


def ends_of_wanting(policies: Policies, fires: Sequence[datetime]) -> list[datetime]:
    """The first moments at which something owed is owed no longer: a limit itself is still in time."""
    ends: list[datetime] = []
    if policies.catch_up is CatchUp.NONE:
        ends += [fire + STILL_IN_TIME for fire in fires]
    limit = policies.start_by
    if limit is not None and limit.after_minutes is not None:
        ends += [fire + timedelta(minutes=limit.after_minutes) for fire in fires]
    if limit is not None and limit.minute is not None and fires:
        ends.append(end_of_minute(limit.minute, fires[0]))
    return [end + _JUST_AFTER for end in ends]


def coming(
    policies: Policies, fires: Sequence[datetime], now: datetime, count: Count
) -> dict[datetime, bool]:
    """For each later fire time of the day: whether a run will be made for it, if no other comes between.

    Whatever is owed before is taken to be made first; a False one is covered by a run that was made ahead.
    """
    before = debt(policies, fires, now, count)
    owed, later = before.owed, fires[before.due :]
    wants_all = policies.catch_up is CatchUp.ALL and policies.start_by is None and count.cleared is None
    if wants_all and count.actual + (count.coming is not None) + owed <= before.due + count.credit:
        return dict.fromkeys(later, True)  # nothing was made ahead
    actual = count.actual + (count.coming is not None) + owed
    starts = [*count.starts, *([count.coming] if count.coming is not None else []), *[now] * owed]
    told = dict.fromkeys(later, False)
    ends = [end for end in ends_of_wanting(policies, fires) if end > now]
    for moment in sorted([*later, *ends]) if ends else later:  # what is given up, another stands for no more
        after = debt(
            policies, fires, moment, Count(actual, count.credit, sorted(starts), None, count.cleared)
        )
        if after.owed:
            told.update(dict.fromkeys(fires[max(before.due, after.due - after.owed) : after.due], True))
            actual += after.owed
            starts += [moment] * after.owed
    return told
