"""The dates in a row's arguments, filled in when a run is made (schedules: ``{data}``, ``{d-1}``,
``{d+1:%Y%m%d}``)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

from tray_agent.core.policies import DATE_FORMAT
from tray_agent.core.schedules.calendar import Calendar

_PLACE = re.compile(r"\{(data|d([+-][0-9]{1,3})|ultimo_util)(?::(" + DATE_FORMAT + r"))?\}", re.IGNORECASE)
_ONE_DAY = timedelta(days=1)


def filled(words: Iterable[str], today: date, calendar: Calendar) -> tuple[str, ...]:
    """The words of a command line with their dates. Without a format a date is ``2026-12-07``.

    ``{data}`` is today, ``{d-1}`` the business day before today, ``{d+1}`` the one after it,
    ``{ultimo_util}`` the newest business day up to today. What is none of these stays as it is written.
    """

    def day(match: re.Match[str]) -> str:
        name, shift = match[1].casefold(), match[2]
        if name == "data":
            found = today
        elif shift is not None:
            found = _shifted(today, int(shift), calendar)
        else:
            found = today if calendar.is_business(today) else _shifted(today, -1, calendar)
        return f"{found:{match[3] or '%Y-%m-%d'}}"

    return tuple(_PLACE.sub(day, word) for word in words)


def _shifted(day: date, business_days: int, calendar: Calendar) -> date:
    step = _ONE_DAY if business_days > 0 else -_ONE_DAY
    for _ in range(abs(business_days)):
        day += step
        while not calendar.is_business(day):
            day += step
    return day
