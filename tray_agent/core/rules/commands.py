"""What people ask of runs and of the agent as a whole; pauses are in ``pausing``."""

from __future__ import annotations

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.history.status import state_of
from tray_agent.core.messages import Reply
from tray_agent.core.model import CardState, Job, Outcome, Pc, Run, Trigger
from tray_agent.core.naming import no_such_job
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.again import repeatable, repetition
from tray_agent.core.rules.answers import Actions, answer
from tray_agent.core.rules.discovery import discover
from tray_agent.core.rules.history import read_history
from tray_agent.core.rules.owed import last_end
from tray_agent.core.rules.resources import who_uses
from tray_agent.core.rules.runs import forgive, left_behind, start, stop
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import pc_for, place_of
from tray_agent.core.rules.wanted import Wanted


def run_job(state: State, command: msg.RunJob, moment: Moment) -> Actions:
    """*Executar*: at once, past queue and limit."""
    refusal = _refusal(state, command.job)
    if refusal:
        return [answer(command, False, refusal)]
    job = state.jobs[command.job]
    pc, nowhere = pc_for(state, job, moment.now)
    if nowhere:
        return [answer(command, False, f"{job.name}: {nowhere}; nada foi iniciado.")]
    taken = None if command.force else _who_uses(state, job, pc)
    if taken is not None and command.in_queue:
        state.wanted[job.id] = Wanted(command.by, arguments=command.arguments, first=True)
        state.touched.add(job.id)
        return [answer(command, True, f"{job.name} começa quando {taken[0]} ficar livre.")]
    if taken is not None:
        resource, active = taken
        used = f"{resource} em uso por {active.run.name} desde {active.run.started:%H:%M}"
        return [answer(command, False, f"{used}; nada foi iniciado.")]
    run = state.new_run(job, Trigger.MANUAL, moment.now, command.by, arguments=command.arguments)
    return _start_for(state, command, job, run, moment, pc)


def _who_uses(state: State, job: Job, pc: Pc | None) -> tuple[str, Active] | None:
    """The resource of a job that is taken where it would run, and by whom."""
    if pc is None:
        return who_uses(state, job)
    return who_uses(state, job, "" if pc.is_brain else pc.key, place_of)


def _start_for(
    state: State, command: msg.Command, job: Job, run: Run, moment: Moment, pc: Pc | None
) -> Actions:
    """Start a run for somebody who waits for the answer: it comes when the run has begun."""
    state.wanted.pop(job.id, None)
    started = start(state, job, run, moment, pc)
    state.active[job.id].reply = command.reply
    return started


def _refusal(state: State, job_id: str) -> str:
    """Why a job cannot be started for a person just now, or ""."""
    job = state.jobs.get(job_id)
    if job is None:
        return no_such_job(job_id)
    if job.id in state.active:
        return f"{job.name} já está em execução."
    if state.quitting:
        return "O agente está sendo encerrado."
    if not state.base_available:
        return "A pasta das automações não está acessível; nada foi iniciado."
    return f"{state.data_trouble} Nada foi iniciado." if state.data_trouble else ""


def repeat_job(state: State, command: msg.RepeatJob, moment: Moment) -> Actions:
    """*Repetir*: a failed scheduled run again; it stands for that run and takes no later hour."""
    refusal = _refusal(state, command.job)
    if refusal:
        return [answer(command, False, refusal)]
    job = state.jobs[command.job]
    failed = repeatable(state, job.id)
    if failed is None:
        text = f"A última execução de {job.name} hoje não é uma agendada que falhou; use Executar."
        return [answer(command, False, text)]
    pc, nowhere = pc_for(state, job, moment.now)
    if nowhere:
        return [answer(command, False, f"{job.name}: {nowhere}; nada foi iniciado.")]
    taken = _who_uses(state, job, pc)
    if taken is not None:
        return [answer(command, False, f"{taken[0]} em uso por {taken[1].run.name}; nada foi iniciado.")]
    run = repetition(state, job, failed, moment.now, command.by)
    return _start_for(state, command, job, run, moment, pc)


def repeat_many(state: State, command: msg.RepeatMany, moment: Moment) -> Actions:
    """*Reexecutar os que falharam*: through the queue, within its limit."""
    if state.quitting:
        return [answer(command, False, "O agente está sendo encerrado.")]
    jobs = [state.jobs[job] for job in command.jobs if job in state.jobs and job not in state.active]
    for job in jobs:
        state.wanted[job.id] = Wanted(command.by, repeats=True)
        state.touched.add(job.id)
    if not jobs:
        return [answer(command, False, "Nenhuma dessas automações pode rodar agora.")]
    left = len(command.jobs) - len(jobs)
    said = "1 automação entrou na fila" if len(jobs) == 1 else f"{len(jobs)} automações entraram na fila"
    beside = f"; {left} já em execução ou fora do registro" if left else ""
    return [answer(command, True, f"{said}{beside}.", *(job.name for job in jobs))]


def acknowledge(state: State, command: msg.Acknowledge, moment: Moment) -> Actions:
    """*Ciente*: a bad end stays on its card and leaves the tray's red until the job fails anew."""
    last = last_end(state, command.job)
    name = _name(state, command.job)
    if last is None or state_of(last.status) is not CardState.ERROR:
        if last is None and command.job not in state.jobs:
            return [answer(command, False, no_such_job(command.job))]
        return [answer(command, False, f"{name} não está em erro.")]
    state.acknowledged[command.job] = last.key
    state.touched.add(command.job)
    text = f"{name}: erro reconhecido até falhar de novo."
    return [act.RecordAcknowledged(command.job, last.key), answer(command, True, text)]


def stop_job(state: State, command: msg.StopJob, moment: Moment) -> Actions:
    """*Parar*: a run, what an ended one left behind, or a run asked for that waits in the queue."""
    active = state.active.get(command.job)
    grace = f"{state.limits.stop_grace_seconds:g} s"
    if active is not None:
        text = f"Parando {active.run.name}: até {grace} para terminar por conta própria."
        if active.silent_since is not None:
            text = f"Parada de {active.run.name} pedida: chega ao {active.run.pc} quando ele voltar."
        return [*stop(state, active, Outcome.STOPPED, moment), answer(command, True, text)]
    left = left_behind(state, command.job)
    if not left and state.wanted.pop(command.job, None) is not None:
        state.queue.discard(command.job)  # what it owes by its schedule enters anew, behind those who wait
        state.touched.add(command.job)
        text = f"{_name(state, command.job)} saiu da fila: a execução pedida não será feita."
        return [answer(command, True, text)]
    if not left:
        if command.job not in state.jobs:
            return [answer(command, False, no_such_job(command.job))]
        return [answer(command, False, f"{_name(state, command.job)} não está em execução.")]
    text = f"Encerrando o que {left[-1].name} deixou rodando: até {grace} para terminar por conta própria."
    return [*(act.StopLeftovers(run) for run in left), answer(command, True, text)]


def _name(state: State, job: str) -> str:
    return state.jobs[job].name if job in state.jobs else job


def refresh(state: State, command: msg.Refresh, moment: Moment) -> Actions:
    """Discovery and history now; waits of failed starts are forgotten."""
    for job in list(state.retries):
        forgive(state, job, moment.now)
    state.read_failures = 0
    return [*discover(state, moment), *read_history(state, moment), answer(command, True, "Atualizando.")]


def quit_agent(state: State, command: msg.Quit, moment: Moment) -> Actions:
    """End the agent; without ``stop_runs`` the running children finish on their own."""
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
    if command.stop_runs:
        ordered += [act.StopLeftovers(run) for job in state.finished for run in left_behind(state, job)]
    if not names:
        text = "Agente encerrado."
    elif command.stop_runs:
        text = "Agente encerrado; parando: " + ", ".join(names) + "."
    else:
        text = "Agente encerrado; continuam até terminar: " + ", ".join(names) + "."
    return [*ordered, answer(command, True, text, *names)]
