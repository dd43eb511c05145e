"""What the rules order: the engine performs these through its ports, in order. The opposite of messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tray_agent.core.messages import Reply
from tray_agent.core.model import Job, Outcome, Run


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
class Forget:
    """Take a run off the record: it was let go but its script never began."""

    run: str


@dataclass(frozen=True, slots=True)
class RecordPause:
    """Remember across restarts whether scheduling is suspended."""

    paused: bool


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
    | Forget
    | RecordPause
    | Discover
    | ReadHistory
    | LoadDay
    | Answer
    | End
)
