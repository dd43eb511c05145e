"""The registry: from a sheet's cells to its active rows, and from rows and scripts to jobs.

Whatever is wrong becomes a :class:`Problem` with its place; only a workbook without the needed columns is
refused.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from tray_agent.core.collation import match_key, plain_key, portuguese_key, script_key
from tray_agent.core.model import Cell, Job, Problem, RegistryRow, Script, Where
from tray_agent.core.registry.cells import (
    CellFault,
    RawCell,
    cell_text,
    listed,
    means_yes,
    minutes_of,
    schedule_of,
    shown,
)
from tray_agent.core.schedules.schedule import MANUAL

NO_AREA = "Sem área"
HEADER_ROWS = 20

_ALIASES: dict[str, tuple[str, ...]] = {
    "script": ("script_name", "script", "nome_script", "nome", "automacao"),
    "schedule": ("cron_schedule", "cron", "schedule", "agendamento", "horarios"),
    "active": ("active", "is_active", "ativo"),
    "area": ("area_name", "area"),
    "timeout": ("timeout", "timeout_minutes", "tempo_limite"),
}
_NEEDED = {"script": "script_name", "schedule": "cron_schedule", "active": "active"}
_BLANKS = re.compile(r"[\s\-]+")
_FIX_HOURS = "Corrija a célula {}: horas cheias como 8, 12, 18, ou ALL, ou MANUAL."
_FIX_CELL = "Corrija a célula {}."


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells: ``rows[0]`` is Excel's row 1, each row begins at column A."""

    name: str
    rows: Sequence[Sequence[RawCell]]


@dataclass(frozen=True, slots=True)
class RegistryReading:
    """A registry that could be read: its active rows, and what is wrong with some of them."""

    rows: tuple[RegistryRow, ...]
    problems: tuple[Problem, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class RegistryRefused:
    """A workbook that is no registry; ``text`` is one Portuguese sentence naming the columns it has."""

    text: str


@dataclass(frozen=True, slots=True)
class _Header:
    row: int
    columns: dict[str, int]
    names: tuple[str, ...]
    repeated: tuple[tuple[int, int, str], ...] = ()

    @property
    def missing(self) -> list[str]:
        return [name for role, name in _NEEDED.items() if role not in self.columns]


def column_letter(index: int) -> str:
    """Excel's name of the column with that index (0 is A)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _header_of(index: int, row: Sequence[RawCell]) -> _Header:
    places: dict[str, int] = {}
    repeated: list[tuple[int, int, str]] = []
    for column, cell in enumerate(row):
        name = _BLANKS.sub("_", plain_key(cell_text(cell)))
        if name and name in places:
            repeated.append((places[name], column, name))
        places.setdefault(name, column)
    known = {
        role: next((places[alias] for alias in aliases if alias in places), -1)
        for role, aliases in _ALIASES.items()
    }
    columns = {role: column for role, column in known.items() if column >= 0}
    names = tuple(text for text in map(cell_text, row) if text)
    used = set(columns.values())
    return _Header(index, columns, names, tuple(each for each in repeated if each[0] in used))


def _best_header(sheet: Sheet) -> _Header | None:
    """The first row with every needed column, else the likeliest one; None for an empty sheet."""
    likeliest: _Header | None = None
    for index, row in enumerate(sheet.rows[:HEADER_ROWS]):
        header = _header_of(index, row)
        if not header.missing:
            return header
        if header.names and (likeliest is None or len(header.columns) > len(likeliest.columns)):
            likeliest = header
    return likeliest


def read(sheets: Iterable[Sheet]) -> RegistryReading | RegistryRefused:
    """The first sheet that has the needed columns in one of its first 20 rows."""
    likeliest: _Header | None = None
    for sheet in sheets:
        header = _best_header(sheet)
        if header is None:
            continue
        if not header.missing:
            return _Rows(sheet, header).read()
        if likeliest is None or len(header.columns) > len(likeliest.columns):
            likeliest = header
    if likeliest is None:
        return RegistryRefused("o registro está vazio: nenhuma coluna foi encontrada")
    needed = listed([shown(name) for name in likeliest.missing])
    which = "a coluna" if len(likeliest.missing) == 1 else "as colunas"
    names = [name[:40] for name in likeliest.names[:30]]
    return RegistryRefused(f"o registro não tem {which} {needed}; colunas encontradas: {', '.join(names)}")


@dataclass(slots=True)
class _Rows:
    """Reads the rows below a header."""

    sheet: Sheet
    header: _Header
    problems: list[Problem] = field(default_factory=list)

    def read(self) -> RegistryReading:
        for first, second, name in self.header.repeated:
            both = f"{column_letter(first)} e {column_letter(second)}"
            self._report(
                self.header.row,
                f"a coluna {shown(name)} aparece duas vezes ({both}); vale a primeira",
                "Apague ou renomeie uma das colunas.",
            )
        start = self.header.row + 1
        read = (self._row(index, self.sheet.rows[index]) for index in range(start, len(self.sheet.rows)))
        rows = tuple(row for row in read if row is not None)
        return RegistryReading(rows, tuple(self.problems), self.sheet.name)

    def _row(self, index: int, row: Sequence[RawCell]) -> RegistryRow | None:
        active = self._cell(row, "active")
        if isinstance(active, CellFault):
            self._wrong_cell(
                index, "active", active, f"a fórmula não tem valor ({active.text}); linha inativa"
            )
            return None
        if not means_yes(active):
            return None
        named = self._cell(row, "script")
        name = cell_text(named)
        if isinstance(named, CellFault):
            self._wrong_cell(index, "script", named, f"a fórmula não tem valor ({name}); linha ignorada")
            return None
        if not name:
            self._wrong_cell(index, "script", named, "falta o nome do script; linha ignorada")
            return None
        return self._active_row(index, row, name)

    def _active_row(self, index: int, row: Sequence[RawCell], name: str) -> RegistryRow:
        hours = self._cell(row, "schedule")
        reading = schedule_of(hours)
        if reading.wrong:
            self._wrong_cell(index, "schedule", hours, reading.wrong, _FIX_HOURS)
        limit = self._cell(row, "timeout")
        minutes, wrong = minutes_of(limit)
        if wrong:
            self._wrong_cell(index, "timeout", limit, wrong)
        area = self._cell(row, "area")
        if isinstance(area, CellFault):
            self._wrong_cell(index, "area", area, f"a fórmula não tem valor ({area.text})")
            area = None
        schedule = reading.schedule if reading.schedule.hours else MANUAL
        return RegistryRow(script_key(name), name, cell_text(area) or NO_AREA, schedule, index + 1, minutes)

    def _cell(self, row: Sequence[RawCell], role: str) -> RawCell:
        column = self.header.columns.get(role, -1)
        return row[column] if 0 <= column < len(row) else None

    def _wrong_cell(self, index: int, role: str, cell: RawCell, wrong: str, action: str = _FIX_CELL) -> None:
        letter = column_letter(self.header.columns[role])
        address = f"{letter}{index + 1}"
        place = Cell(index + 1, letter, cell_text(cell)[:200])
        self._report(index, f"célula {address}: {wrong}", action.format(address), place)

    def _report(self, index: int, what: str, action: str, place: Cell | None = None) -> None:
        cell = place or Cell(index + 1)
        self.problems.append(Problem(Where.REGISTRY, f"linha {index + 1}: {what}", action, cell))


def link(
    rows: Iterable[RegistryRow], scripts: Iterable[Script], base: PurePath
) -> tuple[tuple[Job, ...], tuple[Problem, ...]]:
    """Cross rows with scripts (product 2.3). The jobs come ordered by area, then name."""
    found: dict[str, list[Script]] = defaultdict(list)
    for script in scripts:
        found[script.key].append(script)
    jobs: list[Job] = []
    problems: list[Problem] = []
    lines: dict[str, int] = {}
    for row in rows:
        candidates = found.get(row.key, [])
        if row.key in lines:
            problems.append(_second_row(row, lines[row.key]))
            continue
        lines[row.key] = row.line
        if not candidates:
            problems.append(_no_file(row))
            continue
        script = candidates[0]
        if len(candidates) > 1:
            candidates = sorted(candidates, key=lambda each: _below(each, base).as_posix())
            script = _in_area(candidates, row.area, base)
            problems.append(_several_files(row, candidates, script, base))
        jobs.append(Job(row.key, script.name, row.area, script.path, row.schedule, row.timeout_minutes))
    areas = {area: portuguese_key(area) for area in {job.area for job in jobs}}
    jobs.sort(key=lambda job: (areas[job.area], portuguese_key(job.name), job.id))
    return tuple(jobs), tuple(problems)


def _below(script: Script, base: PurePath) -> PurePath:
    path = type(base)(script.path)
    return path.relative_to(base) if path.is_relative_to(base) else path


def _in_area(candidates: Sequence[Script], area: str, base: PurePath) -> Script:
    wanted = match_key(area)
    for script in candidates:
        if any(match_key(folder) == wanted for folder in _below(script, base).parts[:-1]):
            return script
    return candidates[0]


def _no_file(row: RegistryRow) -> Problem:
    return Problem(
        Where.REGISTRY,
        f"linha {row.line}: nenhum arquivo {shown(row.key + '.py')} em uma pasta metodos",
        "Corrija o nome na planilha, ou ponha o arquivo em uma pasta metodos abaixo da pasta de automações.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )


def _second_row(row: RegistryRow, first: int) -> Problem:
    return Problem(
        Where.REGISTRY,
        f"linha {row.line}: {shown(row.name)} já está na linha {first}; vale a primeira",
        f"Apague ou desative a linha {row.line}.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )


def _several_files(row: RegistryRow, found: Sequence[Script], taken: Script, base: PurePath) -> Problem:
    paths = listed([_below(script, base).as_posix() for script in found])
    return Problem(
        Where.REGISTRY,
        f"linha {row.line}: {len(found)} arquivos para {shown(row.name)} ({paths}); "
        f"vale {_below(taken, base).as_posix()}",
        "Renomeie ou apague os arquivos que não devem rodar.",
        Cell(row.line, "", row.name[:200]),
        row.key,
    )
