"""A run that occupies its job, how far it is, all of those, and the moment of a turn."""

from __future__ import annotations

from collections.abc import Callable, Collection, ItemsView, Iterator, KeysView, ValuesView
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tray_agent.core.messages import Reply
from tray_agent.core.model import Job, Outcome, Run
from tray_agent.core.rules.pcs import key_of

_CLOCK_JUMP_SECONDS = 2.0
_SLEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Moment:
    """The two clocks, read once per turn: wall clock in the setting's zone, and seconds that only grow."""

    now: datetime
    seconds: float

    def is_beyond_a_jump(self, former: Moment) -> bool:
        """Whether the wall clock was set, or the machine slept, since that moment."""
        passed = self.seconds - former.seconds
        wall = (self.now - former.now).total_seconds()
        return abs(wall - passed) > _CLOCK_JUMP_SECONDS or passed > _SLEPT_SECONDS


class Phase(Enum):
    """How far an active run is."""

    HOLDING = "holding"  # its process is being made, or waits for its record
    RUNNING = "running"
    STOPPING = "stopping"


@dataclass(slots=True)
class Active:
    """A run that occupies its job. ``since`` is on the monotonic clock."""

    run: Run
    job: Job
    phase: Phase
    since: float
    adopted: bool = False
    usual_seconds: float | None = None
    usual_asked: bool = False
    overdue: bool = False
    stop_outcome: Outcome | None = None
    stopping_since: datetime | None = None
    exited: bool = False
    tree_gone: bool = False
    given_up: bool = False
    reply: Callable[[Reply], None] | None = None
    silent_since: datetime | None = None  # its PC is not heard: it may be under way
    is_unconfirmed: bool = False  # nor does its PC being heard say that it is
    waited: int | None = None  # its job's place among those who wait, to go back to


class Actives:
    """The runs that occupy jobs, by job; found by their run as well, and by where they are: the key of what
    ``Run.pc`` says, neither of which changes in a run's life."""

    def __init__(self) -> None:
        self._actives: dict[str, Active] = {}
        self._jobs: dict[str, str] = {}
        self._on: dict[str, dict[str, None]] = {}

    def job_of(self, run: str) -> str | None:
        """The job that a run occupies; None where it is not under way."""
        return self._jobs.get(run)

    def on(self, pc: str) -> Collection[str]:
        """The jobs whose runs are on a PC."""
        return self._on.get(pc, ())

    def pcs(self) -> Collection[str]:
        """The keys of the PCs on which there are runs."""
        return self._on.keys()

    def get(self, job: str) -> Active | None:
        """The run that occupies a job, if one does."""
        return self._actives.get(job)

    def keys(self) -> KeysView[str]:
        """The jobs that are occupied."""
        return self._actives.keys()

    def values(self) -> ValuesView[Active]:
        """All of them."""
        return self._actives.values()

    def items(self) -> ItemsView[str, Active]:
        """All of them with their jobs."""
        return self._actives.items()

    def __setitem__(self, job: str, active: Active) -> None:
        if job in self._actives:
            del self[job]
        self._actives[job] = active
        self._jobs[active.run.id] = job
        self._on.setdefault(_pc_of(active), {})[job] = None

    def __delitem__(self, job: str) -> None:
        active = self._actives.pop(job)
        del self._jobs[active.run.id]
        there = self._on[_pc_of(active)]
        del there[job]
        if not there:
            del self._on[_pc_of(active)]

    def __getitem__(self, job: str) -> Active:
        return self._actives[job]

    def __contains__(self, job: object) -> bool:
        return job in self._actives

    def __iter__(self) -> Iterator[str]:
        return iter(self._actives)

    def __len__(self) -> int:
        return len(self._actives)


def _pc_of(active: Active) -> str:
    return key_of(active.run.pc) if active.run.pc else ""
