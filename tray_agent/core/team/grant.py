"""A run that was asked of another PC, and what may come of it: for the brain's own bookkeeping. Pure."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from enum import Enum

from tray_agent.core.messages import Message
from tray_agent.core.model import Run
from tray_agent.core.team.names import pc_key
from tray_agent.core.team.orders import About, OrderBody

_MOST_KEPT = 20_000


class Phase(Enum):
    """How far a run on another PC is, as far as the brain knows."""

    ASKED = "asked"  # nothing was heard of it
    HELD = "held"  # said to the engine; not let go
    GOING = "going"  # on record here, and the PC was told
    RUNNING = "running"
    SILENT = "silent"  # on record here by an earlier brain, its PC not heard yet
    DROPPING = "dropping"  # on record here, too old to be let go: the PC's word is waited for


@dataclass(frozen=True, slots=True)
class Send:
    """Have this said to a PC."""

    pc: str
    body: OrderBody


@dataclass(frozen=True, slots=True)
class Post:
    """Have the engine know this."""

    message: Message


Effect = Send | Post
ON_RECORD = {Phase.GOING, Phase.RUNNING, Phase.SILENT, Phase.DROPPING}


@dataclass(slots=True)
class Grant:
    """A run that was asked of a PC. ``since`` is on the clock that counts sleep."""

    run: Run
    phase: Phase
    since: float
    book: str = ""


class Book:
    """The runs that were asked of PCs: by run, by PC, and those that were not answered yet, oldest first."""

    def __init__(self) -> None:
        self._grants: dict[str, Grant] = {}
        self._on: dict[str, dict[str, Grant]] = {}
        self._asked: deque[Grant] = deque()

    def get(self, run: str) -> Grant | None:
        """What is known of a run."""
        return self._grants.get(run)

    def keep(self, grant: Grant) -> None:
        """Know this of its run from now on."""
        self.pop(grant.run.id)
        self._grants[grant.run.id] = grant
        self._on.setdefault(pc_key(grant.run.pc), {})[grant.run.id] = grant
        if grant.phase is Phase.ASKED:
            self._asked.append(grant)

    def pop(self, run: str) -> None:
        """Know nothing more of a run."""
        grant = self._grants.pop(run, None)
        if grant is not None:
            there = self._on[pc_key(grant.run.pc)]
            del there[run]
            if not there:
                del self._on[pc_key(grant.run.pc)]

    def on(self, pc: str) -> list[Grant]:
        """All that were asked of a PC."""
        return list(self._on.get(pc_key(pc), {}).values())

    def all(self) -> list[Grant]:
        """Every one."""
        return list(self._grants.values())

    def oldest_asked(self) -> Grant | None:
        """The one that has waited longest for an answer."""
        while self._asked:
            first = self._asked[0]
            if first.phase is Phase.ASKED and self._grants.get(first.run.id) is first:
                return first
            self._asked.popleft()
        return None


def about_of(run: Run, path: str, area: str) -> About:
    """All that another must know of a run."""
    return About(
        run.id,
        run.job,
        run.name,
        area,
        path,
        run.trigger,
        run.day,
        run.started,
        run.arguments,
        run.attempt,
        run.by,
        run.stands_for,
    )


def keep_newest(runs: dict[str, None], run: str) -> None:
    """Remember one run more, and of many only the newest."""
    runs[run] = None
    while len(runs) > _MOST_KEPT:
        del runs[next(iter(runs))]
