"""Suspending and resuming: everything, one job, one area; with an end, a reason and a name."""

from __future__ import annotations

from datetime import datetime, timedelta

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Job, Pausing
from tray_agent.core.naming import no_such_job
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions, answer
from tray_agent.core.rules.holds import clock, pausing_of
from tray_agent.core.rules.owed import debt_of, fires_of
from tray_agent.core.rules.state import State

ALL, LAST, NONE = "all", "last", "none"
EVERYTHING = ""  # the name under which a pause of all is kept among the areas'


def pause(state: State, command: msg.Pause, moment: Moment) -> Actions:
    """Start nothing by itself: everything until resumed, or a job or an area until an end."""
    is_all = not command.job and not command.area
    name = "" if is_all else _named(state, command)
    if name is None:
        return [answer(command, False, _unknown(command))]
    if command.until is not None and command.until <= moment.now:
        return [answer(command, False, f"{clock(command.until, moment.now)} já passou; nada foi pausado.")]
    pausing = Pausing(command.until, command.reason[:200], command.by, moment.now)
    ordered: Actions = []
    if command.job:
        state.paused_jobs[command.job] = pausing
    elif not is_all or command.until or command.reason:
        state.paused_areas[command.area] = pausing
    if not is_all or EVERYTHING in state.paused_areas:
        ordered.append(act.RecordPausing(pausing, command.job, command.area))
    if is_all:
        if not state.paused:
            state.paused, state.paused_since = True, moment.now
        ordered.append(act.RecordPause(True))
    for job in _concerned(state, command.job, command.area):
        state.touched.add(job.id)
        if command.until is not None:
            state.agenda.put(command.until, job.id)
    until = f" até {clock(command.until, moment.now)}" if command.until else ""
    said = f"Agendamentos suspensos{until}." if is_all else f"{name}: pausada{until or ' até ser retomada'}."
    return [*ordered, answer(command, True, said)]


def resume(state: State, command: msg.Resume, moment: Moment) -> Actions:
    """Start by itself again; ``catch_up`` says what becomes of what is owed by now."""
    ordered: Actions = []
    if not command.job and not command.area:
        was_paused = state.paused
        ordered += _resume_all(state)
        text = "Agendamentos retomados."
    else:
        name = _named(state, command)
        if name is None:
            return [answer(command, False, _unknown(command))]
        kept = state.paused_jobs if command.job else state.paused_areas
        was_paused = kept.pop(command.job or command.area, None) is not None
        ordered.append(act.RecordPausing(None, command.job, command.area))
        text = f"{name}: retomada" if was_paused else f"{name} não estava pausada"
        text += _still_suspended(state, command.job, moment.now)
    for job in _concerned(state, command.job, command.area):
        state.touched.add(job.id)
        if was_paused:
            ordered += _clear(state, job, command.catch_up, moment.now)
    return [*ordered, answer(command, True, text)]


def _still_suspended(state: State, job: str, now: datetime) -> str:
    """How the answer to a resume ends: with what goes on to hold the job, or the area's jobs, back."""
    if state.paused:
        return "; os agendamentos seguem suspensos."
    pausing = pausing_of(state, state.jobs[job], now) if job in state.jobs else None
    if pausing is None:
        return "."
    until = f" até {clock(pausing.until, now)}" if pausing.until else ""
    return f"; a área {state.jobs[job].area} segue pausada{until}."


def _resume_all(state: State) -> Actions:
    state.paused, state.paused_since = False, None
    had_end = state.paused_areas.pop(EVERYTHING, None) is not None
    return [act.RecordPause(False), *([act.RecordPausing(None, area=EVERYTHING)] if had_end else [])]


def _clear(state: State, job: Job, catch_up: str, now: datetime) -> Actions:
    """Give up what a job owes by now: all of it, or all but its newest fire time."""
    if catch_up not in {LAST, NONE} or debt_of(state, job, now).owed <= 0:
        return []
    due = [fire for fire in fires_of(state, job, now) if fire <= now]
    moment = now if catch_up == NONE else due[-1] - timedelta(microseconds=1)
    state.cleared[job.id] = moment
    return [act.RecordCleared(job.id, moment)]


def end_pauses(state: State, now: datetime) -> Actions:
    """Forget the pauses whose end has come; what is owed then is the row's policy."""
    ordered: Actions = []
    for job in [job for job, each in state.paused_jobs.items() if each.until and each.until <= now]:
        del state.paused_jobs[job]
        state.touched.add(job)
        ordered.append(act.RecordPausing(None, job=job))
    for area in [area for area, each in state.paused_areas.items() if each.until and each.until <= now]:
        if area == EVERYTHING:
            ordered += _resume_all(state)
            state.touch_all()
            continue
        del state.paused_areas[area]
        state.touched.update(job.id for job in _concerned(state, "", area))
        ordered.append(act.RecordPausing(None, area=area))
    return ordered


def _named(state: State, command: msg.Pause | msg.Resume) -> str | None:
    """What a command is about, as its answer names it; None where there is no such thing."""
    if command.job:
        return state.jobs[command.job].name if command.job in state.jobs else None
    known = any(job.area == command.area for job in state.jobs.values())
    return f"Área {command.area}" if known or command.area in state.paused_areas else None


def _unknown(command: msg.Pause | msg.Resume) -> str:
    if command.job:
        return no_such_job(command.job)
    return f"Não há área chamada {command.area}; veja as áreas com tray-agent status."


def _concerned(state: State, job: str, area: str) -> list[Job]:
    if job:
        return [state.jobs[job]] if job in state.jobs else []
    return [each for each in state.jobs.values() if not area or each.area == area]
