"""A schedule in canonical Portuguese, which reads back as the same schedule."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tray_agent.core.listing import listed
from tray_agent.core.schedules.days import LAST_WEEK, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.schedule import MINUTES_A_DAY, Clause
from tray_agent.core.schedules.vocabulary import MONTH_NAMES, WEEKDAY_NAMES

LINE_SIGN = " ⏎ "
LONGEST = 200
_SHORTEST_RUN = 4
_LAST_NAMES = {-1: "último", -2: "penúltimo", -3: "antepenúltimo"}
_SHIFTS = {
    Shift.STAY: "",
    Shift.NEXT: " ou próximo dia útil",
    Shift.PREVIOUS: " ou dia útil anterior",
    Shift.DROP: " se for dia útil",
}


@dataclass(frozen=True, slots=True)
class _Style:
    """Whole words, or short ones where whole ones would be too long."""

    short: bool

    def weekday(self, day: int) -> str:
        return WEEKDAY_NAMES[day][:3] if self.short else WEEKDAY_NAMES[day]

    def month(self, month: int) -> str:
        return MONTH_NAMES[month - 1][:3] if self.short else MONTH_NAMES[month - 1]

    def listed(self, texts: Sequence[str]) -> str:
        if self.short:
            return ",".join(texts)
        return listed(texts)

    def spans(self, values: Sequence[int], name: Callable[[int], str], upto: str = " a ") -> str:
        """Values by their names, three or more in a row as a span."""
        parts: list[str] = []
        for first, last in _runs(values):
            if last - first >= 2:
                parts.append(f"{name(first)}{'-' if self.short and upto == ' a ' else upto}{name(last)}")
            else:
                parts.extend(name(each) for each in range(first, last + 1))
        return self.listed(parts)


def render(clauses: Sequence[Clause]) -> str:
    """The canonical text of normal clauses, in short words if it would not stay under 200 signs."""
    text = LINE_SIGN.join(_clause(each, _Style(short=False)) for each in clauses)
    if len(text) < LONGEST:
        return text
    return "|".join(_clause(each, _Style(short=True)) for each in clauses)


def days_text(rule: DayRule) -> str:
    """The days of a rule with their conditions: "5º dia útil do mês em março"."""
    return _rule(rule, _Style(short=False))


def minutes_text(minutes: Sequence[int]) -> str:
    """Fire times as a list: "8h, 12h e 18h30", or as a step: "a cada 15 min das 8h às 18h"."""
    return _times(minutes, _Style(short=False))


def _clause(clause: Clause, style: _Style) -> str:
    days, hours = _rule(clause.days, style), _times(clause.minutes, style)
    if style.short and days == "todo dia":
        return hours.removeprefix("às ")
    return f"{days} {hours}"


def _rule(rule: DayRule, style: _Style) -> str:
    text = _days(rule.days, style) + _SHIFTS[rule.shift]
    if rule.months:
        spanned = len(rule.months) > 2 and len(_runs(rule.months)) == 1 and not style.short
        text += f" {'de' if spanned else 'em'} {style.spans(rule.months, style.month)}"
    if rule.excepts:
        text += " exceto " + " e exceto ".join(_excepted(each, style) for each in rule.excepts)
    return text


def _excepted(days: Days, style: _Style) -> str:
    if days.kind is DayKind.HOLIDAYS:
        return "feriados"
    if days.kind is DayKind.MONTHS:
        return style.spans(days.values, style.month)
    return _days(days, style)


def _days(days: Days, style: _Style) -> str:
    values = days.values
    match days.kind:
        case DayKind.WEEKDAYS:
            return style.spans(values, style.weekday)
        case DayKind.BUSINESS:
            return "dias úteis"
        case DayKind.NTH_BUSINESS:
            if len(values) > 1 and values == tuple(range(-len(values), 0)):
                return f"{len(values)} últimos dias úteis do mês"
            later = [*filter(lambda n: n > 0, values), *filter(lambda n: n < 0, values)]
            return f"{style.spans(later, _ordinal)} dia útil" + ("" if style.short else " do mês")
        case DayKind.NTH_WEEKDAY:
            return _nth_weekday(values, style)
        case DayKind.MONTH_DAYS:
            return _month_days(values, style)
        case DayKind.DATES:
            return style.listed([_date(value) for value in values])
        case _:
            return "todo dia"


def _ordinal(number: int) -> str:
    return _LAST_NAMES[number] if number < 0 else f"{number}º"


def _nth_weekday(values: Sequence[int], style: _Style) -> str:
    weekday = values[0] % 10
    ending = "o" if weekday >= 5 else "a"
    weeks = [value // 10 for value in values]
    names = [
        f"{week}{'º' if ending == 'o' else 'ª'}"
        if week <= 5
        else ("últim" if week == LAST_WEEK else "penúltim") + ending
        for week in weeks
    ]
    return f"{style.listed(names)} {style.weekday(weekday)} do mês"


def _month_days(values: Sequence[int], style: _Style) -> str:
    numbered = [value for value in values if value > 0]
    counted = [_LAST_NAMES[value] for value in values if value < 0]
    if not numbered:
        return style.listed(counted) + " dia do mês"
    many = "dias" if len(numbered) > 1 else "dia"
    listed = style.listed([style.spans(numbered, str), *[f"{each} dia" for each in counted]])
    return f"{many} {listed}" + ("" if style.short else " do mês")


def _date(value: int) -> str:
    year, rest = divmod(value, 10000)
    month, day = divmod(rest, 100)
    return f"{day:02d}/{month:02d}" + (f"/{year}" if year else "")


def _runs(values: Sequence[int]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for value in values:
        if runs and value == runs[-1][1] + 1 and value > 0:
            runs[-1] = runs[-1][0], value
        else:
            runs.append((value, value))
    return runs


def _clock(minute: int, style: _Style) -> str:
    hour, rest = divmod(minute, 60)
    if style.short:
        return f"{hour}:{rest:02d}" if rest else str(hour)
    return f"{hour}h{rest:02d}" if rest else f"{hour}h"


def _times(minutes: Sequence[int], style: _Style) -> str:
    singles: list[str] = []
    steps: list[str] = []
    for first, last, step in _steps(minutes):
        if step:
            steps.append(_step(first, last, step, whole=len(minutes), style=style))
        else:
            singles.append(_clock(first, style))
    if not singles:
        return style.listed(steps)
    return f"{'' if style.short else 'às '}{style.listed([*singles, *steps])}"


def _step(first: int, last: int, step: int, whole: int, style: _Style) -> str:
    every = f"a cada {step // 60} h" if step % 60 == 0 else f"a cada {step} min"
    if whole == len(range(0, MINUTES_A_DAY, step)) and first == 0:
        return "a cada hora" if step == 60 else every
    if style.short:
        every = every.replace(" h", "h").replace(" min", "min")
        return f"{every} das {_clock(first, style)} a {_clock(last, style)}"
    return f"{every} das {_clock(first, style)} às {_clock(last, style)}"


def _steps(minutes: Sequence[int]) -> list[tuple[int, int, int]]:
    """Minutes as (first, last, step) of equal steps, step 0 for a single one."""
    found: list[tuple[int, int, int]] = []
    at = 0
    while at < len(minutes):
        end = at + 1
        step = minutes[end] - minutes[at] if end < len(minutes) else 0
        while end + 1 < len(minutes) and minutes[end + 1] - minutes[end] == step:
            end += 1
        if step and end - at + 1 >= _SHORTEST_RUN:
            found.append((minutes[at], minutes[end], step))
            at = end + 1
        else:
            found.append((minutes[at], minutes[at], 0))
            at += 1
    return found
