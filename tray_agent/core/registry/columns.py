"""Which columns a sheet has, by their names: what each role's column may be called (product 2.1)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tray_agent.core.collation import plain_key
from tray_agent.core.registry.cells import RawCell, cell_text

HEADER_ROWS = 20

ALIASES: dict[str, tuple[str, ...]] = {
    "script": ("script_name", "script", "nome_script", "nome", "automacao"),
    "schedule": ("cron_schedule", "cron", "schedule", "agendamento", "horarios"),
    "active": ("active", "is_active", "ativo"),
    "area": ("area_name", "area"),
    "timeout": ("timeout", "timeout_minutes", "tempo_limite"),
    "catch_up": ("recuperar", "catch_up"),
    "start_by": ("iniciar_ate", "hora_limite", "start_by", "cutoff"),
    "deadline": ("prazo", "deadline", "sla"),
    "retries": ("retentativas", "retries"),
    "resources": ("recurso", "recursos", "resource", "resources"),
    "after": ("depois_de", "after"),
    "pcs": ("pc", "onde", "computador", "where"),
    "arguments": ("argumentos", "parametros", "arguments", "args"),
    "note": ("nota", "observacao", "note"),
}
_UNCLEAR = {
    "limite": "tempo_limite (minutos de execução) ou iniciar_ate (a última hora de início)",
    "limit": "tempo_limite (minutos de execução) ou iniciar_ate (a última hora de início)",
    "tentativas": "retentativas (quantas vezes tentar de novo, além da primeira)",
}
_NEEDED = {"script": "script_name", "schedule": "cron_schedule", "active": "active"}
_ROLES = {alias: role for role, aliases in ALIASES.items() for alias in aliases}
_LONGEST_ALIAS = 40
_NO_HEADING = re.compile(r"[0-9,;:./]")
_BLANKS = re.compile(r"[\s\-]+")
_DAYS = re.compile(
    r"(^|_)(dias?|days?|semanas?|weeks?|weekdays?|mes|meses|months?|feriados?|holidays?"
    r"|periodicidade|frequencia|frequency|vigencia)(_|$)"
)


@dataclass(frozen=True, slots=True)
class Header:
    """A header's row (from 0), and its columns (from 0): those of each role, the better known name first.

    ``names`` are the headings as written, ``unknown`` the columns that no role has.
    """

    row: int
    columns: dict[str, tuple[int, ...]]
    names: dict[int, str]
    unknown: tuple[int, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The needed columns that are not there, by their first names."""
        return [name for role, name in _NEEDED.items() if role not in self.columns]


def column_letter(index: int) -> str:
    """Excel's name of the column with that index (0 is A)."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_name(heading: str) -> str:
    """A heading as it is compared: plain, with ``_`` for blanks and hyphens."""
    return _BLANKS.sub("_", plain_key(heading))


def role_of(cell: RawCell) -> str:
    """The role of the column that the cell would head, or ""."""
    if not isinstance(cell, str) or len(cell) > _LONGEST_ALIAS or _NO_HEADING.search(cell):
        return ""
    return _ROLES.get(column_name(cell), "")


def unclear(heading: str) -> str:
    """For a heading that may mean two things: the names to choose from, else ""."""
    return _UNCLEAR.get(column_name(heading), "")


def restricts_days(heading: str) -> bool:
    """Whether a column of that name seems to say on which days its rows hold."""
    return bool(_DAYS.search(column_name(heading)))


def header_of(index: int, row: Sequence[RawCell]) -> Header:
    """The row read as a header."""
    names = {column: text for column, text in enumerate(map(cell_text, row)) if text}
    found: dict[str, list[tuple[int, int]]] = {}
    unknown = []
    for column, name in names.items():
        alias = column_name(name)
        role = _ROLES.get(alias)
        if role is None:
            unknown.append(column)
        else:
            found.setdefault(role, []).append((ALIASES[role].index(alias), column))
    columns = {role: tuple(column for _, column in sorted(places)) for role, places in found.items()}
    return Header(index, columns, names, tuple(unknown))


def best_header(rows: Sequence[Sequence[RawCell]]) -> Header | None:
    """The first of the first rows with every needed column, else the likeliest; None where all are empty."""
    likeliest: Header | None = None
    for index, row in enumerate(rows[:HEADER_ROWS]):
        header = header_of(index, row)
        if not header.missing:
            return header
        if header.names and (likeliest is None or len(header.columns) > len(likeliest.columns)):
            likeliest = header
    return likeliest
