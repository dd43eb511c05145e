"""Reads of the history: when one is due, what it changes, what follows when it fails."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import HistoryRow, Problem, Where
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.state import Moment, State

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
    rows: dict[str, list[HistoryRow]] = {}
    for row in event.rows:
        rows.setdefault(row.job, []).append(row)
    if not state.history.verified:
        state.touch_all()
    state.touched.update(
        job for job in rows.keys() | state.rows.keys() if rows.get(job) != state.rows.get(job)
    )
    for job, its_rows in rows.items():
        state.merge(job, its_rows)
    state.rows = rows
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
    return []


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
