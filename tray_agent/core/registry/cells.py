"""What one cell of the registry says: its text, whether it means yes, a schedule, a time limit."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tray_agent.core.collation import displayed, plain_key
from tray_agent.core.registry.wording import listed, shown
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Schedule, at_hours


@dataclass(frozen=True, slots=True)
class CellFault:
    """A formula without a usable value: ``text`` is what Excel shows, such as ``#N/A``."""

    text: str


RawCell = str | int | float | bool | time | date | datetime | timedelta | CellFault | None

_YES = frozenset({"true", "1", "verdadeiro", "sim", "s", "on"})
_NO = frozenset({"false", "0", "falso", "nao", "n", "no", "off", "-", "inativo", "inativa", "inactive"}) | {
    f"{word}{end}" for word in ("desativad", "desligad", "desabilitad") for end in "oa"
}
_NEVER = frozenset({"", "manual", "sem"})
_SEPARATORS = re.compile(r"[,;\s]+")
_HOUR = re.compile(r"([0-9]{1,2})(?:h|h00|\.0+|:00|:00:00)?")
_AS_TEXT = "formate a coluna como Texto e digite as horas de novo"
_MOST_MINUTES = 100_000.0


def number_text(number: float) -> str:
    """A number as Excel in Brazil shows it: whole without ``.0``, else with a comma."""
    if math.isnan(number):
        return ""
    if math.isinf(number):
        return str(number)
    return str(int(number)) if number == int(number) else f"{number:.10g}".replace(".", ",")


def cell_text(cell: RawCell) -> str:
    """A cell as text, trimmed; empty for an empty cell."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return displayed(cell)
    if isinstance(cell, bool):
        return "VERDADEIRO" if cell else "FALSO"
    if isinstance(cell, int | float):
        return number_text(cell)
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y %H:%M}" if cell.hour or cell.minute else f"{cell:%d/%m/%Y}"
    if isinstance(cell, date):
        return f"{cell:%d/%m/%Y}"
    if isinstance(cell, time):
        return f"{cell:%H:%M:%S}" if cell.second else f"{cell:%H:%M}"
    if isinstance(cell, timedelta):
        return _span_text(cell)
    return cell.text if isinstance(cell, CellFault) else str(cell)


def _span_text(span: timedelta) -> str:
    """A time beyond a day as Excel shows it: ``30:00``."""
    minutes, seconds = divmod(round(abs(span.total_seconds())), 60)
    sign = "-" if span < timedelta() else ""
    return f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")


def active_of(cell: RawCell) -> bool | None:
    """Whether the cell marks its row as active; None where it says neither yes nor no (product 2.2)."""
    text = cell_text(cell).casefold()
    if text in _YES:
        return True
    return False if not text or plain_key(text) in _NO else None


@dataclass(frozen=True, slots=True)
class ScheduleReading:
    """A schedule, and in one Portuguese clause what is wrong with its cell ("" if nothing)."""

    schedule: Schedule
    wrong: str = ""


def _clock_hour(moment: time) -> int | None:
    # Excel keeps times as fractions of a day: 08:00 may come back as 07:59:59.999999.
    seconds = round(moment.hour * 3600 + moment.minute * 60 + moment.second + moment.microsecond / 1e6)
    return seconds // 3600 if seconds % 3600 == 0 and seconds < 86400 else None


def _part_hour(part: str) -> int | None:
    match = _HOUR.fullmatch(part)
    hour = int(match[1]) if match else 24
    return hour if hour <= 23 else None


def _one_hour(hour: int | None, text: str) -> ScheduleReading:
    if hour is None:
        return ScheduleReading(MANUAL, _not_hours([text], any_right=False))
    return ScheduleReading(at_hours({hour}))


def _not_hours(wrong: list[str], any_right: bool) -> str:
    named = listed([shown(part) for part in wrong])
    verdict = "não é uma hora cheia de 0 a 23" if len(wrong) == 1 else "não são horas cheias de 0 a 23"
    rest = "as outras horas valem" if any_right else "nada foi agendado"
    return f"{named} {verdict}; {rest}"


def _from_text(text: str) -> ScheduleReading:
    word = plain_key(text)
    if word == "all":
        return ScheduleReading(ALL_DAY)
    if word in _NEVER:
        return ScheduleReading(MANUAL)
    hours: set[int] = set()
    wrong: list[str] = []
    for part in filter(None, _SEPARATORS.split(word)):
        hour = _part_hour(part)
        if hour is None:
            wrong.append(part)
        else:
            hours.add(hour)
    if any(_is_half_understood(piece.split()) for piece in re.split("[,;]", word)):
        return ScheduleReading(MANUAL, f"não entendi {shown(text)}; nada foi agendado")
    return ScheduleReading(at_hours(hours), _not_hours(wrong, bool(hours)) if wrong else "")


def _is_half_understood(parts: list[str]) -> bool:
    """Whether a word among blanks, such as a cron field, might say on which days the hours beside it hold."""
    return len(parts) > 1 and any(_part_hour(part) is None and not part.isdigit() for part in parts)


def schedule_of(cell: RawCell) -> ScheduleReading:
    """The schedule that a cell asks for (product 2.4)."""
    if cell is None or isinstance(cell, str):
        return _from_text(cell or "")
    text = cell_text(cell)
    if isinstance(cell, CellFault):
        return ScheduleReading(MANUAL, f"a fórmula não tem valor ({text}); nada foi agendado")
    if isinstance(cell, bool):
        return _one_hour(None, text)
    if isinstance(cell, int | float):
        if text and not float(cell).is_integer():
            return ScheduleReading(MANUAL, f"o número {text} não diz quais são as horas: {_AS_TEXT}")
        return _from_text(text)
    if isinstance(cell, date):
        return ScheduleReading(MANUAL, f"há uma data ({text}) no lugar das horas: {_AS_TEXT}")
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        whole = seconds % 3600 == 0 and 0 <= seconds < 86400
        return _one_hour(seconds // 3600 if whole else None, text)
    return _one_hour(_clock_hour(cell), text)


def minutes_of(cell: RawCell) -> tuple[float | None, str]:
    """A time limit in minutes (None: the setting's), and what is wrong with its cell ("" if nothing)."""
    text = cell_text(cell)
    if not text:
        return None, ""
    try:
        minutes = float(text.replace(",", "."))
    except ValueError:
        minutes = math.nan
    if isinstance(cell, str | int | float) and not isinstance(cell, bool) and 0 < minutes <= _MOST_MINUTES:
        return minutes, ""
    return None, f"{shown(text)} não é um número de minutos maior que zero; vale o limite geral"
