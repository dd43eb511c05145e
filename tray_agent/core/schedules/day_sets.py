"""The days of a line: weekdays, business days, days of the month, dates."""

from __future__ import annotations

from calendar import monthrange

from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.days import EVERY_DAY, DayKind, Days
from tray_agent.core.schedules.nth_days import first_and_last, nth_business, nth_weekday
from tray_agent.core.schedules.spelling import Kind
from tray_agent.core.schedules.vocabulary import (
    BUSINESS,
    BUSINESS_ALONE,
    LAST,
    MONTHS,
    WEEKDAYS,
)

_DETERMINERS = (
    *("todos os", "todas as", "todo o", "toda a", "todo", "toda", "todos", "todas", "cada"),
    *("nos", "nas", "no", "na", "aos", "ao", "os", "as", "o", "em", "de"),
)
_EVERY_DAY = ("todos os dias", "todo o dia", "cada dia", "diariamente", "diario", "daily", "every day")
_EVERY_MONTH = ("todo mes", "todos os meses", "cada mes", "mensalmente", "mensal")
_OF_MONTH = ("do mes", "de cada mes", "de todo mes", "de todo o mes", "de todos os meses")
_MONTHLY = (DayKind.MONTH_DAYS, DayKind.NTH_BUSINESS, DayKind.NTH_WEEKDAY)
_ORDINAL_WEEKDAYS = ("segunda", "quarta", "quinta")
_A_LEAP_YEAR = 2024


def day_set(cursor: Cursor) -> Days | None:
    """The set of days that begins here; None where none does. Raises Unclear."""
    begin = cursor.at
    if cursor.any_words(*_EVERY_MONTH):
        cursor.separator()
        found = _day_set(cursor)
        if found is None or found.kind not in _MONTHLY:
            raise Unclear(f'{cursor.quote(begin)} não está claro: escreva o dia do mês, como "dia 5 às 9h"')
        return found
    return _day_set(cursor)


def _day_set(cursor: Cursor) -> Days | None:
    begin = cursor.at
    _refuse_numbered_business(cursor)
    every = _every_day(cursor)
    if every is not None:
        return every
    cursor.any_words(*_DETERMINERS)
    for kind in (nth_business, nth_weekday, first_and_last, business, month_days, dates, weekdays):
        found = kind(cursor)
        if found is not None:
            if found.kind in _MONTHLY:
                cursor.any_words(*_OF_MONTH)
                _refuse_business_after(cursor, begin)
            return found
    cursor.at = begin
    return None


def _every_day(cursor: Cursor) -> Days | None:
    begin = cursor.at
    said = cursor.any_words(*_EVERY_DAY)
    if not said and cursor.words("todo dia"):  # "todo dia 5" is a day of the month
        said = cursor.peek().kind not in (Kind.NUMBER, Kind.ORDINAL, Kind.DATE)
    if not said or cursor.word() in BUSINESS or cursor.words("de semana"):
        cursor.at = begin
        return None
    _refuse_bare_range(cursor, begin)
    return EVERY_DAY


def _refuse_bare_range(cursor: Cursor, begin: int) -> None:
    """ "todos os dias 5 às 9" may mean from 5h to 9h, or the fifth at nine."""
    ahead = 0
    while cursor.peek(ahead).text in (",", ";", ":", "e", "a"):
        ahead += 1
    if cursor.peek(ahead).kind is Kind.NUMBER and cursor.word(ahead + 1) in ("a", "as", "ate"):
        cursor.at += ahead + 3
        raise Unclear(
            f'{cursor.quote(begin)} não está claro: escreva "todo dia das 8h às 18h", ou "dia 8 às 18h"'
        )


def _refuse_numbered_business(cursor: Cursor) -> None:
    """ "5 dia util 8" might mean the fifth, or five o'clock."""
    if cursor.peek().kind is Kind.NUMBER and cursor.word(1) == "dia" and cursor.word(2) in BUSINESS:
        quoted = cursor.line.quote(cursor.at, cursor.at + 3)
        number = cursor.peek().text
        raise Unclear(f'{quoted} não está claro: escreva "{number}º dia útil", ou "dias úteis {number}h"')


def _refuse_business_after(cursor: Cursor, begin: int) -> None:
    if cursor.word() in BUSINESS:
        cursor.at += 1
        number = next((each.text for each in cursor.line.tokens[begin:] if each.kind is Kind.NUMBER), "5")
        raise Unclear(f'{cursor.quote(begin)} não está claro: escreva "{number}º dia útil" e a hora')


def business(cursor: Cursor) -> Days | None:
    """Business days, all of them."""
    begin = cursor.at
    if cursor.any_words("dias uteis", "dias util", "business days", "working days", "dia uteis"):
        return Days(DayKind.BUSINESS)
    if cursor.one_of(BUSINESS_ALONE):
        return Days(DayKind.BUSINESS)
    if cursor.any_words("dia util", "business day", "working day"):
        said_all = begin > 0 and cursor.line.tokens[begin - 1].text in ("todo", "cada")
        if cursor.peek().kind is Kind.NUMBER and not said_all:
            number = cursor.peek().text
            cursor.at += 1
            raise Unclear(
                f'{cursor.quote(begin)} não está claro: escreva "{number}º dia útil" e a hora, '
                f'ou "dias úteis {number}h"'
            )
        return Days(DayKind.BUSINESS)
    return None


def month_days(cursor: Cursor) -> Days | None:
    """Days of the month by their numbers; a number after ``dia`` is a day until a blank (R6)."""
    begin = cursor.at
    if not cursor.one_of(("dia", "dias")):
        return None
    found: set[int] = set()
    while True:
        before = cursor.at
        separated = cursor.separator() if found else ""
        if found and not separated:
            break
        cursor.one_of(("dia", "dias") if found else ())
        first = _month_day(cursor, begin)
        if first is None:
            cursor.at = before
            break
        found |= _to_month_day(cursor, first, begin)
    if not found:
        listed = dates(cursor)
        if listed is None:
            cursor.at = begin
        return listed
    return Days(DayKind.MONTH_DAYS, tuple(sorted(found)))


def _month_day(cursor: Cursor, begin: int) -> int | None:
    if cursor.word() in LAST and cursor.word(1) == "dia" and cursor.word(2) not in BUSINESS:
        cursor.at += 2
        return LAST[cursor.word(-2)]
    if cursor.words("primeiro"):
        return 1
    token = cursor.peek()
    ordinal = token.kind is Kind.ORDINAL and token.text.endswith("o")
    if not ordinal and token.kind is not Kind.NUMBER:
        return None
    if ordinal and cursor.word(1) in ("dia", "dias"):
        return None
    cursor.at += 1
    number = token.numbers[0]
    if not 1 <= number <= 31:
        raise Unclear(f"{cursor.quote(begin)}: o mês não tem dia {number}")
    return number


def _to_month_day(cursor: Cursor, first: int, begin: int) -> set[int]:
    before = cursor.at
    if cursor.sign("-") or cursor.one_of(("a", "ao", "ate")):
        last = _month_day(cursor, begin)
        if last is not None:
            if not 0 < first <= last:
                raise Unclear(f"{cursor.quote(begin)} não está claro: escreva os dias do menor para o maior")
            return set(range(first, last + 1))
    cursor.at = before
    return {first}


def dates(cursor: Cursor) -> Days | None:
    """Dates with or without a year."""
    found: set[int] = set()
    while True:
        before = cursor.at
        if found and not cursor.separator():
            break
        date = _date(cursor)
        if date is None:
            cursor.at = before
            break
        found.add(date)
    if found and cursor.word() in ("a", "ate") and cursor.peek(1).kind is Kind.DATE:
        raise Unclear(f"{cursor.whole()} não está claro: escreva cada data, ou os dias e os meses")
    return Days(DayKind.DATES, tuple(sorted(found))) if found else None


def _date(cursor: Cursor) -> int | None:
    begin = cursor.at
    if cursor.peek().kind is Kind.NUMBER and cursor.word(1) == "de" and cursor.word(2) in MONTHS:
        day, month, year = int(cursor.peek().text), MONTHS[cursor.word(2)], 0
        cursor.at += 3
    else:
        token = cursor.take(Kind.DATE)
        if token is None:
            return None
        day, month, year = (*token.numbers, 0)[:3]
        if year and not 2000 <= year <= 2999:
            raise Unclear(f"{cursor.quote(begin)}: escreva o ano com quatro dígitos, e horas com vírgula")
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year or _A_LEAP_YEAR, month)[1]:
        raise Unclear(f"{cursor.quote(begin)} não é uma data (dia/mês)")
    return year * 10000 + month * 100 + day


def weekdays(cursor: Cursor) -> Days | None:
    """Weekdays, single ones and ranges, and the words for several."""
    if cursor.any_words("fim de semana", "fins de semana", "final de semana", "fds", "weekend", "weekends"):
        return Days(DayKind.WEEKDAYS, (5, 6))
    if cursor.any_words("dias de semana", "dia de semana", "dias da semana", "weekdays"):
        return Days(DayKind.WEEKDAYS, (0, 1, 2, 3, 4))
    begin = cursor.at
    found: set[int] = set()
    blanks = numbered = 0
    while True:
        before = cursor.at
        separated = cursor.separator() if found else ""
        first = _weekday(cursor)
        if first is None:
            cursor.at = before
            break
        if found and not separated:
            blanks += 1
            _refuse_ordinal_weekday(cursor, before)
        numbered += cursor.line.tokens[before].kind is Kind.ORDINAL
        found |= _to_weekday(cursor, first, begin)
    if blanks == 1 and numbered == 2 and len(found) == 2:
        raise _two_readings(cursor, begin)
    return Days(DayKind.WEEKDAYS, tuple(sorted(found))) if found else None


def _weekday(cursor: Cursor) -> int | None:
    token, word = cursor.peek(), cursor.word()
    if word in WEEKDAYS:
        found = WEEKDAYS[word]
    elif token.kind is Kind.ORDINAL and token.text.endswith("a") and 2 <= token.numbers[0] <= 6:
        found = token.numbers[0] - 2
    else:
        return None
    cursor.at += 1
    before = cursor.at
    cursor.sign("-")
    if not cursor.one_of(("feira", "feiras")):
        cursor.at = before
    return found


def _to_weekday(cursor: Cursor, first: int, begin: int) -> set[int]:
    before = cursor.at
    if cursor.sign("-") or cursor.one_of(("a", "ate")):
        last = _weekday(cursor)
        if last is not None:
            if first == last:
                raise Unclear(f'{cursor.quote(begin)} não está claro: escreva "todo dia", ou um dia só')
            return {day % 7 for day in range(first, last + 1 if last > first else last + 8)}
    cursor.at = before
    return {first}


def _refuse_ordinal_weekday(cursor: Cursor, second_at: int) -> None:
    """ "segunda sexta" may be two days, or the second Friday."""
    if cursor.word(second_at - 1 - cursor.at) in _ORDINAL_WEEKDAYS:
        raise _two_readings(cursor, second_at - 1)


def _two_readings(cursor: Cursor, begin: int) -> Unclear:
    one, two = cursor.line.tokens[begin], cursor.line.tokens[begin + 1]
    names = [
        _short(WEEKDAYS[each.text] if each.text in WEEKDAYS else each.numbers[0] - 2) for each in (one, two)
    ]
    nth = one.numbers[0] if one.numbers else WEEKDAYS[one.text] + 2
    word = {2: "segunda", 3: "terceira", 4: "quarta", 5: "quinta", 6: "sexta"}[nth]
    return Unclear(
        f'{cursor.line.quote(begin, begin + 2)} não está claro: escreva "{names[0]}, {names[1]}" '
        f'para os dois dias, ou "{nth}ª {names[1]}" para a {word} do mês'
    )


def _short(weekday: int) -> str:
    return ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")[weekday]
