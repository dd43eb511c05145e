"""The door for messages: a message and its moment go in, the state changes, actions come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tray_agent.core import messages as msg
from tray_agent.core.rules import commands, day, discovery, history, runs
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.state import Moment, State


def apply(state: State, message: msg.Message, moment: Moment) -> Actions:
    """Change the state by one message and say what is to be done about it."""
    state.changed = True
    return _RULES[type(message)](state, message, moment)


def _left(state: State, event: msg.RunLeft, moment: Moment) -> Actions:
    for job, ended in state.finished.items():
        for index, run in enumerate(ended):
            if run.id == event.run:
                ended[index] = replace(run, leftovers=event.leftovers)
                state.touched.add(job)
    return []


def _noticed(state: State, event: msg.Noticed, moment: Moment) -> Actions:
    state.problems.report(event.source, event.problems, moment.now)
    return []


_RULES: dict[type, Callable[[State, Any, Moment], Actions]] = {
    msg.RunJob: commands.run_job,
    msg.StopJob: commands.stop_job,
    msg.Pause: commands.pause,
    msg.Resume: commands.resume,
    msg.Refresh: commands.refresh,
    msg.Quit: commands.quit_agent,
    msg.RunHeld: runs.held,
    msg.RunRefused: runs.refused,
    msg.RunExited: runs.exited,
    msg.RunLeft: _left,
    msg.RunStopped: runs.stopped,
    msg.Discovered: discovery.discovered,
    msg.HistoryRead: history.history_read,
    msg.HistoryFailed: history.history_failed,
    msg.Woke: day.woke,
    msg.Noticed: _noticed,
}
