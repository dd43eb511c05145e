"""What one cell of the registry says: its text, whether it means yes, a schedule, a time limit."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tray_agent.core.collation import displayed, plain_key
from tray_agent.core.registry.wording import shown
from tray_agent.core.schedules.schedule import MANUAL, Schedule


@dataclass(frozen=True, slots=True)
class CellFault:
    """A formula without a usable value: ``text`` is what Excel shows, such as ``#N/A``."""

    text: str


RawCell = str | int | float | bool | time | date | datetime | timedelta | CellFault | None

_YES = frozenset({"true", "1", "verdadeiro", "sim", "s", "on"})
_NO = frozenset({"false", "0", "falso", "nao", "n", "no", "off", "-", "inativo", "inativa", "inactive"}) | {
    f"{word}{end}" for word in ("desativad", "desligad", "desabilitad") for end in "oa"
}
_AS_TEXT = "formate a coluna como Texto e digite as horas de novo"
_DATE_CAUSES = f"o Excel troca 1-5, 8/12 e 8-18 por datas; {_AS_TEXT}"
_NOTHING = "; nada foi agendado"
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


def schedule_of(cell: RawCell) -> ScheduleReading:
    """The schedule that a cell asks for: the language, and what Excel made of it (schedules.md, 2.5)."""
    if cell is None or isinstance(cell, str):
        return _from_text(cell or "")
    text = cell_text(cell)
    if isinstance(cell, CellFault):
        return ScheduleReading(MANUAL, f"a fórmula não tem valor ({text}); nada foi agendado")
    if isinstance(cell, bool):
        return ScheduleReading(MANUAL, f"{shown(text)} não é um horário; nada foi agendado")
    if isinstance(cell, int | float):
        if text and not float(cell).is_integer():
            return ScheduleReading(MANUAL, f"o número {text} não diz quais são as horas: {_AS_TEXT}")
        return _from_text(text)
    if isinstance(cell, date):
        return ScheduleReading(MANUAL, f"há uma data ({text}) no lugar das horas: {_DATE_CAUSES}")
    if isinstance(cell, timedelta):
        return _at_seconds(cell.total_seconds())
    return _at_seconds(cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6)


def _from_text(text: str) -> ScheduleReading:
    from tray_agent.core.schedules.grammar import parse  # the agent itself never reads a cell

    parsed = parse(text)
    wrong = "; ".join(parsed.problems)
    if wrong and parsed.schedule is MANUAL and not wrong.endswith(_NOTHING):
        wrong += _NOTHING
    return ScheduleReading(parsed.schedule, wrong)


def _at_seconds(exact: float) -> ScheduleReading:
    """The schedule of a time cell. Excel keeps times as fractions of a day: 08:00 may be 07:59:59.999999."""
    minutes, seconds = divmod(abs(round(exact)), 60)
    text = f"{minutes // 60}:{minutes % 60:02d}" + (f":{seconds:02d}" if seconds else "")
    return _from_text(text if exact >= 0 else f"-{text}")


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
