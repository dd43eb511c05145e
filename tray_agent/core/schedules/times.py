"""The hours of a line: single ones, ranges, and steps with or without a window."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from tray_agent.core.schedules.clocks import (
    TIMES,
    checked_minute,
    clock_text,
    number_too_large,
    time_here,
    time_of_day,
)
from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.normal import SHORTEST_STEP
from tray_agent.core.schedules.schedule import MINUTES_A_DAY
from tray_agent.core.schedules.spelling import Kind, Token
from tray_agent.core.schedules.vocabulary import RANGE, WINDOW

_HOUR_STEPS = (2, 3, 4, 6, 8, 12)
_SHORTEST = f"o menor intervalo é de {SHORTEST_STEP} minutos"
_BEFORE_TIMES = ("as", "a", "ao", "aos")


class _Form(Enum):
    """How an item of the list says its minutes."""

    SINGLE = auto()
    RANGE = auto()  # every full hour from one to the other
    WINDOWED = auto()  # a step within a window
    OPEN = auto()  # a step over the whole day
    ALL = auto()  # "ALL": every hour, if nothing stands beside it


@dataclass(frozen=True, slots=True)
class _Item:
    form: _Form
    minutes: tuple[int, ...] = ()
    step: int = 0
    end: int = 0  # of a range
    quoted: str = ""


def times(cursor: Cursor) -> tuple[int, ...] | None:
    """The minutes of a list of hours that begins here; None where none does. Raises Unclear."""
    begin = cursor.at
    items: list[_Item] = []
    lost = len(cursor.lost)
    while True:
        before = cursor.at
        separated = cursor.separator() if items or len(cursor.lost) > lost else ""
        item = _item(cursor)
        if item is None:
            cursor.at = before
            break
        _add(items, item, bool(separated), cursor, begin)
    if cursor.at == begin:
        return None
    alls = [item for item in items if item.form is _Form.ALL]
    if alls and len(alls) < len(items):  # beside other hours it says nothing clear (R8)
        cursor.lost += [item.quoted for item in alls]
        items = [item for item in items if item.form is not _Form.ALL]
    return tuple(sorted({minute for item in items for minute in item.minutes}))


def _add(items: list[_Item], item: _Item, separated: bool, cursor: Cursor, begin: int) -> None:
    """Take one more item in, if together they still mean one thing."""
    last = items[-1] if items else None
    if last is not None and item.form is _Form.RANGE and last.form is _Form.WINDOWED:
        item = _stepped(item.minutes[0], item.end, last.step)  # one step, several windows
    beside_open = last is not None and _Form.OPEN in (last.form, item.form)
    if beside_open and (not separated or any(each.form is _Form.RANGE for each in (*items, item))):
        raise Unclear(
            f"{cursor.quote(begin)} não está claro: diga o intervalo e depois o período, "
            'como "a cada 15 min das 8h às 18h"'
        )
    items.append(item)


def _item(cursor: Cursor) -> _Item | None:
    begin = cursor.at
    step = _step(cursor)
    if step is not None:
        window = _window(cursor) or _window_apart(cursor)
        return _stepped(*window, step) if window else _open(step)
    if cursor.words("all"):
        every_hour = _Item(_Form.ALL, tuple(range(0, MINUTES_A_DAY, 60)), quoted=cursor.quote(begin))
        window = _window(cursor)
        return _stepped(*window, 60) if window else every_hour
    short = cursor.take(Kind.STEP)
    if short is not None:
        return _short_step(short, cursor.quote(begin))
    return _hours(cursor)


def _hours(cursor: Cursor) -> _Item | None:
    """A single hour, or a range of full steps of an hour; with a step behind it, its window."""
    begin = cursor.at
    opened = bool(cursor.one_of(("das", "de", "do")))
    if not opened:
        cursor.one_of(_BEFORE_TIMES)
    if not time_here(cursor):
        cursor.at = begin
        return None
    first_at = cursor.at
    wrong = number_too_large(cursor)
    if wrong is not None:
        cursor.lost.append(wrong)
        return _Item(_Form.SINGLE)
    first = time_of_day(cursor)
    end = _range_end(cursor, first_at, first)
    if end is not None:
        return _range(cursor, begin, first, end, apart=opened)
    if opened:
        cursor.at = begin
        return None
    return _Item(_Form.SINGLE, (first,))


def _range(cursor: Cursor, begin: int, first: int, end: int, *, apart: bool) -> _Item:
    """A range, or with a step behind it the step's window; ``apart``: a comma may stand before the step."""
    _refuse_backwards(first, end)
    if cursor.word() in RANGE and time_here(cursor, 1):
        raise Unclear(f'{cursor.quote(begin)} não está claro: separe as horas com vírgula ("8, 12, 18")')
    before = cursor.at
    if apart:
        cursor.separator()
    every = _step(cursor)
    if every is not None:
        return _stepped(first, end, every)
    cursor.at = before
    return _Item(_Form.RANGE, tuple(range(first, end + 1, 60)), end=end)


def _range_end(cursor: Cursor, begin: int, first: int) -> int | None:
    """The end of a range that began, or None for a single hour. Raises Unclear for a bare hyphen."""
    if cursor.peek().text == "-" and time_here(cursor, 1):
        raise _hyphen(cursor, begin, first)
    if cursor.word() in RANGE and time_here(cursor, 1):
        cursor.at += 1
    elif cursor.word() == "ate" and cursor.word(1) in ("as", "a", "o") and time_here(cursor, 2):
        cursor.at += 2
    else:
        return None
    wrong = number_too_large(cursor)
    if wrong is not None:
        raise Unclear(f"{wrong} não é uma hora de 0 a 23", alone=True)
    return time_of_day(cursor)


def _hyphen(cursor: Cursor, begin: int, first: int) -> Unclear:
    """What to say of "8-12": both readings are common."""
    cursor.at += 1
    numbered = number_too_large(cursor)
    if numbered is not None:
        return Unclear(f"{numbered} não é uma hora de 0 a 23", alone=True)
    last = time_of_day(cursor)
    if cursor.peek().text == "-" and time_here(cursor, 1):
        while cursor.sign("-") and cursor.take(*TIMES):
            pass
        return Unclear(
            f'{cursor.quote(begin)} não está claro: separe as horas com vírgula ("8, 12, 18")', alone=True
        )
    one, two = clock_text(first), clock_text(last)
    quoted = cursor.quote(begin)
    if last <= first:
        return Unclear(f'{quoted} não está claro: escreva "{one}, {two}" para as duas horas', alone=True)
    count = (last - first) // 60 + 1
    runs = "execuções" if count != 1 else "execução"
    return Unclear(
        f'{quoted} não está claro: escreva "{one} a {two}" para todas as horas ({count} {runs}), '
        f'ou "{one}, {two}" para duas',
        alone=True,
    )


def _step(cursor: Cursor) -> int | None:
    """The minutes of "a cada n" or "de n em n"; None where no step stands. Raises Unclear."""
    begin = cursor.at
    if cursor.any_words("a cada", "cada"):
        return _long_enough(_span(cursor, begin), cursor, begin)
    if cursor.words("de"):
        if cursor.any_words("hora em hora", "meia em meia hora"):
            return 60 if cursor.word(-3) == "hora" else 30
        first = cursor.take(Kind.NUMBER, Kind.HOUR, Kind.SPAN)
        if first is not None and cursor.words("em"):
            same = cursor.peek().numbers == first.numbers
            minutes = _span(cursor, begin)
            if not same:
                raise Unclear(f'{cursor.quote(begin)} não está claro: escreva "a cada {minutes} min"')
            return _long_enough(minutes, cursor, begin)
    cursor.at = begin
    return None


def _span(cursor: Cursor, begin: int) -> int:
    if cursor.any_words("hora"):
        return 60
    if cursor.words("meia hora"):
        return 30
    token = cursor.take(Kind.SPAN, Kind.HOUR, Kind.CLOCK)
    if token is None:
        cursor.take(Kind.NUMBER)
        raise Unclear(f'{cursor.quote(begin)} não está claro: diga o intervalo, como "a cada 15 min"')
    if token.kind is Kind.SPAN:
        return token.numbers[0]
    hours, minutes = (*token.numbers, 0)[:2]
    return hours * 60 + minutes


def _long_enough(minutes: int, cursor: Cursor, begin: int) -> int:
    if minutes < SHORTEST_STEP:
        raise Unclear(_SHORTEST)
    if minutes >= MINUTES_A_DAY:
        raise Unclear(f"{cursor.quote(begin)} é um dia ou mais: escreva os dias e a hora")
    return minutes


def _window(cursor: Cursor) -> tuple[int, int] | None:
    begin = cursor.at
    marked = bool(cursor.one_of(WINDOW))
    if not marked:
        cursor.one_of(("as",))
    if not time_here(cursor):
        cursor.at = begin
        return None
    first = time_of_day(cursor)
    if cursor.sign("-") or (marked and cursor.words("e")) or cursor.one_of(RANGE):
        if cursor.word(-1) == "ate":
            cursor.one_of(("as", "a", "o"))
        if time_here(cursor):
            end = time_of_day(cursor)
            _refuse_backwards(first, end)
            return first, end
    cursor.at = begin
    if marked:
        raise Unclear(f'{cursor.whole()} não está claro: diga o período, como "das 8h às 18h"')
    return None


def _window_apart(cursor: Cursor) -> tuple[int, int] | None:
    """The window of a step behind a comma: "a cada 30 min, das 9h às 17h"."""
    begin = cursor.at
    if cursor.separator() and cursor.word() in ("das", "entre"):
        return _window(cursor)
    cursor.at = begin
    return None


def _stepped(first: int, end: int, step: int) -> _Item:
    return _Item(_Form.WINDOWED, tuple(range(first, end + 1, step)), step)


def _open(step: int) -> _Item:
    return _Item(_Form.OPEN, tuple(range(0, MINUTES_A_DAY, step)), step)


def _refuse_backwards(first: int, end: int) -> None:
    if end >= first:
        return
    one, two = clock_text(first), clock_text(end)
    raise Unclear(
        f'"{one} a {two}" passa da meia-noite: escreva "{one} a {clock_text(23 * 60 + first % 60)}, '
        f'{clock_text(end % 60)} a {two}"',
        alone=True,
    )


def _short_step(token: Token, quoted: str) -> _Item:
    """``*/2`` and ``8-18/2``: full hours."""
    numbers = token.numbers
    if len(numbers) == 1:
        if numbers[0] not in _HOUR_STEPS:
            every = f"{numbers[0]} min" if numbers[0] >= SHORTEST_STEP else "2 h"
            raise Unclear(f'{quoted} não está claro: escreva "a cada {every}" ou as horas', alone=True)
        return _open(numbers[0] * 60)
    first, end, step = (
        checked_minute(numbers[0], 0, quoted),
        checked_minute(numbers[1], 0, quoted),
        numbers[2] * 60,
    )
    _refuse_backwards(first, end)
    if not 0 < step <= end - first:
        raise Unclear(f"{quoted} não está claro: o passo não cabe entre as horas", alone=True)
    return _stepped(first, end, step)
