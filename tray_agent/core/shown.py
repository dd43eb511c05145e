"""What readers see, frozen: a job's facts, the day's fire times, the snapshot of all."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from tray_agent.core.model import (
    CardState,
    HistoryRow,
    Job,
    Mark,
    Outcome,
    Pausing,
    Pc,
    Problem,
    Retry,
    Run,
)
from tray_agent.core.policies import Halt
from tray_agent.core.standing import Attempt, Held, Lateness


@dataclass(frozen=True, slots=True)
class LastRun:
    """The last run of today as the card shows it: ours or the history's (product 3.7)."""

    start: datetime | None
    status: str | None
    duration_seconds: float | None
    source: str  # "bigquery" or "local"
    outcome: Outcome | None = None
    exit_code: int | None = None


class FireState(StrEnum):
    """What became of a fire time of the day, in the words of ``plan --json``."""

    DONE = "done"
    FAILED = "failed"
    NO_DATA = "no_data"
    RUNNING = "running"
    COVERED = "covered"  # another run already stands for it
    OWED = "owed"
    COMING = "coming"
    SKIPPED = "skipped"  # a policy gave it up; it is not made up for


@dataclass(frozen=True, slots=True)
class Fire:
    """A fire time of the day, what became of it, and the run of ours that stands for it, if one does.

    ``reason`` says why it was skipped, or what covers it. Of a run that is done and of which nobody knows how
    it ended ``known`` is False.
    """

    at: datetime
    state: FireState
    run: str | None = None
    reason: str = ""
    known: bool = True


@dataclass(frozen=True, slots=True)
class JobFacts:
    """All that is known of one job at one moment, frozen for readers.

    ``version`` is the snapshot's number at the last change, so a reader can ask for what is newer. ``marks``
    are the day's runs wherever they were made, oldest first, and ``marks_since`` the version since which each
    is in its place. ``fires`` are the day's fire times and what became of them; ``owed`` runs are still to be
    made beyond the one under way, ``skipped`` are not made up for, ``credit`` are retries and repeats.
    ``reason`` is the sentence of the last run's bad end, ``leftovers`` the pids that ended runs left behind.
    ``silent_since`` is since when the PC of the run under way is not heard: it may be under way.
    """

    job: Job
    version: int
    state: CardState
    target: int
    actual: int
    next_run: datetime | None
    last_run: LastRun | None = None
    active: Run | None = None
    holding: bool = False
    stopping_since: datetime | None = None
    usual_seconds: float | None = None
    overdue: bool = False
    ticket: int | None = None
    retry: Retry | None = None
    removed: bool = False
    runs: tuple[Run, ...] = ()
    rows: tuple[HistoryRow, ...] = ()
    marks: tuple[Mark, ...] = ()
    marks_since: tuple[int, ...] = ()
    fires: tuple[Fire, ...] = ()
    credit: int = 0
    owed: int = 0
    skipped: int = 0
    next_fire: datetime | None = None
    held: Held | None = None
    attempt: Attempt | None = None
    late: Lateness | None = None
    pausing: Pausing | None = None
    reason: str = ""
    acknowledged: bool = False
    repeatable: bool = False
    leftovers: tuple[int, ...] = ()
    silent_since: datetime | None = None

    @property
    def counted_state(self) -> CardState:
        """The state that counts for all together: an error of which a person took note does not."""
        return CardState.IDLE if self.acknowledged and self.state is CardState.ERROR else self.state

    @property
    def backlog(self) -> int:
        """Target runs so far, minus the actual ones that do not stand for another."""
        return self.target + self.credit - self.actual

    @property
    def own_runs(self) -> tuple[Run, ...]:
        """The runs of ours that have a log."""
        return own_runs(self.runs, self.active, self.holding)


@dataclass(frozen=True, slots=True)
class HistoryState:
    """What is known of the history. ``verified``: read with success for the present day."""

    source: str
    verified: bool = False
    last_sync: datetime | None = None
    rows: int = 0
    error: str | None = None
    next_read: datetime | None = None
    unverified_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class SeenPc:
    """A PC of the team, and how many runs are on it as far as the brain knows."""

    pc: Pc
    running: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What the agent knows, frozen and numbered. Views shape it for readers; nobody changes it.

    ``queue`` holds job ids, next first. ``facts`` is keyed by job id in no particular order; ``order`` is
    the cards'. ``born`` is the version at which this engine began; ``*_since`` are the versions at which the
    problems, the order, the places and the PCs last changed. ``pcs`` are those of the team, ``brain`` is the
    name of the one that decides ("" alone), ``here`` this PC's own, ``role`` what this agent is: ``alone``,
    ``brain`` or ``pc``.
    """

    version: int
    at: datetime
    day: date
    paused: bool
    history: HistoryState
    facts: dict[str, JobFacts] = field(repr=False)
    order: tuple[str, ...] = field(repr=False)
    queue: tuple[str, ...] = field(repr=False)
    running: int
    max_concurrent: int
    problems: tuple[Problem, ...]
    started: int
    finished: int
    base_path: str
    base_available: bool
    registry: str
    discovered: bool
    born: int = 1
    problems_since: int = 0
    order_since: int = 0
    places_since: int = 0
    pcs_since: int = 0
    pcs: tuple[SeenPc, ...] = ()
    role: str = "alone"
    brain: str = ""
    here: str = ""
    blocked: str = ""
    paused_since: datetime | None = None
    paused_areas: tuple[tuple[str, Pausing], ...] = ()
    halts: tuple[Halt, ...] = ()
    day_notes: tuple[str, ...] = ()


def own_runs(ended: tuple[Run, ...], active: Run | None, holding: bool) -> tuple[Run, ...]:
    """A job's runs that have a log: today's ended ones, and the one that has begun."""
    if active is None or holding or active in ended:
        return ended
    return (*ended, active)
