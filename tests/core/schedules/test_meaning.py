"""What days with conditions mean, against the plain reading of the rule; and what a moment asks of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.core.schedules.test_properties import RULES, SCHEDULES
from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.schedules.days import LAST_WEEK, SECOND_LAST_WEEK, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.schedule import Clause, Schedule, made_of, with_calendar

ONE = timedelta(days=1)
YEARS = [*range(2024, 2029), 2100, 2104, 2399]  # leap and common, and beyond the list of holidays
ZONES = [
    ZoneInfo(each) for each in ("America/Sao_Paulo", "America/New_York", "Asia/Tokyo", "Australia/Lord_Howe")
]


def days_of(year: int) -> list[date]:
    return [date(year, 1, 1) + n * ONE for n in range((date(year + 1, 1, 1) - date(year, 1, 1)).days)]


OWN_DAYS = st.builds(lambda year, n: date(year, 1, 1) + n * ONE, st.sampled_from(YEARS), st.integers(0, 364))
CALENDARS = st.one_of(
    st.just(NATIONAL),
    st.builds(
        lambda closed, open_: Calendar(frozenset(closed - open_), frozenset(open_)),
        st.sets(OWN_DAYS, max_size=40),
        st.sets(OWN_DAYS, max_size=20),
    ),
)


def named(days: Days, day: date, calendar: Calendar) -> bool:
    """Whether a day is one of the days as written, by counting the days of its month."""
    month = [each for each in days_of(day.year) if each.month == day.month]
    business = [each for each in month if calendar.is_business(each)]
    alike = [each for each in month if each.weekday() == day.weekday()]
    weeks = {1: alike[0], 2: alike[1], 3: alike[2], 4: alike[3], LAST_WEEK: alike[-1]}
    weeks |= {5: alike[4] if len(alike) > 4 else date.min, SECOND_LAST_WEEK: alike[-2]}
    match days.kind:
        case DayKind.DAILY:
            return True
        case DayKind.WEEKDAYS:
            return day.isoweekday() - 1 in days.values
        case DayKind.BUSINESS:
            return day in business
        case DayKind.NTH_BUSINESS:
            counted = [n - 1 if n > 0 else n for n in days.values]
            return any(-len(business) <= n < len(business) and business[n] == day for n in counted)
        case DayKind.NTH_WEEKDAY:
            return any(weeks[n // 10] == day and n % 10 == day.weekday() for n in days.values)
        case DayKind.MONTH_DAYS:
            counted = [n - 1 if n > 0 else n for n in days.values]
            return any(-len(month) <= n < len(month) and month[n] == day for n in counted)
        case DayKind.DATES:
            return int(f"{day:%m%d}") in days.values or int(f"{day:%Y%m%d}") in days.values
        case DayKind.MONTHS:
            return day.month in days.values
        case DayKind.HOLIDAYS:
            return calendar.is_holiday(day)


def meant(rule: DayRule, year: int, calendar: Calendar) -> set[date]:
    """The days of a year: each day as written moves where it must, then exceptions are left out (R9)."""
    found: set[date] = set()
    for written in [*days_of(year - 1)[-40:], *days_of(year), *days_of(year + 1)[:40]]:
        if (rule.months and written.month not in rule.months) or not named(rule.days, written, calendar):
            continue
        day, step = written, {Shift.NEXT: ONE, Shift.PREVIOUS: -ONE}.get(rule.shift)
        while step is not None and not calendar.is_business(day):
            day += step
        if rule.shift is not Shift.DROP or calendar.is_business(day):
            found.add(day)
    return {
        day
        for day in found
        if day.year == year and not any(named(each, day, calendar) for each in rule.excepts)
    }


@settings(max_examples=25, deadline=None)
@given(RULES, CALENDARS, st.sampled_from(YEARS))
def test_a_rule_falls_on_the_days_that_its_plain_reading_names(
    rule: DayRule, calendar: Calendar, year: int
) -> None:
    assert {day for day in days_of(year) if rule.falls_on(day, calendar)} == meant(rule, year, calendar)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.builds(Clause, RULES, st.sampled_from([(480,), (480, 720), (540,)])), max_size=4), CALENDARS
)
def test_what_is_said_as_one_fires_as_its_parts_do(clauses: list[Clause], calendar: Calendar) -> None:
    joined = with_calendar(made_of(clauses), calendar)

    for day in days_of(2026):
        apart = {n for each in clauses if each.days.falls_on(day, calendar) for n in each.minutes}
        assert joined.fires(day) == tuple(sorted(apart))


@cache
def changes(zone: ZoneInfo) -> list[date]:
    """The days of 2026 on which the zone's clocks are put forward or back."""
    noon = [datetime(2026, 1, 1, 12, tzinfo=zone) + n * ONE for n in range(364)]
    return [each.date() + ONE for each in noon if each.utcoffset() != (each + ONE).utcoffset()]


MOMENTS = st.builds(
    lambda zone, n, seconds: (zone, n, seconds),
    st.sampled_from(ZONES),
    st.integers(0, 5),
    st.integers(-7200, 97_200),
)


@settings(max_examples=150, deadline=None)
@given(SCHEDULES, MOMENTS)
def test_the_next_fire_lies_ahead_and_is_due_when_it_comes_and_not_before(
    schedule: Schedule, moment: tuple[ZoneInfo, int, int]
) -> None:
    zone, which, seconds = moment
    days = changes(zone) or [date(2026, 10, 12), date(2026, 2, 28)]
    begin = datetime.combine(days[which % len(days)], datetime.min.time(), UTC)
    now = (begin + timedelta(seconds=seconds)).astimezone(zone)

    following = schedule.next_after(now)

    if following is not None:
        assert following.timestamp() > now.timestamp()
        assert following.date() == now.date()
        assert schedule.due(following) == schedule.due(now) + sum(
            n <= following.hour * 60 + following.minute
            for n in schedule.fires(now.date())[schedule.due(now) :]
        )
        just_before = (following.astimezone(UTC) - timedelta(seconds=1)).astimezone(zone)
        if just_before.utcoffset() == now.utcoffset() and just_before >= now:
            assert schedule.due(just_before) == schedule.due(now)
    another = schedule.next_fire(now)
    if another is not None:
        assert another.timestamp() > now.timestamp()
        assert schedule.fires(another.date())


@pytest.mark.parametrize("year", [2100, 2150, 2200, 2999])
def test_holidays_beyond_every_list_follow_the_same_rules(year: int) -> None:
    found = {day for day in days_of(year) if NATIONAL.is_holiday(day)}

    assert len(found) >= 12
    assert {date(year, 1, 1), date(year, 12, 25), date(year, 11, 20)} <= found
    assert sum(NATIONAL.holiday_name(day) == "Carnaval" for day in found) == 2
    assert all(day.weekday() < 2 for day in found if NATIONAL.holiday_name(day) == "Carnaval")
    assert all(day.weekday() == 3 for day in found if NATIONAL.holiday_name(day) == "Corpus Christi")
