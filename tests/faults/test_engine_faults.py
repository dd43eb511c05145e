"""What the engine must not lose when things go wrong in the same instant, or in an unlucky order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_open_run, make_read, make_row, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Identity, Outcome
from tray_agent.core.ports import JournalError, Standing
from tray_agent.engine import loop
from tray_agent.engine.takeup import load_day

HELD = Identity(100, 1.0)


class TestRecord:
    def test_a_held_child_that_dies_as_it_reports_leaves_nothing_on_record(self) -> None:
        world = World(at("08:00"), slow=True).begin(make_job("pix", 8))
        (run,) = world.processes.held

        world.tell(msg.RunHeld(run, HELD, "hash"), msg.RunExited(run, -9, began=False))

        assert world.journal.runs == {}
        assert world.now.facts["pix"].retry is not None

    def test_what_could_not_be_taken_off_the_record_is_taken_off_later(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        (run,) = world.journal.runs
        world.journal.fault = "disco cheio"
        world.tell(msg.RunExited(run, 126, began=False))

        world.journal.fault = ""
        world.later(2)

        assert run not in world.journal.runs

    def test_fenced_while_it_writes_a_start_down_it_takes_it_off_the_record(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        record = world.journal.record

        def slow(*given: Any) -> None:
            record(*given)
            world.engine.fence()

        monkeypatch.setattr(world.journal, "record", slow)
        world.tell(msg.RunJob("pix"))

        assert world.journal.runs == {}

    def test_an_end_that_was_written_although_the_disk_said_no_counts_once(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("23:59:50")).begin(make_job("pix", 0, 1))
        record = world.journal.record

        def lying(*given: Any) -> None:
            record(*given)
            if given[1]:
                raise JournalError("erro de disco")

        monkeypatch.setattr(world.journal, "record", lying)
        world.processes.end("pix")
        world.tell()
        assert world.now.facts["pix"].actual == 1
        world.clock.set(at("00:30", day=11))
        world.later(0.5)
        world.clock.set(at("23:59:55"))
        world.later(0.5)
        world.tell(make_read(world.clock.now()))

        assert world.now.facts["pix"].actual == 1

    def test_a_plan_that_fails_loses_no_end(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        plans = iter([ZeroDivisionError("a bug")])
        real = loop.plan

        def failing(*given: Any) -> Any:
            error = next(plans, None)
            if error is not None:
                raise error
            return real(*given)

        monkeypatch.setattr(loop, "plan", failing)
        world.processes.end("pix")
        world.tell()
        world.later(1)

        (run,) = world.journal.runs.values()
        assert run.ended is not None


class TestPause:
    def test_a_pause_said_before_the_journal_could_be_read_stands(self) -> None:
        journal = MemoryJournal()
        journal.fault = "ocupado"
        world = World(at("08:00"), journal=journal).begin(make_job("pix", 8))
        world.tell(msg.Pause())

        journal.fault = ""
        world.later(2)

        assert world.now.paused
        assert journal.is_paused()
        assert world.processes.held == world.processes.running == {}

    def test_a_resume_said_before_the_journal_could_be_read_stands(self) -> None:
        journal = MemoryJournal()
        journal.set_paused(True)
        journal.fault = "ocupado"
        world = World(at("08:00"), journal=journal).begin(make_job("pix", 8))
        world.tell(msg.Resume())

        journal.fault = ""
        world.later(2)

        assert not world.now.paused
        assert not journal.is_paused()


class TestAdopted:
    def adopting(self, lived: float | None, **limits: Any) -> World:
        """An agent that finds a run of three hours by the clock, whose process says how old it is."""
        journal = MemoryJournal()
        run = make_open_run(started=at("08:00"))
        journal.record([run], [])
        world = World(at("11:10"), journal=journal, **limits)
        world.processes.standings[run.id] = Standing.RUNNING
        world.processes.ages[run.id] = lived
        world.tell()
        world.tell(msg.Discovered(make_discovery(make_job("pix", 8))))
        return world

    def test_its_time_limit_counts_from_the_process_not_from_a_clock_that_was_set(self) -> None:
        world = self.adopting(600, timeout_minutes=30)
        world.later(1)
        assert world.news == [("adopt", "pix")]

        world.later(1200)

        assert world.news == [("stop within 2 s", "pix")]

    def test_where_the_process_does_not_tell_its_age_the_record_does(self) -> None:
        world = self.adopting(None, timeout_minutes=30)

        world.later(1)

        assert world.news == [("adopt", "pix"), ("stop within 2 s", "pix")]


class TestHeldLong:
    """The drive hung while the process was made: what was owed then may not be owed now."""

    def test_a_run_starts_when_it_is_let_go(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        day.later(1800)

        run = day.begin()

        active = day.state.active["pix"].run
        assert (active.id, active.started) == (run, at("08:30"))

    def test_its_own_row_is_known_for_its_own(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8, 9))
        day.later(1800)
        day.begin()
        day.later(60)
        day.turn(make_read(day.now, make_row(start=at("08:30:02"))))

        day.exit()

        assert day.facts().actual == 1

    def test_a_debt_that_somebody_else_paid_meanwhile_is_not_paid_again(self) -> None:
        day = Day("08:00").jobs(make_job("pix", 8))
        run = day.run_id()
        day.turn(make_read(day.now, make_row(start=at("08:00:01"))))
        day.turn(make_read(day.now, make_row(start=at("07:30:01"))))

        ordered = day.turn(msg.RunHeld(run, HELD, "hash"))

        assert act.Drop(run) in ordered
        assert "pix" not in day.state.active
        assert day.held() == []

    def test_yesterdays_debt_is_not_paid_today(self) -> None:
        day = Day("23:00", local_history=True).jobs(make_job("pix", 23))
        run = day.run_id()
        day.later(2 * 3600)

        ordered = day.turn(msg.RunHeld(run, HELD, "hash"))

        assert act.Drop(run) in ordered
        assert day.facts().actual == 0

    def test_a_person_gets_the_run_that_was_asked_for(self) -> None:
        day = Day("23:59").jobs(make_job("pix"))
        day.turn(msg.RunJob("pix"))
        day.later(120)

        day.begin()

        run = day.state.active["pix"].run
        assert run.day == at(day=11).date()


def test_unrecorded_ends_and_recorded_ones_are_each_counted_once() -> None:
    journal = MemoryJournal()
    done = make_run(started=at("08:00"))
    journal.record([replace(done, ended=None, exit_code=None, outcome=None)], [done])
    world = World(at("09:00"), journal=journal)
    world.begin(make_job("pix", 8))
    state = world.engine._state

    load_day(state, journal, [replace(done, outcome=Outcome.UNKNOWN)], at("09:00"))

    assert state.actual("pix") == 1
