"""Runs on other PCs of the team: not placed, not heard, heard again, found, given up.

Silence changes nothing: the job stays occupied until its PC speaks or a person declares the run lost.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Reply
from tray_agent.core.model import Job, Outcome, Run, Trigger
from tray_agent.core.naming import no_such_job
from tray_agent.core.registry.sheets import NO_AREA
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.answers import Actions, answer
from tray_agent.core.rules.roll_call import heard, listen, team_seen
from tray_agent.core.rules.runs import exited, never_began, refuse, start
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import (
    UNANSWERED_SECONDS,
    UNSUITED_SECONDS,
    line_of,
    own_key,
    pc_for,
    place_of,
)
from tray_agent.core.rules.wanted import Unsuited, Wanted
from tray_agent.core.schedules.schedule import MANUAL

_GIVEN_UP = "; dada por perdida por "


def unplaced(state: State, event: msg.RunUnplaced, moment: Moment) -> Actions:
    """A PC did not take a run: another is asked, by another run."""
    active = state.active_run(event.run)
    if active is None or active.exited:
        return []
    ordered: Actions = []
    if active.phase is not Phase.HOLDING:
        ordered += never_began(state, active)
    if active.given_up:
        return [*ordered, *refuse(state, event.run, "", moment)]
    job = state.jobs.get(active.job.id)
    _remember_refusal(state, active, event, moment.now)
    if job is not None and active.reply is not None:
        return [*ordered, *_another_pc(state, job, active, event.reason, moment)]
    del state.active[active.job.id]
    state.touched.add(active.job.id)
    if job is not None:
        _wait_again(state, job, active)
    return ordered


def _remember_refusal(state: State, active: Active, event: msg.RunUnplaced, now: datetime) -> None:
    place = place_of(state, active.run) or own_key(state)
    until = now + timedelta(seconds=UNSUITED_SECONDS if event.unsuited else UNANSWERED_SECONDS)
    state.unsuited = {key: each for key, each in state.unsuited.items() if each.until > now}
    state.unsuited[active.job.id, place] = Unsuited(until, event.reason, event.unsuited)
    state.agenda.put(until, active.job.id)


def _another_pc(state: State, job: Job, active: Active, reason: str, moment: Moment) -> Actions:
    """Somebody waits for this run: it is tried on the next PC at once, or they are told."""
    reply, former = active.reply, active.run
    del state.active[job.id]
    state.touched.add(job.id)
    pc, _ = pc_for(state, job, moment.now)
    if pc is None:
        text = f"{job.name} não iniciou: {reason}"
        return [act.Answer(reply, Reply(False, text))] if reply else []
    made = state.new_run(
        job, former.trigger, moment.now, former.by, attempt=former.attempt, stands_for=former.stands_for
    )
    started = start(state, job, replace(made, arguments=former.arguments), moment, pc)
    state.active[job.id].reply = reply
    return started


def _wait_again(state: State, job: Job, active: Active) -> None:
    run = active.run
    if run.trigger in {Trigger.MANUAL, Trigger.REPEAT}:
        state.wanted[job.id] = Wanted(run.by, run.trigger is Trigger.REPEAT, run.arguments)
    if active.waited is not None:
        state.queue.put_back(job.id, active.waited, line_of(state, job))


def confirmed(state: State, event: msg.RunConfirmed, moment: Moment) -> Actions:
    """A PC says that a run is under way there."""
    active = state.active_run(event.run)
    if active is not None:
        return heard(state, active) if active.silent_since is not None else []
    lost = _counted(state, event.run)
    if lost is None or not _was_given_up(lost) or lost.job in state.active:
        return []
    # A person had given it up, and it is at work: its job is not free. An end that a PC told stands.
    state.finished[lost.job].remove(lost)
    state.finished_count -= 1
    open_run = replace(lost, ended=None, duration_seconds=None, outcome=None, reason="")
    _occupy(state, open_run, moment)
    return []


def _was_given_up(run: Run) -> bool:
    """Whether a person declared it lost, and its PC has not told its end since."""
    return run.outcome is Outcome.UNKNOWN and _GIVEN_UP in run.reason


def _counted(state: State, run: str) -> Run | None:
    """A run of today that has ended."""
    return next((each for runs in state.finished.values() for each in runs if each.id == run), None)


def _occupy(state: State, run: Run, moment: Moment) -> None:
    """A run that this agent did not start is under way."""
    job = state.jobs.get(run.job) or Job(run.job, run.name, NO_AREA, run.script, MANUAL)
    since = moment.seconds - max(0.0, (moment.now - run.started).total_seconds())
    state.active[run.job] = active = Active(run, job, Phase.RUNNING, since, adopted=True)
    state.touched.add(run.job)
    listen(state, active, moment.now)


def found(state: State, event: msg.RunFound, moment: Moment) -> Actions:
    """A PC tells of a run: whatever of it is not known yet is put on record, and counted once."""
    run = event.run
    active = state.active_run(run.id)
    if active is not None and run.outcome is None:
        return confirmed(state, msg.RunConfirmed(run.id), moment)
    if active is not None and not active.exited:
        told = msg.RunExited(
            run.id,
            run.exit_code,
            duration_seconds=run.duration_seconds,
            reason=run.reason,
            outcome=run.outcome,
        )
        return exited(state, told, moment)
    ordered: Actions = [act.RecordFound(run)]
    known = _counted(state, run.id)
    if known is not None and run.outcome is None:
        ordered += confirmed(state, msg.RunConfirmed(run.id), moment)
    elif known is not None:
        _correct(state, known, run)
    elif run.outcome is None:
        if run.job not in state.active:
            _occupy(state, run, moment)
    elif run.day == state.day:
        ordered += _count(state, run)
    return ordered


def ended(state: State, event: msg.RunExited, moment: Moment) -> Actions:
    """A run's process ended; perhaps that of a run which a person had given up."""
    ordered = exited(state, event, moment)
    if ordered or not event.began:
        return ordered
    known = _counted(state, event.run)
    if known is None or not _was_given_up(known):
        return []
    told = replace(
        known,
        exit_code=event.exit_code,
        duration_seconds=event.duration_seconds,
        reason=event.reason,
        outcome=event.outcome or Outcome.UNKNOWN,
    )
    _correct(state, known, told)
    return [act.RecordFound(told)]


def _correct(state: State, known: Run, told: Run) -> None:
    """What was counted without a result has one after all."""
    if known.outcome is Outcome.UNKNOWN and (told.outcome is not Outcome.UNKNOWN or _was_given_up(known)):
        runs = state.finished[known.job]
        runs[runs.index(known)] = replace(told, day=known.day, job=known.job)
        state.touched.add(known.job)


def _count(state: State, run: Run) -> Actions:
    """Count a run of today once: not beside its row, where the history told of it before its PC did."""
    before = len(state.matched(run.job).foreign)
    state.count(run)
    state.touched.add(run.job)
    surplus = state.surplus.get(run.job, 0)
    if surplus and len(state.matched(run.job).foreign) < before:
        state.surplus[run.job] = surplus - 1
        return [act.RecordSurplus(state.day, {run.job: surplus - 1}, falls=True)]
    return []


def lose_run(state: State, command: msg.LoseRun, moment: Moment) -> Actions:
    """*Dar por perdida*: a person gives a run up whose PC is not heard. It counts; nobody knows its end."""
    active = state.active.get(command.job)
    job = state.jobs.get(command.job)
    if active is None:
        said = f"{job.name} não está em execução." if job else no_such_job(command.job)
        return [answer(command, False, said)]
    name = active.run.name
    if not place_of(state, active.run) or active.phase is Phase.HOLDING:
        return [answer(command, False, f"{name} está neste PC; use Parar.")]
    if active.silent_since is None:
        return [answer(command, False, f"{active.run.pc} responde; use Parar.")]
    who = command.by or "uma pessoa"
    run = replace(
        active.run,
        ended=moment.now,
        outcome=Outcome.UNKNOWN,
        reason=f"sem notícia do {active.run.pc}{_GIVEN_UP}{who}",
    )
    del state.active[command.job]
    state.touched.add(command.job)
    if active.exited:  # it has ended, and is counted: only its processes were waited for
        return [answer(command, True, f"{name} já terminou; não se espera mais pelo {active.run.pc}.")]
    if not active.adopted:
        state.ended += 1
    state.count(run)
    text = f"{name} foi dada por perdida: conta como feita, sem resultado conhecido."
    return [act.RecordEnd(run), answer(command, True, text)]


RULES: dict[type, Callable[[State, Any, Moment], Actions]] = {
    msg.RunUnplaced: unplaced,
    msg.RunExited: ended,
    msg.RunConfirmed: confirmed,
    msg.RunFound: found,
    msg.TeamSeen: team_seen,
    msg.LoseRun: lose_run,
}
