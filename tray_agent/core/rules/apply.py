"""The door for messages: a message and its moment go in, the state changes, actions come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Asked
from tray_agent.core.rules import commands, day, discovery, history, pausing, runs
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.state import State


def apply(state: State, message: msg.Message, moment: Moment) -> Actions:
    """Change the state by one message and say what is to be done about it."""
    state.changed = True
    ordered: Actions = _RULES[type(message)](state, message, moment)
    if isinstance(message, msg.Command):
        ordered.append(act.RecordAsked(_asked(message, ordered, moment)))
    return ordered


def _asked(command: msg.Command, ordered: Actions, moment: Moment) -> Asked:
    """A command and its answer, for the record; who still waits for a run to begin was accepted."""
    said = next((a.value for a in ordered if isinstance(a, act.Answer) and a.reply is command.reply), None)
    about = str(getattr(command, "job", "") or getattr(command, "area", ""))
    what = _NAMES[type(command)]
    return Asked(
        moment.now, command.by, what, about, said is None or said.accepted, said.text if said else ""
    )


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


def _brain_named(state: State, event: msg.BrainNamed, moment: Moment) -> Actions:
    if state.yields_to != event.brain:
        state.yields_to = event.brain
        state.touch_all()
    return []


def _of_team(state: State, message: msg.Message, moment: Moment) -> Actions:
    from tray_agent.core.rules import remote  # who has one PC carries none of it

    return remote.RULES[type(message)](state, message, moment)


def _exited(state: State, event: msg.RunExited, moment: Moment) -> Actions:
    return _of_team(state, event, moment) if state.pcs else runs.exited(state, event, moment)


_RULES: dict[type, Callable[[State, Any, Moment], Actions]] = {
    msg.RunJob: commands.run_job,
    msg.StopJob: commands.stop_job,
    msg.LoseRun: _of_team,
    msg.RepeatJob: commands.repeat_job,
    msg.RepeatMany: commands.repeat_many,
    msg.Acknowledge: commands.acknowledge,
    msg.Pause: pausing.pause,
    msg.Resume: pausing.resume,
    msg.Refresh: commands.refresh,
    msg.Quit: commands.quit_agent,
    msg.RunHeld: runs.held,
    msg.RunRefused: runs.refused,
    msg.RunUnplaced: _of_team,
    msg.RunExited: _exited,
    msg.RunConfirmed: _of_team,
    msg.RunFound: _of_team,
    msg.TeamSeen: _of_team,
    msg.RunLeft: _left,
    msg.RunStopped: runs.stopped,
    msg.Discovered: discovery.discovered,
    msg.HistoryRead: history.history_read,
    msg.HistoryFailed: history.history_failed,
    msg.Woke: day.woke,
    msg.BrainNamed: _brain_named,
    msg.Noticed: _noticed,
}

_NAMES: dict[type, str] = {
    msg.RunJob: "run",
    msg.RepeatJob: "repeat",
    msg.StopJob: "stop",
    msg.LoseRun: "team_lost",
    msg.RepeatMany: "repeat_many",
    msg.Acknowledge: "acknowledge",
    msg.Pause: "pause",
    msg.Resume: "resume",
    msg.Refresh: "refresh",
    msg.Quit: "quit",
}
