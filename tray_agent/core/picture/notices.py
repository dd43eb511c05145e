"""Which notices people get, decided from what was told before and what is known now. Pure.

The tray and each address of the team have a state of their own, so each is told everything once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from tray_agent.core.history.status import WELL
from tray_agent.core.model import CardState, Outcome
from tray_agent.core.picture.silent_runs import (
    silence_details,
    silence_text,
    silence_title,
    silent_for_long,
    under_way,
)
from tray_agent.core.picture.texts import duration, listed
from tray_agent.core.shown import JobFacts, Snapshot

Facts = Mapping[str, JobFacts]
NAMED = 3  # how many of a group are called by name
GATHERING = timedelta(seconds=3)  # jobs that fail together are told together
_RETRY_PATIENCE = timedelta(minutes=10)  # a retry may wait for a place
SUSPENDED_TOO_LONG = timedelta(minutes=15)


class NoticeKind(StrEnum):
    """What a notice is about."""

    ERROR = "error"
    RECOVERED = "recovered"
    OVERDUE = "overdue"
    LATE = "late"
    SILENT = "silent"
    GONE = "gone"
    SUSPENDED = "suspended"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice. Whoever shows it clips it to what the system takes.

    ``jobs`` are the ids of those it is about; ``details`` is a line for each of them, with its reason, for
    where there is room.
    """

    kind: NoticeKind
    title: str
    text: str
    jobs: tuple[str, ...] = ()
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoticeState:
    """What was told. ``errors`` holds the job's runs counted when it was last seen in error, ``told`` the
    jobs whose error was told and that have not recovered since."""

    day: date | None = None
    begun: bool = False
    settled: bool = False
    errors: dict[str, int] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    waiting_since: datetime | None = None
    told: frozenset[str] = frozenset()
    well: tuple[str, ...] = ()
    well_since: datetime | None = None
    overdue: frozenset[str] = frozenset()
    late: frozenset[tuple[str, datetime]] = frozenset()
    suspended: frozenset[tuple[str, datetime]] = frozenset()
    silent: frozenset[str] = frozenset()


def decide(
    before: NoticeState,
    snapshot: Snapshot,
    now: datetime,
    area: str | None = None,
    away: tuple[datetime, datetime] | None = None,
) -> tuple[NoticeState, list[Notice]]:
    """What to tell now, and what to remember. Ask after every change and every few seconds besides.

    What the agent finds when it starts is not told: it did not turn to error under its eyes. With an area
    only its jobs are told of, and what concerns all. ``away`` is since when no agent was there, and when
    this one began.
    """
    if not snapshot.discovered:
        return before, []
    facts = snapshot.facts
    if area is not None:
        facts = {job: each for job, each in facts.items() if each.job.area == area}
    if before.day != snapshot.day:
        before = replace(before, errors={}, told=frozenset(), well=(), well_since=None)
    state, errors = _errors(before, facts, now)
    state, recovered = _recovered(state, facts, now)
    state, overdue = _overdue(state, facts, now)
    state, late = _late(state, facts)
    gone = [] if before.begun or away is None else _gone(facts, *away)
    state, suspended = _suspended(state, snapshot, now)
    state, silent = _silent(state, facts, now)
    state = replace(
        state,
        day=snapshot.day,
        begun=True,
        settled=before.settled or snapshot.history.verified,
    )
    return state, [*gone, *errors, *recovered, *overdue, *late, *silent, *suspended]


def _errors(before: NoticeState, all_facts: Facts, now: datetime) -> tuple[NoticeState, list[Notice]]:
    known = before.errors
    errors = {
        job: known[job] if facts.active else facts.actual
        for job, facts in all_facts.items()
        if (facts.state is CardState.ERROR and not _is_tried_again(facts, now))
        or (facts.active and job in known)
    }
    turned = [
        job for job, runs in errors.items() if runs > known.get(job, -1) and _is_news(before, all_facts[job])
    ]
    waiting = (*before.waiting, *(job for job in turned if job not in before.waiting))
    since = before.waiting_since or now
    if waiting and timedelta(0) <= now - since < GATHERING:
        return replace(before, errors=errors, waiting=waiting, waiting_since=since), []
    failed = [all_facts[job] for job in waiting if job in all_facts]
    state = replace(
        before,
        errors=errors,
        waiting=(),
        waiting_since=None,
        told=before.told | {facts.job.id for facts in failed},
    )
    return state, [_error_notice(failed)] if failed else []


def _is_tried_again(facts: JobFacts, now: datetime) -> bool:
    """Whether a retry follows: its error is told after the last one, or where it does not come in time."""
    return facts.attempt is not None and now <= facts.attempt.at + _RETRY_PATIENCE


def _recovered(before: NoticeState, all_facts: Facts, now: datetime) -> tuple[NoticeState, list[Notice]]:
    """Jobs of whose error was told and that have ended well since; those of one moment together."""
    turned = [job for job in before.told if job in all_facts and all_facts[job].state in WELL]
    well = (*before.well, *sorted(turned, key=str.casefold))
    since = before.well_since or now
    told = before.told.difference(turned)
    if well and timedelta(0) <= now - since < GATHERING:
        return replace(before, told=told, well=well, well_since=since), []
    state = replace(before, told=told, well=(), well_since=None)
    group = [all_facts[job] for job in well if job in all_facts and all_facts[job].state in WELL]
    return state, [_recovered_notice(group)] if group else []


def _recovered_notice(group: Sequence[JobFacts]) -> Notice:
    jobs = _ids(group)
    if len(group) > 1:
        title = f"{len(group)} automações voltaram ao normal"
        return Notice(NoticeKind.RECOVERED, title, _named(group) + ".", jobs)
    facts = group[0]
    last = facts.last_run
    when = f" (execução das {last.start:%H:%M})" if last and last.start else ""
    text = f"{facts.job.name} terminou bem{when}, depois de ter falhado."
    return Notice(NoticeKind.RECOVERED, "Automação voltou ao normal", text, jobs)


def _is_news(before: NoticeState, facts: JobFacts) -> bool:
    """Whether a job in error turned to it while the agent was looking, and by itself."""
    last = facts.last_run
    if not before.begun or (last is not None and last.outcome is Outcome.STOPPED):
        return False
    return before.settled or (last is not None and last.source == "local")


def _error_notice(failed: Sequence[JobFacts]) -> Notice:
    jobs = _ids(failed)
    details = tuple(f"{facts.job.name}: {facts.reason or 'terminou com erro'}" for facts in failed)
    if len(failed) > 1:
        title = f"{len(failed)} automações em erro"
        return Notice(NoticeKind.ERROR, title, _named(failed) + ". Veja os logs no painel.", jobs, details)
    facts = failed[0]
    last = facts.last_run
    when = f" (execução das {last.start:%H:%M})" if last and last.start else ""
    code = f", código de saída {last.exit_code}" if last and last.exit_code else ""
    reason = f": {facts.reason}" if facts.reason else "."
    text = f"{facts.job.name} terminou com erro{when}{code}{reason}"
    if not facts.reason:
        text += " Veja o log no painel."
    return Notice(NoticeKind.ERROR, "Automação em erro", text, jobs, details)


def _ids(group: Sequence[JobFacts]) -> tuple[str, ...]:
    return tuple(facts.job.id for facts in group)


def _overdue(before: NoticeState, all_facts: Facts, now: datetime) -> tuple[NoticeState, list[Notice]]:
    late = {facts.active.id: facts for facts in all_facts.values() if facts.active and facts.overdue}
    told = [facts for run, facts in late.items() if run not in before.overdue]
    state = replace(before, overdue=frozenset(late))
    if not told:
        return state, []
    if len(told) > 1:
        title = f"{len(told)} execuções muito longas"
        text = _named(told) + " passaram muito do tempo normal. Se travaram, pare-as no painel."
        return state, [Notice(NoticeKind.OVERDUE, title, text, _ids(told))]
    text = _overdue_text(told[0], now)
    return state, [Notice(NoticeKind.OVERDUE, "Execução muito longa", text, _ids(told))]


def _overdue_text(facts: JobFacts, now: datetime) -> str:
    started = facts.active.started if facts.active else now
    usual = f"; costuma levar {duration(facts.usual_seconds)}" if facts.usual_seconds else ""
    elapsed = duration((now - started).total_seconds())
    return f"{facts.job.name} está em execução há {elapsed}{usual}. Se travou, pare no painel."


def _silent(before: NoticeState, all_facts: Facts, now: datetime) -> tuple[NoticeState, list[Notice]]:
    """Runs whose PC is silent for long: each once, however often it comes and goes."""
    long = silent_for_long(all_facts, now)
    told = [facts for run, facts in long.items() if run not in before.silent]
    state = replace(before, silent=(before.silent & under_way(all_facts)) | frozenset(long))
    if not told:
        return state, []
    text = silence_text(told, _named(told))
    return state, [Notice(NoticeKind.SILENT, silence_title(told), text, _ids(told), silence_details(told))]


def _late(before: NoticeState, all_facts: Facts) -> tuple[NoticeState, list[Notice]]:
    """Deadlines that were missed under our eyes; one that is made good meanwhile is not told."""
    missed = {
        (job, facts.late.since): facts
        for job, facts in all_facts.items()
        if facts.late is not None and facts.late.met is None
    }
    told = [facts for key, facts in missed.items() if key not in before.late]
    state = replace(before, late=before.late | frozenset(missed))
    if not told or not before.begun:
        return state, []
    details = tuple(_late_text(facts) for facts in told)
    if len(told) > 1:
        title = f"{len(told)} prazos não cumpridos"
        return state, [Notice(NoticeKind.LATE, title, _named(told) + ".", _ids(told), details)]
    return state, [Notice(NoticeKind.LATE, "Prazo não cumprido", details[0] + ".", _ids(told), details)]


def _late_text(facts: JobFacts) -> str:
    late = facts.late
    assert late is not None  # noqa: S101 - the only caller asked
    reason = f" ({facts.reason})" if facts.reason else ""
    return f"{facts.job.name}: prazo das {late.since:%H:%M}, {late.done} de {late.due} prontas{reason}"


def _gone(all_facts: Facts, since: datetime, until: datetime) -> list[Notice]:
    """No agent was there when the day's work was to begin."""
    fires = {job: [fire.at for fire in facts.fires] for job, facts in all_facts.items()}
    first = min((at for of_job in fires.values() for at in of_job), default=None)
    if first is None or not since < first <= until:
        return []
    missed = [all_facts[job] for job, of_job in fires.items() if any(since < at <= until for at in of_job)]
    text = (
        f"Nenhum agente esteve em execução de {since:%d/%m %H:%M} até {_moment(until, until)}. "
        f"Tinham horário nesse tempo: {_named(missed)}."
    )
    return [Notice(NoticeKind.GONE, "O agente não estava em execução", text, _ids(missed))]


def _suspended(before: NoticeState, snapshot: Snapshot, now: datetime) -> tuple[NoticeState, list[Notice]]:
    since: dict[tuple[str, datetime], str] = {}
    if snapshot.paused and snapshot.paused_since:
        since["paused", snapshot.paused_since] = (
            f"Suspensos por uma pessoa desde {_moment(snapshot.paused_since, now)}. "
            "Para retomar: botão direito no ícone, Retomar agendamentos."
        )
    history = snapshot.history
    if not history.verified and history.unverified_since:
        reason = f" Motivo: {history.error}" if history.error else ""
        since["history", history.unverified_since] = (
            f"O BigQuery não é lido desde {_moment(history.unverified_since, now)}; "
            f"nada é agendado até a leitura voltar.{reason}"
        )
    long = {key: text for key, text in since.items() if now - key[1] > SUSPENDED_TOO_LONG}
    told = [
        Notice(NoticeKind.SUSPENDED, "Agendamentos suspensos", text)
        for key, text in long.items()
        if key not in before.suspended
    ]
    return replace(before, suspended=frozenset(long)), told


def _moment(then: datetime, now: datetime) -> str:
    return f"{then:%H:%M}" if then.date() == now.date() else f"{then:%d/%m %H:%M}"


def _named(group: Sequence[JobFacts]) -> str:
    return listed((facts.job.name for facts in group), NAMED)
