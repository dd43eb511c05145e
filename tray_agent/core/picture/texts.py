"""The sentences of a card, in Portuguese: what the scheduler thinks, and when the next run comes."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tray_agent.core import listing
from tray_agent.core.history.status import NO_RESULT, is_open, shortened, state_of
from tray_agent.core.model import CardState, Outcome, Run, Trigger
from tray_agent.core.picture.next_run import Surroundings, day_and_time
from tray_agent.core.rules.holds import clock
from tray_agent.core.rules.owed import follows
from tray_agent.core.schedules.not_today import left_out
from tray_agent.core.schedules.schedule import ScheduleKind
from tray_agent.core.shown import FireState, JobFacts, LastRun, Snapshot
from tray_agent.core.standing import LATER, TO_COME, HoldKind


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
    """What the scheduler thinks of a job: one sentence, and what else must be known of it."""
    return _why(facts, around, now) + _lost(facts) + _late(facts) + _left(facts)


def _why(facts: JobFacts, around: Surroundings, now: datetime) -> str:
    if facts.active is not None:
        return _active(facts, around, now)
    if not around.snapshot.base_available:
        return "Aguardando: a pasta das automações não está acessível."
    if facts.held is not None and facts.held.kind is HoldKind.PC and not around.snapshot.blocked:
        return f"Na fila: {facts.held.text}."
    if facts.retry is not None and facts.retry.at > now:
        again = f"; nova tentativa às {facts.retry.at:%H:%M}" if facts.owed > 0 else ""
        return f"Não iniciou: {facts.retry.reason.rstrip('.')}{again}."
    if around.snapshot.role == "pc":
        return f"Roda aqui por ordem do cérebro, {around.snapshot.brain}." + _aftermath(facts)
    if facts.ticket is not None and facts.owed <= 0 and facts.attempt is None:
        return _in_queue(facts, around, " a pedido de uma pessoa", "uma pessoa pediu uma execução")
    if facts.job.schedule.kind is ScheduleKind.MANUAL and not follows(facts.job):
        return _unscheduled(facts) + _aftermath(facts)
    if not around.snapshot.history.verified:
        return _unverified(around.snapshot)
    if facts.held is not None and (facts.owed > 0 or facts.held.kind not in LATER):
        return f"Não roda sozinha agora: {facts.held.text}." + _aftermath(facts)
    if facts.owed > 0:
        return _in_queue(facts, around, "", _made(facts))
    if facts.attempt is not None:
        again = f"nova tentativa {facts.attempt.number} de {facts.attempt.most} às {facts.attempt.at:%H:%M}"
        return f"Falhou{_code(facts)}; {again}."
    if facts.target == 0:
        return _nothing_yet(facts, now) + _aftermath(facts)
    return _settled(facts, around)


def _unscheduled(facts: JobFacts) -> str:
    if facts.job.schedule_problem:
        return f"Não está agendada: {facts.job.schedule_problem.rstrip('.')}."
    return "Manual: roda só quando alguém executa."


def _nothing_yet(facts: JobFacts, now: datetime) -> str:
    covered = _covered(facts) + _ahead(facts)
    if facts.next_run is not None:
        return f"Nada previsto até agora; a primeira é às {facts.next_run:%H:%M}.{covered}"
    if covered:
        return f"Nada previsto até agora.{covered}"
    if follows(facts.job):
        return "Roda depois de outra automação: nenhuma terminou bem hoje ainda."
    if facts.job.schedule.kind is ScheduleKind.RULE:
        today = left_out(facts.job.schedule, now.date())
        not_today = f"Hoje não roda: {today.reason}" if today else "Hoje não roda"
        if facts.next_fire is None:
            return f"{not_today}; não há próxima data."
        return f"{not_today}; a próxima é {day_and_time(facts.next_fire)}."
    return "Nada previsto hoje; só amanhã."


def _ahead(facts: JobFacts) -> str:
    """That the next fire time will not be served when it comes, and why."""
    at = next((fire.at for fire in facts.fires if fire.state is FireState.COMING), None)
    if at is None or facts.held is None or facts.held.kind not in TO_COME:
        return ""
    how = "atrasa" if facts.held.until else "não roda sozinha"
    if facts.held.kind is HoldKind.TO_HALT:
        how = "não roda na hora"
    return f" A das {at:%H:%M} {how}: {facts.held.text}."


def _covered(facts: JobFacts) -> str:
    """Which later fire times another run already stands for."""
    ahead = [fire for fire in facts.fires[facts.target :] if fire.state is FireState.COVERED]
    if not ahead:
        return ""
    if len(ahead) == 1:
        by = ahead[0].reason.removeprefix("coberta ")
        return f" A das {ahead[0].at:%H:%M} já foi coberta {by}."
    times = listing.listed([f"{fire.at:%H:%M}" for fire in ahead])
    return f" As das {times} já foram cobertas por execuções feitas antes."


def _lost(facts: JobFacts) -> str:
    """What is not made up for, and what of the schedule's cell was lost."""
    said = ""
    if facts.job.schedule_problem and facts.job.schedule.kind is not ScheduleKind.MANUAL:
        said = f" Atenção no agendamento: {facts.job.schedule_problem.rstrip('.')}."
    gone = [fire for fire in facts.fires[: facts.target] if fire.state is FireState.SKIPPED]
    lost = [f"{fire.at:%H:%M}" for fire in gone]
    if len(lost) == 1:
        said += f" 1 horário não será recuperado ({lost[0]})."
    elif lost:
        named = listing.listed(lost) if len(lost) <= 4 else f"{lost[0]} a {lost[-1]}"
        said += f" {len(lost)} horários não serão recuperados ({named})."
    return said + _never(facts)


def _never(facts: JobFacts) -> str:
    """Which later fire times of the day the job's own policies leave out."""
    ahead = [fire for fire in facts.fires[facts.target :] if fire.state is FireState.SKIPPED]
    if not ahead:
        return ""
    times = [f"{fire.at:%H:%M}" for fire in ahead]
    if len(times) == 1:
        return f" A das {times[0]} não roda: {ahead[0].reason}."
    named = listing.listed(times) if len(times) <= 4 else f"{times[0]} a {times[-1]}"
    return f" As das {named} não rodam: passam da hora limite (iniciar_ate)."


def _late(facts: JobFacts) -> str:
    late = facts.late
    if late is None:
        return ""
    if late.met is not None:
        return f" Prazo das {late.since:%H:%M} cumprido às {late.met:%H:%M}."
    return f" Prazo das {late.since:%H:%M} não cumprido."


def _left(facts: JobFacts) -> str:
    if not facts.leftovers:
        return ""
    pids = listing.listed([str(pid) for pid in facts.leftovers[:5]])
    what = "um processo" if len(facts.leftovers) == 1 else f"{len(facts.leftovers)} processos"
    return f" Terminou, mas deixou {what} rodando ({pids}); Parar encerra."


def listed(names: Iterable[str], most: int) -> str:
    """Names in their order, the first few of many: "a, b e c", "a, b, c e mais 2"."""
    return listing.listed(sorted(names, key=str.casefold), most)


def _active(facts: JobFacts, around: Surroundings, now: datetime) -> str:
    run = facts.active
    assert run is not None  # noqa: S101 - the only caller asked
    left = " Saiu do registro; roda até terminar." if facts.removed else ""
    where = f" no {run.pc}" if run.pc else ""
    if facts.silent_since is not None:
        asked = f" Parada pedida às {facts.stopping_since:%H:%M}." if facts.stopping_since else ""
        since = clock(facts.silent_since, now)
        return f"Sem notícia do {run.pc} desde {since}; pode estar em execução.{asked}{left}"
    if facts.stopping_since is not None:
        grace = f"{around.grace_seconds:g} s"
        return f"Parando desde {facts.stopping_since:%H:%M:%S}: até {grace} para terminar sozinha." + left
    if facts.holding:
        return f"Iniciando{where} desde {run.started:%H:%M:%S}." + left
    began = clock(run.started, now)
    if facts.overdue:
        usual = facts.usual_seconds
        known = f"costuma levar {duration(usual)}" if usual is not None else "não há duração usual"
        return f"Muito além do normal: {known}, roda{where} desde {began}." + left
    return f"Em execução{where} desde {began} ({_purpose(facts, run, now)})." + left


def _purpose(facts: JobFacts, run: Run, now: datetime) -> str:
    """What a run under way was started for."""
    if run.trigger is Trigger.MANUAL:
        return f"manual, {run.by}" if run.by else "manual"
    if run.trigger is Trigger.RETRY:
        return f"nova tentativa {run.attempt}"
    if run.trigger is Trigger.REPEAT:
        return "repetição" + (f" da das {run.stands_for:%H:%M}" if run.stands_for else "")
    made = facts.actual - facts.credit
    is_counted = run.day == now.date() and made < facts.target
    return f"agendada, {made + 1} de {facts.target} até agora" if is_counted else "agendada"


def _unverified(snapshot: Snapshot) -> str:
    if snapshot.history.error:
        return "Aguardando: BigQuery ainda não foi lido hoje; a leitura falhou e será repetida."
    return "Aguardando: BigQuery ainda não foi lido hoje."


_BLOCKED = {
    "paused": "Suspensa: agendamentos suspensos por uma pessoa; {owed}.",
    "data": "Aguardando: não é possível gravar o diário; {owed}.",
    "brain": "Aguardando: o cérebro desta pasta é outro PC (veja Problemas); {owed}.",
    "looking": "Aguardando: verificando na pasta se o cérebro ainda é este PC; {owed}.",
    "quitting": "Aguardando: o agente está sendo encerrado; {owed}.",
}


def _in_queue(facts: JobFacts, around: Surroundings, by_whom: str, owed: str) -> str:
    """A run is ``owed``: what it waits for."""
    snapshot = around.snapshot
    if snapshot.blocked in _BLOCKED:
        return _BLOCKED[snapshot.blocked].format(owed=owed)
    place = around.places.get(facts.job.id)
    if place is None:
        return f"Aguardando a vez: {owed}."
    limit = f"{snapshot.running} de {snapshot.max_concurrent} em execução"
    return f"Na fila{by_whom}, posição {place} de {len(snapshot.queue)}; {limit}."


def _made(facts: JobFacts) -> str:
    due = f"{facts.target} prevista" + ("s" if facts.target != 1 else "")
    done = f"{facts.actual} feita" + ("s" if facts.actual != 1 else "")
    return f"{due} até agora, {done}"


def _settled(facts: JobFacts, around: Surroundings) -> str:
    sync = around.snapshot.history.last_sync
    read = f" (BigQuery {sync:%H:%M})" if sync and around.says_sync else ""
    if facts.state is CardState.ERROR:  # the bad news first
        return f"{_aftermath(facts).strip()} {_made(facts)}{read}.{_covered(facts)}{_ahead(facts)}".strip()
    standing = "Nada a fazer agora" if facts.skipped else "Em dia"
    return f"{standing}: {_made(facts)}{read}.{_covered(facts)}{_ahead(facts)}{_aftermath(facts)}"


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
        return f" A última falhou{_code(facts)}."
    if state is CardState.NO_DATA:
        return " A última não encontrou dados."
    if state is CardState.SUCCESS:
        return ""
    if is_open(last.status):
        return " O histórico ainda não diz como terminou a última."
    return f" O status “{shortened(last.status or '', 40)}” não diz se a última deu certo."


def _code(facts: JobFacts) -> str:
    last = facts.last_run
    return f" (código {last.exit_code})" if last is not None and last.exit_code is not None else ""
