"""The sentences of a card, in Portuguese: what the scheduler thinks, and when the next run comes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tray_agent.core.history.status import NO_RESULT, is_open, shortened, state_of
from tray_agent.core.model import CardState, JobFacts, LastRun, Outcome, Snapshot, Trigger
from tray_agent.core.schedules.schedule import ScheduleKind


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a card's sentence needs to know beyond its own job, taken once per snapshot."""

    snapshot: Snapshot
    places: dict[str, int]
    grace_seconds: float
    says_sync: bool = True


def surroundings(snapshot: Snapshot, grace_seconds: float, *, says_sync: bool = True) -> Surroundings:
    """The queue as places (1 is next) and the rest of the snapshot.

    Without ``says_sync`` the sentences stay true when only the time of the last read changes.
    """
    places = {job: place for place, job in enumerate(snapshot.queue, 1)}
    return Surroundings(snapshot, places, grace_seconds, says_sync)


def next_run_text(facts: JobFacts) -> str:
    """Product 5.3, in exactly the specified words."""
    if facts.job.schedule.kind is ScheduleKind.MANUAL:
        return "Sem agendamento"
    if facts.backlog > 0:
        return "Próxima execução: agora"
    if facts.next_run is None:
        return "Próxima execução: só amanhã"
    return f"Próxima execução: {facts.next_run:%H:%M}"


def last_run_text(last: LastRun | None) -> str:
    """Product 5.4."""
    if last is None:
        return "Sem execução hoje"
    parts = [f"Última execução: {last.start:%H:%M:%S}" if last.start else "Última execução: sem horário"]
    if last.duration_seconds is not None:
        parts.append(duration(last.duration_seconds))
    if last.status:
        parts.append(last.status)
    return " · ".join(parts)


def duration(seconds: float) -> str:
    """A duration as people say it: "4,2 s", "38 s", "1 min 02 s", "1 h 05 min"."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s".replace(".", ",")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def why(facts: JobFacts, around: Surroundings, now: datetime) -> str:
    """One sentence that says what the scheduler thinks of a job."""
    if facts.active is not None:
        return _active(facts, around, now)
    if not around.snapshot.base_available:
        return "Aguardando: a pasta das automações não está acessível."
    if facts.retry is not None and facts.retry.at > now:
        again = f"; nova tentativa às {facts.retry.at:%H:%M}" if facts.backlog > 0 else ""
        return f"Não iniciou: {facts.retry.reason.rstrip('.')}{again}."
    if facts.job.schedule.kind is ScheduleKind.MANUAL:
        return "Manual: roda só quando alguém executa." + _aftermath(facts)
    if not around.snapshot.history.verified:
        return _unverified(around.snapshot)
    if facts.backlog > 0:
        return _owed(facts, around)
    if facts.target == 0:
        first = f" a primeira é às {facts.next_run:%H:%M}." if facts.next_run else " só amanhã."
        return "Nada devido até agora;" + first + _aftermath(facts)
    return _settled(facts, around) + _aftermath(facts)


def _active(facts: JobFacts, around: Surroundings, now: datetime) -> str:
    run = facts.active
    assert run is not None  # noqa: S101 - the only caller asked
    left = " Saiu do registro; roda até terminar." if facts.removed else ""
    if facts.stopping_since is not None:
        grace = f"{around.grace_seconds:g} s"
        return f"Parando desde {facts.stopping_since:%H:%M:%S}: até {grace} para terminar sozinha." + left
    if facts.holding:
        return f"Iniciando desde {run.started:%H:%M:%S}." + left
    if facts.overdue and facts.usual_seconds is not None:
        elapsed = duration((now - run.started).total_seconds())
        return (
            f"Muito além do normal: costuma levar {duration(facts.usual_seconds)}, já está em {elapsed}."
            + left
        )
    if run.trigger is Trigger.MANUAL:
        return f"Em execução desde {run.started:%H:%M} (manual)." + left
    place = f", {facts.actual + 1} de {facts.target}" if facts.actual < facts.target else ""
    return f"Em execução desde {run.started:%H:%M} (agendada{place})." + left


def _unverified(snapshot: Snapshot) -> str:
    if snapshot.history.error:
        return "Aguardando: BigQuery ainda não foi lido hoje; a leitura falhou e será repetida."
    return "Aguardando: BigQuery ainda não foi lido hoje."


_BLOCKED = {
    "paused": "Suspensa: agendamentos suspensos por uma pessoa; {owed}.",
    "data": "Aguardando: não é possível gravar o diário; {owed}.",
    "quitting": "Aguardando: o agente está sendo encerrado; {owed}.",
}


def _owed(facts: JobFacts, around: Surroundings) -> str:
    """A run is owed: what it waits for."""
    snapshot = around.snapshot
    if snapshot.blocked in _BLOCKED:
        return _BLOCKED[snapshot.blocked].format(owed=_made(facts))
    place = around.places.get(facts.job.id)
    if place is None:
        return f"Aguardando a vez: {_made(facts)}."
    limit = f"{snapshot.running} de {snapshot.max_concurrent} em execução"
    return f"Na fila, posição {place} de {len(snapshot.queue)}; {limit}."


def _made(facts: JobFacts) -> str:
    due = f"{facts.target} devida" + ("s" if facts.target != 1 else "")
    done = f"{facts.actual} feita" + ("s" if facts.actual != 1 else "")
    return f"{due} até agora, {done}"


def _settled(facts: JobFacts, around: Surroundings) -> str:
    sync = around.snapshot.history.last_sync
    read = f" (BigQuery {sync:%H:%M})" if sync and around.says_sync else ""
    return f"Em dia: {_made(facts)}{read}."


def _aftermath(facts: JobFacts) -> str:
    """What is worth saying of the last run beyond its colour."""
    last = facts.last_run
    if last is None:
        return ""
    if last.outcome is Outcome.STOPPED:
        return " A última foi parada por uma pessoa."
    if last.outcome is Outcome.TIMED_OUT:
        return " A última passou do tempo limite e foi parada."
    if last.status == NO_RESULT:
        return " A última terminou sem o agente ver o resultado."
    state = state_of(last.status)
    if state is CardState.ERROR and last.exit_code == 0:
        return " A última falhou, diz o histórico (código 0)."
    if state is CardState.ERROR:
        code = f" (código {last.exit_code})" if last.exit_code is not None else ""
        return f" A última falhou{code}."
    if state is CardState.NO_DATA:
        return " A última não encontrou dados."
    if state is CardState.SUCCESS:
        return ""
    if is_open(last.status):
        return " O histórico ainda não diz como terminou a última."
    return f" O status “{shortened(last.status or '', 40)}” não diz se a última deu certo."
