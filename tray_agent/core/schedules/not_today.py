"""Why a schedule leaves a day out on which one might expect it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from tray_agent.core.schedules.calendar import Calendar
from tray_agent.core.schedules.days import EVERY_DAY, DayKind, DayRule, Shift
from tray_agent.core.schedules.schedule import Schedule

_WEEKDAYS = ("segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """The first minute that it would fire at, and why it does not: "não é dia útil (Corpus Christi)"."""

    minute: int
    reason: str


def left_out(schedule: Schedule, day: date) -> LeftOut | None:
    """Why a schedule has nothing on a day only because that is no business day; None in any other case."""
    calendar = schedule.calendar
    if calendar.is_business(day) or schedule.fires(day):
        return None
    wanted = [each for each in schedule.clauses if _only_for_business_days(each.days, day, calendar)]
    if not wanted:
        return None
    why = calendar.holiday_name(day) or _WEEKDAYS[day.weekday()]
    minute = min(minute for clause in wanted for minute in clause.minutes)
    return LeftOut(minute, f"não é dia útil ({why})")


def _only_for_business_days(rule: DayRule, day: date, calendar: Calendar) -> bool:
    if rule.days.kind is DayKind.BUSINESS:
        return replace(rule, days=EVERY_DAY).falls_on(day, calendar)
    without = replace(
        rule,
        shift=Shift.STAY if rule.shift is Shift.DROP else rule.shift,
        excepts=tuple(each for each in rule.excepts if each.kind is not DayKind.HOLIDAYS),
    )
    return without != rule and without.falls_on(day, calendar)
