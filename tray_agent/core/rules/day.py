"""The turn of the day, and the clock that was set: what was known of the day is void or computed anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.discovery import discover
from tray_agent.core.rules.history import read_history
from tray_agent.core.rules.holds import pausing_of
from tray_agent.core.rules.places import schedule_next
from tray_agent.core.rules.runs import LONGEST_RETRY
from tray_agent.core.rules.state import UNLOOKED, State


def turn_day(state: State, moment: Moment) -> Actions:
    """Midnight, or the clock was set to another day: everything that was known of the day is void.

    A run that a person asked for is no debt of the day: it waits on, unless it repeats one of that day.
    """
    state.day = moment.now.date()
    state.void_day()
    state.problems.report("rows", [], moment.now)
    state.queue.clear()
    state.wanted = {job: wanted for job, wanted in state.wanted.items() if not wanted.repeats}
    local = state.limits.local_history
    state.history = replace(
        state.history,
        verified=local,
        last_sync=None,
        rows=0,
        error=None,
        unverified_since=None if local else moment.now,
    )
    state.read_failures = 0
    look_anew(state, moment.now)
    return [act.LoadDay(), *read_history(state, moment)]


def woke(state: State, event: msg.Woke, moment: Moment) -> Actions:
    look_anew(state, moment.now)
    if state.limits.me and not state.yields_to:
        state.yields_to = UNLOOKED  # until a discovery has seen the base folder
    return [*discover(state, moment), *read_history(state, moment)]


def look_anew(state: State, now: datetime) -> None:
    """The clock was set or the machine slept: compute every debt and moment again."""
    state.agenda.clear()
    for job in state.all_shown():
        schedule_next(state, job, now)
        pausing = pausing_of(state, job, now)
        if pausing is not None and pausing.until is not None:
            state.agenda.put(pausing.until, job.id)
    for job_id, retry in list(state.retries.items()):
        at = min(retry.at, now + LONGEST_RETRY)
        state.retries[job_id] = replace(retry, at=at)
        state.agenda.put(at, job_id)
    state.touch_all()
