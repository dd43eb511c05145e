"""The reader child's answer about the registry: written by the child, read by the agent.

Schedules that many rows share are written once; a row names its schedule by its place in their list.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tray_agent.core.model import Cell, Problem, RegistryRow, Where
from tray_agent.core.registry.sheets import RegistryReading
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
    schedules: dict[Schedule, int] = {}
    rows = [
        [
            row.key,
            row.name,
            row.area,
            schedules.setdefault(row.schedule, len(schedules)),
            row.line,
            row.timeout_minutes,
            row.schedule_problem,
        ]
        for row in reading.rows
    ]
    return {
        "ok": True,
        "stamp": _stamp_fields(stamp),
        "sheet": reading.sheet,
        "unknown": reading.unknown,
        "schedules": [[schedule.kind, schedule.hours] for schedule in schedules],
        "problems": [problem_fields(each) for each in reading.problems],
        "rows": rows,
    }


def problem_fields(problem: Problem) -> list[Any]:
    """A problem as the child writes it."""
    cell = problem.cell
    place = [cell.row, cell.column, cell.value] if cell else None
    return [problem.where, problem.what, problem.action, place, problem.job]


def problem_of(fields: list[Any]) -> Problem:
    """A problem as the agent reads it."""
    where, what, action, place, job = fields
    return Problem(Where(where), what, action, Cell(*place) if place else None, job)


def _stamp_fields(stamp: Stamp | None) -> list[int] | None:
    return [stamp.size, stamp.mtime_ns] if stamp else None


def decode(answer: Mapping[str, Any]) -> tuple[RegistryReading | RegistryFailed, Stamp | None]:
    """What the child read, and the version of the file it read."""
    stamp = Stamp(*answer["stamp"]) if answer.get("stamp") else None
    if not answer["ok"]:
        return RegistryFailed(str(answer["error"]), bool(answer.get("lasting"))), stamp
    schedules = [Schedule(ScheduleKind(kind), tuple(hours)) for kind, hours in answer["schedules"]]
    rows: list[RegistryRow] = []
    for key, name, area, schedule, line, minutes, lost in answer["rows"]:
        shared = (sys.intern(key), sys.intern(name), sys.intern(area))  # with the scripts, and one another
        row = RegistryRow(*shared, schedules[schedule], line, minutes, schedule_problem=lost)
        rows.append(row)
    problems = tuple(map(problem_of, answer["problems"]))
    unknown = tuple(map(str, answer["unknown"]))
    return RegistryReading(tuple(rows), problems, str(answer["sheet"]), unknown), stamp
