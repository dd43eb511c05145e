"""The reader child's answer about the registry: written by the child, read by the agent.

Schedules that many rows share are written once; a row names its schedule by its place in their list.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from tray_agent.core.model import Cell, PcNamed, Problem, RegistryRow, Where
from tray_agent.core.policies import NO_POLICIES, CatchUp, Halt, Limit, Policies, Retries
from tray_agent.core.registry.sheets import HaltRow, OwnDay, RegistryReading
from tray_agent.core.schedules.calendar import own_calendar
from tray_agent.core.schedules.codec import decode_all, encode_all
from tray_agent.core.schedules.schedule import with_calendar

_MOST_HINTS = 20


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
    schedules, places = encode_all(row.schedule for row in reading.rows)
    policies: dict[Policies, int] = {}
    rows = [
        [
            row.key,
            row.name,
            row.area,
            place,
            row.line,
            row.timeout_minutes,
            policies.setdefault(row.policies, len(policies)),
            row.note,
            row.schedule_problem,
        ]
        for row, place in zip(reading.rows, places, strict=True)
    ]
    return {
        "ok": True,
        "stamp": _stamp_fields(stamp),
        "sheet": reading.sheet,
        "unknown": reading.unknown,
        "hints": reading.hints[:_MOST_HINTS],
        "schedules": schedules,
        "policies": [_policy_fields(each) for each in policies],
        "halts": [_halt_fields(each) for each in reading.halts],
        "own_days": [[each.day.isoformat(), each.name, each.is_business] for each in reading.own_days],
        "pcs": [[each.name, each.job, each.rows, *_cell_fields(each.cell)] for each in reading.pcs_named],
        "problems": [problem_fields(each) for each in reading.problems],
        "rows": rows,
    }


def problem_fields(problem: Problem) -> list[Any]:
    """A problem as the child writes it."""
    place = _cell_fields(problem.cell) if problem.cell else None
    return [problem.where, problem.what, problem.action, place, problem.job]


def problem_of(fields: list[Any]) -> Problem:
    """A problem as the agent reads it."""
    where, what, action, place, job = fields
    return Problem(Where(where), what, action, Cell(*place) if place else None, job)


def _cell_fields(cell: Cell) -> list[Any]:
    return [cell.row, cell.column, cell.value]


def _stamp_fields(stamp: Stamp | None) -> list[int] | None:
    return [stamp.size, stamp.mtime_ns] if stamp else None


def decode(answer: Mapping[str, Any]) -> tuple[RegistryReading | RegistryFailed, Stamp | None]:
    """What the child read, and the version of the file it read."""
    stamp = Stamp(*answer["stamp"]) if answer.get("stamp") else None
    if not answer["ok"]:
        return RegistryFailed(str(answer["error"]), bool(answer.get("lasting"))), stamp
    own_days = tuple(OwnDay(date.fromisoformat(day), name, other) for day, name, other in answer["own_days"])
    calendar = own_calendar((each.day, each.name, each.is_business) for each in own_days)
    # A manual job's arguments may have dates in them too.
    schedules = [with_calendar(each, calendar) for each in decode_all(answer["schedules"], calendar)]
    policies = [_policies_of(each) for each in answer["policies"]]
    rows: list[RegistryRow] = []
    for key, name, area, schedule, line, minutes, policy, note, lost in answer["rows"]:
        shared = (sys.intern(key), sys.intern(name), sys.intern(area))  # with the scripts, and one another
        rows.append(
            RegistryRow(*shared, schedules[schedule], line, minutes, policies[policy], note, lost),
        )
    reading = RegistryReading(
        tuple(rows),
        tuple(map(problem_of, answer["problems"])),
        str(answer["sheet"]),
        tuple(map(str, answer["unknown"])),
        tuple(map(_halt_of, answer["halts"])),
        own_days,
        tuple(map(str, answer["hints"])),
        tuple(PcNamed(name, Cell(*place), job, rows) for name, job, rows, *place in answer["pcs"]),
    )
    return reading, stamp


def _policy_fields(policies: Policies) -> list[Any]:
    retries = policies.retries
    return [
        policies.catch_up,
        _limit_fields(policies.start_by),
        _limit_fields(policies.deadline),
        [retries.count, retries.wait_minutes, retries.codes] if retries else None,
        policies.resources,
        policies.after,
        policies.arguments,
        policies.pcs,
        policies.unread,
    ]


def _policies_of(fields: list[Any]) -> Policies:
    catch_up, start_by, deadline, retries, resources, after, arguments, pcs, unread = fields
    policies = Policies(
        CatchUp(catch_up),
        Limit(*start_by) if start_by else None,
        Limit(*deadline) if deadline else None,
        Retries(retries[0], retries[1], tuple(retries[2])) if retries else None,
        tuple(resources),
        tuple(after),
        tuple(arguments),
        tuple(map(sys.intern, pcs)),
        unread,
    )
    return NO_POLICIES if policies == NO_POLICIES else policies


def _limit_fields(limit: Limit | None) -> list[int | None] | None:
    return [limit.minute, limit.after_minutes] if limit else None


def _halt_fields(row: HaltRow) -> list[Any]:
    halt = row.halt
    return [row.line, halt.begin.isoformat(), halt.end.isoformat(), halt.area, halt.job, halt.reason]


def _halt_of(fields: list[Any]) -> HaltRow:
    line, begin, end, area, job, reason = fields
    return HaltRow(line, Halt(datetime.fromisoformat(begin), datetime.fromisoformat(end), area, job, reason))
