from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

import pytest

from tests.builders import Replies, at, make_job, make_read, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import World, ran
from tray_agent.core import messages as msg
from tray_agent.core.model import Asked, Outcome, Run, Where
from tray_agent.core.ports import JournalError

Event = msg.Message | Callable[["World"], object]


def test_a_script_begins_only_when_its_start_is_on_record() -> None:
    world = World(at("08:00"), slow=True).begin(make_job("pix", 8))
    assert world.news == [("hold", "pix")]
    assert world.journal.runs == {}

    world.processes.report_held(next(iter(world.processes.held)))
    world.tell()

    assert world.news == [("let_go", "pix")]
    (run,) = world.journal.runs.values()
    assert (run.identity is not None, run.script_hash, run.ended) == (True, "hash", None)


@pytest.mark.parametrize("late", [False, True])
def test_stopped_before_it_began_it_leaves_no_record(late: bool) -> None:
    """The click may come while the process is made, or in the very turn in which it is there."""
    world = World(at("08:00"), slow=True).begin(make_job("pix"))
    replies = Replies()
    world.tell(msg.RunJob("pix", reply=replies))
    (run,) = world.processes.held
    assert world.news == [("hold", "pix")]

    if late:
        world.processes.report_held(run)
    world.tell(msg.StopJob("pix"))

    assert world.news == [("drop", "pix")]
    assert world.journal.runs == {}
    assert [reply.accepted for reply in replies.given] == [False]
    assert world.now.started == 0


class TestJournalFaults:
    def test_a_start_that_cannot_be_recorded_never_begins_and_is_made_up_for(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8), verified=False)
        world.journal.fault = "disco cheio."

        world.tell(make_read(world.clock.now()))

        assert world.news == [("hold", "pix"), ("drop", "pix")]
        assert world.journal.runs == {}
        assert [problem.where for problem in world.now.problems] == [Where.DATA]
        assert world.now.facts["pix"].retry is None
        world.later(30)
        assert world.news == []
        world.journal.fault = ""
        world.later(1)
        assert world.news == ran("pix")
        assert world.now.problems == ()

    def test_a_start_lost_to_a_short_lock_is_made_up_for_although_nothing_else_happens(self) -> None:
        world = World(at("08:00"), discovery_seconds=80000, sync_seconds=80000)
        world.begin(make_job("pix", 8), verified=False)
        world.journal.fault = "o arquivo está ocupado."
        world.inbox.append(make_read(world.clock.now()))
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)
        world.journal.fault = ""
        world.processes.calls.clear()

        world.tell()
        for _ in range(3):
            world.later(1)

        assert world.news == ran("pix")

    def test_who_asked_for_the_run_is_told(self) -> None:
        world = World(at("07:00")).begin(make_job("pix"))
        world.journal.fault = "disco cheio."
        replies = Replies()

        world.tell(msg.RunJob("pix", reply=replies))

        assert [(reply.accepted, reply.text) for reply in replies.given] == [
            (False, "pix não iniciou: disco cheio.")
        ]

    def test_an_end_that_cannot_be_recorded_counts_and_is_recorded_later(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.journal.fault = "disco cheio."
        world.processes.end("pix")
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        assert world.now.problems != ()

        world.later(5)
        world.journal.fault = ""
        world.later(1)

        assert [run.outcome for run in world.journal.runs.values()] == [Outcome.ENDED]
        assert world.now.problems == ()

    def test_a_full_disk_is_a_problem_running_jobs_go_on_and_nothing_starts(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8), make_job("boleto", 9))
        world.journal.trouble = "Disco cheio: menos de 1 MB livre."
        world.processes.calls.clear()
        replies = Replies()

        world.later(3600, msg.RunJob("boleto", reply=replies))

        assert world.news == []
        assert [problem.what for problem in world.now.problems] == ["Disco cheio: menos de 1 MB livre."]
        assert not replies.last.accepted
        world.processes.end("pix")
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        world.journal.trouble = ""
        world.later(1)
        assert world.news == ran("boleto")

    def test_a_pause_that_could_not_be_recorded_is_recorded_when_it_can(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.journal.fault = "disco cheio."
        world.processes.end("pix")
        world.tell(msg.Pause())

        world.journal.fault = ""
        world.later(2)

        assert world.journal.is_paused()

    def test_a_pause_said_before_the_journal_could_be_read_is_not_taken_back_by_it(self) -> None:
        journal = MemoryJournal()
        journal.fault = "o arquivo está ocupado."
        world = World(at("07:00"), journal=journal).begin(make_job("pix", 8))
        world.tell(msg.Pause())

        journal.fault = ""
        world.later(2)

        assert world.now.paused
        assert journal.is_paused()

    def test_a_day_that_could_not_be_loaded_is_loaded_later_and_nothing_runs_twice(self) -> None:
        world = World(at("14:05"), local_history=True).begin(make_job("pix", 8, 12), verified=False)
        for _ in range(2):
            world.processes.end("pix")
            world.later(1)
        world.clock.set(at("00:10", day=11))
        world.later(1)
        world.journal.fault = "o arquivo está ocupado."
        world.processes.calls.clear()
        world.clock.set(at("14:10"))
        world.later(1)
        assert world.news == []

        world.journal.fault = ""
        for _ in range(3):
            world.later(1)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2

    def test_an_end_in_the_turn_of_the_day_counts_when_the_clock_comes_back(self) -> None:
        world = World(at("14:05"), local_history=True).begin(make_job("pix", 8), verified=False)
        world.clock.set(at("00:10", day=11))
        world.later(1)
        world.processes.calls.clear()
        world.processes.end("pix")
        world.clock.set(at("14:10"))

        world.later(1)

        assert world.now.facts["pix"].actual == 1
        assert world.news == []

    def test_a_run_is_never_shown_without_its_usual_time(self) -> None:
        journal = MemoryJournal()
        journal.runs["good"] = make_run(id="good", started=at("09:00", day=9), duration_seconds=7.0)
        world = World(at("08:00"), journal=journal).begin(make_job("pix", 8))

        shown = [facts for now in world.snapshots for facts in now.facts.values() if facts.active]
        assert {facts.usual_seconds for facts in shown if not facts.holding} == {7.0}

    def test_without_its_usual_time_a_run_begins_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(at("08:00"))

        def locked(job: str) -> float | None:
            raise JournalError("ocupado")

        monkeypatch.setattr(world.journal, "usual_seconds", locked)
        world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert world.now.facts["pix"].usual_seconds is None

    @pytest.mark.parametrize("fault", ["", "ocupado"])
    def test_a_run_that_was_let_go_but_never_began_is_taken_off_the_record(self, fault: str) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        (run,) = world.journal.runs
        world.journal.fault = fault

        world.tell(msg.RunExited(run, 126, began=False))

        assert (run in world.journal.runs) is bool(fault)
        assert world.now.facts["pix"].retry is not None
        assert world.now.facts["pix"].actual == 0
        world.journal.fault = ""
        world.later(2)
        assert run not in world.journal.runs
        assert world.now.history.rows == 0


class TestTogether:
    """An end and the start that takes its place are one record, what happens in a blink is one picture."""

    def full(self) -> World:
        """One place, which pix has; boleto is next and its process takes its time."""
        pix, boleto = make_job("pix", 7), make_job("boleto", 8)
        world = World(at("08:00"), max_concurrent=1, slow=True).begin(pix, boleto)
        world.processes.report_held(next(iter(world.processes.held)))
        world.tell().clock.blink()
        return world

    def turn(self, world: World) -> None:
        """One turn with what is there."""
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)

    def ended(self, world: World) -> dict[str, bool]:
        return {run.job: run.ended is not None for run in world.journal.runs.values()}

    def test_an_end_waits_for_the_start_that_takes_its_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = self.full()
        pieces: list[tuple[list[str], list[str]]] = []
        record = world.journal.record

        def noted(starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
            pieces.append(([run.job for run in starts], [run.job for run in ends]))
            record(starts, ends, asked)

        monkeypatch.setattr(world.journal, "record", noted)
        world.processes.end("pix")
        self.turn(world)
        assert pieces == []

        world.processes.report_held(next(iter(world.processes.held)))
        self.turn(world)

        assert pieces == [(["boleto"], ["pix"])]
        assert self.ended(world) == {"pix": True, "boleto": False}

    def test_an_end_that_is_not_on_record_is_not_shown(self) -> None:
        world = self.full()
        before = world.now

        world.processes.end("pix")
        self.turn(world)
        assert world.now is before

        world.processes.report_held(next(iter(world.processes.held)))
        self.turn(world)
        assert (world.now.started, world.now.finished) == (2, 1)

    def test_an_end_does_not_wait_for_long(self) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)
        assert 0 < world.engine._rest_seconds(world.engine._moment) <= 0.02

        world.clock.blink()
        self.turn(world)

        assert self.ended(world) == {"pix": True}
        assert world.now.finished == 1

    def test_an_end_that_nothing_follows_is_on_record_at_once(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.processes.end("pix")
        self.turn(world)

        assert self.ended(world) == {"pix": True}

    def test_the_last_ends_are_on_record_when_the_engine_ends(self) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)

        world.inbox.append(msg.Quit())
        self.turn(world)
        while world.inbox:
            self.turn(world)

        assert self.ended(world) == {"pix": True}
        assert world.engine._ended

    def test_the_last_picture_is_shown_however_soon_it_comes(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.clock.blink()
        world.inbox.append(msg.Quit(stop_runs=True))
        self.turn(world)
        world.processes.end_stopped("pix")
        self.turn(world)

        assert world.engine._ended
        assert world.now.finished == 1

    def test_changes_within_a_blink_are_shown_together_the_first_at_once(self) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        world.clock.blink()
        shown = len(world.snapshots)

        world.inbox.append(msg.Woke())
        self.turn(world)
        assert len(world.snapshots) == shown + 1
        for _ in range(3):
            world.inbox.append(msg.Woke())
            self.turn(world)
        assert len(world.snapshots) == shown + 1
        assert 0 < world.engine._rest_seconds(world.engine._moment) < 0.11

        world.clock.blink()
        self.turn(world)
        assert len(world.snapshots) == shown + 2

    def test_who_asked_sees_what_came_of_it_when_the_answer_comes(self) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        seen: list[bool] = []
        world.inbox.append(msg.Woke())
        self.turn(world)

        world.inbox.append(msg.Pause(reply=lambda reply: seen.append(world.now.paused)))
        self.turn(world)

        assert seen == [True]

    def test_a_plan_that_fails_is_not_tried_over_and_over_for_the_sake_of_a_picture(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)
        monkeypatch.setattr(world.engine._state.agenda, "due", None)
        world.clock.blink()
        with caplog.at_level(logging.ERROR):
            self.turn(world)

        assert world.engine._rest_seconds(world.engine._moment) == 1.0


def test_a_run_is_recorded_whole() -> None:
    world = World(at("08:00")).begin(make_job("pix", 8))
    world.processes.end("pix", 3)
    world.later(2)

    (run,) = world.journal.runs.values()

    assert (run.job, run.exit_code, run.outcome, run.duration_seconds) == ("pix", 3, Outcome.ENDED, 4.0)
    assert run.log == f"/logs/pix/{run.id}.log"
    assert (run.boot, run.day) == ("boot", at().date())
