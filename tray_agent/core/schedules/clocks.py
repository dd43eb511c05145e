"""A time of day as people write it, and as it is said back."""

from __future__ import annotations

from tray_agent.core.schedules.cursor import Cursor, Unclear
from tray_agent.core.schedules.spelling import Kind, Token
from tray_agent.core.schedules.vocabulary import RANGE

TIMES = (Kind.NUMBER, Kind.HOUR, Kind.CLOCK, Kind.DECIMAL, Kind.HALFDAY)


def clock_text(minute: int) -> str:
    """A minute of the day as people write it: 8h, 8h30."""
    return f"{minute // 60}h{minute % 60:02d}" if minute % 60 else f"{minute // 60}h"


def number_too_large(cursor: Cursor) -> str | None:
    """A number that is no hour, passed over, as the person spelt it; None for anything else."""
    token = cursor.peek()
    if token.kind is not Kind.NUMBER or (len(token.text) <= 2 and int(token.text) <= 23):
        return None
    if cursor.word(1) in RANGE or cursor.peek(1).text == "-":
        raise Unclear(f"{cursor.line.quote(cursor.at, cursor.at + 1)} não é uma hora de 0 a 23", alone=True)
    cursor.at += 1
    return cursor.quote(cursor.at - 1)


def time_here(cursor: Cursor, ahead: int = 0) -> bool:
    return cursor.peek(ahead).kind in TIMES or cursor.word(ahead) in ("meio", "meia", "meianoite", "meiodia")


def time_of_day(cursor: Cursor) -> int:
    """The minute of the day that stands here. Raises Unclear."""
    begin = cursor.at
    if cursor.one_of(("meio", "meia", "meiodia", "meianoite")):
        cursor.sign("-")
        if cursor.words("dia") or cursor.word(-1) == "meiodia":
            return 12 * 60
        cursor.words("noite")
        raise Unclear(
            f"{cursor.quote(begin)} não está claro: escreva 0h (o começo do dia) ou 23:55 (o fim)", alone=True
        )
    token = cursor.take(*TIMES)
    if token is None:
        raise Unclear(f"faltam as horas em {cursor.whole()}")
    return _minute_of(token, cursor.quote(begin))


def _minute_of(token: Token, quoted: str) -> int:
    numbers = (*token.numbers, 0, 0)
    hour, minute, second = numbers[:3]
    if token.kind is Kind.HALFDAY:
        raise Unclear(f"{quoted}: escreva {_full_day(token, hour, minute)}", alone=True)
    if token.kind is Kind.DECIMAL:
        if minute == 0:
            return checked_minute(hour, 0, quoted)
        raise Unclear(
            f"{quoted}: com minutos escreva {hour}:{token.text.partition('.')[2][:2]:0<2}", alone=True
        )
    if second:
        raise Unclear(f"{quoted}: os segundos não contam; escreva {hour}:{minute:02d}", alone=True)
    return checked_minute(hour, minute, quoted)


def _full_day(token: Token, hour: int, minute: int) -> str:
    afternoon = "p" in token.text
    if not 1 <= hour <= 12 or minute > 59:
        return "a hora de 0h a 23:59"
    return clock_text((hour % 12 + 12 * afternoon) * 60 + minute)


def checked_minute(hour: int, minute: int, quoted: str) -> int:
    if hour > 23:
        midnight = "; para a meia-noite escreva 0h" if (hour, minute) == (24, 0) else ""
        raise Unclear(f"{quoted}: o dia vai de 0h a 23:59{midnight}", alone=True)
    if minute > 59:
        raise Unclear(f"{quoted} não é uma hora de 0h a 23:59", alone=True)
    return hour * 60 + minute
