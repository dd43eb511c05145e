"""The days of a line that are counted: "5º dia útil", "última sexta do mês", "último dia do mês"."""

from __future__ import annotations

from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.days import LAST_WEEK, SECOND_LAST_WEEK, DayKind, Days
from tray_agent.core.schedules.spelling import Kind
from tray_agent.core.schedules.vocabulary import BUSINESS, BUSINESS_ALONE, LAST, ORDINALS, WEEKDAYS

MOST_BUSINESS_DAYS = 23
_OF_MONTH = ("do mes", "de cada mes", "de todo mes", "de todos os meses")


def _ordinal(cursor: Cursor, genders: str = "o") -> int | None:
    """An ordinal number, counted from the end where negative; passed over."""
    token, word = cursor.peek(), cursor.word()
    if word in ORDINALS or word in LAST:
        cursor.at += 1
        return ORDINALS.get(word) or LAST[word]
    if token.kind is Kind.ORDINAL and token.text[-1] in genders:
        cursor.at += 1
        return token.numbers[0]
    return None


def _ordinals(cursor: Cursor, genders: str = "o") -> list[int]:
    """A list of ordinals and ranges of them; empty, and nothing passed over, where none stands."""
    begin = cursor.at
    first = _ordinal(cursor, genders)
    if first is None:
        return []
    found = [first]
    while True:
        before = cursor.at
        ranged = cursor.sign("-") or bool(cursor.one_of(("a", "ao", "ate")))
        if not ranged and not cursor.separator():
            break
        following = _ordinal(cursor, genders)
        if following is None:
            cursor.at = before
            break
        if ranged:
            if not 0 < found[-1] < following:
                raise Unclear(f"{cursor.quote(begin)} não está claro: conte do menor para o maior")
            found.extend(range(found[-1] + 1, following + 1))
        else:
            found.append(following)
    return found


def nth_business(cursor: Cursor) -> Days | None:
    """ "1º e 5º dia útil", "último dia útil", "5 primeiros dias úteis"."""
    begin = cursor.at
    counted = _first_or_last_ones(cursor)
    if counted is not None:
        return counted
    found = _ordinals(cursor)
    if not found or not _business_here(cursor):
        cursor.at = begin
        return None
    if not all(n < 0 or 1 <= n <= MOST_BUSINESS_DAYS for n in found):
        raise Unclear(f"{cursor.quote(begin)}: o mês tem no máximo {MOST_BUSINESS_DAYS} dias úteis")
    return Days(DayKind.NTH_BUSINESS, tuple(sorted(set(found))))


def _business_here(cursor: Cursor) -> bool:
    if cursor.one_of(("dia", "dias")):
        return bool(cursor.one_of(BUSINESS))
    return bool(cursor.one_of(BUSINESS_ALONE))


def _first_or_last_ones(cursor: Cursor) -> Days | None:
    begin = cursor.at
    number = cursor.take(Kind.NUMBER)
    which = cursor.one_of(("primeiros", "ultimos"))
    if which and number is None:
        number = cursor.take(Kind.NUMBER)
    if not which or number is None or not _business_here(cursor):
        cursor.at = begin
        return None
    count = int(number.text)
    if not 1 <= count <= MOST_BUSINESS_DAYS:
        raise Unclear(f"{cursor.quote(begin)}: o mês tem no máximo {MOST_BUSINESS_DAYS} dias úteis")
    values = range(1, count + 1) if which == "primeiros" else range(-count, 0)
    return Days(DayKind.NTH_BUSINESS, tuple(values))


def nth_weekday(cursor: Cursor) -> Days | None:
    """ "1ª segunda do mês", "última sexta", "2º e 4º sábado do mês"."""
    begin = cursor.at
    spelt = any(each.kind is Kind.WORD for each in (cursor.peek(), cursor.peek(1)))
    found = _ordinals(cursor, "ao")
    weekday = cursor.one_of(WEEKDAYS) if found else ""
    if not weekday:
        cursor.at = begin
        return None
    before = cursor.at
    cursor.sign("-")
    if not cursor.one_of(("feira", "feiras")):
        cursor.at = before
    if len(found) > 1 and not spelt and cursor.word() not in ("do", "de"):
        raise Unclear(f'{cursor.quote(begin)} não está claro: escreva "do mês" para contar, ou só os dias')
    weeks = []
    for n in found:
        if not (n in (-1, -2) or 1 <= n <= 5):
            raise Unclear(f"{cursor.quote(begin)} não está claro: conte da 1ª à 5ª, a penúltima ou a última")
        weeks.append({-1: LAST_WEEK, -2: SECOND_LAST_WEEK}.get(n, n))
    return Days(DayKind.NTH_WEEKDAY, tuple(sorted({week * 10 + WEEKDAYS[weekday] for week in weeks})))


def first_and_last(cursor: Cursor) -> Days | None:
    """ "último dia do mês", "1º e 15º dia do mês", "penúltimo dia e último dia do mês"; without "útil"."""
    begin = cursor.at
    found = _calendar_days(cursor)
    if not found:
        return None
    if not cursor.any_words(*_OF_MONTH) and any(n > 0 for n in found):
        number = next(n for n in found if n > 0)
        raise Unclear(
            f'{cursor.quote(begin)} não está claro: escreva "{number}º dia útil", ou "dia {number}"'
        )
    if any(n > 31 for n in found):
        raise Unclear(f"{cursor.quote(begin)}: o mês tem no máximo 31 dias")
    return Days(DayKind.MONTH_DAYS, tuple(sorted(set(found))))


def _calendar_days(cursor: Cursor) -> list[int]:
    """Ordinals, "dia" after each or after the last; empty, and nothing passed over, where none stand."""
    found: list[int] = []
    while True:
        before = cursor.at
        further = _ordinals(cursor) if not found or cursor.separator() else []
        if not further or not cursor.one_of(("dia", "dias")) or cursor.word() in BUSINESS:
            cursor.at = before
            return found
        found += further
