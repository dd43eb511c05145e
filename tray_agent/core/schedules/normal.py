"""One form for schedules that mean the same: clauses that can be said as one are one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from tray_agent.core.schedules.days import EVERY_DAY, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.schedule import Clause

SHORTEST_STEP = 5
_JOINED_KINDS = (DayKind.WEEKDAYS, DayKind.MONTH_DAYS, DayKind.DATES)


def apart_enough(minutes: Iterable[int]) -> bool:
    """Whether sorted minutes lie at least the shortest step apart (schedules.md, R7)."""
    return all(later - earlier >= SHORTEST_STEP for earlier, later in pairwise(minutes))


def normal(clauses: Iterable[Clause]) -> tuple[Clause, ...]:
    """The clauses in the order written, joined as far as they can be said together."""
    found = [Clause(_plain(each.days), tuple(sorted(set(each.minutes)))) for each in clauses if each.minutes]
    while True:
        joined: list[Clause] = []
        for clause in found:
            _take_in(joined, clause)
        if len(joined) == len(found):
            return tuple(joined)
        found = joined


def _take_in(joined: list[Clause], clause: Clause) -> None:
    for index, other in enumerate(joined):
        union = _union(other, clause)
        if union is not None:
            joined[index] = union
            return
    joined.append(clause)


def _union(one: Clause, two: Clause) -> Clause | None:
    """Both as one clause, or None where one line could not say it."""
    if one.days == two.days:
        minutes = tuple(sorted({*one.minutes, *two.minutes}))
        return Clause(one.days, minutes) if apart_enough(minutes) else None
    if one.minutes != two.minutes:
        return None
    first, second = one.days, two.days
    if first.days.kind is not second.days.kind or first.days.kind not in _JOINED_KINDS:
        return None
    if replace(first, days=second.days) != second:
        return None
    values = tuple(sorted({*first.days.values, *second.days.values}))
    return Clause(_plain(replace(first, days=Days(first.days.kind, values))), one.minutes)


def _plain(rule: DayRule) -> DayRule:
    """The simplest rule that means the same."""
    days, shift = rule.days, rule.shift
    if days.kind is DayKind.WEEKDAYS and len(days.values) == 7:
        days = EVERY_DAY
    months = () if len(rule.months) == 12 else rule.months
    if days.kind is DayKind.DAILY and (shift is Shift.DROP or (shift is not Shift.STAY and not months)):
        days = Days(DayKind.BUSINESS)  # every day, moved or dropped: the business days
    if days.kind in (DayKind.BUSINESS, DayKind.NTH_BUSINESS):
        shift = Shift.STAY
    return DayRule(days, months, shift, _excepts(rule.excepts))


def _excepts(excepts: tuple[Days, ...]) -> tuple[Days, ...]:
    values: dict[DayKind, set[int]] = {}
    for each in excepts:
        values.setdefault(each.kind, set()).update(each.values)
    return tuple(Days(kind, tuple(sorted(values[kind]))) for kind in DayKind if kind in values)
