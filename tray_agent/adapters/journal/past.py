"""The journal read for what is over: figures of weeks, runs of any day, who asked for what.

On a connection of its own for each question, which reads only: the engine's is the engine's. A journal that
an earlier version wrote is read as it is.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Any

from tray_agent.adapters.journal.file import FILE_NAME, sentence
from tray_agent.adapters.journal.rows import COLUMNS, asked_of, run_of
from tray_agent.adapters.journal.schema import ADDED_DEFAULTS, columns_of, has_table, prepare
from tray_agent.core.model import Asked, Run
from tray_agent.core.picture.past import End, Ends, Tally
from tray_agent.core.ports import JournalError

_ERRORS = (
    "(outcome = 'timed_out' OR (outcome <> 'stopped' AND exit_code IS NOT NULL AND exit_code NOT IN (0, ?)))"
)

_TALLIES = (
    "SELECT job, day, outcome, exit_code, count(*) FROM runs WHERE day BETWEEN ? AND ?"
    " AND outcome IS NOT NULL GROUP BY day, job, exit_code, outcome"
)

# Answered from the index ``ended_runs`` alone; a row of four values for each run would be half of the time.
_WELL = (
    "SELECT duration_seconds FROM json_each(?) AS jobs CROSS JOIN runs"
    " WHERE day = ? AND job = jobs.value AND exit_code = 0 AND outcome = 'ended'"
    " AND duration_seconds IS NOT NULL"
)
_OTHERS = " UNION ALL ".join(
    "SELECT day, outcome, exit_code, duration_seconds FROM json_each(?1) AS jobs CROSS JOIN runs"
    f" WHERE day = ?2 AND job = jobs.value AND outcome IS NOT NULL AND {part}"
    for part in (
        "exit_code IS NULL",
        "exit_code < 0",
        "exit_code > 0",
        "exit_code = 0 AND outcome < 'ended'",
        "exit_code = 0 AND outcome > 'ended'",
        "exit_code = 0 AND outcome = 'ended' AND duration_seconds IS NULL",
    )
)


class PastRuns:
    """What a data folder's journal knows; every method raises JournalError when it cannot be read.

    A folder without a journal has no past. ``no_data_exit_code`` is the setting: such an end is no error.
    """

    def __init__(self, folder: Path, no_data_exit_code: int = 0) -> None:
        self._path = folder / FILE_NAME
        self._no_data = no_data_exit_code

    def trouble(self) -> str:
        """Why the journal cannot be read, or only in part, in Portuguese; "" for one that is whole."""
        try:
            found = self._rows("PRAGMA quick_check(1)")
        except JournalError as error:
            return str(error)
        return "" if found == [("ok",)] else sentence(self._path, sqlite3.DatabaseError("malformed"))

    def tallies(self, since: date, until: date) -> list[Tally]:
        """How the runs ended from one day to another, both included, by job, day and kind of end."""
        return [Tally._make(row) for row in self._rows(_TALLIES, since.isoformat(), until.isoformat())]

    def ends(self, since: date, until: date, jobs: Collection[str]) -> Ends:
        """The ended runs of these jobs from one day to another, both included."""
        days = [(since + timedelta(days=n)).isoformat() for n in range((until - since).days + 1)]
        named = json.dumps(list(jobs))
        with self._reading() as db:
            well = {day: list(chain.from_iterable(db.execute(_WELL, (named, day)))) for day in days}
            others = [End._make(row) for day in days for row in db.execute(_OTHERS, (named, day))]
        return Ends({day: seconds for day, seconds in well.items() if seconds}, others)

    def runs_of(self, day: date, job: str | None = None, *, only_errors: bool = False) -> list[Run]:
        """A day's runs, newest first, those without an end among them."""
        values: list[object] = [day.isoformat()]
        condition = "day = ?"
        if job is not None:
            condition, values = f"{condition} AND job = ?", [*values, job]
        ended = f"{condition} AND outcome IS NOT NULL"
        questions = [f"{condition} AND ended IS NULL", ended]
        bound = [values, values]
        if only_errors:
            questions, bound = [f"{ended} AND {_ERRORS}"], [[*values, self._no_data]]
        with self._reading() as db:
            columns = _columns(db)
            found = [
                run_of(row)
                for question, given in zip(questions, bound, strict=True)
                for row in db.execute(f"SELECT {columns} FROM runs WHERE {question}", given)
            ]
        return sorted(found, key=lambda run: run.started, reverse=True)

    def knows(self, job: str) -> bool:
        """Whether there is any run of the job."""
        return bool(self._rows("SELECT 1 FROM runs WHERE job = ? LIMIT 1", job))

    def asked(self, since: date) -> list[Asked]:
        """What people asked from that day on, newest first."""
        with self._reading() as db:
            if not has_table(db, "commands"):
                return []
            found = db.execute("SELECT * FROM commands WHERE at >= ? ORDER BY at DESC", (since.isoformat(),))
            return [asked_of(row) for row in found]

    def _rows(self, question: str, *values: object) -> list[Any]:
        with self._reading() as db:
            return db.execute(question, values).fetchall()

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        try:
            there = self._path.is_file()
            db = sqlite3.connect(
                f"{self._path.absolute().as_uri()}?mode=ro" if there else ":memory:",
                uri=there,
                isolation_level=None,
                timeout=5,
            )
        except (sqlite3.Error, OSError) as error:
            raise JournalError(sentence(self._path, error)) from error
        try:
            if not there:
                prepare(db)
            yield db
        except (sqlite3.Error, OSError, ValueError, TypeError) as error:
            raise JournalError(sentence(self._path, error)) from error
        finally:
            db.close()


def _columns(db: sqlite3.Connection) -> str:
    """The columns of a run; those that an earlier version did not write as what they then mean."""
    there = columns_of(db)
    return ", ".join(
        column if column.strip('"') in there else ADDED_DEFAULTS[column.strip('"')]
        for column in COLUMNS.split(", ")
    )
