"""What follows the days of a line: where a day moves to, the months, what is left out."""

from __future__ import annotations

from dataclasses import dataclass

from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.day_sets import day_set
from tray_agent.core.schedules.days import EVERY_DAY, DayKind, DayRule, Days, Shift
from tray_agent.core.schedules.spelling import Kind
from tray_agent.core.schedules.vocabulary import EXCEPT, MONTHS, ONLY

_FORWARD = ("proximo", "seguinte", "posterior")
_BEFORE_MONTHS = ("no mes de", "nos meses de", "em", "de", "so em", "somente em", "apenas em")
_BEFORE_EXCEPTED = ("em", "no", "na", "nos", "nas", "aos", "de", "o", "os", "as")
_BUSINESS_DAYS = ("dias uteis", "dia util", "uteis", "util")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition; exactly one of the three is set. ``bare``: months without "em" before them."""

    shift: Shift = Shift.STAY
    months: tuple[int, ...] = ()
    excepts: tuple[Days, ...] = ()
    bare: bool = False


def condition(cursor: Cursor) -> Condition | None:
    """The condition that begins here; None where none does. Raises Unclear."""
    begin = cursor.at
    for kind in (_otherwise, _if_business, _only_business, _left_out, _in_months):
        found = kind(cursor)
        if found is not None:
            return found
        cursor.at = begin
    return None


def applied(days: Days, conditions: list[Condition], quoted: str) -> DayRule:
    """Days with all their conditions. Raises Unclear where two of them quarrel."""
    shifts = {each.shift for each in conditions if each.shift is not Shift.STAY}
    months = [each.months for each in conditions if each.months]
    if len(shifts) > 1 or len(months) > 1:
        raise Unclear(f"{quoted} não está claro: as condições não combinam")
    if days == EVERY_DAY and any(each.bare for each in conditions):  # "dezembro 9" may be a date
        raise Unclear(f'{quoted} não está claro: escreva a data, como "09/12 às 8h", ou "em" antes do mês')
    excepts = tuple(each for one in conditions for each in one.excepts)
    return DayRule(days, months[0] if months else (), next(iter(shifts), Shift.STAY), excepts)


def _moves(cursor: Cursor) -> Shift | None:
    """ "[o] próximo [dia útil]", "[o] dia útil anterior"."""
    cursor.one_of(("o", "no", "ao", "a", "para"))
    cursor.one_of(("o",))
    named = cursor.any_words(*_BUSINESS_DAYS)
    if cursor.one_of(_FORWARD):
        found = Shift.NEXT
    elif cursor.one_of(("anterior",)):
        found = Shift.PREVIOUS
    else:
        return None
    if not named:
        cursor.any_words(*_BUSINESS_DAYS)
    return found


def _otherwise(cursor: Cursor) -> Condition | None:
    begin = cursor.at
    if not cursor.words("ou"):
        return None
    shift = _moves(cursor)
    if shift is None:
        raise Unclear(
            f'não entendi {cursor.quote(begin)} em {cursor.whole()}: escreva "ou próximo dia útil", '
            'ou "ou dia útil anterior"'
        )
    return Condition(shift)


def _if_business(cursor: Cursor) -> Condition | None:
    begin = cursor.at
    if not cursor.words("se"):
        return None
    denied = cursor.words("nao")
    cursor.one_of(("for", "e", "cair", "fosse"))
    cursor.one_of(("em", "num"))
    if cursor.any_words(*_BUSINESS_DAYS):
        if not denied:
            return Condition(Shift.DROP)
        cursor.separator()
        shift = _moves(cursor)
        if shift is not None:
            return Condition(shift)
    raise Unclear(
        f'não entendi {cursor.quote(begin)} em {cursor.whole()}: escreva "se for dia útil", '
        'ou "ou próximo dia útil"'
    )


def _only_business(cursor: Cursor) -> Condition | None:
    if not cursor.one_of(ONLY):
        return None
    cursor.one_of(("em", "nos", "no"))
    return Condition(Shift.DROP) if cursor.any_words(*_BUSINESS_DAYS) else None


def _left_out(cursor: Cursor) -> Condition | None:
    begin = cursor.at
    if cursor.any_words("sem feriados", "sem feriado"):
        return Condition(excepts=(Days(DayKind.HOLIDAYS),))
    if not cursor.one_of(EXCEPT):
        return None
    found: list[Days] = []
    while True:
        before = cursor.at
        if found and not cursor.separator():
            break
        if found and cursor.word() in EXCEPT:
            cursor.at = before
            break
        each = _excepted(cursor)
        if each is None:
            cursor.at = before
            break
        found.append(each)
    if not found:
        raise Unclear(f"não entendi {cursor.quote(begin)} em {cursor.whole()}: diga o que fica de fora")
    return Condition(excepts=tuple(found))


def _excepted(cursor: Cursor) -> Days | None:
    begin = cursor.at
    cursor.one_of(_BEFORE_EXCEPTED)
    if cursor.one_of(("feriado", "feriados")):
        return Days(DayKind.HOLIDAYS)
    months = _months(cursor)
    if months:
        return Days(DayKind.MONTHS, months)
    for start in (cursor.at, begin):
        cursor.at = start
        days = day_set(cursor)
        if days is not None:
            if days.kind in (DayKind.DAILY, DayKind.BUSINESS):
                raise Unclear(f"{cursor.quote(begin)} não pode ficar de fora em {cursor.whole()}")
            return days
    cursor.at = begin
    return None


def _in_months(cursor: Cursor) -> Condition | None:
    begin = cursor.at
    named = cursor.any_words(*_BEFORE_MONTHS)
    months = _months(cursor)
    if months and not named and _number_before(cursor, begin):
        quoted = cursor.quote(begin - 1)
        raise Unclear(f'{quoted} não está claro: escreva a data, como "01/03 às 8h", ou "em" antes do mês')
    return Condition(months=months, bare=not named) if months else None


def _number_before(cursor: Cursor, at: int) -> bool:
    return at > 0 and cursor.line.tokens[at - 1].kind is Kind.NUMBER


def _months(cursor: Cursor) -> tuple[int, ...]:
    found: set[int] = set()
    while True:
        before = cursor.at
        if found and not cursor.separator():
            break
        word = cursor.one_of(MONTHS)
        if not word:
            cursor.at = before
            break
        found |= _to_month(cursor, MONTHS[word])
    return tuple(sorted(found))


def _to_month(cursor: Cursor, first: int) -> set[int]:
    before = cursor.at
    if cursor.sign("-") or cursor.one_of(("a", "ate")):
        word = cursor.one_of(MONTHS)
        if word and MONTHS[word] != first:
            last = MONTHS[word]
            return {(month - 1) % 12 + 1 for month in range(first, last + 1 if last > first else last + 13)}
    cursor.at = before
    return {first}
