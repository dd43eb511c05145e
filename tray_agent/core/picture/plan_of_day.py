"""What will run when on a day, and what will not and why: from the snapshot and the schedules. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from tray_agent.core.model import Job, Pausing
from tray_agent.core.picture.plan_starts import Means, queue_starts, starts_of
from tray_agent.core.picture.plan_unserved import unserved_of
from tray_agent.core.picture.queue_to_come import UNKNOWN_SECONDS, Starts, Wish
from tray_agent.core.policies import CatchUp, Halt
from tray_agent.core.rules.debt import STILL_IN_TIME, end_of_minute
from tray_agent.core.rules.holds import clock
from tray_agent.core.rules.owed import follows
from tray_agent.core.schedules.not_today import left_out
from tray_agent.core.schedules.schedule import ScheduleKind, moment_of
from tray_agent.core.shown import FireState, JobFacts, Snapshot
from tray_agent.core.standing import Attempt

AHEAD = frozenset({FireState.OWED, FireState.COMING})
_MANUAL = "roda só quando alguém executa (manual)"
_PAUSED = "agendamentos suspensos por uma pessoa"
_EVERYTHING = ""  # the area under which a pause of all with an end is kept


@dataclass(frozen=True, slots=True)
class PlannedFire:
    """A fire time; ``estimate`` is when its run is likely to start, None for what lies behind.

    Of one that failed ``retry`` is what is to be tried again, at ``retry_at`` as it is likely.
    """

    job: str
    at: datetime
    state: FireState
    estimate: datetime | None = None
    retry: Attempt | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Skipped:
    """What will not run by itself; ``at`` is None where it has no time on that day."""

    job: str
    at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Load:
    """How many runs an hour of the day asks for, and how many seconds of work they usually are."""

    hour: int
    jobs: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Plan:
    """A day's plan; fires and skipped ones by time, then job.

    ``queue`` is who waits now, next first, with when each is likely to start; ``notes`` say in Portuguese
    what the estimates leave out.
    """

    day: date
    fires: tuple[PlannedFire, ...]
    skipped: tuple[Skipped, ...]
    load: tuple[Load, ...] = ()
    queue: tuple[tuple[str, datetime | None], ...] = ()
    notes: tuple[str, ...] = ()


def plan_of_day(
    snapshot: Snapshot, day: date, now: datetime, means: Means, until: datetime | None = None
) -> Plan:
    """The plan of a day that is today or later. With ``until`` only what lies between now and then, which may
    be another day's."""
    builder = _Builder(snapshot, now)
    for ahead in range((until.date() - day).days + 1 if until else 1):
        builder.add_day(day + timedelta(days=ahead))
    owed, coming = builder.wishes(FireState.OWED), builder.wishes(FireState.COMING)
    starts = starts_of(snapshot, owed, coming, means, now, builder.stuck)
    unmade = unserved_of(snapshot, [(f.job, f.at) for f in builder.fires if f.state in AHEAD], starts)
    for each in builder.fires:
        if _is_lost(each, starts):
            unmade[each.job, each.at] = f"espera a vez, e {_too_late(snapshot.facts[each.job].job)}"
    fires = [_estimated(each, starts) for each in builder.fires if (each.job, each.at) not in unmade]
    skipped = builder.skipped + [Skipped(job, at, reason) for (job, at), reason in unmade.items()]
    if until is not None:
        fires = [each for each in fires if _lies_ahead(each) and each.at <= until]
        skipped = [each for each in skipped if each.at is not None and now <= each.at <= until]
    fires.sort(key=lambda each: (each.at, each.job))
    skipped.sort(key=lambda each: (each.at is not None, each.at or now, each.job))
    queue, notes = tuple(queue_starts(snapshot, starts)), tuple(_notes(snapshot, fires, starts))
    return Plan(day, tuple(fires), tuple(skipped), _load(fires, means), queue, notes)


class _Builder:
    """Collects a day's fire times, and what holds each back."""

    def __init__(self, snapshot: Snapshot, now: datetime) -> None:
        self.snapshot, self.now = snapshot, now
        self.fires: list[PlannedFire] = []
        self.skipped: list[Skipped] = []
        self.ready: dict[tuple[str, datetime], datetime] = {}
        self.stuck: list[tuple[str, datetime]] = []
        self._areas = dict(snapshot.paused_areas)

    def add_day(self, day: date) -> None:
        for facts in self.snapshot.facts.values():
            if facts.removed:
                continue
            found = self._today(facts) if day == self.snapshot.day else self._later(facts.job, day)
            told = len(self.fires) + len(self.skipped)
            self._judge(facts.job, list(found))
            if told == len(self.fires) + len(self.skipped):
                self.skipped.extend(_without_fires(facts.job, day, self.now))

    def _today(self, facts: JobFacts) -> Iterator[PlannedFire]:
        last = max(facts.runs, key=lambda run: run.started, default=None)
        for fire in facts.fires:
            if fire.state is FireState.SKIPPED:
                self.skipped.append(Skipped(facts.job.id, fire.at, fire.reason or "não é recuperada"))
                continue
            again = facts.attempt if last is not None and fire.run == last.id else None
            yield PlannedFire(facts.job.id, fire.at, fire.state, retry=again)

    def _later(self, job: Job, day: date) -> Iterator[PlannedFire]:
        begin = datetime.combine(day, time(), self.now.tzinfo)
        for minute in job.schedule.fires(day):
            yield PlannedFire(job.id, moment_of(minute, begin), FireState.COMING)

    def _judge(self, job: Job, fires: list[PlannedFire]) -> None:
        """Each fire time ahead runs when nothing holds it back any more, or is skipped with the reason."""
        held: dict[datetime, list[PlannedFire]] = {}
        for fire in fires:
            if fire.state not in AHEAD:
                self.fires.append(fire)
                continue
            ready, reason = self._held(job, max(fire.at, self._startable(job)))
            last = _last_start(job, fire.at)
            if ready is None or (last is not None and ready > last):
                self.skipped.append(Skipped(job.id, fire.at, reason or _too_late(job)))
                if last is None:
                    self.stuck.append((job.id, fire.at))
                continue
            self.fires.append(fire)
            self.ready[job.id, fire.at] = ready
            if ready > max(fire.at, self.now):
                held.setdefault(ready, []).append(fire)
        if job.policies.catch_up is not CatchUp.ALL:
            for together in held.values():
                self._keep_last(job, together)

    def _keep_last(self, job: Job, together: list[PlannedFire]) -> None:
        for fire in together[:-1]:
            self.fires.remove(fire)
            reason = f"não recuperada (recuperar: {job.policies.catch_up.value})"
            self.skipped.append(Skipped(job.id, fire.at, reason))

    def wishes(self, state: FireState) -> list[Wish]:
        """What is to be played ahead: the owed runs with the retries, or those to come."""
        facts = self.snapshot.facts
        found = [
            Wish(job, each.at, self.ready[each.job, each.at], until=_last_start(job, each.at))
            for each in self.fires
            if each.state is state and (job := facts[each.job].job)
        ]
        if state is FireState.OWED:
            found += [wish for each in self.fires if (wish := self._again(each)) is not None]
        return found

    def _again(self, fire: PlannedFire) -> Wish | None:
        """The retry of a fire time that failed, unless another fire time comes first and takes its place."""
        if fire.retry is None:
            return None
        at = max(fire.retry.at, self.now)
        if any(job == fire.job and other <= at for job, other in self.ready):
            return None
        job = self.snapshot.facts[fire.job].job
        ready, _ = self._held(job, at)
        return (
            None if ready is None else Wish(job, fire.at, ready, until=_last_start(job, fire.at, again=True))
        )

    def _startable(self, job: Job) -> datetime:
        """From when on a start is tried: one that failed waits for a while."""
        retry = self.snapshot.facts[job.id].retry
        return max(self.now, retry.at) if retry is not None else self.now

    def _held(self, job: Job, at: datetime) -> tuple[datetime | None, str]:
        """From when on a run due then may start (None: not that day), and what holds it back until then."""
        if job.policies.unread:
            return None, job.policies.unread
        reason, ready = "", at
        for _ in range(10):  # one hold may end within another
            said, end = self._hold_at(job, ready)
            if not said:
                return ready, reason
            reason = said
            if end is None or end.date() != at.date():
                return None, reason
            ready = end
        return None, reason

    def _hold_at(self, job: Job, at: datetime) -> tuple[str, datetime | None]:
        everything = self._areas.get(_EVERYTHING)
        if self.snapshot.paused and everything is None:
            return _PAUSED, None
        pausings = (
            (self.snapshot.facts[job.id].pausing, "pausada por uma pessoa"),
            (self._areas.get(job.area), f"área {job.area} pausada por uma pessoa"),
            (everything if self.snapshot.paused else None, _PAUSED),
        )
        for pausing, said in pausings:
            if pausing is not None and (pausing.until is None or at < pausing.until):
                return _paused(said, pausing, at), pausing.until
        for halt in self.snapshot.halts:
            concerns = (not halt.area or halt.area == job.area) and (not halt.job or halt.job == job.id)
            if concerns and halt.begin <= at.replace(tzinfo=None) < halt.end:
                return _halted(halt, at), halt.end.replace(tzinfo=at.tzinfo)
        return "", None


def _paused(said: str, pausing: Pausing, at: datetime) -> str:
    until = f" até {clock(pausing.until, at)}" if pausing.until else ""
    return f"{said}{until}" + (f" ({pausing.reason})" if pausing.reason else "")


def _halted(halt: Halt, at: datetime) -> str:
    end = halt.end.replace(tzinfo=at.tzinfo)
    return f"parada prevista até {clock(end, at)}" + (f" ({halt.reason})" if halt.reason else "")


def _last_start(job: Job, fire: datetime, *, again: bool = False) -> datetime | None:
    """Up to when the job's policies want a fire time, or what is tried ``again`` for it; None: all day."""
    ends: list[datetime] = []
    limit = job.policies.start_by
    if limit is not None and limit.minute is not None:
        ends.append(end_of_minute(limit.minute, fire))
    if limit is not None and limit.after_minutes is not None:
        ends.append(fire + timedelta(minutes=limit.after_minutes))
    if job.policies.catch_up is CatchUp.NONE and not again:
        ends.append(fire + STILL_IN_TIME)
    return min(ends, default=None)


def _too_late(job: Job) -> str:
    if job.policies.start_by is not None:
        return "passa da hora limite (iniciar_ate)"
    return f"não recuperada (recuperar: {job.policies.catch_up.value})"


def _without_fires(job: Job, day: date, now: datetime) -> Iterable[Skipped]:
    """Why a job has nothing on a day that one might expect it on; nothing where it is plainly not its day."""
    if follows(job):
        return [Skipped(job.id, None, f"sem hora marcada: roda depois de {', '.join(job.policies.after)}")]
    if job.schedule.kind is ScheduleKind.MANUAL:
        return [Skipped(job.id, None, job.schedule_problem or _MANUAL)]
    found = left_out(job.schedule, day)
    if found is None:
        return []
    at = moment_of(found.minute, datetime.combine(day, time(), now.tzinfo))
    return [Skipped(job.id, at, found.reason)]


def _estimated(fire: PlannedFire, starts: Starts) -> PlannedFire:
    at = starts.at.get((fire.job, fire.at))
    return replace(fire, estimate=at) if fire.state in AHEAD else replace(fire, retry_at=at)


def _is_lost(fire: PlannedFire, starts: Starts) -> bool:
    return fire.state in AHEAD and (fire.job, fire.at) in starts.lost


def _lies_ahead(fire: PlannedFire) -> bool:
    return fire.state in AHEAD or fire.retry_at is not None


def _notes(snapshot: Snapshot, fires: Iterable[PlannedFire], starts: Starts) -> Iterator[str]:
    """What the estimates do not know."""
    if starts.known_until is not None:
        yield f"há horários demais: a previsão de início vai só até {starts.known_until:%d/%m %H:%M}"
    if any(each.state in AHEAD and snapshot.facts[each.job].job.policies.retries for each in fires):
        yield "se uma execução falhar, as novas tentativas (retentativas) atrasam as que vêm depois dela"


def _load(fires: Iterable[PlannedFire], means: Means) -> tuple[Load, ...]:
    hours: dict[int, Load] = {}
    for fire in fires:
        if fire.state in AHEAD:
            before = hours.get(fire.at.hour, Load(fire.at.hour, 0, 0.0))
            seconds = before.seconds + means.seconds.get(fire.job, UNKNOWN_SECONDS)
            hours[fire.at.hour] = Load(before.hour, before.jobs + 1, seconds)
    return tuple(hours[hour] for hour in sorted(hours))
