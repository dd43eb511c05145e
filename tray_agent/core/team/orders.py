"""What the brain and the PCs of a team say to one another, as values; ``wire`` makes plain JSON of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from tray_agent.core.model import Outcome, Trigger


@dataclass(frozen=True, slots=True)
class About:
    """All that another must know of a run: ``path`` is its script's below the base path, with ``/``."""

    run: str
    job: str
    name: str
    area: str
    path: str
    trigger: Trigger
    day: date
    started: datetime
    arguments: tuple[str, ...] = ()
    attempt: int = 0
    by: str = ""
    stands_for: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hello:
    """The brain is there: its clock, its version, which life of its program (``life``) speaks, and out of
    which book; "" while that cannot be read."""

    now: datetime
    version: str
    life: str
    book: str = ""


@dataclass(frozen=True, slots=True)
class Hold:
    """Create this run's process, held. ``instance`` is the life of the PC's program that is meant."""

    about: About
    instance: str
    sha256: str
    timeout_minutes: float | None = None


@dataclass(frozen=True, slots=True)
class Go:
    """The run is on record at the brain: put it on record and let it begin, if it is held and young."""

    run: str
    day: date
    started: datetime


@dataclass(frozen=True, slots=True)
class Drop:
    """Give the run up if it has not begun."""

    run: str


@dataclass(frozen=True, slots=True)
class Stop:
    """End the run's process tree."""

    run: str
    grace_seconds: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Ask:
    """How do these runs stand?"""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ack:
    """The ends of these runs are on record at the brain."""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReadLog:
    """A piece of a run's log, of at most ``limit`` bytes; the last ones for an ``offset`` of None."""

    run: str
    offset: int | None
    limit: int
    ask_id: str


@dataclass(frozen=True, slots=True)
class Presence:
    """The PC is there: what it can do, and the runs that it holds, that run, and whose ends are not acked.

    ``obeys`` is the highest epoch that it heard, of the brain of that name.
    """

    places: int
    tags: tuple[str, ...]
    version: str
    now: datetime
    held: tuple[str, ...]
    running: tuple[str, ...]
    unsaid: tuple[str, ...]
    obeys: int = 0
    brain: str = ""
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The process is there and waits."""

    run: str
    pid: int
    created: float
    sha256: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The run will not be held.

    ``unsuited``: nor would another be now; ``differs``: its script is not the same.
    """

    run: str
    reason: str
    unsuited: bool = True
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Running:
    """The run is on record here and was let go."""

    run: str
    pid: int
    created: float
    about: About


@dataclass(frozen=True, slots=True)
class Never:
    """The run never began here and never will: nothing is held, nothing is on record."""

    run: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Exited:
    """The run ended, and its end is on record here. Said until the brain has it on record too.

    ``tail`` is the end of its log, of ``size`` bytes in all, from the offset ``tail_at``; ``cut`` are the
    bytes of its middle that were dropped.
    """

    run: str
    code: int | None
    seconds: float | None
    ended: datetime
    outcome: Outcome
    reason: str
    leftovers: tuple[int, ...]
    pid: int
    created: float
    sha256: str
    about: About
    size: int = 0
    tail_at: int = 0
    tail: bytes = b""
    cut: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A stop is over; ``survivors`` are the pids that are still there."""

    run: str
    killed: bool
    survivors: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Left:
    """What an ended run left behind and is alive now."""

    run: str
    leftovers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LogPart:
    """A piece of a log; ``missing``: there is none."""

    run: str
    ask_id: str
    size: int
    offset: int
    data: bytes
    cut: tuple[int, ...] = ()
    missing: bool = False


@dataclass(frozen=True, slots=True)
class Outranked:
    """This PC obeys another brain: the one that said this epoch."""

    obeys: int
    brain: str


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A message that this version cannot read, and why."""

    kind: str
    why: str


OrderBody = Hello | Hold | Go | Drop | Stop | Ask | Ack | ReadLog
ReplyBody = Presence | Held | Refused | Running | Never | Exited | Stopped | Left | LogPart | Outranked


@dataclass(frozen=True, slots=True)
class Order:
    """From the brain to a PC. The brain of the highest ``epoch`` is obeyed."""

    epoch: int
    brain: str
    body: OrderBody


@dataclass(frozen=True, slots=True)
class Reply:
    """From a PC to the brain: ``book`` names its journal, ``instance`` this life of its program."""

    book: str
    instance: str
    body: ReplyBody
