"""How each message changes the state: a message and its moment go in, actions come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Reply
from tray_agent.core.model import HistoryRow, Job, Outcome, Problem, Retry, Trigger, Where
from tray_agent.core.rules.state import (
    FIRST_READ_RETRY_SECONDS,
    FIRST_RETRY,
    LONGEST_RETRY,
    Active,
    Moment,
    Phase,
    State,
)

Actions = list[act.Action]


def apply(state: State, message: msg.Message, moment: Moment) -> Actions:
    """Change the state by one message and say what is to be done about it."""
    state.changed = True
    return _RULES[type(message)](state, message, moment)


def _answer(command: msg.Command, accepted: bool, text: str, *runs: str) -> act.Answer:
    return act.Answer(command.reply, Reply(accepted, text, runs))


def _run_job(state: State, command: msg.RunJob, moment: Moment) -> Actions:
    job = state.jobs.get(command.job)
    if job is None:
        return [_answer(command, False, f"Não há automação ativa chamada {command.job}.")]
    if job.id in state.active:
        return [_answer(command, False, f"{job.name} já está em execução.")]
    if state.quitting:
        return [_answer(command, False, "O agente está sendo encerrado.")]
    if not state.base_available:
        return [_answer(command, False, "A pasta das automações não está acessível; nada foi iniciado.")]
    if state.data_trouble:
        return [_answer(command, False, f"{state.data_trouble} Nada foi iniciado.")]
    started = start(state, job, Trigger.MANUAL, moment)
    state.active[job.id].reply = command.reply
    return started


def start(state: State, job: Job, trigger: Trigger, moment: Moment) -> Actions:
    """Take a job out of the queue and give it a run, held until its start is on record."""
    state.queue.discard(job.id)
    run = state.new_run(job, trigger, moment.now)
    state.active[job.id] = Active(run, job, Phase.HOLDING, moment.seconds)
    state.touched.add(job.id)
    return [act.Hold(run, job)]


def _stop_job(state: State, command: msg.StopJob, moment: Moment) -> Actions:
    active = state.active.get(command.job)
    if active is None:
        return [_answer(command, False, f"{_name(state, command.job)} não está em execução.")]
    grace = f"{state.limits.stop_grace_seconds:g} s"
    text = f"Parando {active.run.name}: até {grace} para terminar por conta própria."
    return [*stop(state, active, Outcome.STOPPED, moment), _answer(command, True, text)]


def _name(state: State, job: str) -> str:
    return state.jobs[job].name if job in state.jobs else job


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


def _pause(state: State, command: msg.Pause, moment: Moment) -> Actions:
    if not state.paused:
        state.paused, state.paused_since = True, moment.now
    state.touch_all()
    return [act.RecordPause(True), _answer(command, True, "Agendamentos suspensos.")]


def _resume(state: State, command: msg.Resume, moment: Moment) -> Actions:
    state.paused, state.paused_since = False, None
    state.touch_all()
    return [act.RecordPause(False), _answer(command, True, "Agendamentos retomados.")]


def _refresh(state: State, command: msg.Refresh, moment: Moment) -> Actions:
    for job in list(state.retries):
        forgive(state, job, moment.now)
    state.read_failures = 0
    return [*discover(state, moment), *read_history(state, moment), _answer(command, True, "Atualizando.")]


def discover(state: State, moment: Moment) -> Actions:
    """Order a discovery and plan the next."""
    state.discover_at = moment.seconds + state.limits.discovery_seconds
    return [act.Discover()]


def read_history(state: State, moment: Moment) -> Actions:
    """Order a read of the history and plan the next; local history is never read."""
    if state.limits.local_history:
        return []
    state.read_at = moment.seconds + state.limits.sync_seconds
    _say_next_read(state, moment)
    return [act.ReadHistory(moment.now)]


def _say_next_read(state: State, moment: Moment) -> None:
    wait = timedelta(seconds=state.read_at - moment.seconds)
    state.history = replace(state.history, next_read=moment.now + wait)


def _quit(state: State, command: msg.Quit, moment: Moment) -> Actions:
    state.quitting = True
    state.queue.clear()
    state.touch_all()
    names = tuple(a.run.name for a in state.active.values() if a.phase is not Phase.HOLDING)
    ordered: Actions = []
    for active in list(state.active.values()):
        if command.stop_runs or active.phase is Phase.HOLDING:
            ordered += stop(state, active, Outcome.STOPPED, moment)
        if active.reply is not None:
            ordered.append(act.Answer(active.reply, Reply(False, f"{active.run.name} não foi iniciada.")))
            active.reply = None
    if not names:
        text = "Agente encerrado."
    elif command.stop_runs:
        text = "Agente encerrado; parando: " + ", ".join(names) + "."
    else:
        text = "Agente encerrado; continuam até terminar: " + ", ".join(names) + "."
    return [*ordered, _answer(command, True, text, *names)]


def _held(state: State, event: msg.RunHeld, moment: Moment) -> Actions:
    active = _active(state, event.run)
    if active is None or active.given_up:
        return [act.Drop(event.run)]
    if not state.is_still_wanted(active, moment.now):
        return [act.Drop(event.run), *refuse(state, event.run, "", moment, wait=False)]
    held = replace(active.run, identity=event.identity, script_hash=event.script_hash)
    # Its process may have been long in the making: the run starts now, and counts for this day.
    active.run = replace(held, started=moment.now, day=moment.now.date())
    return [act.Begin(active.run)]


def began(state: State, run: str, usual_seconds: float | None, moment: Moment) -> Actions:
    """A run's start is on record and its script was let go."""
    active = _active(state, run)
    if active is None:
        return []
    active.phase, active.since, active.usual_seconds = Phase.RUNNING, moment.seconds, usual_seconds
    state.started += 1
    state.changed = True
    state.stale.add(active.job.id)
    forgive(state, active.job.id, moment.now)
    reply, active.reply = active.reply, None
    return [act.Answer(reply, Reply(True, f"{active.run.name} iniciada."))] if reply else []


def _refused(state: State, event: msg.RunRefused, moment: Moment) -> Actions:
    return refuse(state, event.run, event.reason, moment)


def refuse(state: State, run: str, reason: str, moment: Moment, *, wait: bool = True) -> Actions:
    """A run never began: it does not count, and is tried again after 60 s, doubling to 15 min.

    Without ``wait`` the job goes back to the queue at once: what refused it blocks everything alike.
    """
    active = _active(state, run)
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
        owed = state.backlog(job, moment.now) > 0
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


def _exited(state: State, event: msg.RunExited, moment: Moment) -> Actions:
    active = _active(state, event.run)
    if active is None or active.exited:
        return []
    if not event.began:
        return _never_began(state, active, moment)
    active.exited = True
    outcome = active.stop_outcome or (Outcome.UNKNOWN if event.exit_code is None else Outcome.ENDED)
    run = replace(
        active.run,
        ended=moment.now,
        duration_seconds=moment.seconds - active.since if active.adopted else event.duration_seconds,
        exit_code=event.exit_code,
        outcome=outcome,
    )
    active.run = run
    if not active.adopted:
        state.ended += 1
    state.count(run)
    state.touched.add(run.job)
    if active.phase is not Phase.STOPPING or active.tree_gone:
        del state.active[run.job]
    return [act.RecordEnd(run)]


def _never_began(state: State, active: Active, moment: Moment) -> Actions:
    """The process is gone and its script never began, whether or not it had been let go."""
    ordered: Actions = []
    if active.phase is not Phase.HOLDING:
        state.started -= 1
        ordered.append(act.Forget(active.run.id))
    reason = "o arquivo, a pasta ou o interpretador sumiu antes de o script começar."
    return ordered + refuse(state, active.run.id, reason, moment)


def _stopped(state: State, event: msg.RunStopped, moment: Moment) -> Actions:
    active = _active(state, event.run)
    if active is None:
        return []
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


def _discovered(state: State, event: msg.Discovered, moment: Moment) -> Actions:
    found = event.discovery
    state.base_path, state.registry = found.base_path, found.registry
    if found.base_available != state.base_available:
        state.base_available = found.base_available
        state.touch_all()
    state.problems.report("discovery", found.problems, moment.now)
    if found.jobs is None:
        return []
    state.discovered = True
    _take_jobs(state, found.jobs, moment.now)
    return []


def _take_jobs(state: State, jobs: tuple[Job, ...], now: datetime) -> None:
    """Put newly found jobs in force; only what differs is considered anew."""
    order = tuple(job.id for job in jobs)
    former = state.jobs
    state.jobs = {job.id: job for job in jobs}
    if order != state.order or any(former[job.id].area != job.area for job in jobs):
        state.order, state.reordered = order, True
    for gone in former.keys() - state.jobs.keys():
        state.queue.discard(gone)
        forgive(state, gone, now)
        state.touched.add(gone)
    for job in jobs:
        if former.get(job.id) != job:
            state.touched.add(job.id)
            schedule_next(state, job, now)


def schedule_next(state: State, job: Job, now: datetime) -> None:
    """Have a job considered again at its next fire time of the day."""
    at = job.schedule.next_after(now)
    if at is not None:
        state.agenda.put(at, job.id)


def _history_read(state: State, event: msg.HistoryRead, moment: Moment) -> Actions:
    if event.day != state.day:
        return read_history(state, moment)
    rows: dict[str, list[HistoryRow]] = {}
    for row in event.rows:
        rows.setdefault(row.job, []).append(row)
    if not state.history.verified:
        state.touch_all()
    state.touched.update(
        job for job in rows.keys() | state.rows.keys() if rows.get(job) != state.rows.get(job)
    )
    for job, its_rows in rows.items():
        state.merge(job, its_rows)
    state.rows = rows
    state.read_failures = 0
    state.read_at = moment.seconds + state.limits.sync_seconds
    state.history = replace(
        state.history,
        verified=True,
        last_sync=event.at,
        rows=event.count,
        error=None,
        unverified_since=None,
    )
    _say_next_read(state, moment)
    state.problems.report("history", event.problems, moment.now)
    return []


def _history_failed(state: State, event: msg.HistoryFailed, moment: Moment) -> Actions:
    wait = min(FIRST_READ_RETRY_SECONDS * 2.0 ** min(state.read_failures, 20), state.limits.sync_seconds)
    state.read_failures += 1
    state.read_at = moment.seconds + wait
    if not state.history.verified and state.history.error is None:
        state.touch_all()
    state.history = replace(state.history, error=event.cause)
    _say_next_read(state, moment)
    suspended = "Agendamentos suspensos até a primeira leitura do dia; Executar funciona."
    action = "Agendamentos seguem com a última leitura." if state.history.verified else suspended
    state.problems.report("history", [Problem(Where.HISTORY, event.cause, action)], moment.now)
    return []


def _woke(state: State, event: msg.Woke, moment: Moment) -> Actions:
    look_anew(state, moment.now)
    return [*discover(state, moment), *read_history(state, moment)]


def look_anew(state: State, now: datetime) -> None:
    """The clock was set or the machine slept: compute every debt and moment again."""
    state.agenda.clear()
    for job in state.all_shown():
        schedule_next(state, job, now)
    for job_id, retry in list(state.retries.items()):
        at = min(retry.at, now + LONGEST_RETRY)
        state.retries[job_id] = replace(retry, at=at)
        state.agenda.put(at, job_id)
    state.touch_all()


def _active(state: State, run: str) -> Active | None:
    job = state.job_of(run)
    return state.active[job] if job is not None else None


_RULES: dict[type, Callable[[State, Any, Moment], Actions]] = {
    msg.RunJob: _run_job,
    msg.StopJob: _stop_job,
    msg.Pause: _pause,
    msg.Resume: _resume,
    msg.Refresh: _refresh,
    msg.Quit: _quit,
    msg.RunHeld: _held,
    msg.RunRefused: _refused,
    msg.RunExited: _exited,
    msg.RunStopped: _stopped,
    msg.Discovered: _discovered,
    msg.HistoryRead: _history_read,
    msg.HistoryFailed: _history_failed,
    msg.Woke: _woke,
}
