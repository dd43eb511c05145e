"""What a job's next fire time will find of the jobs that it waits for, as far as it can be foreseen."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.history.status import WELL, state_of
from tray_agent.core.model import Job
from tray_agent.core.rules.again import attempt_of
from tray_agent.core.rules.debt import coming
from tray_agent.core.rules.forerunners import absence
from tray_agent.core.rules.owed import count_of, debt_of, fires_of, follows, last_end
from tray_agent.core.rules.state import State
from tray_agent.core.standing import Held, HoldKind


def awaited(state: State, job: Job, fire: datetime, now: datetime) -> Held | None:
    """What keeps a later fire time from being served when it comes, unless somebody does something; or None.

    ``until`` is when the other one comes, where it does so only later. Who runs, is tried again or has a fire
    time before may still end well: that is not spoken of.
    """
    absent = absence(state, job, now)
    if absent:
        return Held(HoldKind.AHEAD, absent)
    for other in job.policies.after:
        held = _awaits(state, other, fire, now)
        if held is not None:
            return held
    return None


def _awaits(state: State, other: str, fire: datetime, now: datetime) -> Held | None:
    named = state.jobs.get(other)
    if named is None:
        return Held(HoldKind.AHEAD, f"espera {other}, que não está ativa")
    if other in state.active or debt_of(state, named, now).owed or attempt_of(state, named, now):
        return None
    if follows(named):
        return None  # it has no hours of its own: when it comes is up to others
    to_come = coming(named.policies, fires_of(state, named, now), now, count_of(state, named))
    later = [moment for moment, comes in to_come.items() if comes]
    if later and later[0] <= fire:
        return None
    last = last_end(state, other)
    if last is not None and state_of(last.status) in WELL:
        return None
    if later:
        return Held(HoldKind.AHEAD, f"espera {named.name}, que só roda às {later[0]:%H:%M}", later[0])
    how = "que não terminou bem" if last is not None else "que hoje não roda mais"
    return Held(HoldKind.AHEAD, f"espera {named.name}, {how}")
