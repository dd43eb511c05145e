"""Which part of which day a plan is asked for: ``--day`` and ``--next`` as people write them. Pure."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from tray_agent.core.when import day_of, length_of

_LONGEST = timedelta(days=7)
_FARTHEST = timedelta(days=400)


def window_of(day_text: str, next_text: str, now: datetime) -> tuple[date, datetime | None]:
    """The day to plan, and the moment up to which (None: the whole day). Without both texts it is today.

    Raises ValueError with a Portuguese sentence for a text that means no day or length, or a day gone by.
    """
    if day_text and next_text:
        raise ValueError("use --day ou --next, não os dois")
    if next_text:
        length = length_of(" ".join(next_text.split()).casefold())
        if length is None or not timedelta() < length <= _LONGEST:
            raise ValueError(f'"{next_text[:40]}" não é uma duração como 2h ou 30min (no máximo 7 dias)')
        return now.date(), now + length
    return (_day(day_text, now.date()) if day_text else now.date()), None


def _day(text: str, today: date) -> date:
    try:
        day = day_of(" ".join(text.split()).casefold(), today)
    except ValueError:
        day = None
    if day is None:
        raise ValueError(f'"{text[:40]}" não é um dia: use amanhã, 2026-12-01 ou 01/12/2026')
    if day < today:
        raise ValueError(f"{day:%d/%m/%Y} já passou; veja tray-agent history")
    if day - today > _FARTHEST:
        raise ValueError(f"{day:%d/%m/%Y} está longe demais: o plano vai até 400 dias à frente")
    return day
