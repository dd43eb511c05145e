"""What a schedule cell means, for the person who writes it: its canonical text and the next fire times."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.schedules.days import DATED, DayKind, DayRule, Shift
from tray_agent.core.schedules.grammar import parse
from tray_agent.core.schedules.schedule import Schedule, moment_of, with_calendar
from tray_agent.core.schedules.vocabulary import WEEKDAY_NAMES

MANUAL_TEXT = "sem agendamento"
_SHOWN_FIRES = 5
_FARTHEST_YEARS = 30  # five times 29 February
_ONE_DAY = timedelta(days=1)
_WORKING_WEEK = (0, 1, 2, 3, 4)


@dataclass(frozen=True, slots=True)
class Explanation:
    """``text`` and ``kind`` are None where nothing is understood; ``notes`` are good to know, no problems."""

    text: str | None
    kind: str | None
    fires: tuple[datetime, ...] = ()
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def explain(text: str, now: datetime, calendar: Calendar = NATIONAL) -> Explanation:
    """What a cell with that text means from now on."""
    parsed = parse(text)
    schedule = with_calendar(parsed.schedule, calendar)
    if not schedule.clauses:
        if parsed.problems:
            return Explanation(None, None, (), parsed.problems)
        return Explanation(MANUAL_TEXT, schedule.kind.value)
    fires = tuple(_next_fires(schedule, now))
    return Explanation(
        schedule.text, schedule.kind.value, fires, parsed.problems, _notes(schedule, now, fires)
    )


def asks_for_holidays(text: str) -> bool:
    """Whether what a cell means depends on which days are holidays."""
    return any(_asks(clause.days) for clause in parse(text).schedule.clauses)


def _asks(rule: DayRule) -> bool:
    return (
        rule.days.kind in (DayKind.BUSINESS, DayKind.NTH_BUSINESS)
        or rule.shift is not Shift.STAY
        or any(each.kind is DayKind.HOLIDAYS for each in rule.excepts)
        or _working_week(rule)
    )


def _next_fires(schedule: Schedule, now: datetime) -> Iterator[datetime]:
    count = 0
    for ahead in range(_FARTHEST_YEARS * 366):
        day = now.date() + _ONE_DAY * ahead
        for minute in schedule.fires(day):
            fire = moment_of(minute, datetime.combine(day, time(), now.tzinfo))
            if fire.timestamp() > now.timestamp():
                yield fire
                count += 1
                if count == _SHOWN_FIRES:
                    return


def _notes(schedule: Schedule, now: datetime, fires: tuple[datetime, ...]) -> tuple[str, ...]:
    if not fires:
        return (_no_more(schedule, now.date()),)
    if not any(_working_week(clause.days) for clause in schedule.clauses):
        return ()
    for ahead in range(366):
        day = now.date() + _ONE_DAY * ahead
        if schedule.calendar.is_holiday(day) and schedule.fires(day):
            name = schedule.calendar.holiday_name(day)
            weekday = WEEKDAY_NAMES[day.weekday()][:3]
            return (f"{weekday} {day:%d/%m/%Y} ({name}): feriado; para pular escreva dias úteis",)
    return ()


def _no_more(schedule: Schedule, today: date) -> str:
    newest = today.year * 10000 + today.month * 100 + today.day
    days = [clause.days.days for clause in schedule.clauses]
    dated = all(each.kind is DayKind.DATES and min(each.values) > DATED for each in days)
    if dated and all(max(each.values) <= newest for each in days):
        return "estas datas já passaram: não roda mais"
    return f"não acontece nos próximos {_FARTHEST_YEARS} anos"


def _working_week(rule: DayRule) -> bool:
    """Monday to Friday, holidays too."""
    days = rule.days
    return (
        days.kind is DayKind.WEEKDAYS
        and days.values == _WORKING_WEEK
        and rule.shift is Shift.STAY
        and not any(each.kind is DayKind.HOLIDAYS for each in rule.excepts)
    )
