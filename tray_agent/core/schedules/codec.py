"""Schedules as plain JSON lists, for the answer of the child that reads the registry."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.schedules.days import EVERY, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Clause, Schedule, ScheduleKind


def encode(schedule: Schedule) -> list[Any]:
    """A schedule's kind, text and clauses; its calendar travels apart, once for all."""
    clauses = [
        [
            each.days.days.kind,
            each.days.days.values,
            each.days.months,
            each.days.shift,
            [[left_out.kind, left_out.values] for left_out in each.days.excepts],
            each.minutes,
        ]
        for each in schedule.clauses
    ]
    return [schedule.kind, schedule.text, clauses]


def decode_all(plain: Iterable[Sequence[Any]], calendar: Calendar = NATIONAL) -> list[Schedule]:
    """The schedules of an answer, with the calendar that came along; equal parts are one value."""
    shared = _Shared()
    return [_schedule(each, calendar, shared) for each in plain]


class _Shared:
    """Lists of minutes, and rules, each kept once."""

    def __init__(self) -> None:
        self._minute: dict[int, int] = {}
        self._minutes: dict[tuple[int, ...], tuple[int, ...]] = {}
        self._rules: dict[DayRule, DayRule] = {EVERY: EVERY}

    def minutes(self, plain: Iterable[int]) -> tuple[int, ...]:
        found = tuple(self._minute.setdefault(each, each) for each in plain)
        return self._minutes.setdefault(found, found)

    def rule(self, rule: DayRule) -> DayRule:
        return self._rules.setdefault(rule, rule)


def _schedule(plain: Sequence[Any], calendar: Calendar, shared: _Shared) -> Schedule:
    kind, text, listed = plain
    if not listed:
        return MANUAL
    clauses = tuple(_clause(each, shared) for each in listed)
    schedule = Schedule(ScheduleKind(kind), clauses, str(text), calendar)
    return ALL_DAY if schedule == ALL_DAY else schedule


def _clause(plain: Sequence[Any], shared: _Shared) -> Clause:
    kind, values, months, shift, excepts, minutes = plain
    rule = DayRule(
        Days(DayKind(kind), tuple(values)),
        tuple(months),
        Shift(shift),
        tuple(Days(DayKind(each), tuple(of)) for each, of in excepts),
    )
    return Clause(shared.rule(rule), shared.minutes(minutes))


def encode_all(schedules: Iterable[Schedule]) -> tuple[list[list[Any]], list[int]]:
    """Each different schedule once, and for each given one its place among them."""
    places: dict[Schedule, int] = {}
    known: dict[int, int] = {}  # by identity first: to hash a schedule is to hash all its minutes
    kept = list(schedules)
    for each in kept:
        if id(each) not in known:
            known[id(each)] = places.setdefault(each, len(places))
    return [encode(each) for each in places], [known[id(each)] for each in kept]
