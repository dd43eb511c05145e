"""What the engine needs from outside, as Protocols. Adapters and the tests' fakes fulfil them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from typing import Any, Protocol

from tray_agent.core.messages import Message
from tray_agent.core.model import Asked, Job, Outcome, Pausing, Run
from tray_agent.core.standing import Ruled

Post = Callable[[Message], None]


class Clock(Protocol):
    """The wall clock in the setting's zone, and a clock that only moves forward."""

    def now(self) -> datetime:
        """The present moment, aware, in the zone of the ``timezone`` setting."""
        ...

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        ...


class Standing(Enum):
    """What became of a run whose agent died."""

    RUNNING = "running"  # still there: adopt it
    ENDED = "ended"  # it began, and is gone
    NEVER_BEGAN = "never began"  # it was held when its agent died
    UNKNOWN = "unknown"  # its PC was not heard yet: it may be under way


class Processes(Protocol):
    """Starts scripts held, lets them go, ends them. No method blocks: outcomes are posted as events."""

    def hold(self, run: Run, job: Job) -> None:
        """Create the run's process held; posts RunHeld or RunRefused, and in the end RunExited."""
        ...

    def let_go(self, run: str) -> None:
        """Let a held child begin. Its start is on record."""
        ...

    def drop(self, run: str) -> None:
        """Give a held child up: it never begins. Posts RunExited with ``began`` False."""
        ...

    def adopt(self, run: Run) -> None:
        """Watch a process that an earlier agent started; posts RunExited when it ends."""
        ...

    def stop(self, run: Run, grace_seconds: float, outcome: Outcome = Outcome.STOPPED) -> None:
        """Ask the run's tree to end, kill what is alive after the grace; posts RunStopped. ``outcome`` is as
        what it will then have ended, for the record of another PC."""
        ...

    def standing(self, run: Run) -> Standing:
        """What became of a run that an earlier agent put on record. May take 2 s; for the start only."""
        ...

    def age(self, run: Run) -> float | None:
        """How long the process of a run has lived (s), whatever the wall clock did; None where unknown."""
        ...

    def close(self) -> None:
        """Let go of what is watched; the processes themselves go on."""
        ...


class JournalError(Exception):
    """The journal could not be written or read; the text says why, in Portuguese."""


BEGIN_ANEW = (
    "Restaure o arquivo, ou peça Atualizar (tray-agent refresh) para começar um diário novo: "
    "o que é devido até agora roda então de novo."
)
"""How a :class:`JournalError` ends that only a person can end."""
BEGIN_SUSPENDED = (
    "Restaure o arquivo, ou peça Atualizar (tray-agent refresh) para começar um diário novo, suspenso: com "
    "todos os PCs da equipe ligados, eles contam o que rodaram hoje (o que rodou neste PC não se sabe); "
    "confira, e retome (tray-agent resume)."
)
"""The same where other PCs know a part of the day."""


class Journal(Protocol):
    """The durable record of runs. Every method raises JournalError when the disk refuses."""

    def record(self, starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
        """Put starts on record before any of them begins, close runs that ended, keep what people asked:
        all or none."""
        ...

    def record_found(self, runs: Sequence[Run]) -> None:
        """Put runs on record of which another PC told, and their ends where those on record are unknown; what
        is known stays."""
        ...

    def forget(self, run: str) -> None:
        """Take a run back that was put on record but never began."""
        ...

    def wish_stopped(self, run: str, outcome: Outcome) -> None:
        """Put on record that an open run is being stopped, and as what it will then have ended."""
        ...

    def stops_wished(self) -> dict[str, Outcome]:
        """The open runs that were being stopped when last heard of, by id."""
        ...

    def open_runs(self) -> list[Run]:
        """Runs without an end, oldest first."""
        ...

    def runs_of(self, day: date) -> list[Run]:
        """The ended runs that count for a day, oldest first."""
        ...

    def usual_seconds(self, job: str) -> float | None:
        """The median duration of the job's latest successful runs, or None without any."""
        ...

    def is_paused(self) -> bool:
        """Whether scheduling was suspended when last recorded."""
        ...

    def set_paused(self, paused: bool) -> None:
        """Record that scheduling is suspended or not."""
        ...

    def surplus_of(self, day: date) -> dict[str, int]:
        """What the history counted for a day beyond our own runs, by job: at least 1 each (product 3.9)."""
        ...

    def record_surplus(self, day: date, surplus: Mapping[str, int], *, falls: bool = False) -> None:
        """Keep what the history counted beyond our own runs. What is kept never falls within its day, unless
        told so."""
        ...

    def pausings(self) -> tuple[dict[str, Pausing], dict[str, Pausing]]:
        """What a person paused: jobs by their id, areas by their name."""
        ...

    def pause_job(self, job: str, pausing: Pausing | None) -> None:
        """Keep that a job is paused, or (None) that it is not any more."""
        ...

    def pause_area(self, area: str, pausing: Pausing | None) -> None:
        """Keep that an area is paused, or (None) that it is not any more."""
        ...

    def acknowledged(self) -> dict[str, str]:
        """The bad ends that a person has taken note of: a job's id and the run's."""
        ...

    def acknowledge(self, job: str, run: str) -> None:
        """Keep that a person took note of how this run of the job ended; without a run, that none is."""
        ...

    def cleared_of(self, day: date) -> dict[str, datetime]:
        """Up to when a person gave up what each job owed on a day, by job."""
        ...

    def clear(self, job: str, moment: datetime) -> None:
        """Keep that a person gave up what a job owed on that day up to a moment."""
        ...

    def days_run(self, since: date) -> dict[str, set[date]]:
        """On which days from ``since`` on each job ran, as far as the journal knows, by job."""
        ...

    def first_day(self) -> date | None:
        """The oldest day that has a run on record, or None without any."""
        ...

    def rules(self) -> dict[str, Ruled]:
        """Since when rare rules hold, by job, as last recorded."""
        ...

    def record_rules(self, rules: Mapping[str, Ruled | None]) -> None:
        """Keep since when rare rules hold; None for one that holds no more."""
        ...

    def closing_of(self, day: date) -> tuple[str, ...] | None:
        """What was said of a day when it closed, a sentence each; None where it was not closed."""
        ...

    def record_closing(self, day: date, notes: Sequence[str]) -> None:
        """Keep what is said of a day that is over."""
        ...

    def was_replaced(self) -> bool:
        """Whether the file that was last written to is not the one that is there now: it was taken away."""
        ...

    def restore(self, runs: Sequence[Run]) -> None:
        """Put runs on record as they are now, whatever is on record of them."""
        ...

    def writable(self) -> str:
        """Why nothing can be written just now (one Portuguese sentence), or ""."""
        ...

    def close(self) -> None:
        """Close what is open; the next use opens it again."""
        ...


class Book(Journal, Protocol):
    """The journal of a PC of a team: what it was ordered to run, how it ended, what of it the brain knows."""

    def run(self, run: str) -> Run | None:
        """A run by its id, ended or not; None when there is none."""
        ...

    def said(self) -> set[str]:
        """The ended runs, by id, of which the brain has told that they are on record there."""
        ...

    def record_said(self, runs: Sequence[str]) -> None:
        """Keep that the brain has these ends on record."""
        ...

    def record_unsaid(self, runs: Sequence[str]) -> None:
        """Take that back: the brain may not have these ends any more."""
        ...

    def ends_unsaid(self, since: date) -> list[Run]:
        """The ended runs of others' orders from that day on that the brain does not have on record, oldest
        first: those that stand in a book."""
        ...

    def recall(self, name: str) -> str | None:
        """A remembered value, or None."""
        ...

    def remember(self, name: str, value: str) -> None:
        """Keep a value across restarts."""
        ...


class Radio(Protocol):
    """Carries messages between the brain and the PCs.

    What it is given may be lost, doubled, late, or arrive in another order; it never blocks, and decides
    nothing.
    """

    def send(self, pc: str, message: Mapping[str, Any]) -> None:
        """From the brain to that PC; on a PC ("") to the brain. Plain JSON values."""
        ...

    def close(self) -> None:
        """Hang up."""
        ...


Heard = Callable[[str, Mapping[str, Any]], None]
"""Called on any thread with the PC that said it ("" for the brain) and what it said."""
Link = Callable[[bool, str], None]
"""Called on any thread when the way to the others opens or closes, and why (one Portuguese sentence)."""


class Reader(Protocol):
    """Reads something slow on a worker and posts the answer. A second ask while one is out is remembered."""

    def ask(self, at: datetime) -> None:
        """Read now (if a read is under way, once more after it)."""
        ...

    def close(self) -> None:
        """Give up what is under way."""
        ...
