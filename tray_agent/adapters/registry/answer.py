"""The reader child's answer about the registry: written by the child, read by the agent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tray_agent.core.model import Cell, Problem, RegistryRow, Where
from tray_agent.core.registry.reading import RegistryReading
from tray_agent.core.schedules.schedule import Schedule, ScheduleKind


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells one version of a file from another: bytes, and nanoseconds since the epoch."""

    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class RegistryFailed:
    """The registry could not be read; ``lasting`` where only another version of the file can be better."""

    text: str
    lasting: bool


def failed(text: str, lasting: bool, stamp: Stamp | None) -> dict[str, Any]:
    """The answer for a workbook that cannot be read."""
    return {"ok": False, "error": text, "lasting": lasting, "stamp": _stamp_fields(stamp)}


def encode(reading: RegistryReading, stamp: Stamp | None) -> dict[str, Any]:
    """The answer for a registry that could be read."""
    rows = [
        [row.key, row.name, row.area, row.schedule.kind, row.schedule.hours, row.line, row.timeout_minutes]
        for row in reading.rows
    ]
    problems = [
        [each.what, each.action, [each.cell.row, each.cell.column, each.cell.value] if each.cell else None]
        for each in reading.problems
    ]
    stamped = _stamp_fields(stamp)
    return {"ok": True, "stamp": stamped, "sheet": reading.sheet, "rows": rows, "problems": problems}


def _stamp_fields(stamp: Stamp | None) -> list[int] | None:
    return [stamp.size, stamp.mtime_ns] if stamp else None


def decode(answer: Mapping[str, Any]) -> tuple[RegistryReading | RegistryFailed, Stamp | None]:
    """What the child read, and the version of the file it read."""
    stamp = Stamp(*answer["stamp"]) if answer.get("stamp") else None
    if not answer["ok"]:
        return RegistryFailed(str(answer["error"]), bool(answer.get("lasting"))), stamp
    schedules: dict[tuple[str, tuple[int, ...]], Schedule] = {}
    rows: list[RegistryRow] = []
    for key, name, area, kind, listed, line, minutes in answer["rows"]:
        hours = tuple(listed)
        schedule = schedules.setdefault((kind, hours), Schedule(ScheduleKind(kind), hours))
        shared = (sys.intern(key), sys.intern(name), sys.intern(area))  # with the scripts, and one another
        rows.append(RegistryRow(*shared, schedule, line, minutes))
    problems = tuple(
        Problem(Where.REGISTRY, what, action, Cell(*cell) if cell else None)
        for what, action, cell in answer["problems"]
    )
    return RegistryReading(tuple(rows), problems, str(answer["sheet"])), stamp
