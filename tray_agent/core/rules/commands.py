"""What people ask for."""

from __future__ import annotations

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Reply
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.rules.answers import Actions, answer
from tray_agent.core.rules.discovery import discover
from tray_agent.core.rules.history import read_history
from tray_agent.core.rules.runs import forgive, start, stop
from tray_agent.core.rules.state import Moment, Phase, State


def run_job(state: State, command: msg.RunJob, moment: Moment) -> Actions:
    job = state.jobs.get(command.job)
    if job is None:
        return [answer(command, False, f"Não há automação ativa chamada {command.job}.")]
    if job.id in state.active:
        return [answer(command, False, f"{job.name} já está em execução.")]
    if state.quitting:
        return [answer(command, False, "O agente está sendo encerrado.")]
    if not state.base_available:
        return [answer(command, False, "A pasta das automações não está acessível; nada foi iniciado.")]
    if state.data_trouble:
        return [answer(command, False, f"{state.data_trouble} Nada foi iniciado.")]
    started = start(state, job, Trigger.MANUAL, moment)
    state.active[job.id].reply = command.reply
    return started


def stop_job(state: State, command: msg.StopJob, moment: Moment) -> Actions:
    active = state.active.get(command.job)
    if active is None:
        return [answer(command, False, f"{_name(state, command.job)} não está em execução.")]
    grace = f"{state.limits.stop_grace_seconds:g} s"
    text = f"Parando {active.run.name}: até {grace} para terminar por conta própria."
    return [*stop(state, active, Outcome.STOPPED, moment), answer(command, True, text)]


def _name(state: State, job: str) -> str:
    return state.jobs[job].name if job in state.jobs else job


def pause(state: State, command: msg.Pause, moment: Moment) -> Actions:
    if not state.paused:
        state.paused, state.paused_since = True, moment.now
    state.touch_all()
    return [act.RecordPause(True), answer(command, True, "Agendamentos suspensos.")]


def resume(state: State, command: msg.Resume, moment: Moment) -> Actions:
    state.paused, state.paused_since = False, None
    state.touch_all()
    return [act.RecordPause(False), answer(command, True, "Agendamentos retomados.")]


def refresh(state: State, command: msg.Refresh, moment: Moment) -> Actions:
    for job in list(state.retries):
        forgive(state, job, moment.now)
    state.read_failures = 0
    return [*discover(state, moment), *read_history(state, moment), answer(command, True, "Atualizando.")]


def quit_agent(state: State, command: msg.Quit, moment: Moment) -> Actions:
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
    return [*ordered, answer(command, True, text, *names)]
