"""What the history counted, beside a journal that cannot always be read (product 3.9)."""

from __future__ import annotations

from tests.builders import at, make_discovery, make_job, make_read, make_row, make_rows, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World
from tray_agent.core.messages import Discovered


def actual(world: World, job: str = "pix") -> int:
    return world.now.facts[job].actual


def test_rows_read_before_the_journal_could_be_are_not_counted_beside_our_runs_of_them() -> None:
    """Else two runs of ours, whose rows came first, would be four for good: the next two were never made."""
    journal = MemoryJournal()
    runs = [make_run(started=at("08:00")), make_run(started=at("12:00"))]
    journal.runs = {run.id: run for run in runs}
    journal.fault = "ocupado"
    world = World(journal=journal).tell()
    rows = [make_row(start=at("08:00:01")), make_row(start=at("12:00:01"))]
    world.tell(Discovered(make_discovery(make_job("pix", 8, 12, 18))))
    world.tell(make_read(world.clock.now(), *rows))
    journal.fault = ""
    world.later(1)
    assert actual(world) == 2

    again = World(journal=journal).begin(make_job("pix", 8, 12, 18))

    assert actual(again) == 2


def test_what_was_counted_before_the_journal_could_be_read_is_kept_too() -> None:
    journal = MemoryJournal()
    run = make_run(started=at("08:00"))
    journal.runs = {run.id: run}
    journal.fault = "ocupado"
    world = World(journal=journal).begin(make_job("pix", 8, 12))
    world.tell(make_read(world.clock.now(), *make_rows(3)))
    journal.fault = ""
    world.later(1)
    assert actual(world) == 3

    again = World(journal=journal).begin(make_job("pix", 8, 12))

    assert actual(again) == 3
