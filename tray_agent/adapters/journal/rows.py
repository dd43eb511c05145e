"""How values of the core lie in the journal's rows, and back."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

from tray_agent.core.model import Asked, Identity, Outcome, Pausing, Run, Trigger

COLUMNS = (
    "id, job, name, script, trigger, day, started, log, pid, created, boot,"
    ' attempt, "by", arguments, stands_for, pc, book,'
    " ended, duration_seconds, exit_code, outcome, script_hash, reason"
)
MARKS = ", ".join("?" * (COLUMNS.count(",") + 1))
_END = ("ended", "duration_seconds", "exit_code", "outcome", "script_hash", "reason")
AT_END = ", ".join(f"{column} = ?" for column in _END)
END_FOUND = ", ".join(f"{column} = excluded.{column}" for column in _END)


def row_of(run: Run) -> tuple[Any, ...]:
    """A run in the order of ``COLUMNS``."""
    identity = run.identity
    return (
        run.id,
        run.job,
        run.name,
        run.script,
        run.trigger.value,
        run.day.isoformat(),
        run.started.isoformat(),
        run.log,
        identity.pid if identity else None,
        identity.created if identity else None,
        run.boot,
        run.attempt,
        run.by,
        json.dumps(run.arguments, ensure_ascii=False) if run.arguments else "",
        run.stands_for.isoformat() if run.stands_for else None,
        run.pc,
        run.book,
        *end_of(run),
    )


def end_of(run: Run) -> tuple[Any, ...]:
    """What is known of a run only when it ended, in the order of ``AT_END``."""
    return (
        run.ended.isoformat() if run.ended else None,
        run.duration_seconds,
        run.exit_code,
        run.outcome.value if run.outcome else None,
        run.script_hash,
        run.reason,
    )


def run_of(row: tuple[Any, ...]) -> Run:
    """The run of a row. Raises ValueError or TypeError for one that this version never writes."""
    return Run(
        id=row[0],
        job=row[1],
        name=row[2],
        script=row[3],
        trigger=Trigger(row[4]),
        day=date.fromisoformat(row[5]),
        started=datetime.fromisoformat(row[6]),
        log=row[7],
        identity=Identity(row[8], row[9]) if row[8] is not None else None,
        boot=row[10],
        attempt=row[11],
        by=row[12],
        arguments=tuple(json.loads(row[13])) if row[13] else (),
        stands_for=_moment(row[14]),
        pc=row[15],
        book=row[16],
        ended=_moment(row[17]),
        duration_seconds=row[18],
        exit_code=row[19],
        outcome=Outcome(row[20]) if row[20] else None,
        script_hash=row[21],
        reason=row[22],
    )


def row_of_asked(asked: Asked) -> tuple[Any, ...]:
    """A command in the order of its table."""
    return asked.at.isoformat(), asked.by, asked.what, asked.job, int(asked.accepted), asked.text


def asked_of(row: tuple[Any, ...]) -> Asked:
    """The command of a row."""
    return Asked(datetime.fromisoformat(row[0]), row[1], row[2], row[3], bool(row[4]), row[5])


def row_of_pausing(pausing: Pausing) -> tuple[Any, ...]:
    """A pause: until, reason, by, since."""
    until, since = pausing.until, pausing.since
    return (
        until.isoformat() if until else None,
        pausing.reason,
        pausing.by,
        since.isoformat() if since else None,
    )


def pausing_of(row: tuple[Any, ...]) -> Pausing:
    """The pause of such four values."""
    return Pausing(_moment(row[0]), row[1], row[2], _moment(row[3]))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
