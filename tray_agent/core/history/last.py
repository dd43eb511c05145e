"""What a job's day came to: its last run as the card shows it, and the state that it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from tray_agent.core.history.matching import Matched, is_from_the_future, start_of
from tray_agent.core.history.status import NO_RESULT, is_open, run_status, state_of
from tray_agent.core.model import CardState, HistoryRow, Run
from tray_agent.core.shown import LastRun


@dataclass(frozen=True, slots=True)
class _End:
    start: datetime
    last: LastRun

    @property
    def is_open(self) -> bool:
        """Whether it leaves the state to the run before: nobody knows yet how it ended."""
        return self.last.status == NO_RESULT or is_open(self.last.status)


def last_run(runs: list[Run], matched: Matched, source: str, no_data: int) -> LastRun | None:
    """The last run of today: of all runs, ours and others', the one that started last (product 3.7).

    A row decides about its run, unless it says nothing and we know ourselves. A row without a start shows
    only when there is nothing better; one from the future never.
    """
    for end in _ends(runs, matched, source, no_data):
        return end.last
    undated = [row for row in matched.foreign if row.start is None]
    return _of_row(undated[-1], source) if undated else None


def outcome_state(runs: list[Run], matched: Matched, source: str, no_data: int) -> CardState | None:
    """The state that today's runs leave behind; a run without a result keeps that of the one before it."""
    for end in _ends(runs, matched, source, no_data):
        if not end.is_open:
            return state_of(end.last.status)
    last = last_run([], matched, source, no_data)
    return state_of(last.status) if last else None


def verdict(run: Run, row: HistoryRow | None, no_data: int) -> CardState | None:
    """The state of an ended run of ours: as its row says, failing that as we saw it end."""
    return state_of(status_of(run, row, no_data))


def status_of(run: Run, row: HistoryRow | None, no_data: int) -> str | None:
    """The status of an ended run of ours: its row's, if that says how it ended, else our own."""
    return run_status(run, no_data) if row is None or state_of(row.status) is None else row.status


def _ends(runs: list[Run], matched: Matched, source: str, no_data: int) -> Iterator[_End]:
    """Every run of today that says when it began, the newest first."""
    ends = [_End(run.started, _of_run(run, matched.own.get(run.id), source, no_data)) for run in runs]
    ends += [
        _End(start_of(row), _of_row(row, source))
        for row in matched.foreign
        if row.start is not None and not is_from_the_future(row)
    ]
    return iter(sorted(ends, key=lambda end: end.start, reverse=True))


def _of_run(run: Run, row: HistoryRow | None, source: str, no_data: int) -> LastRun:
    if row is None or state_of(row.status) is None:
        status = run_status(run, no_data)
        return LastRun(run.started, status, run.duration_seconds, "local", run.outcome, run.exit_code)
    return LastRun(row.start, row.status, row.duration_seconds, source, run.outcome, run.exit_code)


def _of_row(row: HistoryRow, source: str) -> LastRun:
    return LastRun(row.start, row.status, row.duration_seconds, source)
