"""What reaches the engine's inbox: commands (asked by people) and events (that happened).

The engine thread alone applies them; whoever sends one never waits for more than its reply.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from tray_agent.core.model import Discovery, HistoryRow, Identity, Outcome, Pc, Problem, Run


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a command: ``text`` is one Portuguese sentence, for the person who asked."""

    accepted: bool
    text: str = ""
    runs: tuple[str, ...] = ()


def _nobody(reply: Reply) -> None:
    """Nobody waits for this reply."""


@dataclass(frozen=True, slots=True)
class Command:
    """Asked by a person. ``reply`` is called exactly once, on the engine's thread; it must not block.

    ``by`` is who asked, as the system names them; "" where it is not known.
    """

    reply: Callable[[Reply], None] = field(default=_nobody, kw_only=True)
    by: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class RunJob(Command):
    """Start a job now, past queue and limit. With a busy resource it is refused, unless ``force`` (start all
    the same) or ``in_queue`` (start as soon as the resource is free).

    ``arguments`` take the place of the row's for this run; None: the row's.
    """

    job: str
    force: bool = False
    in_queue: bool = False
    arguments: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class RepeatJob(Command):
    """Run a job again whose last scheduled run failed: it stands for that run and takes no later hour."""

    job: str


@dataclass(frozen=True, slots=True)
class RepeatMany(Command):
    """Run again what failed, through the queue and within its limit: each as a repeat where it can be one."""

    jobs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Acknowledge(Command):
    """Take note of a job's bad end: it is not counted as wrong until the job fails anew."""

    job: str


@dataclass(frozen=True, slots=True)
class StopJob(Command):
    """Ask a job's run to end; kill what is left after the grace."""

    job: str


@dataclass(frozen=True, slots=True)
class LoseRun(Command):
    """Declare a run lost whose PC is not heard: it counts, nobody knows how it ended, the job is free."""

    job: str


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Start nothing by itself until resumed: everything, one job, or one area; ``until`` ends a job's or an
    area's pause by itself."""

    job: str = ""
    area: str = ""
    until: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Resume(Command):
    """Start by itself again.

    ``catch_up`` says what becomes of what is owed by now: ``all``, the ``last`` fire time of each job, or
    ``none``.
    """

    job: str = ""
    area: str = ""
    catch_up: str = "all"


@dataclass(frozen=True, slots=True)
class Refresh(Command):
    """Discovery and history now; waits of failed starts are forgotten."""


@dataclass(frozen=True, slots=True)
class Quit(Command):
    """End the engine. Without ``stop_runs`` the running children finish on their own."""

    stop_runs: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened."""


@dataclass(frozen=True, slots=True)
class RunHeld(Event):
    """A child exists and waits to be let go; on another PC of the team, in whose ``book`` it will stand."""

    run: str
    identity: Identity
    script_hash: str = ""
    book: str = ""


@dataclass(frozen=True, slots=True)
class RunRefused(Event):
    """A run could not be started; it never began and does not count."""

    run: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunUnplaced(Event):
    """No PC took a run: it never began, its id is given up for good and its job waits for a PC again.

    ``unsuited``: this PC can not run this job, which it says by ``reason``; it is not asked again for a
    while.
    """

    run: str
    reason: str
    unsuited: bool = False


@dataclass(frozen=True, slots=True)
class RunExited(Event):
    """A run's process ended. ``exit_code`` is None when nobody could see it.

    ``reason`` says in one line why it ended badly (product 5.6); ``leftovers`` are the pids of processes that
    it left behind, alive when it ended. ``outcome`` is what another PC says of how it ended there.
    """

    run: str
    exit_code: int | None
    began: bool = True
    duration_seconds: float | None = None
    reason: str = ""
    leftovers: tuple[int, ...] = ()
    outcome: Outcome | None = None


@dataclass(frozen=True, slots=True)
class RunConfirmed(Event):
    """A PC that had not been heard says that a run is under way there."""

    run: str


@dataclass(frozen=True, slots=True)
class RunFound(Event):
    """A PC tells of a run that may be missing on record here: ended, or (without an outcome) under way."""

    run: Run


@dataclass(frozen=True, slots=True)
class TeamSeen(Event):
    """How PCs stand that stood otherwise (at first all), who is ``gone``, and all that is wrong beyond it."""

    pcs: tuple[Pc, ...]
    problems: tuple[Problem, ...] = ()
    gone: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RunLeft(Event):
    """What a run that ended left behind, alive now (pids): others than were last said of it, or none."""

    run: str
    leftovers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunStopped(Event):
    """A stop is over: the tree is gone, or ``survivors`` (pids) are still there."""

    run: str
    killed: bool
    survivors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Discovered(Event):
    """A discovery ended."""

    discovery: Discovery


@dataclass(frozen=True, slots=True)
class HistoryRead(Event):
    """The history of ``day`` was read at ``at``; ``count`` rows came back.

    ``finds_local``: whether local time that was written without a zone is looked for among them.
    """

    day: date
    at: datetime
    rows: tuple[HistoryRow, ...]
    count: int
    problems: tuple[Problem, ...] = ()
    finds_local: bool = True


@dataclass(frozen=True, slots=True)
class HistoryFailed(Event):
    """A read of the history failed; ``cause`` is one Portuguese sentence."""

    cause: str


@dataclass(frozen=True, slots=True)
class Woke(Event):
    """The machine resumed or the clock was set: look at everything anew."""


@dataclass(frozen=True, slots=True)
class Noticed(Event):
    """What is wrong now with a thing that somebody outside the engine looks after: all of it, ``source`` by
    ``source``."""

    source: str
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class BrainNamed(Event):
    """The base folder names another PC as the brain, so nothing starts here by itself. "": it is not so."""

    brain: str


@dataclass(frozen=True, slots=True)
class OrderHeard(Event):
    """On a PC that is not the brain: the brain said this, as it came."""

    message: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BrainLinked(Event):
    """On a PC that is not the brain: the way to it opened or closed, and why (one Portuguese sentence)."""

    up: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class ScriptPlaced(Event):
    """On a PC that is not the brain: where a run's script is here, and whether the base path is there."""

    run: str
    script: str
    base: str
    is_there: bool


Message = Command | Event
