"""Runs from their start to their end: held, on record, let go, watched, stopped, ended, refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Reply
from tray_agent.core.model import Job, Outcome, Pc, Problem, Retry, Run, Trigger, Where
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.again import attempt_of
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.owed import debt_of
from tray_agent.core.rules.rare import watch_rare
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import silent_since

FIRST_RETRY = timedelta(seconds=60)
LONGEST_RETRY = timedelta(minutes=15)
OVERDUE_FACTOR = 2.0
OVERDUE_SECONDS = 60.0
LONG_SECONDS = 2 * 3600.0  # where no usual duration is known


def start(state: State, job: Job, run: Run, moment: Moment, pc: Pc | None = None) -> Actions:
    """Take a job out of the queue and give it a run, held until its start is on record; on that PC of the
    team."""
    waited = state.queue.place(job.id) if pc is not None else None
    state.queue.discard(job.id)
    if pc is not None and not pc.is_brain:
        run = replace(run, pc=pc.name)
    state.active[job.id] = Active(run, job, Phase.HOLDING, moment.seconds, waited=waited)
    state.touched.add(job.id)
    return [act.Hold(run, job)]


def held(state: State, event: msg.RunHeld, moment: Moment) -> Actions:
    active = state.active_run(event.run)
    if active is None or active.given_up:
        return [act.Drop(event.run)]
    if active.phase is not Phase.HOLDING or active.run.identity is not None:
        return []  # said before: its start is on record, or on its way there
    if not is_still_wanted(state, active, moment.now) or _is_anothers(state, active):
        return [act.Drop(event.run), *refuse(state, event.run, "", moment, wait=False)]
    # Its process may have been long in the making: the run starts now, and counts for this day.
    active.run = replace(
        active.run,
        identity=event.identity,
        script_hash=event.script_hash,
        book=event.book,
        started=moment.now,
        day=moment.now.date(),
    )
    return [act.Begin(active.run)]


def began(state: State, run: str, moment: Moment) -> Actions:
    """A run's start is on record and its script was let go."""
    active = state.active_run(run)
    if active is None:
        return []
    active.phase, active.since = Phase.RUNNING, moment.seconds
    if state.pcs:
        active.silent_since = silent_since(state, active.run, moment.now)  # it went meanwhile
    state.started += 1
    state.changed = True
    state.stale.add(active.job.id)
    forgive(state, active.job.id, moment.now)
    reply, active.reply = active.reply, None
    where = f" no {active.run.pc}" if active.run.pc else ""
    return [act.Answer(reply, Reply(True, f"{active.run.name} iniciada{where}."))] if reply else []


def refused(state: State, event: msg.RunRefused, moment: Moment) -> Actions:
    return refuse(state, event.run, event.reason, moment)


def refuse(state: State, run: str, reason: str, moment: Moment, *, wait: bool = True) -> Actions:
    """A run never began: it does not count, and is tried again after 60 s, doubling to 15 min.

    Without ``wait`` the job goes back to the queue at once: what refused it blocks everything alike.
    """
    active = state.active_run(run)
    if active is None:
        return []
    job = active.job
    del state.active[job.id]
    state.touched.add(job.id)
    if active.given_up:
        reason = "parada antes de começar."
    if wait and job.id in state.jobs:
        _wait_to_retry(state, state.jobs[job.id], reason, moment, is_fault=not active.given_up)
    if active.reply is None:
        return []
    text = f"{job.name} não foi iniciada." if active.given_up else f"{job.name} não iniciou: {reason}"
    return [act.Answer(active.reply, Reply(False, text))]


def _wait_to_retry(state: State, job: Job, reason: str, moment: Moment, *, is_fault: bool) -> None:
    former = state.retries.get(job.id)
    attempts = former.attempts + 1 if former else 1
    at = moment.now + min(FIRST_RETRY * 2 ** min(attempts - 1, 10), LONGEST_RETRY)
    state.retries[job.id] = Retry(at, reason, attempts)
    state.agenda.put(at, job.id)
    if is_fault:
        owed = debt_of(state, job, moment.now).owed > 0
        then = "há nova tentativa automática." if owed else "depois execute de novo."
        problem = Problem(
            Where.RUN, f"{job.name} não iniciou: {reason}", f"Corrija a causa; {then}", job=job.id
        )
        state.problems.report(f"run:{job.id}", [problem], moment.now)


def forgive(state: State, job: str, now: datetime) -> None:
    """Forget that a job could not be started, or that its last stop left something over."""
    if state.retries.pop(job, None) is not None:
        state.touched.add(job)
    state.problems.report(f"run:{job}", [], now)
    state.problems.report(f"stop:{job}", [], now)


def stop(state: State, active: Active, outcome: Outcome, moment: Moment) -> Actions:
    """Ask an active run to end; a second ask changes nothing."""
    state.touched.add(active.job.id)
    if active.phase is Phase.STOPPING or active.given_up:
        return []
    active.stop_outcome = outcome
    active.stopping_since = moment.now
    if active.phase is Phase.HOLDING:
        active.given_up = True
        return [act.Drop(active.run.id)]
    active.phase = Phase.STOPPING
    return [act.Stop(active.run, outcome)]


def stopped(state: State, event: msg.RunStopped, moment: Moment) -> Actions:
    active = state.active_run(event.run)
    if active is None:
        return _leftovers_stopped(state, event)
    job = active.job
    state.touched.add(job.id)
    problems = []
    if event.survivors:
        pids = ", ".join(map(str, event.survivors))
        what = f"{job.name}: processos que não terminaram ao parar: {pids}"
        problems = [Problem(Where.RUN, what, "Encerre-os no Gerenciador de Tarefas.", job=job.id)]
    state.problems.report(f"stop:{job.id}", problems, moment.now)
    if active.exited:
        del state.active[job.id]
    elif active.run.identity is not None and active.run.identity.pid in event.survivors:
        active.phase = Phase.RUNNING
        active.stop_outcome, active.stopping_since = None, None
    else:
        active.tree_gone = True
    return []


def _leftovers_stopped(state: State, event: msg.RunStopped) -> Actions:
    """What a run of today left behind was ended, or what of it was not."""
    for job, runs in state.finished.items():
        for index, run in enumerate(runs):
            if run.id == event.run:
                runs[index] = replace(run, leftovers=event.survivors)
                state.touched.add(job)
    return []


def left_behind(state: State, job: str) -> list[Run]:
    """The ended runs of today whose processes are still there, as far as this agent saw them end."""
    return [run for run in state.finished.get(job, ()) if run.leftovers]


def exited(state: State, event: msg.RunExited, moment: Moment) -> Actions:
    active = state.active_run(event.run)
    if active is None or active.exited:
        return []
    if not event.began:
        return _never_began(state, active, event.reason, moment)
    active.exited = True
    unseen = Outcome.UNKNOWN if event.exit_code is None else Outcome.ENDED
    ended, seconds = _end(active, event, moment)
    run = replace(
        active.run,
        ended=ended,
        duration_seconds=seconds,
        exit_code=event.exit_code,
        outcome=event.outcome or active.stop_outcome or unseen,
        reason=event.reason,
        leftovers=event.leftovers,
    )
    active.run = run
    if not active.adopted:
        state.ended += 1
    state.count(run)
    state.touched.add(run.job)
    job = state.jobs.get(run.job)
    if job is not None:
        watch_rare(state, job, moment.now)
        attempt = attempt_of(state, job, moment.now)
        if attempt is not None:
            state.agenda.put(attempt.at, run.job)
    # On another PC a script may have ended before the stop came there: nothing more is to come then.
    by_itself = event.outcome in {Outcome.ENDED, Outcome.UNKNOWN}
    if active.phase is not Phase.STOPPING or active.tree_gone or by_itself:
        del state.active[run.job]
    return [act.RecordEnd(run)]


def _end(active: Active, event: msg.RunExited, moment: Moment) -> tuple[datetime, float | None]:
    """When a run ended and how long it took (s): as its own PC measured it, however late it says so."""
    if not active.run.pc:
        return moment.now, moment.seconds - active.since if active.adopted else event.duration_seconds
    seconds = event.duration_seconds
    if seconds is None:
        return moment.now, None
    return min(moment.now, active.run.started + timedelta(seconds=seconds)), seconds


def never_began(state: State, active: Active) -> Actions:
    """A run that was let go never began: it is no run."""
    if not active.adopted:
        state.started -= 1
    return [act.Forget(active.run.id)]


def _never_began(state: State, active: Active, reason: str, moment: Moment) -> Actions:
    """The process is gone and its script never began, whether or not it had been let go."""
    ordered: Actions = []
    if active.phase is not Phase.HOLDING:
        ordered += never_began(state, active)
    gone = "o arquivo, a pasta ou o interpretador sumiu antes de o script começar."
    return ordered + refuse(state, active.run.id, reason or gone, moment)


def watch(state: State, moment: Moment) -> Actions:
    """Time limits, and runs that take far longer than usual (said, never killed for it)."""
    ordered: Actions = []
    for active in list(state.active.values()):
        if active.phase is not Phase.RUNNING:
            continue
        elapsed = moment.seconds - active.since
        job = state.jobs.get(active.job.id, active.job)
        limit = job.timeout_minutes or state.limits.timeout_minutes
        if limit and elapsed >= limit * 60:
            ordered += stop(state, active, Outcome.TIMED_OUT, moment)
        usual = active.usual_seconds
        if not active.overdue and elapsed > (far_beyond(usual) if usual is not None else LONG_SECONDS):
            active.overdue = True
            state.touched.add(active.job.id)
    return ordered


def far_beyond(usual_seconds: float) -> float:
    """The duration in seconds from which a run is far beyond its usual one."""
    return max(OVERDUE_FACTOR * usual_seconds, usual_seconds + OVERDUE_SECONDS)


def _is_anothers(state: State, active: Active) -> bool:
    """Whether another PC may be the brain by now, and the run is none that a person asked for."""
    return bool(state.yields_to) and active.run.trigger not in {Trigger.MANUAL, Trigger.REPEAT}


def is_still_wanted(state: State, active: Active, now: datetime) -> bool:
    """Whether a run whose process is there at last may begin: asked for by a person, or owed even now."""
    run = active.run
    if run.trigger in {Trigger.MANUAL, Trigger.REPEAT}:
        return True
    if run.day != now.date():
        return False
    job = state.jobs.get(active.job.id, active.job)
    if run.trigger is Trigger.RETRY:
        return attempt_of(state, job, now) is not None
    return debt_of(state, job, now, but_active=True).owed > 0
