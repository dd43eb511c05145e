"""Which notifications a person gets, decided from what was told before and what is known now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from tray_agent.core.model import CardState, JobFacts, Outcome, Snapshot
from tray_agent.core.picture.texts import duration

TITLE_UNITS = 63  # UTF-16 units that Windows takes, here and below
TEXT_UNITS = 255
TOOLTIP_UNITS = 127
NAMED = 3  # how many of a group are called by name
GATHERING = timedelta(seconds=3)  # jobs that fail together are told together
SUSPENDED_TOO_LONG = timedelta(minutes=15)


class NoticeKind(StrEnum):
    """What a notification is about."""

    ERROR = "error"
    OVERDUE = "overdue"
    SUSPENDED = "suspended"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notification. Whoever shows it clips it to what the system takes."""

    kind: NoticeKind
    title: str
    text: str


CLOSED_TO_TRAY = Notice(
    NoticeKind.HINT,
    "O agente continua em execução",
    "A janela foi fechada, mas as automações seguem agendadas. O ícone ao lado do relógio abre o painel; "
    "para encerrar, botão direito no ícone e Sair.",
)


@dataclass(frozen=True, slots=True)
class NoticeState:
    """What was told. ``errors`` holds the job's runs counted when it was last seen in error."""

    day: date | None = None
    begun: bool = False
    settled: bool = False
    errors: dict[str, int] = field(default_factory=dict)
    waiting: tuple[str, ...] = ()
    waiting_since: datetime | None = None
    overdue: frozenset[str] = frozenset()
    suspended: frozenset[tuple[str, datetime]] = frozenset()


def clip_utf16(text: str, units: int) -> str:
    """The text in at most ``units`` UTF-16 units (an emoji counts two), an ellipsis for what was cut."""
    if len(text.encode("utf-16-le", "surrogatepass")) // 2 <= units:
        return text
    kept, left = [], units - 1
    for character in text:
        left -= 2 if ord(character) > 0xFFFF else 1
        if left < 0:
            break
        kept.append(character)
    return "".join(kept).rstrip() + "…"


def decide(before: NoticeState, snapshot: Snapshot, now: datetime) -> tuple[NoticeState, list[Notice]]:
    """What to tell now, and what to remember. Ask after every change and every few seconds besides.

    What the agent finds when it starts is not told: it did not turn to error under its eyes.
    """
    if not snapshot.discovered:
        return before, []
    state, errors = _errors(before, snapshot, now)
    state, overdue = _overdue(state, snapshot, now)
    state, suspended = _suspended(state, snapshot, now)
    state = replace(
        state,
        day=snapshot.day,
        begun=True,
        settled=before.settled or snapshot.history.verified,
    )
    return state, [*errors, *overdue, *suspended]


def _errors(before: NoticeState, snapshot: Snapshot, now: datetime) -> tuple[NoticeState, list[Notice]]:
    known = before.errors if before.day == snapshot.day else {}
    errors = {
        job: known[job] if facts.active else facts.actual
        for job, facts in snapshot.facts.items()
        if facts.state is CardState.ERROR or (facts.active and job in known)
    }
    turned = [
        job
        for job, runs in errors.items()
        if runs > known.get(job, -1) and _is_news(before, snapshot.facts[job])
    ]
    waiting = (*before.waiting, *(job for job in turned if job not in before.waiting))
    since = before.waiting_since or now
    if waiting and timedelta(0) <= now - since < GATHERING:
        return replace(before, errors=errors, waiting=waiting, waiting_since=since), []
    failed = [snapshot.facts[job] for job in waiting if job in snapshot.facts]
    told = [_error_notice(failed)] if failed else []
    return replace(before, errors=errors, waiting=(), waiting_since=None), told


def _is_news(before: NoticeState, facts: JobFacts) -> bool:
    """Whether a job in error turned to it while the agent was looking, and by itself."""
    last = facts.last_run
    if not before.begun or (last is not None and last.outcome is Outcome.STOPPED):
        return False
    return before.settled or (last is not None and last.source == "local")


def _error_notice(failed: Sequence[JobFacts]) -> Notice:
    if len(failed) > 1:
        title = f"{len(failed)} automações em erro"
        return Notice(NoticeKind.ERROR, title, _named(failed) + ". Veja os logs no painel.")
    facts = failed[0]
    last = facts.last_run
    when = f" (execução das {last.start:%H:%M})" if last and last.start else ""
    code = f", código de saída {last.exit_code}" if last and last.exit_code else ""
    text = f"{facts.job.name} terminou com erro{when}{code}. Veja o log no painel."
    return Notice(NoticeKind.ERROR, "Automação em erro", text)


def _overdue(before: NoticeState, snapshot: Snapshot, now: datetime) -> tuple[NoticeState, list[Notice]]:
    late = {facts.active.id: facts for facts in snapshot.facts.values() if facts.active and facts.overdue}
    told = [facts for run, facts in late.items() if run not in before.overdue]
    state = replace(before, overdue=frozenset(late))
    if not told:
        return state, []
    if len(told) > 1:
        title = f"{len(told)} execuções muito longas"
        text = _named(told) + " passaram muito do tempo normal. Se travaram, pare-as no painel."
        return state, [Notice(NoticeKind.OVERDUE, title, text)]
    return state, [Notice(NoticeKind.OVERDUE, "Execução muito longa", _overdue_text(told[0], now))]


def _overdue_text(facts: JobFacts, now: datetime) -> str:
    started = facts.active.started if facts.active else now
    usual = f"; costuma levar {duration(facts.usual_seconds)}" if facts.usual_seconds else ""
    elapsed = duration((now - started).total_seconds())
    return f"{facts.job.name} está em execução há {elapsed}{usual}. Se travou, pare no painel."


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
    names = sorted((facts.job.name for facts in group), key=str.casefold)
    more = len(names) - NAMED
    if more > 0:
        return ", ".join(names[:NAMED]) + f" e mais {more}"
    return " e ".join([", ".join(names[:-1]), names[-1]])
