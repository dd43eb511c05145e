"""What a job's day came to: its last run as the card shows it, and the state that it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from tray_agent.core.history.matching import Matched, is_from_the_future, start_of
from tray_agent.core.history.status import NO_RESULT, is_open, run_status, state_of
from tray_agent.core.model import CardState, HistoryRow, Run
from tray_agent.core.shown import LastRun


def last_run(runs: list[Run], matched: Matched, source: str, no_data: int) -> LastRun | None:
    """The last run of today: of all runs, ours and others', the one that started last (product 3.7).

    A row decides about its run, unless it says nothing and we know ourselves. A row without a start shows
    only when there is nothing better; one from the future never.
    """
    if not runs and not matched.foreign:
        return None
    for last in _ends(runs, matched, source, no_data):
        return last
    undated = [row for row in matched.foreign if row.start is None]
    return _of_row(undated[-1], source) if undated else None


def outcome_state(runs: list[Run], matched: Matched, source: str, no_data: int) -> CardState | None:
    """The state that today's runs leave behind; a run without a result keeps that of the one before it."""
    for last in _ends(runs, matched, source, no_data):
        if last.status != NO_RESULT and not is_open(last.status):  # else nobody knows yet how it ended
            return state_of(last.status)
    undated = last_run([], matched, source, no_data)
    return state_of(undated.status) if undated else None


def verdict(run: Run, row: HistoryRow | None, no_data: int) -> CardState | None:
    """The state of an ended run of ours: as its row says, failing that as we saw it end."""
    return state_of(status_of(run, row, no_data))


def status_of(run: Run, row: HistoryRow | None, no_data: int) -> str | None:
    """The status of an ended run of ours: its row's, if that says how it ended, else our own."""
    return run_status(run, no_data) if row is None or state_of(row.status) is None else row.status


def _ends(runs: list[Run], matched: Matched, source: str, no_data: int) -> Iterator[LastRun]:
    """Every run of today that says when it began, the newest first; each made when it is asked for."""
    found: list[Run | HistoryRow] = [*runs]
    found += [row for row in matched.foreign if row.start is not None and not is_from_the_future(row)]
    for each in sorted(found, key=_begin, reverse=True):
        if isinstance(each, Run):
            yield _of_run(each, matched.own.get(each.id), source, no_data)
        else:
            yield _of_row(each, source)


def _begin(each: Run | HistoryRow) -> datetime:
    return each.started if isinstance(each, Run) else start_of(each)


def _of_run(run: Run, row: HistoryRow | None, source: str, no_data: int) -> LastRun:
    if row is None or state_of(row.status) is None:
        status = run_status(run, no_data)
        return LastRun(run.started, status, run.duration_seconds, "local", run.outcome, run.exit_code)
    return LastRun(row.start, row.status, row.duration_seconds, source, run.outcome, run.exit_code)


def _of_row(row: HistoryRow, source: str) -> LastRun:
    return LastRun(row.start, row.status, row.duration_seconds, source)
