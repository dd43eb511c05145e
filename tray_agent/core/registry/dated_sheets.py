"""The two sheets beside the registry that carry dates: ``Feriados``, a team's own days, and ``Paradas``.

A wrong row is a problem that names its sheet and line, and nothing else of the sheet is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from tray_agent.core.collation import plain_key
from tray_agent.core.model import Problem, Where
from tray_agent.core.policies import Halt
from tray_agent.core.registry.cells import CellFault, RawCell, cell_text
from tray_agent.core.registry.columns import HEADER_ROWS, column_name
from tray_agent.core.registry.sheets import HaltRow, OwnDay, Sheet
from tray_agent.core.registry.wording import listed, shown

_HOLIDAYS, _HALTS = "feriados", "paradas"
_HOLIDAY_COLUMNS = {
    "date": ("data", "date", "dia"),
    "name": ("nome", "name", "descricao", "feriado"),
    "kind": ("tipo", "type", "kind"),
}
_HALT_COLUMNS = {
    "begin": ("de", "inicio", "desde", "from"),
    "end": ("ate", "fim", "to", "until"),
    "area": ("area", "area_name"),
    "job": ("automacao", "script_name", "script", "nome_script", "nome"),
    "reason": ("motivo", "razao", "reason"),
}
_KINDS = {
    **dict.fromkeys(("", "feriado", "holiday"), False),
    **dict.fromkeys(("dia util", "dia_util", "util", "business day"), True),
}
_BRAZILIAN = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})(?: (?:as )?([0-9]{1,2})(?::|h)([0-9]{2})?)?")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ t]([0-9]{2}):([0-9]{2})(?::00)?)?")
_YEARS = range(2000, 2100)
_ONE_DAY = timedelta(days=1)


def kind_of(name: str) -> str:
    """Which of the two sheets one of that name is, or ""."""
    plain = plain_key(name)
    return plain if plain in {_HOLIDAYS, _HALTS} else ""


@dataclass(slots=True)
class DatedSheets:
    """Takes both sheets; what they say, and what is wrong with them."""

    own_days: list[OwnDay] = field(default_factory=list)
    halts: list[HaltRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def take(self, sheet: Sheet) -> None:
        """Read a sheet for which :func:`kind_of` is not ""."""
        is_holidays = kind_of(sheet.name) == _HOLIDAYS
        columns = _HOLIDAY_COLUMNS if is_holidays else _HALT_COLUMNS
        needed = ("date",) if is_holidays else ("begin", "end")
        start, places = _header(sheet.rows, columns, needed)
        missing = [columns[role][0] for role in needed if role not in places]
        if missing:
            if any(any(map(cell_text, row)) for row in sheet.rows):
                which = "a coluna" if len(missing) == 1 else "as colunas"
                names = listed([shown(name) for name in missing])
                self._report(sheet, None, f"não tem {which} {names}; nada dela vale")
            return
        read = self._holiday if is_holidays else self._halt
        for index in range(start, len(sheet.rows)):
            row = sheet.rows[index]
            cells = {role: row[at] for role, at in places.items() if at < len(row)}
            if not any(map(cell_text, cells.values())):
                continue
            volatile = [role for role, at in places.items() if (index, at) in sheet.volatile]
            try:
                if volatile:
                    raise _Wrong("uma fórmula depende do dia em que o arquivo foi salvo")
                read(index + 1, cells)
            except _Wrong as wrong:
                self._report(sheet, index + 1, f"{wrong}; a linha não vale")

    def _holiday(self, line: int, cells: dict[str, RawCell]) -> None:
        moment = _moment(cells.get("date"), "data")
        if moment is None:
            raise _Wrong("falta a data")
        if moment.time() != time():
            raise _Wrong(f"{shown(cell_text(cells.get('date')))} tem uma hora")
        kind = cell_text(cells.get("kind"))
        if plain_key(kind) not in _KINDS:
            raise _Wrong(f"{shown(kind)} não é um tipo: escreva feriado ou dia útil")
        own = OwnDay(moment.date(), cell_text(cells.get("name"))[:100], _KINDS[plain_key(kind)])
        for other in self.own_days:
            if other.day == own.day and other.is_business != own.is_business:
                raise _Wrong(f"{own.day:%d/%m/%Y} já está na aba com o outro tipo")
        self.own_days.append(own)

    def _halt(self, line: int, cells: dict[str, RawCell]) -> None:
        begin, end = _moment(cells.get("begin"), "de"), _moment(cells.get("end"), "ate")
        if begin is None:
            raise _Wrong("falta o começo (de)")
        if end is None:
            if begin.time() != time():
                raise _Wrong("falta o fim (ate)")
            end = begin
        if end.time() == time() and not _says_midnight(cells.get("end")):
            end += _ONE_DAY  # the whole of the last day
        if end <= begin:
            raise _Wrong("o fim (ate) vem antes do começo (de)")
        for role in ("area", "job"):
            if isinstance(cells.get(role), CellFault):
                raise _Wrong(f"a fórmula não tem valor ({cell_text(cells[role])})")
        area, job, reason = (cell_text(cells.get(role)) for role in ("area", "job", "reason"))
        self.halts.append(HaltRow(line, Halt(begin, end, area, job, reason[:200])))

    def _report(self, sheet: Sheet, line: int | None, what: str) -> None:
        place = f"a aba {shown(sheet.name)}" if line is None else f"aba {shown(sheet.name)}, linha {line}:"
        action = f"Corrija a aba {shown(sheet.name)}" + (f", linha {line}." if line else ".")
        self.problems.append(Problem(Where.REGISTRY, f"{place} {what}", action))


class _Wrong(Exception):
    """A row that cannot be used; the text is a Portuguese clause."""


def _header(
    rows: Sequence[Sequence[RawCell]], columns: dict[str, tuple[str, ...]], needed: Sequence[str]
) -> tuple[int, dict[str, int]]:
    """The row after the header, and each role's column; the likeliest one where a needed one is missing."""
    best: tuple[int, dict[str, int]] = 0, {}
    for index, row in enumerate(rows[:HEADER_ROWS]):
        places = dict(_places(row, columns))
        if all(role in places for role in needed):
            return index + 1, places
        if len(places) > len(best[1]):
            best = index + 1, places
    return best


def _places(row: Sequence[RawCell], columns: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, int]]:
    names = [column_name(cell_text(cell)) for cell in row]
    for role, aliases in columns.items():
        place = next((names.index(alias) for alias in aliases if alias in names), None)
        if place is not None:
            yield role, place


def _says_midnight(cell: RawCell) -> bool:
    """Whether a text names midnight itself, "11/03/2026 00:00"; Excel's own dates do not tell."""
    return isinstance(cell, str) and len(plain_key(cell_text(cell)).split()) > 1


def _moment(cell: RawCell, column: str) -> datetime | None:
    """A date, at its own time or at midnight; None for an empty cell."""
    text = cell_text(cell)
    if not text:
        return None
    found = None
    if isinstance(cell, datetime):
        found = datetime(cell.year, cell.month, cell.day, cell.hour, cell.minute)  # noqa: DTZ001 - the wall clock, as the sheet has it
    elif isinstance(cell, date):
        found = datetime(cell.year, cell.month, cell.day)  # noqa: DTZ001
    elif isinstance(cell, str):
        found = _written(plain_key(text))
    if found is None or found.year not in _YEARS:
        raise _Wrong(f'{shown(text)} não é uma data em "{column}": escreva-a como 25/01/2027')
    return found


def _written(text: str) -> datetime | None:
    brazilian, iso = _BRAZILIAN.fullmatch(text), _ISO.fullmatch(text)
    if brazilian:
        day, month, year, hour, minute = brazilian.groups()
    elif iso:
        year, month, day, hour, minute = iso.groups()
    else:
        return None
    try:
        return datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0))  # noqa: DTZ001
    except ValueError:
        return None
