"""When a card says its next run comes, and what surrounds a card that its sentences must know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tray_agent.core.rules.holds import clock
from tray_agent.core.rules.owed import follows
from tray_agent.core.rules.rare import WEEKDAYS
from tray_agent.core.schedules.schedule import ScheduleKind
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.core.standing import Held, HoldKind


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


def next_run_text(facts: JobFacts, around: Surroundings) -> str:
    """When the next run comes (product 5.3): never a time at which nothing will happen."""
    if around.snapshot.role == "pc":
        return f"Decide o cérebro, {around.snapshot.brain}"
    if facts.job.schedule.kind is ScheduleKind.MANUAL and not follows(facts.job):
        return "Sem agendamento"
    return f"Próxima execução: {_next(facts, around)}"


def _next(facts: JobFacts, around: Surroundings) -> str:
    if facts.held is not None and facts.held.kind in _HELD:
        return _until(facts.held, around.snapshot.at)
    if facts.owed > 0:
        return _owed_next(facts, around)
    if facts.attempt is not None:
        return f"{facts.attempt.at:%H:%M} (nova tentativa)"
    if facts.held is not None and facts.held.kind is HoldKind.AHEAD:
        return _AFTER_ANOTHER
    if facts.held is not None and facts.held.kind is HoldKind.TO_HALT:
        return _until(facts.held, around.snapshot.at)
    if facts.next_run is not None:
        return f"{facts.next_run:%H:%M}"
    if follows(facts.job) and (not facts.fires or _may_come(facts, around.snapshot)):
        return _AFTER_ANOTHER
    if facts.job.schedule.kind is not ScheduleKind.RULE:
        return "só amanhã"
    return day_and_time(facts.next_fire) if facts.next_fire else "sem data prevista"


def _until(held: Held, now: datetime) -> str:
    """What holds a job back, in a word, and until when."""
    return _WORDS[held.kind] + (f" até {clock(held.until, now)}" if held.until else "")


def _may_come(facts: JobFacts, snapshot: Snapshot) -> bool:
    """Whether one that a job follows, itself or over others, runs today, or will."""
    pending, seen = [facts], {facts.job.id}
    for job in pending:
        for other in job.job.policies.after:
            each = snapshot.facts.get(other)
            if each is None or other in seen:
                continue
            seen.add(other)
            if each.active or each.owed > 0 or each.attempt or each.next_run:
                return True
            if follows(each.job):
                pending.append(each)
    return False


def _owed_next(facts: JobFacts, around: Surroundings) -> str:
    snapshot = around.snapshot
    if facts.active is not None:
        return "depois desta"
    if facts.held is not None:
        return "quando houver PC" if facts.held.kind is HoldKind.PC else _AFTER_ANOTHER
    if snapshot.blocked or not snapshot.history.verified:
        return _BLOCKED_NEXT.get(snapshot.blocked or "history", "aguardando")
    if facts.retry is not None and facts.retry.at > snapshot.at:
        return f"{facts.retry.at:%H:%M} (nova tentativa)"
    place = around.places.get(facts.job.id)
    free = snapshot.max_concurrent - snapshot.running
    return "agora" if place is None or place <= free else f"na fila ({place}ª)"


_AFTER_ANOTHER = "depois de outra automação"
_HELD = {
    HoldKind.PAUSED: "pausada",
    HoldKind.UNREAD: "suspensa (veja Problemas)",
    HoldKind.HALTED: "parada prevista",
}
_WORDS = {**_HELD, HoldKind.TO_HALT: "parada prevista"}
_BLOCKED_NEXT = {
    "paused": "suspensa",
    "history": "após ler o BigQuery",
    "brain": "suspensa: o cérebro é outro PC",
    "looking": "suspensa: verificando a pasta",
    "data": "quando o disco permitir",
    "base_path": "quando a pasta voltar",
}


def day_and_time(moment: datetime) -> str:
    """A moment of another day as a card says it: "seg 07/12 09:00"."""
    return f"{WEEKDAYS[moment.weekday()]} {moment:%d/%m %H:%M}"
