"""What cells mean on every day of 2024 to 2027 by other libraries: cronsim and croniter (cron), bizdays with
ANBIMA's file (business days, counted days), dateutil (rules of iCalendar). Days are computed once and shared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache

from bizdays import Calendar
from croniter import croniter
from cronsim import CronSim
from dateutil.rrule import rrulestr

FIRST, LAST = date(2024, 1, 1), date(2027, 12, 31)
DAYS = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
_MONTHS = [day for day in DAYS if day.day == 1]
_BEFORE = datetime(2023, 12, 31, 23, 59)

Days = frozenset[date]
Fires = dict[date, tuple[int, ...]]


@cache
def _anbima() -> Calendar:
    return Calendar.load(name="ANBIMA")


@cache
def by_cronsim(expression: str) -> Fires:
    times = CronSim(expression, _BEFORE)
    return _by_day(lambda: next(times))


@cache
def by_croniter(expression: str) -> Fires:
    times = croniter(expression, _BEFORE)
    return _by_day(lambda: times.get_next(datetime))


def _by_day(following: Callable[[], datetime]) -> Fires:
    found: dict[date, list[int]] = {}
    while (moment := following()).date() <= LAST:
        found.setdefault(moment.date(), []).append(moment.hour * 60 + moment.minute)
    return {day: tuple(minutes) for day, minutes in found.items()}


@cache
def business() -> Days:
    return frozenset(day for day in DAYS if _anbima().isbizday(day))


@cache
def counted(which: str) -> Days:
    """A day of every month that has it, as bizdays counts: "5th bizday", "last bizday", "last day"."""
    found = []
    for month in _MONTHS:
        try:
            day = _anbima().getdate(which, month.year, month.month)
        except (IndexError, ValueError):  # no 23rd business day
            continue
        found.append(day if isinstance(day, date) else date.fromisoformat(str(day)[:10]))
    return frozenset(day for day in found if FIRST <= day <= LAST)


@cache
def ruled(rule: str) -> Days:
    """The days of a recurrence rule of iCalendar: "FREQ=MONTHLY;BYDAY=2FR,4FR"."""
    found = rrulestr(rule, dtstart=datetime(FIRST.year, 1, 1))
    return frozenset(each.date() for each in found.between(_BEFORE, datetime(LAST.year, 12, 31, 23)))


def following(days: Days) -> Days:
    return frozenset(_anbima().following(day) for day in days)


def preceding(days: Days) -> Days:
    return frozenset(_anbima().preceding(day) for day in days)


def offset(days: Days, count: int) -> Days:
    return frozenset(_anbima().offset(day, count) for day in days)


def times(text: str) -> tuple[int, ...]:
    """ "8:00 12:30", or "8:00-18:00/15" for every fifteen minutes, both ends included."""
    found: set[int] = set()
    for part in text.split():
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        found.update(range(_minute(first), _minute(last or first) + 1, int(step or 1)))
    return tuple(sorted(found))


def _minute(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)


def union(parts: Iterable[tuple[Days, str]]) -> Fires:
    """The fires of days with their times, several times in one."""
    found: dict[date, set[int]] = {}
    for days, text in parts:
        minutes = times(text)
        for day in days:
            found.setdefault(day, set()).update(minutes)
    return {day: tuple(sorted(minutes)) for day, minutes in found.items()}
