"""What the policy columns of a row say (schedules.md, 4.8): each cell is understood, or it is a problem.

A job is not started by itself while a cell that would restrict it cannot be read; for a deadline and for
retries, which only add something, the default holds.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from tray_agent.core.collation import displayed, plain_key, script_key
from tray_agent.core.policies import DATE_FORMAT, NO_POLICIES, CatchUp, Limit, Policies, Retries
from tray_agent.core.registry.cells import CellFault, RawCell, cell_text
from tray_agent.core.registry.wording import shown

Cells = tuple[tuple[str, RawCell, str], ...]
_MOST_RETRIES = 20
_DAY = 1440
_CATCH_UP = {
    **dict.fromkeys(("todas", "todos", "tudo", "all"), CatchUp.ALL),
    **dict.fromkeys(("ultima", "ultimo", "a ultima", "so a ultima", "last"), CatchUp.LAST),
    **dict.fromkeys(("nao", "nenhuma", "nenhum", "no", "none"), CatchUp.NONE),
}
_CLOCK = re.compile(r"(?:as )?([0-9]{1,2})(?::([0-9]{2})(?::00)?|h([0-9]{2})?)")
_SPAN = re.compile(r"(\+ ?)?([0-9]{1,4}) ?(min|mins|minutos?|m|h|horas?|hours?)")
_RETRIES = re.compile(
    r"([0-9]{1,3})(?: ?(?:x|vezes|de) ?(?:a cada )?([0-9]{1,3}) ?(?:min|mins|minutos?|m))?"
    r"(?: ?\(([0-9 ,;]+)\))?"
)
_NAMES = re.compile(r"[;,|\n]")
_NAMES_OR_AND = re.compile(r"[;,|\n]|\s[eE]\s")
_PCS = re.compile(r"[;,|/\n]|\s(?:[eE]|[oO][uU])\s")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_DATE = re.compile(f"(?:data|ultimo_util|d[+-][0-9]{{1,3}})(?::{DATE_FORMAT})?", re.IGNORECASE)
_WORD = re.compile(r'(?:[^\s"]|"[^"]*")+')


NOWHERE = "?"
"""The PC of a row whose cell can not be used: nobody's. Without a team the column is nobody's business."""


class _Unclear(Exception):
    """The cell is not understood; the text is what to write instead."""


@dataclass(frozen=True, slots=True)
class PolicyReading:
    """The policies of one row, and what is wrong: a role and a Portuguese clause for each wrong cell."""

    policies: Policies
    wrong: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class PolicyReader:
    """Reads the policy cells of one registry; each distinct set of cells once."""

    _read: dict[object, PolicyReading] = field(default_factory=dict)
    _resources: dict[str, str] = field(default_factory=dict)
    _pcs: dict[str, str] = field(default_factory=dict)

    def read(self, cells: Cells) -> PolicyReading:
        """``cells``: a role, its cell, and why the cell may not be used (or "")."""
        key = tuple((role, type(cell), cell, wrong) for role, cell, wrong in cells)
        reading = self._read.get(key)
        if reading is None:
            reading = self._read[key] = self._all(cells)
        return reading

    def _all(self, cells: Cells) -> PolicyReading:
        found: dict[str, Any] = {}
        wrong: list[tuple[str, str]] = []
        unread: list[str] = []
        for role, cell, unusable in cells:
            column = _COLUMNS[role]
            try:
                if unusable:
                    raise _Unclear(unusable)
                value = column.read(cell)
            except _Unclear as unclear:
                wrong.append((role, f"{unclear}; {column.otherwise}"))
                if role == "pcs":
                    found["pcs"] = (NOWHERE,)
                elif column.restricts:
                    unread.append(str(unclear))
            else:
                if value is not None:
                    found[column.field] = value
        if "resources" in found:
            found["resources"] = _as_first_spelt(found["resources"], self._resources)
        if "pcs" in found:
            found["pcs"] = _as_first_spelt(found["pcs"], self._pcs)
        if not found and not unread:
            return PolicyReading(NO_POLICIES, tuple(wrong))
        return PolicyReading(replace(NO_POLICIES, **found, unread="; ".join(unread)), tuple(wrong))


def _as_first_spelt(names: tuple[str, ...], known: dict[str, str]) -> tuple[str, ...]:
    """One resource or PC has one name, however its rows spell it."""
    return tuple(known.setdefault(plain_key(name), name) for name in names)


def _text(cell: RawCell, instead: str) -> str:
    """A cell that should be text. A number is as good; a date or a truth value is Excel's doing."""
    if isinstance(cell, CellFault):
        raise _Unclear(f"a fórmula não tem valor ({cell.text})")
    if (cell is not None and not isinstance(cell, str | int | float | time)) or isinstance(cell, bool):
        raise _Unclear(f"não entendi {shown(cell_text(cell))}: {instead}")
    return cell_text(cell)


def _catch_up(cell: RawCell) -> CatchUp | None:
    instead = "escreva todas, última ou não"
    text = _text(cell, instead)
    if not text:
        return None
    known = _CATCH_UP.get(plain_key(text))
    if known is None:
        raise _Unclear(f"não entendi {shown(text)} em recuperar: {instead}")
    return known


def _limit(cell: RawCell, column: str, instead: str) -> Limit | None:
    text = _text(cell, instead)
    if not text:
        return None
    plain = plain_key(text)
    clock, span = _CLOCK.fullmatch(plain), _SPAN.fullmatch(plain)
    if clock:
        minute = int(clock[1]) * 60 + int(clock[2] or clock[3] or 0)
        if minute < _DAY and int(clock[2] or clock[3] or 0) < 60:
            return Limit(minute=minute)
    elif span:
        after = int(span[2]) * (60 if span[3].startswith("h") else 1)
        if 0 < after < _DAY:
            return Limit(after_minutes=after)
    raise _Unclear(f"não entendi {shown(text)} em {column}: {instead}")


def _start_by(cell: RawCell) -> Limit | None:
    return _limit(cell, "iniciar_ate", "escreva uma hora, como 17:30, ou minutos, como 30 min")


def _deadline(cell: RawCell) -> Limit | None:
    return _limit(cell, "prazo", "escreva uma hora, como 10:00, ou minutos depois do horário, como +90 min")


def _retries(cell: RawCell) -> Retries | None:
    instead = "escreva o número, como 2, ou 2 x 10 min, ou 2 x 10 min (75)"
    text = _text(cell, instead)
    if not text:
        return None
    match = _RETRIES.fullmatch(plain_key(text))
    count = int(match[1]) if match else _MOST_RETRIES + 1
    if match is None or count > _MOST_RETRIES or (match[2] and not 0 < int(match[2]) < _DAY):
        raise _Unclear(f"não entendi {shown(text)} em retentativas (até {_MOST_RETRIES}): {instead}")
    codes = tuple(sorted({int(code) for code in re.findall("[0-9]+", match[3] or "")}))
    wait = {"wait_minutes": int(match[2])} if match[2] else {}
    return Retries(count, codes=codes, **wait) if count else None


def _names(cell: RawCell, instead: str, separators: re.Pattern[str]) -> list[str]:
    """The names in a cell, each as a person reads it. Lines are told apart before blanks are made single."""
    text = cell if isinstance(cell, str) else _text(cell, instead)
    if isinstance(cell, time):
        raise _Unclear(f"não entendi {shown(cell_text(cell))}: {instead}")
    return list(filter(None, map(displayed, separators.split(text))))


def _resources(cell: RawCell) -> tuple[str, ...] | None:
    names = _names(cell, "escreva os nomes, como SAP; Excel", _NAMES_OR_AND)
    return tuple({plain_key(name): name for name in names}.values()) or None


def _pcs(cell: RawCell) -> tuple[str, ...] | None:
    """Whatever a cell says is a name; one that no PC of the team has is said where the team is known."""
    written = _PCS.split(cell) if isinstance(cell, str) else [cell_text(cell)]
    names: dict[str, str] = {}
    for name in filter(None, map(displayed, written)):
        names.setdefault(plain_key(name), name)
    return tuple(names.values()) or None


def _after(cell: RawCell) -> tuple[str, ...] | None:
    names = _names(cell, "escreva os nomes dos scripts, como carga_x; carga_y", _NAMES)
    return tuple(dict.fromkeys(map(script_key, names))) or None


def _arguments(cell: RawCell) -> tuple[str, ...] | None:
    text = _text(cell, "escreva-os como texto")
    if not text:
        return None
    if text.count('"') % 2:
        raise _Unclear(f"falta fechar aspas em {shown(text)}")
    for match in _PLACEHOLDER.finditer(text):
        if not _DATE.fullmatch(match[1]):
            raise _Unclear(
                f"não entendi {shown(match[0])} nos argumentos: use {{data}}, {{d-1}}, {{d+1}} ou "
                "{ultimo_util}, com formato como {d-1:%Y%m%d}"
            )
    if re.search("[{}]", _PLACEHOLDER.sub("", text)):
        raise _Unclear(f"há uma chave aberta ou fechada sem par em {shown(text)}")
    return tuple(word.replace('"', "") for word in _WORD.findall(text))


@dataclass(frozen=True, slots=True)
class _Column:
    field: str
    read: Callable[[RawCell], object]
    restricts: bool
    otherwise: str


_NOT_STARTED = "a automação não é iniciada por agendamento"
_COLUMNS = {
    "catch_up": _Column("catch_up", _catch_up, True, _NOT_STARTED),
    "start_by": _Column("start_by", _start_by, True, _NOT_STARTED),
    "deadline": _Column("deadline", _deadline, False, "fica sem prazo"),
    "retries": _Column("retries", _retries, False, "fica sem retentativas"),
    "resources": _Column("resources", _resources, True, _NOT_STARTED),
    "after": _Column("after", _after, True, _NOT_STARTED),
    "pcs": _Column("pcs", _pcs, True, "com uma equipe, espera em todos os PCs"),
    "arguments": _Column("arguments", _arguments, True, _NOT_STARTED),
}
POLICY_ROLES = tuple(_COLUMNS)
