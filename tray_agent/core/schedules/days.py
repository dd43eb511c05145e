"""On which days a schedule falls: a set of days, months, where it moves to, and what is left out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from tray_agent.core.schedules.calendar import NATIONAL, Calendar

_ONE_DAY = timedelta(days=1)
_LONGEST_MOVE = 31
_A_CALENDAR_ROUND = range(2024, 2052)  # every year, common and leap, with every weekday as its first
DATED = 1231  # a date with a year is a larger value
LAST_WEEK, SECOND_LAST_WEEK = 9, 8


class DayKind(StrEnum):
    """What the values of a :class:`Days` are."""

    DAILY = "daily"  # none
    WEEKDAYS = "weekdays"  # 0 Monday … 6 Sunday
    BUSINESS = "business"  # none
    NTH_BUSINESS = "nth_business"  # 1 the month's first business day …, -1 the last
    NTH_WEEKDAY = "nth_weekday"  # week * 10 + weekday: week 1 … 5, 8 the last but one, 9 the last
    MONTH_DAYS = "month_days"  # 1 … 31, -1 the month's last day
    DATES = "dates"  # month * 100 + day, plus year * 10000 if it has one
    MONTHS = "months"  # 1 … 12; in exceptions only
    HOLIDAYS = "holidays"  # none; in exceptions only


class Shift(StrEnum):
    """What becomes of a day that is no business day."""

    STAY = ""
    NEXT = "next"
    PREVIOUS = "previous"
    DROP = "drop"


@dataclass(frozen=True, slots=True)
class Days:
    """A set of days; ``values`` are sorted, their meaning is the kind's."""

    kind: DayKind
    values: tuple[int, ...] = ()

    def hold(self, day: date, calendar: Calendar) -> bool:
        """Whether the day is one of them."""
        match self.kind:
            case DayKind.DAILY:
                return True
            case DayKind.WEEKDAYS:
                return day.weekday() in self.values
            case DayKind.BUSINESS:
                return calendar.is_business(day)
            case DayKind.NTH_BUSINESS:
                return calendar.is_business(day) and any(n in self.values for n in calendar.rank(day))
            case DayKind.NTH_WEEKDAY:
                return any(week * 10 + day.weekday() in self.values for week in _weeks(day))
            case DayKind.MONTH_DAYS:
                return day.day in self.values or day.day - _length(day) - 1 in self.values
            case DayKind.DATES:
                short = day.month * 100 + day.day
                return short in self.values or day.year * 10000 + short in self.values
            case DayKind.MONTHS:
                return day.month in self.values
            case DayKind.HOLIDAYS:
                return calendar.is_holiday(day)


def _length(day: date) -> int:
    """How many days the day's month has."""
    return ((day.replace(day=28) + 4 * _ONE_DAY).replace(day=1) - _ONE_DAY).day


def _weeks(day: date) -> tuple[int, ...]:
    from_end = (_length(day) - day.day) // 7
    return ((day.day - 1) // 7 + 1, *((LAST_WEEK,), (SECOND_LAST_WEEK,), ())[min(from_end, 2)])


EVERY_DAY = Days(DayKind.DAILY)


@dataclass(frozen=True, slots=True)
class DayRule:
    """Days with their conditions (schedules.md, R9).

    ``months`` (none: all) test the day as written, ``excepts`` the day that it moved to.
    """

    days: Days = EVERY_DAY
    months: tuple[int, ...] = ()
    shift: Shift = Shift.STAY
    excepts: tuple[Days, ...] = ()

    def falls_on(self, day: date, calendar: Calendar) -> bool:
        """Whether the rule makes the day one on which it fires."""
        if any(each.hold(day, calendar) for each in self.excepts):
            return False
        if self.shift is Shift.STAY:
            return self._names(day, calendar)
        if not calendar.is_business(day):
            return False
        if self._names(day, calendar):
            return True
        if self.shift is Shift.DROP:
            return False
        step = -_ONE_DAY if self.shift is Shift.NEXT else _ONE_DAY
        for _ in range(_LONGEST_MOVE):
            day += step
            if calendar.is_business(day):
                return False
            if self._names(day, calendar):
                return True
        return False

    def never(self) -> bool:
        """Whether there is no such day at all, by the national calendar (31 February, the 23rd business day
        of February). Found by looking, so only for where conditions may leave nothing."""
        if not self.months and not self.excepts:
            return False
        years = [*_A_CALENDAR_ROUND, *{value // 10000 for value in self._dated()}]
        return not any(self.falls_on(day, NATIONAL) for year in years for day in self._candidates(year))

    def _dated(self) -> list[int]:
        return [value for value in self.days.values if self.days.kind is DayKind.DATES and value > DATED]

    def _candidates(self, year: int) -> Iterator[date]:
        """The days of a year that may be one."""
        begin = date(year, 1, 1)
        for ahead in range((date(year + 1, 1, 1) - begin).days):
            day = begin + ahead * _ONE_DAY
            if not self.months or day.month in self.months or self.shift in (Shift.NEXT, Shift.PREVIOUS):
                yield day

    def _names(self, day: date, calendar: Calendar) -> bool:
        return (not self.months or day.month in self.months) and self.days.hold(day, calendar)


EVERY = DayRule()
