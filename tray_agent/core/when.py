"""Moments and lengths of time as people write them on the command line: ``14:00``, ``2026-12-01``, ``2h``."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta

ALLOWED = "uma hora (14:00), uma data (2026-12-01 ou 01/12) ou uma duração (2h, 30min)"

_LENGTH = re.compile(r"(?:(\d{1,4})\s*h)?\s*(?:(\d{1,5})\s*(?:min|m))?")
_DAY = re.compile(r"(\d{1,2})/(\d{1,2})(?:/(\d{4}))?")


def moment_of(text: str, now: datetime) -> datetime:
    """The moment that a text means: a time of today, the beginning of a day, or so long from now.

    Raises ValueError, whose text says what is allowed.
    """
    word = " ".join(text.split()).casefold()
    try:
        length = length_of(word)
        if length is not None:
            return now + length
        if match := re.fullmatch(r"(\d{1,2}):(\d{2})", word):
            return now.replace(hour=int(match[1]), minute=int(match[2]), second=0, microsecond=0)
        day = day_of(word, now.date())
        if day is not None:
            return datetime(day.year, day.month, day.day, tzinfo=now.tzinfo)
        given = datetime.fromisoformat(text.strip())
        return given.replace(tzinfo=now.tzinfo) if given.tzinfo is None else given.astimezone(now.tzinfo)
    except (ValueError, OverflowError):
        raise ValueError(f'"{text[:40]}" não é {ALLOWED}') from None


def length_of(word: str) -> timedelta | None:
    """A length of time such as ``2h``, ``30min``, ``1h30min``; None for anything else."""
    match = _LENGTH.fullmatch(word)
    if match is None or not (match[1] or match[2]):
        return None
    return timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))


def day_of(word: str, today: date) -> date | None:
    """A day: ``hoje``, ``amanhã``, ``2026-12-01``, ``01/12``, ``01/12/2026``; None for anything else.

    A day without a year is the next one that comes. Raises ValueError for a day that cannot be.
    """
    if word in {"hoje", "today"}:
        return today
    if word in {"amanhã", "amanha", "tomorrow"}:
        return today + timedelta(days=1)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", word):
        return date.fromisoformat(word)
    match = _DAY.fullmatch(word)
    if match is None:
        return None
    day = date(int(match[3] or today.year), int(match[2]), int(match[1]))
    return day if match[3] or day >= today else day.replace(year=today.year + 1)
