"""When a job is due: a schedule is a value that tells the fire times of any day.

The plan asks how many fire times of a day have come, and when the next one comes; nothing else.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.schedules.days import EVERY, DayRule

FARTHEST_DAYS = 400
MINUTES_A_DAY = 1440
_ONE_DAY = timedelta(days=1)
_ONE_MINUTE = timedelta(minutes=1)


class ScheduleKind(StrEnum):
    """How a schedule shows, as ``status --json`` names it: full hours of every day, or anything richer."""

    ALL = "all"
    HOURS = "hours"
    MANUAL = "manual"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Clause:
    """The minutes of the day (0 … 1439, sorted) that fire on the days of a rule."""

    days: DayRule
    minutes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The union of its clauses. ``text`` says it in canonical Portuguese, "" for a manual one.

    What was found of the day asked last is kept, so that asking every second costs nothing.
    """

    kind: ScheduleKind
    clauses: tuple[Clause, ...] = ()
    text: str = ""
    calendar: Calendar = NATIONAL
    _day: tuple[date | None, tuple[int, ...]] = field(
        default=(None, ()), init=False, repr=False, compare=False
    )
    _coming: tuple[date | None, tzinfo | None, datetime | None] = field(
        default=(None, None, None), init=False, repr=False, compare=False
    )
    _moments: tuple[date | None, tzinfo | None, tuple[datetime, ...]] = field(
        default=(None, None, ()), init=False, repr=False, compare=False
    )

    @property
    def hours(self) -> tuple[int, ...]:
        """The full hours of a daily schedule of full hours; empty for any other."""
        if self.kind in (ScheduleKind.MANUAL, ScheduleKind.RULE):
            return ()
        return tuple(sorted({minute // 60 for clause in self.clauses for minute in clause.minutes}))

    def fires(self, day: date) -> tuple[int, ...]:
        """The minutes of that day, sorted, at which the job is due."""
        kept, minutes = self._day
        if kept != day:
            minutes = self._fires(day)
            object.__setattr__(self, "_day", (day, minutes))  # one store: other threads read it too
        return minutes

    def _fires(self, day: date) -> tuple[int, ...]:
        found = [each.minutes for each in self.clauses if each.days.falls_on(day, self.calendar)]
        if len(found) > 1:
            return tuple(sorted({minute for minutes in found for minute in minutes}))
        return found[0] if found else ()

    def due(self, moment: datetime) -> int:
        """How many fire times of the moment's day lie at or before it (the target)."""
        return bisect_right(self.fires(moment.date()), moment.hour * 60 + moment.minute)

    def next_after(self, moment: datetime) -> datetime | None:
        """The first fire time of the moment's day that lies after it, or None."""
        return self.fire_time(self.due(moment), moment)

    def fire_time(self, index: int, moment: datetime) -> datetime | None:
        """The fire time of the moment's day with that index (0 is the first), or None past the last."""
        found = self.moments(moment)
        return found[index] if 0 <= index < len(found) else None

    def moments(self, moment: datetime) -> tuple[datetime, ...]:
        """The fire times of the moment's day, sorted: kept, unless which is meant depends on the moment."""
        day, zone = moment.date(), moment.tzinfo
        kept, kept_zone, found = self._moments
        if kept == day and kept_zone is zone:
            return found
        found = tuple(moment_of(minute, moment) for minute in self.fires(day))
        if all(each.utcoffset() == each.replace(fold=1 - each.fold).utcoffset() for each in found):
            object.__setattr__(self, "_moments", (day, zone, found))
        return found

    def next_fire(self, moment: datetime) -> datetime | None:
        """The first fire time after the moment, on whatever day, at most 400 days ahead; or None."""
        return self.next_after(moment) or self.next_day(moment)

    def next_day(self, moment: datetime) -> datetime | None:
        """The first fire time of the days after the moment's, at most 400 days ahead; or None."""
        if not self.clauses:
            return None
        day, zone = moment.date(), moment.tzinfo
        kept, kept_zone, coming = self._coming
        if kept != day or kept_zone is not zone:
            ahead = (day + _ONE_DAY * n for n in range(1, FARTHEST_DAYS + 1))
            found = next((each for each in ahead if self._fires(each)), None)
            begin = None if found is None else datetime.combine(found, time(), zone)
            coming = None if begin is None else moment_of(self._fires(begin.date())[0], begin)
            object.__setattr__(self, "_coming", (day, zone, coming))
        return coming


def moment_of(minute: int, moment: datetime) -> datetime:
    """The first instant of the moment's day at which its clock shows that minute, or a later one.

    A minute that the day leaves out (the clock is put forward) is due when the clock has passed it. One that
    the day has twice is the second where the moment already is in the second pass, else the first.
    """
    fire = datetime.combine(moment.date(), time(minute // 60, minute % 60), moment.tzinfo)
    zone = moment.tzinfo
    if zone is None or fire.utcoffset() == fire.replace(fold=1).utcoffset():
        return fire
    first, second = fire.astimezone(UTC), fire.replace(fold=1).astimezone(UTC)
    if first < second:
        return fire.replace(fold=1) if first <= moment.astimezone(UTC) < second else fire
    early, late = second, first  # a gap: the clock jumps somewhere between
    while late - early > _ONE_MINUTE:
        middle = early + (late - early) // 2
        middle = middle.replace(second=0, microsecond=0)
        if middle.astimezone(zone).replace(tzinfo=None) < fire.replace(tzinfo=None):
            early = middle
        else:
            late = middle
    return late.astimezone(zone)


def made_of(clauses: Iterable[Clause], calendar: Calendar = NATIONAL) -> Schedule:
    """A schedule in its normal form: clauses that can be said as one are one."""
    from tray_agent.core.schedules.normal import normal  # not needed where schedules come ready made
    from tray_agent.core.schedules.render import render

    joined = normal(clauses)
    if not joined:
        return MANUAL
    schedule = Schedule(_kind(joined), joined, render(joined), calendar)
    return ALL_DAY if schedule == ALL_DAY else schedule


def _kind(clauses: tuple[Clause, ...]) -> ScheduleKind:
    daily = all(clause.days == EVERY for clause in clauses)
    minutes = {minute for clause in clauses for minute in clause.minutes}
    if not daily or any(minute % 60 for minute in minutes):
        return ScheduleKind.RULE
    return ScheduleKind.ALL if len(minutes) == 24 else ScheduleKind.HOURS


def with_calendar(schedule: Schedule, calendar: Calendar) -> Schedule:
    """The schedule with a team's own days."""
    return schedule if schedule.calendar == calendar else replace(schedule, calendar=calendar)


ALL_DAY = Schedule(
    ScheduleKind.ALL, (Clause(EVERY, tuple(range(0, MINUTES_A_DAY, 60))),), "todo dia a cada hora"
)
MANUAL = Schedule(ScheduleKind.MANUAL)


def at_hours(hours: set[int]) -> Schedule:
    """A schedule of listed hours of every day; without any it is manual. Raises ValueError outside 0…23."""
    if any(not 0 <= hour <= 23 for hour in hours):
        raise ValueError(f"hours outside 0..23: {sorted(hours)}")
    return made_of([Clause(EVERY, tuple(hour * 60 for hour in sorted(hours)))] if hours else [])
