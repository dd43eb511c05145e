"""The door for decisions: what is to be done now, from the state and the moment.

Work grows with what changed (``touched`` jobs and agenda entries that came due), never with what exists.
"""

from __future__ import annotations

from tray_agent.core import actions as act
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.day import turn_day
from tray_agent.core.rules.discovery import discover
from tray_agent.core.rules.history import read_history
from tray_agent.core.rules.pausing import end_pauses
from tray_agent.core.rules.places import consider, fill_places, schedule_next, touch_dependents
from tray_agent.core.rules.runs import watch
from tray_agent.core.rules.state import State
from tray_agent.core.rules.waits import watch_queue


def plan(state: State, moment: Moment) -> Actions:
    """Decide what to do at this moment. Asking twice orders nothing twice."""
    ordered: Actions = []
    if moment.now.date() != state.day:
        ordered += turn_day(state, moment)
    if state.paused_jobs or state.paused_areas:
        ordered += end_pauses(state, moment.now)
    for job_id in state.agenda.due(moment.now):
        state.touched.add(job_id)
        job = state.shown(job_id)
        if job is not None:
            schedule_next(state, job, moment.now)
    if moment.seconds >= state.discover_at:
        ordered += discover(state, moment)
    if moment.seconds >= state.read_at:
        ordered += read_history(state, moment)
    ordered += watch(state, moment)
    if state.dependents:
        touch_dependents(state)
    for job_id in sorted(state.touched):  # among equal debts the same one is first every time
        consider(state, job_id, moment)
    ordered += fill_places(state, moment)
    watch_queue(state, moment)
    if state.dependents:
        touch_dependents(state)  # what was started just now is told to those that wait for it
    if state.quitting and not any(keeps_agent(active) for active in state.active.values()):
        ordered.append(act.End())
    if state.touched or ordered:
        state.changed = True
    state.stale |= state.touched
    state.touched.clear()
    return ordered


def keeps_agent(active: Active) -> bool:
    """A run that is being stopped is waited for, unless its PC is not heard: the wish is on record.

    A held one ends by itself when the agent is gone.
    """
    return active.phase is Phase.STOPPING and active.silent_since is None


def is_under_way(state: State, moment: Moment) -> bool:
    """Whether a plan can come to something by the passing of time alone: a run, the end, another day."""
    return bool(state.active) or state.quitting or state.day != moment.now.date()


def sleep_seconds(state: State, moment: Moment) -> float:
    """How long the engine may wait for a message before it looks again: a second at the most."""
    if state.touched:
        return 0.0
    wait = min(state.limits.loop_seconds, state.discover_at - moment.seconds)
    if not state.limits.local_history:
        wait = min(wait, state.read_at - moment.seconds)
    head = state.agenda.head()
    if head is not None:
        wait = min(wait, head - moment.now.timestamp())
    return max(0.0, wait)
