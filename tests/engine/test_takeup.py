from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.builders import at, make_job, make_open_run, make_run
from tests.engine.fakes import MemoryJournal
from tests.engine.world import PIX, World, ran
from tray_agent.core import messages as msg
from tray_agent.core.model import CardState, Outcome
from tray_agent.core.ports import Standing
from tray_agent.core.schedules.grammar import parse

Event = msg.Message | Callable[["World"], object]


class TestRestart:
    def test_counts_and_states_come_back(self) -> None:
        journal = MemoryJournal()
        done = [make_run(started=at("08:00")), make_run(started=at("12:00"), exit_code=1)]
        journal.record(done, done)
        world = World(at("14:05"), journal=journal, local_history=True).begin(PIX, verified=False)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2
        assert world.now.facts["pix"].state is CardState.ERROR
        assert world.now.history.rows == 2
        assert (world.now.started, world.now.finished) == (0, 0)

    def test_children_still_alive_are_adopted_and_counted_once(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        journal.runs |= {"good": make_run(id="good", started=at("09:00", day=9), duration_seconds=7.0)}
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix", 8))

        assert world.news == [("adopt", "pix")]
        facts = world.now.facts["pix"]
        assert (facts.state, facts.usual_seconds) == (CardState.RUNNING, 7.0)
        assert facts.active is not None and facts.active.identity == run.identity
        world.processes.end("pix", None)
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        assert world.news == []
        assert journal.runs[run.id].outcome is Outcome.UNKNOWN
        assert world.now.finished == 0

    @pytest.mark.parametrize(("age", "stopped_after"), [(None, 60), (30.0, 90)])
    def test_a_time_limit_counts_what_an_adopted_run_has_lived(
        self, age: float | None, stopped_after: int
    ) -> None:
        """Started a minute ago by the wall clock; half a minute by its process, if that is known."""
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal, timeout_minutes=2)
        world.processes.standings[run.id] = Standing.RUNNING
        world.processes.ages[run.id] = age
        world.begin(make_job("pix"))
        world.processes.calls.clear()

        world.later(stopped_after - 1)
        assert world.news == []
        world.later(1)
        assert world.news == [("stop within 2 s", "pix")]

    def test_stop_works_on_an_adopted_run(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix", 8))
        world.processes.calls.clear()

        world.tell(msg.StopJob("pix"))

        assert world.news == [("stop within 2 s", "pix")]

    @pytest.mark.parametrize("outcome", [Outcome.STOPPED, Outcome.TIMED_OUT])
    def test_a_stop_that_its_agent_did_not_live_to_carry_out_is_carried_out(self, outcome: Outcome) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        journal.wish_stopped(run.id, outcome)
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING

        world.begin(make_job("pix", 8))

        assert world.news == [("adopt", "pix"), ("stop within 2 s", "pix")]
        assert world.now.facts["pix"].stopping_since is not None
        world.processes.end_stopped("pix", killed=True)
        world.later(1)
        assert journal.runs[run.id].outcome is outcome
        assert world.now.facts["pix"].actual == 1
        assert journal.stops_wished() == {}

    def test_a_stop_goes_on_record_when_it_is_accepted(self) -> None:
        world = World(at("14:05")).begin(make_job("pix", 14))
        world.tell(msg.StopJob("pix"))

        [run] = world.journal.open_runs()
        assert world.journal.stops_wished() == {run.id: Outcome.STOPPED}

    def test_what_ended_meanwhile_is_closed_and_counted_not_run_again(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("08:00"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.ENDED
        world.begin(make_job("pix", 8))

        assert world.news == []
        assert world.now.facts["pix"].actual == 1
        last = world.now.facts["pix"].last_run
        assert last is not None and last.status == "SEM_RESULTADO"
        assert journal.runs[run.id].outcome is Outcome.UNKNOWN

    def test_what_never_began_is_forgotten_and_made_up_for(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("08:00"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.NEVER_BEGAN
        world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert run.id not in journal.runs

    def test_two_open_runs_of_one_job_are_not_both_adopted(self) -> None:
        journal = MemoryJournal()
        runs = [make_open_run(started=at("14:03")), make_open_run(started=at("14:04"))]
        journal.record(runs, [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings |= {run.id: Standing.RUNNING for run in runs}

        world.begin(make_job("pix"))

        assert world.news == [("adopt", "pix")]

    def test_an_adopted_job_that_nobody_knows_any_more_still_has_an_area(self) -> None:
        journal = MemoryJournal()
        run = make_open_run("gone", started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix"))

        assert world.now.order == ("pix", "gone")
        assert world.now.facts["gone"].job.area == "Sem área"
        assert world.now.facts["gone"].removed

    def test_an_adopted_run_of_yesterday_is_not_one_of_todays_rows(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("23:50", day=9))
        journal.record([run], [])
        world = World(at("00:05"), journal=journal, local_history=True)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix"), verified=False)

        assert world.now.history.rows == 0
        assert world.now.facts["pix"].state is CardState.RUNNING

    def test_a_pause_survives(self) -> None:
        journal = MemoryJournal()
        journal.set_paused(True)
        world = World(at("14:05"), journal=journal).begin(PIX)

        assert world.now.paused
        assert world.news == []

    def test_a_journal_that_cannot_be_read_yet_is_taken_up_when_it_can(self) -> None:
        journal = MemoryJournal()
        done = [make_run(started=at("08:00")), make_run(started=at("12:00"))]
        journal.record(done, done)
        journal.fault = "O diário está danificado."
        world = World(at("14:05"), journal=journal).begin(PIX)
        assert world.news == []
        assert [problem.what for problem in world.now.problems] == ["O diário está danificado."]

        journal.fault = ""
        world.later(1)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2


def test_since_when_a_rule_holds_outlives_a_restart() -> None:
    journal = MemoryJournal()
    journal.runs["old"] = make_run(id="old", job="outra", started=at("09:00", day=2))
    friday = make_job("pix", schedule=parse("sexta 8h").schedule)
    thursday = make_job("nova", schedule=parse("quinta 8h").schedule)

    World(at("08:00"), journal=journal).begin(friday)
    world = World(at("09:00"), journal=journal).begin(friday, thursday)

    assert journal.ruled["pix"].since == at(day=2).date()
    assert journal.ruled["nova"].since == at().date()
    accused = [problem.job for problem in world.now.problems if "não rodou em" in problem.what]
    assert accused == ["pix"], "a row of today was not to run last week"
