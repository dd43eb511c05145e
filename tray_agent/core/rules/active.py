"""A run that occupies its job, how far it is, and the moment of a turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from tray_agent.core.messages import Reply
from tray_agent.core.model import Job, Outcome, Run


@dataclass(frozen=True, slots=True)
class Moment:
    """The two clocks, read once per turn: wall clock in the setting's zone, and seconds that only grow."""

    now: datetime
    seconds: float


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
