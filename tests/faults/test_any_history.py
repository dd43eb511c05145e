"""A day of runs here and elsewhere, rows that come late or vanish, and crashes: the count is never wrong.

It never falls within its day, is never more than the runs that were made, and never less than both what we
made and what the history shows (product 3.7 to 3.10).
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from tests.builders import ZONE, at, make_discovery, make_job, make_read
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World
from tray_agent.core import messages as msg
from tray_agent.core.model import HistoryRow, Run
from tray_agent.core.ports import Standing
from tray_agent.core.schedules.schedule import ALL_DAY

JOB = make_job("pix", schedule=ALL_DAY)


@dataclass
class Entry:
    """A row that will be seen from a moment on."""

    visible: datetime
    row: HistoryRow


class AnyHistory:
    """Plays a day by chance. ``naive`` scripts write local time without a zone: three hours off."""

    def __init__(self, seed: int, naive: bool) -> None:
        self.chance = random.Random(seed)
        self.naive = naive
        self.journal = MemoryJournal()
        self.table: list[Entry] = []
        self.elsewhere = 0
        self.written: set[str] = set()
        self.highest = 0
        self.story: list[str] = []
        self.world = World(at("09:10"), journal=self.journal)
        self.day = self.world.clock.now().date()
        self.take_up()

    @property
    def now(self) -> datetime:
        return self.world.clock.now()

    def take_up(self) -> None:
        """An engine's first moments: what is there, the jobs, the history."""
        self.world.tell()
        first, second = (
            [self.discover, self.read] if self.chance.random() < 0.5 else [self.read, self.discover]
        )
        first()
        second()

    def discover(self) -> None:
        self.world.tell(msg.Discovered(make_discovery(JOB)))

    def read(self) -> None:
        rows = [entry.row for entry in self.table if entry.visible <= self.now]
        self.chance.shuffle(rows)
        self.world.tell(make_read(self.now, *rows))
        shown = {row.start for row in rows}
        running = self.running()
        own = self.start_of(running) if running and running.id in self.written else None
        least = max(len(self.ended()), len(shown) - (own in shown))
        assert self.counted() >= least or not self.world.engine._state.jobs, "less than the history shows"

    def step(self) -> None:
        name, *_ = self.chance.choices(
            ["later", "read", "end", "foreign", "crash", "vanish", "write", "fail"], [6, 5, 5, 3, 2, 1, 4, 1]
        )
        self.story.append(f"{self.now:%H:%M:%S} {name}")
        getattr(self, name)()
        self.look()

    def later(self) -> None:
        seconds = self.chance.choice((1, 7, 40, 90, 130, 600, 2400))
        if (self.now + timedelta(seconds=seconds)).date() == self.day:
            self.world.later(seconds)

    def end(self) -> None:
        if self.world.processes.running and (self.now + timedelta(seconds=5)).date() == self.day:
            self.write()
            self.world.later(5)
            self.world.processes.end("pix", self.chance.choice((0, 1)))
            self.world.tell()

    def write(self) -> None:
        """Our running script logs itself; the row comes at once or later, often a second one follows."""
        run = self.running()
        if run is not None and (self.now - run.started).total_seconds() < 100:
            late = timedelta(seconds=self.chance.choice((0, 0, 5, 300, 4000)))
            status = self.chance.choice(("INICIADO", "SUCCESS", "ERRO", None))
            self.table.append(Entry(self.now + late, HistoryRow("pix", status, self.start_of(run), 3.0)))
            self.written.add(run.id)

    def start_of(self, run: Run) -> datetime:
        began = run.started + timedelta(seconds=1)
        return began.replace(tzinfo=UTC).astimezone(ZONE) if self.naive else began

    def foreign_moment(self) -> datetime | None:
        """When another PC began a run: any time before now, yet not where nobody could tell it from ours."""
        moment = self.now - timedelta(seconds=self.chance.choice((3, 20, 100, 1000, 5000)), milliseconds=1)
        shifted = moment.replace(tzinfo=UTC).astimezone(ZONE) if self.naive else moment
        if shifted.date() != self.day or moment.date() != self.day:
            return None
        for run in self.journal.runs.values():
            after = (moment - run.started).total_seconds()
            off = (shifted - run.started).total_seconds()
            if -2 <= after <= 121 or -130 <= off <= 130 or -130 <= off + 3 * 3600 <= 130:
                return None
        return shifted

    def foreign(self) -> None:
        """Another PC made a run; its row comes at once or later."""
        moment = self.foreign_moment()
        if moment is not None:
            self.elsewhere += 1
            late = timedelta(seconds=self.chance.choice((0, 0, 30, 1000)))
            self.table.append(Entry(self.now + late, HistoryRow("pix", "SUCCESS", moment, 2.0)))

    def vanish(self) -> None:
        if self.table:
            self.table.remove(self.chance.choice(self.table))

    def fail(self) -> None:
        self.world.tell(msg.HistoryFailed("503"))

    def crash(self) -> None:
        """The agent dies; its scripts live on, or end meanwhile."""
        running = dict(self.world.processes.running)
        held = set(self.world.processes.held)
        self.world = World(self.now + timedelta(seconds=3), journal=self.journal)
        for run in self.journal.runs.values():
            if run.outcome is None:
                lives = run.id in running and self.chance.random() < 0.6
                gone = Standing.NEVER_BEGAN if run.id in held else Standing.ENDED
                self.world.processes.standings[run.id] = Standing.RUNNING if lives else gone
        self.take_up()

    def running(self) -> Run | None:
        return next(iter(self.world.processes.running.values()), None)

    def ended(self) -> list[Run]:
        return [run for run in self.journal.runs.values() if run.outcome is not None]

    def counted(self) -> int:
        return self.world.engine._state.actual("pix")

    def look(self) -> None:
        count = self.counted()
        assert count >= self.highest, "the count fell"
        self.highest = count
        assert count <= len(self.ended()) + self.elsewhere, "more than were made"


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_the_count_is_right_whatever_happens(seed: int, naive: bool) -> None:
    any_history = AnyHistory(seed, naive)
    try:
        for _ in range(120):
            any_history.step()
    except AssertionError as error:
        error.add_note("\n".join(any_history.story[-12:]))
        raise
