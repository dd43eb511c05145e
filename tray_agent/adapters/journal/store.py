"""The durable record of runs, written before and after every run, and of what people wished."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from tray_agent.adapters.journal.file import JournalFile
from tray_agent.adapters.journal.rows import (
    AT_END,
    COLUMNS,
    END_FOUND,
    MARKS,
    end_of,
    pausing_of,
    row_of,
    row_of_asked,
    row_of_pausing,
    run_of,
)
from tray_agent.core.model import Asked, Outcome, Pausing, Run
from tray_agent.core.standing import Ruled

_USUAL_RUNS = 20
_KEPT_DAYS = 3
_CLEARED = "cleared:"
_RULE = "rule:"


class SqliteJournal(JournalFile):
    """Fulfils :class:`tray_agent.core.ports.Journal`. Used by one thread at a time."""

    def record(self, starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
        """Put starts on record, close ended runs and keep what people asked, all or none."""
        with self._writing() as db:
            db.executemany(f"INSERT INTO runs ({COLUMNS}) VALUES ({MARKS})", map(row_of, starts))
            db.executemany(f"UPDATE runs SET {AT_END} WHERE id = ?", [(*end_of(run), run.id) for run in ends])
            if asked:
                db.executemany("INSERT INTO commands VALUES (?, ?, ?, ?, ?, ?)", map(row_of_asked, asked))

    def record_found(self, runs: Sequence[Run]) -> None:
        """Put runs on record of which another PC told, and their ends where those on record are unknown."""
        with self._writing() as db:
            db.executemany(
                f"INSERT INTO runs ({COLUMNS}) VALUES ({MARKS}) ON CONFLICT (id) DO UPDATE SET {END_FOUND}"
                " WHERE excluded.outcome IS NOT NULL AND (outcome IS NULL OR outcome = 'unknown')",
                map(row_of, runs),
            )

    def forget(self, run: str) -> None:
        """Take a run back that was put on record but never began."""
        with self._writing() as db:
            db.execute("DELETE FROM runs WHERE id = ? AND ended IS NULL", (run,))
            db.execute("DELETE FROM stops WHERE run = ?", (run,))

    def wish_stopped(self, run: str, outcome: Outcome) -> None:
        """Put on record that an open run is being stopped, and as what it will then have ended."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO stops VALUES (?, ?)", (run, outcome.value))

    def stops_wished(self) -> dict[str, Outcome]:
        """The open runs that were being stopped when last heard of, by id."""
        with self._reading() as db:
            found = db.execute(
                "SELECT run, stops.outcome FROM stops JOIN runs ON id = run WHERE ended IS NULL"
            )
            return {run: Outcome(outcome) for run, outcome in found}

    def open_runs(self) -> list[Run]:
        """Runs without an end, oldest first."""
        return self._runs("ended IS NULL ORDER BY started", ())

    def runs_of(self, day: date) -> list[Run]:
        """The ended runs that count for a day, oldest first."""
        return self._runs("day = ? AND outcome IS NOT NULL ORDER BY started", (day.isoformat(),))

    def find(self, job: str, run: str | None) -> Run | None:
        """A job's run by its id, or its newest one; None when there is none."""
        if run is None:
            found = self._runs("job = ? ORDER BY started DESC LIMIT 1", (job,))
        else:
            found = self._runs("job = ? AND id = ?", (job, run))
        return found[0] if found else None

    def usual_seconds(self, job: str) -> float | None:
        """The median duration of the job's latest successful runs, or None without any."""
        with self._reading() as db:
            found = db.execute(
                "SELECT duration_seconds FROM runs WHERE job = ? AND exit_code = 0"
                " AND duration_seconds IS NOT NULL ORDER BY started DESC LIMIT ?",
                (job, _USUAL_RUNS),
            ).fetchall()
        return _median([row[0] for row in found]) if found else None

    def is_paused(self) -> bool:
        """Whether scheduling was suspended when last recorded."""
        return self.recall("paused") == "1"

    def set_paused(self, paused: bool) -> None:
        """Record that scheduling is suspended or not."""
        self.remember("paused", "1" if paused else "0")

    def recall(self, name: str) -> str | None:
        """A remembered value, or None."""
        with self._reading() as db:
            row = db.execute("SELECT value FROM remembered WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def remember(self, name: str, value: str) -> None:
        """Keep a value across restarts."""
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (name, value))

    def surplus_of(self, day: date) -> dict[str, int]:
        """What the history counted for a day beyond our own runs, by job."""
        with self._reading() as db:
            return dict(db.execute("SELECT job, surplus FROM days WHERE day = ?", (day.isoformat(),)))

    def record_surplus(self, day: date, surplus: Mapping[str, int], *, falls: bool = False) -> None:
        """Keep what the history counted beyond our own runs; what is kept never falls, unless told so."""
        with self._writing() as db:
            if falls:
                db.executemany(
                    "DELETE FROM days WHERE day = ? AND job = ?", [(day.isoformat(), job) for job in surplus]
                )
            db.executemany(
                "INSERT INTO days VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET surplus = excluded.surplus"
                " WHERE excluded.surplus > surplus",
                [(day.isoformat(), job, more) for job, more in surplus.items() if more > 0],
            )

    def pausings(self) -> tuple[dict[str, Pausing], dict[str, Pausing]]:
        """What a person paused: jobs by their id, areas by their name."""
        kept: dict[str, dict[str, Pausing]] = {"job": {}, "area": {}}
        with self._reading() as db:
            for kind, name, *row in db.execute('SELECT kind, name, until, reason, "by", since FROM pauses'):
                kept.setdefault(kind, {})[name] = pausing_of(tuple(row))
        return kept["job"], kept["area"]

    def pause_job(self, job: str, pausing: Pausing | None) -> None:
        """Keep that a job is paused, or (None) that it is not any more."""
        self._pause("job", job, pausing)

    def pause_area(self, area: str, pausing: Pausing | None) -> None:
        """Keep that an area is paused, or (None) that it is not any more."""
        self._pause("area", area, pausing)

    def acknowledged(self) -> dict[str, str]:
        """The bad ends that a person has taken note of: a job's id and the run's."""
        with self._reading() as db:
            return dict(db.execute("SELECT job, run FROM acknowledged"))

    def acknowledge(self, job: str, run: str) -> None:
        """Keep that a person took note of how this run ended; without a run, that none is."""
        with self._writing() as db:
            if run:
                db.execute("INSERT OR REPLACE INTO acknowledged VALUES (?, ?)", (job, run))
            else:
                db.execute("DELETE FROM acknowledged WHERE job = ?", (job,))

    def cleared_of(self, day: date) -> dict[str, datetime]:
        """Up to when a person gave up what each job owed on a day, by job."""
        with self._reading() as db:
            found = db.execute("SELECT name, value FROM remembered WHERE name GLOB ?", (_CLEARED + "*",))
            moments = {name[len(_CLEARED) :]: datetime.fromisoformat(value) for name, value in found}
        return {job: moment for job, moment in moments.items() if moment.date() == day}

    def clear(self, job: str, moment: datetime) -> None:
        """Keep that a person gave up what a job owed on that day up to a moment."""
        self.remember(_CLEARED + job, moment.isoformat())

    def days_run(self, since: date) -> dict[str, set[date]]:
        """On which days from ``since`` on each job ran, as far as the journal knows, by job."""
        found: dict[str, set[date]] = {}
        with self._reading() as db:
            for job, day in db.execute(
                "SELECT DISTINCT job, day FROM runs WHERE day >= ?"
                " UNION SELECT job, day FROM days WHERE day >= ?",
                (since.isoformat(), since.isoformat()),
            ):
                found.setdefault(job, set()).add(date.fromisoformat(day))
        return found

    def first_day(self) -> date | None:
        """The oldest day that has a run on record, or None without any."""
        with self._reading() as db:
            row = db.execute("SELECT min(day) FROM runs").fetchone()
        return date.fromisoformat(row[0]) if row and row[0] else None

    def rules(self) -> dict[str, Ruled]:
        """Since when rare rules hold, by job, as last recorded."""
        with self._reading() as db:
            found = db.execute("SELECT name, value FROM remembered WHERE name GLOB ?", (_RULE + "*",))
            parted = {name[len(_RULE) :]: value.partition(" ") for name, value in found}
        return {job: Ruled(text, date.fromisoformat(since)) for job, (since, _, text) in parted.items()}

    def record_rules(self, rules: Mapping[str, Ruled | None]) -> None:
        """Keep since when rare rules hold; None for one that holds no more."""
        held = [(_RULE + job, f"{each.since} {each.text}") for job, each in rules.items() if each is not None]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO remembered VALUES (?, ?)", held)
            gone = [(_RULE + job,) for job, each in rules.items() if each is None]
            db.executemany("DELETE FROM remembered WHERE name = ?", gone)

    def closing_of(self, day: date) -> tuple[str, ...] | None:
        """What was said of a day when it closed; None where it was not closed."""
        with self._reading() as db:
            row = db.execute("SELECT notes FROM closings WHERE day = ?", (day.isoformat(),)).fetchone()
            return None if row is None else tuple(json.loads(row[0]))

    def record_closing(self, day: date, notes: Sequence[str]) -> None:
        """Keep what is said of a day that is over."""
        text = json.dumps(list(notes), ensure_ascii=False)
        with self._writing() as db:
            db.execute("INSERT OR REPLACE INTO closings VALUES (?, ?)", (day.isoformat(), text))

    def restore(self, runs: Sequence[Run]) -> None:
        """Put runs on record as they are now, whatever is on record of them."""
        with self._writing() as db:
            db.executemany(f"INSERT OR REPLACE INTO runs ({COLUMNS}) VALUES ({MARKS})", map(row_of, runs))

    def prune(self, before: date) -> list[str]:
        """Drop the rows of ended runs that count for days before this one; returns their logs.

        The newest days that have runs stay whatever the clock says: with a clock that was years ahead for a
        moment, the day's counts would go, and its debts would be paid again.
        """
        with self._writing() as db:
            found = db.execute(
                "DELETE FROM runs WHERE day < ? AND outcome IS NOT NULL AND day NOT IN"
                " (SELECT DISTINCT day FROM runs WHERE outcome IS NOT NULL ORDER BY day DESC LIMIT ?)"
                " RETURNING log",
                (before.isoformat(), _KEPT_DAYS),
            ).fetchall()
            for table, moment in (("days", "day"), ("closings", "day"), ("commands", "at")):
                db.execute(f"DELETE FROM {table} WHERE {moment} < ?", (before.isoformat(),))
            db.execute("DELETE FROM stops WHERE run NOT IN (SELECT id FROM runs WHERE ended IS NULL)")
        return [str(row[0]) for row in found]

    def _pause(self, kind: str, name: str, pausing: Pausing | None) -> None:
        with self._writing() as db:
            if pausing is None:
                db.execute("DELETE FROM pauses WHERE kind = ? AND name = ?", (kind, name))
                return
            db.execute(
                "INSERT OR REPLACE INTO pauses VALUES (?, ?, ?, ?, ?, ?)",
                (kind, name, *row_of_pausing(pausing)),
            )

    def _runs(self, condition: str, values: tuple[str, ...]) -> list[Run]:
        with self._reading() as db:
            return [
                run_of(row) for row in db.execute(f"SELECT {COLUMNS} FROM runs WHERE {condition}", values)
            ]


def _median(values: list[float]) -> float:
    """As the standard library's, whose module costs a resident program a megabyte."""
    values.sort()
    middle = len(values) // 2
    return values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
