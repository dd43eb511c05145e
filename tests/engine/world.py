"""An engine between fakes, played by hand: what happens is told, what was done is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tests.builders import make_discovery, make_job, make_read
from tests.engine.fakes import FakeClock, FakeProcesses, FakeReader, MemoryJournal
from tray_agent.core import messages as msg
from tray_agent.core.model import Job
from tray_agent.core.rules.limits import Limits
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.core.shown import Snapshot
from tray_agent.engine.loop import Engine

Event = msg.Message | Callable[["World"], object]


class World:
    """An engine between fakes. Time passes and things happen as a test says; ``news`` is what was done since
    the last look."""

    def __init__(
        self,
        now: datetime | None = None,
        *,
        journal: MemoryJournal | None = None,
        slow: bool = False,
        publish: Callable[[Snapshot], None] | None = None,
        **limits: Any,
    ) -> None:
        self.clock = FakeClock(now)
        self.journal = journal or MemoryJournal()
        self.inbox: list[msg.Message] = []
        self.processes = FakeProcesses(self.inbox.append, slow)
        self.discovery, self.history = FakeReader(), FakeReader()
        self.snapshots: list[Snapshot] = []
        self.engine = Engine(
            Limits(**limits),
            self.clock,
            self.processes,
            self.journal,
            self.discovery,
            self.history,
            publish or self.snapshots.append,
            "/logs",
            "boot",
        )

    def tell(self, *messages: msg.Message) -> World:
        """Let the engine turn until nothing is left to say, and all of it is on record and shown."""
        self.inbox += messages
        while True:
            batch, self.inbox[:] = list(self.inbox), []
            self.engine.turn(batch)
            if not batch and not self.inbox:
                break
        self.clock.blink()
        self.engine.turn([])
        return self

    def begin(self, *jobs: Job, verified: bool = True) -> World:
        """Start, with these jobs found and an empty history read."""
        self.tell()
        self.tell(msg.Discovered(make_discovery(*jobs)))
        return self.tell(make_read(self.clock.now())) if verified else self

    def later(self, seconds: float, *messages: msg.Message) -> World:
        """Let time pass."""
        self.clock.advance(seconds)
        return self.tell(*messages)

    @property
    def news(self) -> list[tuple[str, str]]:
        """What the processes were told since the last look."""
        news, self.processes.calls = self.processes.calls, []
        return news

    @property
    def now(self) -> Snapshot:
        """The newest snapshot."""
        return self.snapshots[-1]


def ran(*jobs: str) -> list[tuple[str, str]]:
    """What the processes are told when these jobs start one after the other."""
    return [(call, job) for job in jobs for call in ("hold", "let_go")]


def ends(job: str, code: int | None = 0) -> Callable[[World], object]:
    return lambda world: world.processes.end(job, code)


def clock(moment: datetime) -> Callable[[World], object]:
    return lambda world: world.clock.set(moment)


def stopped(job: str) -> Callable[[World], object]:
    return lambda world: world.processes.end_stopped(job)


PIX = make_job("pix", 8, 12, 18)
ALL = make_job("pix", schedule=ALL_DAY)
