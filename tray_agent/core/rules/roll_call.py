"""The PCs of the team come, go and change: what that is to their runs and to who waits for one of them.

Its work grows with the PCs that are told of, not with the team.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.pcs import key_of
from tray_agent.core.rules.pcs_named import report_unknown
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import own_key, place_of, silent_since
from tray_agent.core.rules.team_problems import problems_of


def team_seen(state: State, event: msg.TeamSeen, moment: Moment) -> Actions:
    """PCs come, go and change: their own runs are heard or not, and who waits for one of them is told so.

    What they have room for now, the plan looks for in any case.
    """
    own, changed = own_key(state), set[str]()
    gone = {key_of(name) for name in event.gone} - {own}
    for key in gone:
        changed |= state.pcs.forget(key)
    for pc in event.pcs:
        is_own = key_of(pc.name) == own
        changed |= state.pcs.see(replace(pc, present=True, is_brain=True) if is_own else pc)
    seen = gone | {key_of(pc.name) for pc in event.pcs}
    _touch_waiting(state, changed)
    _judge(state, state.pcs if own in seen else seen)
    wrong = sorted(state.pc_problems.items(), key=lambda each: state.pcs.rank(each[0]))
    problems = [*event.problems, *(problem for _, found in wrong for problem in found)]
    state.problems.report("team", problems, moment.now)
    if changed:
        report_unknown(state, moment.now)
    places = [key for key in state.active.pcs() if key in seen or key not in state.pcs]
    ordered: Actions = []
    for job in [job for key in places for job in state.active.on(key)]:
        ordered += listen(state, state.active[job], moment.now)
    return ordered


def _touch_waiting(state: State, words: set[str]) -> None:
    """What a card says of the PCs that it waits for: something else is true of these words."""
    if words:
        for line, keys in state.queue.lines().items():
            if words.intersection(map(key_of, line.words)):
                state.touched.update(job for _, job in keys)
    state.touched.update(job for (job, _), each in state.unsuited.items() if each.lasting)


def _judge(state: State, keys: Iterable[str]) -> None:
    """What is wrong with these PCs."""
    brain = state.pcs[own_key(state)]
    for key in keys:
        pc = state.pcs.get(key)
        found = problems_of(pc, brain) if pc is not None and pc is not brain else ()
        if found:
            state.pc_problems[key] = found
        else:
            state.pc_problems.pop(key, None)


def listen(state: State, active: Active, now: datetime) -> Actions:
    """Whether the PC of a run is heard now."""
    if active.phase is Phase.HOLDING or not place_of(state, active.run):
        return []
    since = silent_since(state, active.run, now)
    if since is not None:
        if active.silent_since is None:
            active.silent_since = since
            state.touched.add(active.job.id)
        return []
    if active.silent_since is None or active.is_unconfirmed:
        return []
    return heard(state, active)


def heard(state: State, active: Active) -> Actions:
    """The PC of a run is heard again; a stop that was asked for meanwhile is asked of it now."""
    active.silent_since, active.is_unconfirmed = None, False
    state.touched.add(active.job.id)
    if active.phase is Phase.STOPPING and active.stop_outcome is not None:
        return [act.Stop(active.run, active.stop_outcome)]
    return []
