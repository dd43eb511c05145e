"""Local time that was written without its zone, which the table keeps as UTC (product 3.5)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from tray_agent.core.history.matching import BEFORE_ITS_PROCESS, is_from_the_future, match, start_of
from tray_agent.core.model import HistoryRow, Run


def as_local(start: datetime) -> datetime:
    """The moment that was meant by a local time that was taken for UTC. ``start`` is in the zone."""
    return start.astimezone(UTC).replace(tzinfo=start.tzinfo)


def read_as_local(rows: Sequence[HistoryRow], runs: Iterable[Run]) -> list[HistoryRow] | None:
    """One job's rows, read as local time taken for UTC, or None where they are right as they are.

    They are wrong if rows lie off by exactly the zone's offset from runs of ours, and more of them than lie
    right: those of an hourly job fall on other runs of its own. A row that would begin after it was read
    proves the contrary. ``runs`` are ours of today that have begun.
    """
    runs = list(runs)
    moved = [row if row.start is None else _moved(row) for row in rows]
    if not runs or any(map(is_from_the_future, moved)):
        return None
    by_id = {run.id: run for run in runs}
    off = sum(
        row.written != row.start and start_of(row) >= by_id[run].started - BEFORE_ITS_PROCESS
        for run, row in match(runs, moved).own.items()
    )
    return moved if off > len(match(runs, rows).own) else None


def as_written(row: HistoryRow) -> HistoryRow:
    """A row with its start as the table has it."""
    return row if row.written is None else replace(row, start=row.written, written=None)


def _moved(row: HistoryRow) -> HistoryRow:
    return replace(row, start=as_local(start_of(row)), written=row.start)
