"""The journal of a PC of a team: its runs are a brain's orders, and the brain is told how each ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Run


class SqliteBook(SqliteJournal):
    """Fulfils :class:`tray_agent.core.ports.Book`. Used by one thread at a time."""

    def run(self, run: str) -> Run | None:
        """A run by its id, ended or not; None when there is none."""
        found = self._runs("id = ?", (run,))
        return found[0] if found else None

    def said(self) -> set[str]:
        """The ended runs, by id, of which the brain has told that they are on record there."""
        with self._reading() as db:
            return {str(row[0]) for row in db.execute("SELECT run FROM said")}

    def record_said(self, runs: Sequence[str]) -> None:
        """Keep that the brain has these ends on record."""
        with self._writing() as db:
            db.executemany("INSERT OR IGNORE INTO said VALUES (?)", [(run,) for run in runs])

    def record_unsaid(self, runs: Sequence[str]) -> None:
        """Take that back: the brain may not have these ends any more."""
        with self._writing() as db:
            db.executemany("DELETE FROM said WHERE run = ?", [(run,) for run in runs])

    def ends_unsaid(self, since: date) -> list[Run]:
        """The ended runs of others' orders from that day on that the brain does not have on record."""
        return self._runs(
            "day >= ? AND outcome IS NOT NULL AND book <> '' AND id NOT IN (SELECT run FROM said)"
            " ORDER BY started",
            (since.isoformat(),),
        )

    def prune(self, before: date) -> list[str]:
        """As of any journal; what was said of runs that are gone goes with them."""
        logs = super().prune(before)
        with self._writing() as db:
            db.execute("DELETE FROM said WHERE run NOT IN (SELECT id FROM runs)")
        return logs
