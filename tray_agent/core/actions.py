"""What the rules order: the engine performs these through its ports, in order. The opposite of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from tray_agent.core.messages import Reply
from tray_agent.core.model import Asked, Job, Outcome, Pausing, Run
from tray_agent.core.standing import Ruled


@dataclass(frozen=True, slots=True)
class Hold:
    """Create a run's process, held."""

    run: Run
    job: Job


@dataclass(frozen=True, slots=True)
class Begin:
    """Put a held run on record, then let it go; give it up if the record cannot be written."""

    run: Run


@dataclass(frozen=True, slots=True)
class Drop:
    """Give a held run up: it never begins."""

    run: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End a run's process tree. The wish goes on record: an agent after this one carries it out."""

    run: Run
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class RecordEnd:
    """Close a run in the journal."""

    run: Run


@dataclass(frozen=True, slots=True)
class RecordFound:
    """Put a run on record of which another PC told: its end too, where nobody knew it yet."""

    run: Run


@dataclass(frozen=True, slots=True)
class Forget:
    """Take a run off the record: it was let go but its script never began."""

    run: str


@dataclass(frozen=True, slots=True)
class RecordPause:
    """Remember across restarts whether scheduling is suspended."""

    paused: bool


@dataclass(frozen=True, slots=True)
class StopLeftovers:
    """End the processes that a run left behind when it ended."""

    run: Run


@dataclass(frozen=True, slots=True)
class RecordPausing:
    """Remember that a person paused a job or an area, or (None) that it goes on."""

    pausing: Pausing | None
    job: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class RecordCleared:
    """Remember up to when a person gave up what a job owed today."""

    job: str
    moment: datetime


@dataclass(frozen=True, slots=True)
class RecordSurplus:
    """Remember what the history counted of a day beyond our own runs, by job (product 3.9).

    It never falls but for a run of our own that another PC tells of too (``falls``).
    """

    day: date
    surplus: dict[str, int]
    falls: bool = False


@dataclass(frozen=True, slots=True)
class RecordAcknowledged:
    """Remember which bad end of a job a person took note of; "" for none."""

    job: str
    run: str


@dataclass(frozen=True, slots=True)
class RecordClosing:
    """Keep what is said of a day that is over."""

    day: date
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecordRules:
    """Keep since when rare rules hold, by job; None for one that holds no more."""

    rules: dict[str, Ruled | None]


@dataclass(frozen=True, slots=True)
class RecordAsked:
    """Keep what a person asked, and what was answered; with whatever is recorded next."""

    asked: Asked


@dataclass(frozen=True, slots=True)
class Discover:
    """Look for scripts and read the registry."""


@dataclass(frozen=True, slots=True)
class ReadHistory:
    """Read today's history."""

    at: datetime


@dataclass(frozen=True, slots=True)
class LoadDay:
    """Take the present day's ended runs from the journal: the day changed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Answer a command."""

    reply: Callable[[Reply], None]
    value: Reply


@dataclass(frozen=True, slots=True)
class End:
    """End the engine: nothing of ours is left to do."""


Action = (
    Hold
    | Begin
    | Drop
    | Stop
    | RecordEnd
    | RecordFound
    | Forget
    | RecordPause
    | RecordPausing
    | RecordCleared
    | RecordSurplus
    | RecordAcknowledged
    | RecordClosing
    | RecordAsked
    | RecordRules
    | StopLeftovers
    | Discover
    | ReadHistory
    | LoadDay
    | Answer
    | End
)
