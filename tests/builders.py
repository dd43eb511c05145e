"""Values for tests: valid by default, each test says what it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Asked, Discovery, HistoryRow, Identity, Job, Outcome, Run, Trigger
from tray_agent.core.picture.facts import job_facts, snapshot
from tray_agent.core.picture.next_run import next_run_text, surroundings
from tray_agent.core.picture.texts import why
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.apply import apply
from tray_agent.core.rules.limits import Limits
from tray_agent.core.rules.plan import plan
from tray_agent.core.rules.runs import began
from tray_agent.core.rules.state import State, first_state
from tray_agent.core.schedules.schedule import Schedule, at_hours
from tray_agent.core.shown import JobFacts, Snapshot

ZONE = ZoneInfo("America/Sao_Paulo")


def at(clock: str = "14:05", day: int = 10) -> datetime:
    """A moment of March 2026 in São Paulo: ``at("14:05:09")``."""
    return datetime.fromisoformat(f"2026-03-{day:02d}T{clock}").replace(tzinfo=ZONE)


def make_job(job: str = "pix", *hours: int, **changes: Any) -> Job:
    """A job with listed hours; without any it is manual."""
    return replace(Job(job, job, "Mensageria", f"/base/metodos/{job}.py", at_hours(set(hours))), **changes)


def scheduled(job: str, schedule: Schedule) -> Job:
    """A job with this schedule."""
    return make_job(job, schedule=schedule)


def make_run(job: str = "pix", started: datetime | None = None, **changes: Any) -> Run:
    """A run that ended with success after four seconds; ``ended=None`` makes it an open one."""
    started = started or at("12:00")
    run = Run(
        id=f"{job}-{started:%d-%H%M%S-%f}",
        job=job,
        name=job,
        script=f"/base/metodos/{job}.py",
        trigger=Trigger.SCHEDULED,
        day=started.date(),
        started=started,
        log=f"/logs/{job}.log",
        identity=Identity(1000, 50.0),
        boot="boot",
        ended=started + timedelta(seconds=4),
        duration_seconds=4.0,
        exit_code=0,
        outcome=Outcome.ENDED,
    )
    return replace(run, **changes)


def make_open_run(job: str = "pix", started: datetime | None = None, **changes: Any) -> Run:
    """A run that has no end yet."""
    return make_run(job, started, ended=None, duration_seconds=None, exit_code=None, outcome=None, **changes)


def make_row(job: str = "pix", start: datetime | None = None, status: str | None = "SUCCESS") -> HistoryRow:
    """A row of the history."""
    return HistoryRow(job, status, start or at("12:00"), 4.2)


def make_rows(count: int, job: str = "pix") -> tuple[HistoryRow, ...]:
    """Rows of as many runs, in the small hours."""
    return tuple(make_row(job, at("01:00") + timedelta(minutes=each)) for each in range(count))


def make_discovery(*jobs: Job, **changes: Any) -> Discovery:
    """A discovery in which everything was fine."""
    return replace(Discovery(jobs, (), "/base", True, "/app/registro.xlsx"), **changes)


def make_read(now: datetime, *rows: HistoryRow) -> msg.HistoryRead:
    """A successful read of the history at that moment."""
    return msg.HistoryRead(now.date(), now, rows, len(rows))


class Replies:
    """Collects the answers to commands."""

    def __init__(self) -> None:
        self.given: list[msg.Reply] = []

    def __call__(self, reply: msg.Reply) -> None:
        self.given.append(reply)

    @property
    def last(self) -> msg.Reply:
        """The newest answer."""
        return self.given[-1]


class Day:
    """The rules alone, turned by hand: tell messages, let time pass, see what is ordered.

    Held runs begin only when a test says so; ``ordered`` holds the last turn's actions but what is kept of
    commands (``asked``), ``journal`` the ended runs on record, ``surplus`` what the history counted beyond
    them.
    """

    def __init__(self, clock: str = "14:05", *, day: int = 10, verified: bool = True, **limits: Any) -> None:
        self.moment = Moment(at(clock, day), 1000.0)
        self.state: State = first_state(Limits(**limits), self.moment.now, "/logs", "boot")
        self.ordered: Actions = []
        self.journal: list[Run] = []
        self.surplus: dict[date, dict[str, int]] = {}
        self.asked: list[Asked] = []
        self.snapshot: Snapshot | None = None
        self._pids = 100
        self._verified = verified

    def __repr__(self) -> str:
        return f"Day({self.moment.now:%d %H:%M:%S})"

    @property
    def now(self) -> datetime:
        """The wall clock."""
        return self.moment.now

    def jobs(self, *jobs: Job) -> Day:
        """Discover these jobs (and read an empty history, unless told not to)."""
        messages: list[msg.Message] = [msg.Discovered(make_discovery(*jobs))]
        if self._verified and not self.state.limits.local_history:
            messages.append(make_read(self.now))
        self.turn(*messages)
        return self

    def turn(self, *messages: msg.Message) -> Actions:
        """One turn: apply, plan."""
        ordered: Actions = []
        for message in messages:
            ordered += apply(self.state, message, self.moment)
        ordered += plan(self.state, self.moment)
        for action in ordered:
            match action:
                case act.Answer(reply, value):
                    reply(value)
                case act.RecordEnd(run):
                    self.journal.append(run)
                case act.RecordSurplus(day, surplus):
                    self.surplus.setdefault(day, {}).update(surplus)
                case act.LoadDay():
                    self.state.load_day(self.journal, self.surplus.get(self.state.day, {}))
                case act.RecordAsked(asked):
                    self.asked.append(asked)
        self.ordered = [action for action in ordered if not isinstance(action, act.RecordAsked)]
        self.freeze()
        return self.ordered

    def freeze(self) -> Snapshot:
        """Publish, as the engine does at the end of a turn."""
        self.snapshot = snapshot(self.state, self.snapshot, self.now)
        self.state.stale.clear()
        self.state.changed = self.state.reordered = False
        return self.snapshot

    def later(self, seconds: float) -> Actions:
        """Let time pass, then turn."""
        self.moment = Moment(self.now + timedelta(seconds=seconds), self.moment.seconds + seconds)
        return self.turn()

    def set_clock(self, now: datetime) -> Actions:
        """Somebody sets the wall clock; a second passes on the other one."""
        self.moment = Moment(now, self.moment.seconds + 1)
        return self.turn(msg.Woke())

    def held(self) -> list[str]:
        """The jobs for which the last turn ordered a process."""
        return [action.job.id for action in self.ordered if isinstance(action, act.Hold)]

    def kinds(self) -> list[type]:
        """The kinds of the last turn's actions, answers aside."""
        return [type(action) for action in self.ordered if not isinstance(action, act.Answer)]

    def run_id(self, job: str = "pix") -> str:
        """The id of a job's active run."""
        return self.state.active[job].run.id

    def begin(self, job: str = "pix", usual_seconds: float | None = None) -> str:
        """A job's held process is there, on record, and let go; returns the run's id."""
        run = self.run_id(job)
        self._pids += 1
        self.turn(msg.RunHeld(run, Identity(self._pids, 1.0), "hash"))
        for action in began(self.state, run, self.moment):
            if isinstance(action, act.Answer):
                action.reply(action.value)
        if usual_seconds is not None:
            self.state.active[job].usual_seconds = usual_seconds
            self.state.stale.add(job)
        self.freeze()
        return run

    def exit(self, job: str = "pix", code: int | None = 0, **changes: Any) -> Actions:
        """A job's process ends."""
        return self.turn(msg.RunExited(self.run_id(job), code, **({"duration_seconds": 4.0} | changes)))

    def whole_run(self, job: str = "pix", code: int | None = 0, seconds: float = 4) -> Actions:
        """A held job begins and ends."""
        self.begin(job)
        self.later(seconds)
        return self.exit(job, code, duration_seconds=seconds)

    def facts(self, job: str = "pix") -> JobFacts:
        """What is published of a job."""
        assert self.snapshot is not None
        return self.snapshot.facts[job]

    def why(self, job: str = "pix") -> str:
        """The sentence of a job's card."""
        assert self.snapshot is not None
        return why(
            self.facts(job), surroundings(self.snapshot, self.state.limits.stop_grace_seconds), self.now
        )

    def next_text(self, job: str = "pix") -> str:
        """What a job's card says of its next run."""
        assert self.snapshot is not None
        return next_run_text(
            self.facts(job), surroundings(self.snapshot, self.state.limits.stop_grace_seconds)
        )

    def fresh_facts(self, job: str = "pix") -> JobFacts | None:
        """What would be published of a job if it were looked at now."""
        return job_facts(self.state, job, self.now, 1)
