"""The nouns of the agent as frozen values. Every datetime is aware; every duration names its unit."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from tray_agent.core.collation import plain_key
from tray_agent.core.policies import NO_POLICIES, Halt, Policies
from tray_agent.core.schedules.schedule import Schedule


class Trigger(StrEnum):
    """Why a run started."""

    SCHEDULED = "scheduled"
    MANUAL = "manual"
    RETRY = "retry"  # by itself, after a scheduled run failed: it stands for that run
    REPEAT = "repeat"  # a person asked: it stands for the scheduled run that failed


class Outcome(StrEnum):
    """How a run ended. A run that never began has no outcome: it is not a run (product 4.5)."""

    ENDED = "ended"  # by itself, whatever its exit code
    STOPPED = "stopped"  # a person asked
    TIMED_OUT = "timed_out"  # its time limit asked
    UNKNOWN = "unknown"  # it ended while nobody watched


class CardState(StrEnum):
    """The specification's six states, in the order in which the tray prefers them."""

    ERROR = "ERROR"
    RUNNING = "RUNNING"
    NO_DATA = "NO_DATA"
    SUCCESS = "SUCCESS"
    SCHEDULED = "SCHEDULED"
    IDLE = "IDLE"


class Where(StrEnum):
    """The place of a problem, as ``status --json`` names it."""

    SETTINGS = "settings"
    BASE_PATH = "base_path"
    REGISTRY = "registry"
    SCRIPT = "script"
    RUN = "run"
    HISTORY = "history"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Cell:
    """A place in the registry's sheet: row and column as Excel shows them, and the value found there."""

    row: int
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, with its place; ``action`` tells the person what to do about it.

    Two problems are the same problem when ``where`` and ``what`` agree; ``since`` is filled in by the
    state when the problem first shows.
    """

    where: Where
    what: str
    action: str = ""
    cell: Cell | None = None
    job: str | None = None
    since: datetime | None = None

    @property
    def identity(self) -> tuple[Where, str]:
        return self.where, self.what


@dataclass(frozen=True, slots=True)
class Script:
    """A ``.py`` file in a ``metodos`` folder. ``key`` is its stem, trimmed and casefolded.

    ``blank``: nothing but blanks is in it, as in the stub that a sync client leaves.
    """

    key: str
    name: str
    path: str
    blank: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """An active registry row crossed with its script. ``id`` is the script's key.

    ``schedule_problem`` says in a Portuguese clause what of the schedule cell was lost ("" if nothing).
    """

    id: str
    name: str
    area: str
    path: str
    schedule: Schedule
    timeout_minutes: float | None = None
    policies: Policies = NO_POLICIES
    note: str = ""
    schedule_problem: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for certain: its id alone is reused by the system, its creation time (epoch s) is not."""

    pid: int
    created: float


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """A row of ``automacoes_exec``: any field but the job may be missing.

    ``job`` is the name as the row gives it (a key), the job's id once the row was found to be its. ``seen``
    is when the agent first knew of it, ``written`` its start as the table has it where that was read as local
    time.
    """

    job: str
    status: str | None = None
    start: datetime | None = None
    duration_seconds: float | None = None
    seen: datetime | None = field(default=None, compare=False)
    written: datetime | None = field(default=None, compare=False)

    @property
    def end(self) -> datetime | None:
        """When it ended, as far as the row tells; None where whoever wrote it counted in something else."""
        if self.start is None:
            return None
        try:
            return self.start + timedelta(seconds=self.duration_seconds or 0)
        except OverflowError:
            return None


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a job. It counts for ``day``, the day on which it started (product 3.4).

    ``reason`` is the sentence of a bad end (product 5.6); ``attempt`` counts retries from 1; ``by`` is the
    person who asked; ``stands_for`` is the fire time for which a retry or a repeat stands; ``leftovers`` are
    the pids of processes that its script left behind, which only the agent that saw it end knows. ``pc`` is
    the PC of the team on which it runs ("": the brain's own), ``book`` the journal in which that PC keeps it.
    """

    id: str
    job: str
    name: str
    script: str
    trigger: Trigger
    day: date
    started: datetime
    log: str
    identity: Identity | None = None
    boot: str = ""
    ended: datetime | None = None
    duration_seconds: float | None = None
    exit_code: int | None = None
    outcome: Outcome | None = None
    script_hash: str = ""
    reason: str = ""
    attempt: int = 0
    by: str = ""
    arguments: tuple[str, ...] = ()
    stands_for: datetime | None = None
    leftovers: tuple[int, ...] = ()
    pc: str = ""
    book: str = ""

    @property
    def stands_for_another(self) -> bool:
        """Whether it takes no fire time of its own: a retry, or a repeat that a person asked for."""
        return self.trigger is Trigger.RETRY or self.trigger is Trigger.REPEAT


@dataclass(frozen=True, slots=True)
class Pc:
    """A PC of the team, as last heard of: how many runs it takes at once, and what it can do (``tags``).

    ``since`` is since when it is present, or silent; ``book`` names its journal; ``offset_seconds`` is how
    far its clock is ahead of the brain's, ``lagging`` are the scripts of which it has another copy.
    """

    name: str
    places: int
    tags: tuple[str, ...] = ()
    present: bool = True
    since: datetime | None = None
    book: str = ""
    version: str = ""
    offset_seconds: float | None = None
    lagging: tuple[str, ...] = ()
    is_brain: bool = False

    @property
    def key(self) -> str:
        """What two spellings of its name have in common."""
        return plain_key(self.name)


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the day's runs: a run of ours with its row of the history, or the row of one made elsewhere."""

    run: Run | None
    row: HistoryRow | None


@dataclass(frozen=True, slots=True)
class RegistryRow:
    """An active row of the registry, read: ``line`` is the row number Excel shows.

    ``schedule_problem`` as in :class:`Job`.
    """

    key: str
    name: str
    area: str
    schedule: Schedule
    line: int
    timeout_minutes: float | None = None
    policies: Policies = NO_POLICIES
    note: str = ""
    schedule_problem: str = ""


@dataclass(frozen=True, slots=True)
class PcNamed:
    """A PC or tag that rows name in their column ``pc``: the first such cell, its job, and how many rows."""

    name: str
    cell: Cell
    job: str
    rows: int = 1


@dataclass(frozen=True, slots=True)
class Discovery:
    """What a discovery found: the jobs, and every mismatch on the way.

    ``base_available`` is False while the base path is gone; the jobs are then the last good ones.
    ``jobs`` is None when no registry could ever be read.
    """

    jobs: tuple[Job, ...] | None
    problems: tuple[Problem, ...]
    base_path: str
    base_available: bool
    registry: str
    registry_read: bool = True
    halts: tuple[Halt, ...] = ()
    pcs_named: tuple[PcNamed, ...] = ()


@dataclass(frozen=True, slots=True)
class Retry:
    """A start that failed: not before ``at`` again, and why. ``attempts`` so far, at least 1."""

    at: datetime
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Pausing:
    """A person's pause of one job or area: until when (None: until resumed), why, who, since when."""

    until: datetime | None
    reason: str = ""
    by: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """A command that a person gave, and what it was answered: ``what`` is its name in the channel.

    ``job`` is a job's id, or what else it was about (an area); "" where it is about everything.
    """

    at: datetime
    by: str
    what: str
    job: str = ""
    accepted: bool = True
    text: str = ""
