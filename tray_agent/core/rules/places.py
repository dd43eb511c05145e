"""Who owes a run, who waits for a place, and who gets one."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tray_agent.core.model import Job, Problem, Run, Trigger, Where
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.again import attempt_of, repeatable, repetition
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.deadline import LONGEST_WAIT_FOR_READ, deadlines_of, lateness
from tray_agent.core.rules.debt import ends_of_wanting
from tray_agent.core.rules.forerunners import watch_forerunners
from tray_agent.core.rules.holds import held_back
from tray_agent.core.rules.owed import debt_of, fires_of
from tray_agent.core.rules.resources import are_free, in_use, resources_of
from tray_agent.core.rules.room import Room
from tray_agent.core.rules.runs import forgive, start
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import line_of


def schedule_next(state: State, job: Job, now: datetime) -> None:
    """Have a job considered again when something of its day changes by itself."""
    at = job.schedule.next_after(now)
    if state.halts or not job.policies.are_plain:
        at = min(filter(None, (at, _next_change(state, job, now))), default=None)
    if at is not None:
        state.agenda.put(at, job.id)


def _next_change(state: State, job: Job, now: datetime) -> datetime | None:
    """The next moment at which a policy or a halt changes what is to be done with a job."""
    fires = fires_of(state, job, now)
    moments = ends_of_wanting(job.policies, fires)
    moments += [at for at, _ in deadlines_of(job, fires)]
    moments += [at + LONGEST_WAIT_FOR_READ for at, _ in deadlines_of(job, fires)]
    for halt in state.halts:
        moments += [edge.replace(tzinfo=now.tzinfo) for edge in (halt.begin, halt.end)]
    attempt = attempt_of(state, job, now)
    if attempt is not None:
        moments.append(attempt.at)
    return min((at for at in moments if at > now), default=None)


def consider(state: State, job_id: str, moment: Moment) -> None:
    """Give a job its place in the queue if it owes a run and may have one, else take it out."""
    job, now = state.jobs.get(job_id), moment.now
    if job is not None and (job.policies.deadline is not None or job_id in state.late):
        _judge_deadline(state, job, now)
    if job is not None and job.policies.after:
        watch_forerunners(state, job, now)
    if job is None or job_id in state.active or not state.history.verified or state.quitting:
        state.queue.discard(job_id)
        return
    wanted = state.wanted.get(job_id)
    if wanted is not None:
        state.queue.put(job_id, moment.seconds, now, line_of(state, job), first=wanted.first)
        return
    owed = debt_of(state, job, now)
    retry = state.retries.get(job_id)
    if retry is not None and retry.at <= now and owed.owed <= 0:
        forgive(state, job_id, now)
        retry = None
    since = owed.since
    if since is None and (attempt := attempt_of(state, job, now)) is not None and attempt.at <= now:
        since = attempt.stands_for or attempt.at
    if since is None or (retry is not None and retry.at > now) or held_back(state, job, now):
        state.queue.discard(job_id)
        return
    state.queue.put(job_id, moment.seconds, since, line_of(state, job))


def _judge_deadline(state: State, job: Job, now: datetime) -> None:
    """Say once that a deadline was missed; take it back when it was made good."""
    late = lateness(state, job, now)
    problems = []
    if late is not None and late.met is None:
        state.late.add(job.id)
        done = f"{late.done} de {late.due} até agora"
        what = f"{job.name}: o prazo das {late.since:%H:%M} não foi cumprido ({done})"
        problems = [Problem(Where.RUN, what, "Veja o cartão: ele diz o que a impede.", job=job.id)]
    else:
        state.late.discard(job.id)
    state.problems.report(f"deadline:{job.id}", problems, now)


def touch_dependents(state: State) -> None:
    """Have the jobs considered that wait for one that is, and those that wait for them."""
    reached = list(state.touched)
    while reached:
        fresh = state.dependents.get(reached.pop(), set()) - state.touched
        state.touched |= fresh
        reached += fresh


def fill_places(state: State, moment: Moment) -> Actions:
    """Start who waits, first come first served, while a place is free and nothing forbids it.

    A job whose resource is busy is passed over and keeps what it waits for from those behind it; others go
    on.
    """
    ordered: Actions = []
    if not len(state.queue) or state.blocked():
        return ordered
    if state.pcs:
        return _fill_team(state, moment)
    if state.running() >= state.limits.max_concurrent:
        return ordered
    used: Counter[str] | None = None
    for job_id in state.queue.in_turn():
        if state.running() >= state.limits.max_concurrent:
            break
        job = state.jobs[job_id]
        if job.policies.resources:
            used = in_use(state) if used is None else used
            is_free = are_free(state, job, used)
            used.update(resources_of(job))
            if not is_free:
                continue
        ordered += start(state, job, _next_run(state, job, moment.now), moment)
    return ordered


def _fill_team(state: State, moment: Moment) -> Actions:
    """The same on all PCs: a job that no PC with a free place may run now is passed over."""
    ordered: Actions = []
    for job, pc in Room(state, moment.now).chosen():
        ordered += start(state, job, _next_run(state, job, moment.now), moment, pc)
    return ordered


def _next_run(state: State, job: Job, now: datetime) -> Run:
    """The run that a job in the queue waits for: asked for by a person, owed, or a retry."""
    wanted = state.wanted.pop(job.id, None)
    if wanted is not None:
        failed = repeatable(state, job.id) if wanted.repeats else None
        if failed is not None:
            return repetition(state, job, failed, now, wanted.by)
        return state.new_run(job, Trigger.MANUAL, now, wanted.by, arguments=wanted.arguments)
    attempt = None if debt_of(state, job, now).owed > 0 else attempt_of(state, job, now)
    if attempt is None:
        return state.new_run(job, Trigger.SCHEDULED, now)
    return state.new_run(job, Trigger.RETRY, now, attempt=attempt.number, stands_for=attempt.stands_for)
