"""Reads of the history: when one is due, what it changes, what follows when it fails."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.history.answer import Known, notes, sort_out
from tray_agent.core.history.times import as_written
from tray_agent.core.model import HistoryRow, Problem, Where
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.state import State

FIRST_READ_RETRY_SECONDS = 30.0


def read_history(state: State, moment: Moment) -> Actions:
    """Order a read of the history and plan the next; local history is never read."""
    if state.limits.local_history:
        return []
    state.read_at = moment.seconds + state.limits.sync_seconds
    _say_next_read(state, moment)
    return [act.ReadHistory(moment.now)]


def _say_next_read(state: State, moment: Moment) -> None:
    wait = timedelta(seconds=state.read_at - moment.seconds)
    state.history = replace(state.history, next_read=moment.now + wait)


def history_read(state: State, event: msg.HistoryRead, moment: Moment) -> Actions:
    if event.day != state.day:
        return read_history(state, moment)
    if not state.history.verified:
        state.touch_all()
    ordered = _take_rows(state, event.rows, moment.now, finds_local=event.finds_local)
    state.read_failures = 0
    state.read_at = moment.seconds + state.limits.sync_seconds
    state.history = replace(
        state.history,
        verified=True,
        last_sync=event.at,
        rows=event.count,
        error=None,
        unverified_since=None,
    )
    _say_next_read(state, moment)
    state.problems.report("history", event.problems, moment.now)
    return ordered


def _take_rows(state: State, read: Iterable[HistoryRow], now: datetime, *, finds_local: bool) -> Actions:
    """Have a read's rows in force, with the jobs as they are known now."""
    former = dict(state.surplus)
    jobs = state.jobs.keys() | state.active.keys()
    known = Known(jobs, state.rows, state.strangers, state.begun_runs, finds_local)
    found = sort_out(read, known, now)
    rows, state.strangers = found.rows, found.strangers
    state.touched.update(
        job for job in rows.keys() | state.rows.keys() if rows.get(job) != state.rows.get(job)
    )
    for job, its_rows in rows.items():
        state.merge(job, its_rows, found.more.get(job, 0))
    state.rows, state.finds_local = rows, finds_local
    said = [*notes(rows), *(state.strangers.problems() if state.discovered else ())]
    state.problems.report("rows", said, now)
    if not state.day_loaded:  # beyond runs of ours that nobody has counted yet: the day's loading records it
        return []
    beyond = {job: more for job, more in state.surplus.items() if more != former.get(job, 0)}
    return [act.RecordSurplus(state.day, beyond)] if beyond else []


def jobs_changed(state: State, moment: Moment) -> Actions:
    """Other jobs are in force: the rows of no job may be theirs, and the other way about.

    Of too many of them none is known any more. The history is then not verified until it is read again.
    """
    if state.strangers.is_whole:
        read = [as_written(row) for rows in state.rows.values() for row in rows]
        return _take_rows(state, [*read, *state.strangers.kept], moment.now, finds_local=state.finds_local)
    state.history = replace(state.history, verified=False, unverified_since=moment.now)
    state.touch_all()
    return read_history(state, moment)


def history_failed(state: State, event: msg.HistoryFailed, moment: Moment) -> Actions:
    wait = min(FIRST_READ_RETRY_SECONDS * 2.0 ** min(state.read_failures, 20), state.limits.sync_seconds)
    state.read_failures += 1
    state.read_at = moment.seconds + wait
    if not state.history.verified and state.history.error is None:
        state.touch_all()
    state.history = replace(state.history, error=event.cause)
    _say_next_read(state, moment)
    suspended = "Agendamentos suspensos até a primeira leitura do dia; Executar funciona."
    action = "Agendamentos seguem com a última leitura." if state.history.verified else suspended
    state.problems.report("history", [Problem(Where.HISTORY, event.cause, action)], moment.now)
    return []
