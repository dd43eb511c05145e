"""The tables of the journal's file, and how a file of an earlier version becomes one of this.

A file that a later version wrote is used as it is: versions add, they take nothing away.
"""

from __future__ import annotations

import sqlite3
from typing import Any

from tray_agent.core.naming import whole

VERSION = 3
_ADDED = {
    "reason": "TEXT NOT NULL DEFAULT ''",
    "attempt": "INTEGER NOT NULL DEFAULT 0",
    "by": "TEXT NOT NULL DEFAULT ''",
    "arguments": "TEXT NOT NULL DEFAULT ''",
    "stands_for": "TEXT",
    "pc": "TEXT NOT NULL DEFAULT ''",
    "book": "TEXT NOT NULL DEFAULT ''",
}
ADDED_DEFAULTS = {
    "reason": "''",
    "attempt": "0",
    "by": "''",
    "arguments": "''",
    "stands_for": "NULL",
    "pc": "''",
    "book": "''",
}
"""What the columns that version 1 did not have mean in its rows, as SQL."""
_RUNS = """
CREATE TABLE IF NOT EXISTS runs (
    id TEXT PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, script TEXT NOT NULL,
    trigger TEXT NOT NULL, day TEXT NOT NULL, started TEXT NOT NULL, log TEXT NOT NULL,
    pid INTEGER, created REAL, boot TEXT NOT NULL,
    ended TEXT, duration_seconds REAL, exit_code INTEGER, outcome TEXT, script_hash TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID
"""
_REST = (
    # A start does not touch it; it has all that figures of weeks need, so they read nothing else.
    "CREATE INDEX IF NOT EXISTS ended_runs ON runs (day, job, exit_code, outcome, duration_seconds)"
    " WHERE outcome IS NOT NULL",
    "DROP INDEX IF EXISTS runs_by_day",
    "CREATE INDEX IF NOT EXISTS open_runs ON runs (started) WHERE ended IS NULL",
    "CREATE INDEX IF NOT EXISTS runs_by_job ON runs (job, started)",
    "CREATE INDEX IF NOT EXISTS good_runs ON runs (job, started) WHERE exit_code = 0",
    "CREATE TABLE IF NOT EXISTS stops (run TEXT PRIMARY KEY, outcome TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS remembered (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS days (day TEXT NOT NULL, job TEXT NOT NULL, surplus INTEGER NOT NULL,"
    " PRIMARY KEY (day, job)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS pauses (kind TEXT NOT NULL, name TEXT NOT NULL, until TEXT,"
    ' reason TEXT NOT NULL, "by" TEXT NOT NULL, since TEXT, PRIMARY KEY (kind, name)) WITHOUT ROWID',
    'CREATE TABLE IF NOT EXISTS commands (at TEXT NOT NULL, "by" TEXT NOT NULL, what TEXT NOT NULL,'
    " job TEXT NOT NULL, accepted INTEGER NOT NULL, text TEXT NOT NULL)",
    "CREATE TABLE IF NOT EXISTS acknowledged (job TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS said (run TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS closings (day TEXT PRIMARY KEY, notes TEXT NOT NULL) WITHOUT ROWID",
)


class _Connection(sqlite3.Connection):
    """A connection that keeps whatever it is given as text: half a character, as it comes from names and
    words in other encodings, becomes a "?". A record that no try ever wrote would hold up all that follow it.
    """

    def execute(self, sql: str, given: Any = (), /) -> sqlite3.Cursor:
        """As sqlite3's."""
        try:
            return super().execute(sql, given)
        except UnicodeEncodeError:  # said before anything was done
            return super().execute(sql, tuple(map(_storable, given)))

    def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
        """As sqlite3's, row by row: of a row that cannot be kept as it is, the others know nothing."""
        cursor = self.cursor()
        for row in rows:
            cursor = self.execute(sql, row)
        return cursor


def _storable(value: Any) -> Any:
    return whole(value) if isinstance(value, str) else value


def connect(file: str) -> sqlite3.Connection:
    """Open the file, for any thread; transactions begin and end by word alone. Raises sqlite3.Error."""
    return sqlite3.connect(
        file, isolation_level=None, check_same_thread=False, timeout=5, factory=_Connection
    )


def version_of(db: sqlite3.Connection) -> int:
    """The version of an open file; 0 of an empty one."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def columns_of(db: sqlite3.Connection) -> set[str]:
    """The columns of the runs in an open file."""
    return {str(row[1]) for row in db.execute("PRAGMA table_info(runs)")}


def has_table(db: sqlite3.Connection, name: str) -> bool:
    """Whether an open file has a table."""
    return db.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is not None


def prepare(db: sqlite3.Connection) -> None:
    """Make an open file one of this version or leave it untouched. Raises sqlite3.Error."""
    if version_of(db) >= VERSION:
        return
    db.execute("BEGIN IMMEDIATE")
    try:
        if version_of(db) < VERSION:  # nobody else was quicker
            _upgrade(db)
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


def _upgrade(db: sqlite3.Connection) -> None:
    db.execute(_RUNS)
    # A program of version 1 that was put back for a while numbers the file 1 again and leaves the columns.
    there = columns_of(db)
    for column, kind in _ADDED.items():
        if column not in there:
            db.execute(f'ALTER TABLE runs ADD COLUMN "{column}" {kind}')
    for statement in _REST:
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {VERSION}")
