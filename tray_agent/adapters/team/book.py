"""The journal of a PC of a team, the brain's too: whoever must hear of it learns what is on record now."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from tray_agent.adapters.journal.book import SqliteBook
from tray_agent.adapters.system.fault_points import reach
from tray_agent.core.model import Asked, Run

Told = Callable[[Sequence[Run], Sequence[Run]], None]
"""Gets the starts and the ends that have just gone on record; on the writer's thread, it must not block."""


class ToldJournal(SqliteBook):
    """A journal that tells. ``role`` is ``brain`` or ``pc``, for the fault points of tests."""

    def __init__(
        self,
        folder: Path,
        told: Told,
        role: str,
        *,
        grows_ahead: bool = False,
        refused: Callable[[], str] = lambda: "",
    ) -> None:
        super().__init__(folder, grows_ahead=grows_ahead, refused=refused)
        self._told = told
        self._role = role

    def record(self, starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
        """Put starts on record, close ended runs and keep what people asked, all or none; then tell."""
        self._reach("before", starts, ends)
        super().record(starts, ends, asked)
        self._reach("after", starts, ends)
        if starts or ends:
            self._told(starts, ends)

    def record_found(self, runs: Sequence[Run]) -> None:
        """Put runs on record of which another PC told; then tell of those that have ended."""
        ends = [run for run in runs if run.outcome is not None]
        self._reach("before", (), ends)
        super().record_found(runs)
        self._reach("after", (), ends)
        self._told((), ends)

    def _reach(self, when: str, starts: Sequence[Run], ends: Sequence[Run]) -> None:
        if starts:
            reach(f"{self._role}.{when}_row")
        if ends:
            reach(f"{self._role}.{when}_end_row")


class PcBook(ToldJournal):
    """The book of a PC that is not the brain; what it kept of other PCs while it was one is not its own."""

    def open_runs(self) -> list[Run]:
        """Runs of this PC without an end, oldest first."""
        return [run for run in super().open_runs() if not run.pc]

    def runs_of(self, day: date) -> list[Run]:
        """The ended runs of this PC that count for a day, oldest first."""
        return [run for run in super().runs_of(day) if not run.pc]

    def ends_unsaid(self, since: date) -> list[Run]:
        """The ended runs of others' orders that the brain does not have on record, oldest first."""
        return [run for run in super().ends_unsaid(since) if not run.pc]
