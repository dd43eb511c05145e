"""Why a job that owes a run is not started by itself: its cells, a person, a halt, other jobs."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.history.status import WELL, state_of
from tray_agent.core.model import Job, Pausing
from tray_agent.core.policies import Halt
from tray_agent.core.rules.again import attempt_of
from tray_agent.core.rules.owed import debt_of, last_end
from tray_agent.core.rules.state import State
from tray_agent.core.standing import Held, HoldKind


def held_back(state: State, job: Job, now: datetime) -> Held | None:
    """What holds a job back just now, or None. Manual runs pass all of it."""
    if job.policies.unread:
        return Held(HoldKind.UNREAD, job.policies.unread)
    pausing = pausing_of(state, job, now)
    if pausing is not None:
        return Held(HoldKind.PAUSED, _paused(pausing), pausing.until)
    halt = halt_of(state, job, now)
    if halt is not None:
        return halted(halt, HoldKind.HALTED, now)
    return _waits(state, job, now)


def halted(halt: Halt, kind: HoldKind, now: datetime) -> Held:
    """What a row of the sheet ``Paradas`` holds back."""
    reason = f" ({halt.reason})" if halt.reason else ""
    end = halt.end.replace(tzinfo=now.tzinfo)
    return Held(kind, f"parada prevista até {clock(end, now)}{reason}", end)


def pausing_of(state: State, job: Job, now: datetime) -> Pausing | None:
    """A person's pause of the job or of its area that is in force; of both the one that ends later."""
    found = [
        each
        for each in (state.paused_jobs.get(job.id), state.paused_areas.get(job.area))
        if each is not None and (each.until is None or each.until > now)
    ]
    return max(found, key=lambda each: (each.until is None, each.until or now)) if found else None


def _paused(pausing: Pausing) -> str:
    until = f" até {clock(pausing.until, pausing.since)}" if pausing.until else ""
    reason = f" ({pausing.reason})" if pausing.reason else ""
    return f"pausada por uma pessoa{until}{reason}"


def clock(moment: datetime, now: datetime | None) -> str:
    """A moment as people say it: the time, and the date where it is another day."""
    if now is not None and moment.date() == now.date():
        return f"{moment:%H:%M}"
    return f"{moment:%d/%m %H:%M}"


def halt_of(state: State, job: Job, now: datetime) -> Halt | None:
    """The row of the sheet ``Paradas`` that is in force for the job."""
    wall = now.replace(tzinfo=None)
    for halt in state.halts:
        concerns = (not halt.area or halt.area == job.area) and (not halt.job or halt.job == job.id)
        if concerns and halt.begin <= wall < halt.end:
            return halt
    return None


def _waits(state: State, job: Job, now: datetime) -> Held | None:
    """Whether a job that has hours still waits for others: each has made what it owes up to that fire time,
    is not at work, and ended well the last time."""
    if not job.policies.after or not job.schedule.moments(now):
        return None
    since = debt_of(state, job, now).since
    if since is None:
        return None
    for other in job.policies.after:
        named = state.jobs.get(other)
        name = named.name if named else other
        if named is None:
            return Held(HoldKind.WAITS, f"espera {name}, que não está ativa")
        if other in state.active:
            return Held(HoldKind.WAITS, f"espera {name} terminar")
        again = attempt_of(state, named, now)
        owed = debt_of(state, named, now).since
        if again is not None or (owed is not None and owed <= since):
            return Held(HoldKind.WAITS, f"espera {name}, que ainda vai rodar")
        last = last_end(state, other)
        if last is None:
            return Held(HoldKind.WAITS, f"espera {name}, que ainda não rodou hoje")
        if state_of(last.status) not in WELL:
            return Held(HoldKind.WAITS, f"espera {name}, que não terminou bem")
    return None
