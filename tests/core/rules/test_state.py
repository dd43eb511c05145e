from __future__ import annotations

from tests.builders import Day, at, make_job, make_open_run, make_read, make_row, make_rows, make_run
from tray_agent.core import messages as msg
from tray_agent.core.model import Problem, Trigger, Where
from tray_agent.core.ports import Standing
from tray_agent.core.rules.active import Active, Phase
from tray_agent.core.rules.agenda import Agenda
from tray_agent.core.rules.problems import ProblemBook


class TestAgenda:
    def test_what_has_come_is_taken_out_earliest_first(self) -> None:
        agenda = Agenda()
        agenda.put(at("12:00"), "b")
        agenda.put(at("08:00"), "a")
        agenda.put(at("18:00"), "c")

        assert list(agenda.due(at("12:00"))) == ["a", "b"]
        assert list(agenda.due(at("12:00"))) == []
        assert agenda.head() == at("18:00").timestamp()
        agenda.clear()
        assert agenda.head() is None


class TestProblems:
    def test_each_source_replaces_what_it_said_itself(self) -> None:
        book = ProblemBook()
        history, script = Problem(Where.HISTORY, "403"), Problem(Where.SCRIPT, "dois arquivos")
        book.report("history", [history], at("08:00"))
        book.report("discovery", [script], at("09:00"))

        book.report("history", [history], at("10:00"))

        assert [(each.what, each.since) for each in book.all()] == [
            ("dois arquivos", at("09:00")),
            ("403", at("08:00")),
        ]
        book.report("history", [], at("11:00"))
        assert [each.what for each in book.all()] == ["dois arquivos"]

    def test_a_problem_that_comes_back_is_a_new_one(self) -> None:
        book = ProblemBook()
        problem = Problem(Where.DATA, "Disco cheio.")
        for clock, problems in (("08:00", [problem]), ("09:00", []), ("10:00", [problem])):
            book.report("data", problems, at(clock))

        assert [each.since for each in book.all()] == [at("10:00")]

    def test_problems_come_by_place(self) -> None:
        book = ProblemBook()
        book.report("x", [Problem(where, "?") for where in reversed(Where)], at())

        assert [each.where.value for each in book.all()] == [
            "settings",
            "data",
            "base_path",
            "registry",
            "script",
            "run",
            "history",
        ]


class TestCounts:
    def test_runs_of_the_day_count_others_do_not(self) -> None:
        state = Day().state

        state.load_day(
            [make_run(started=at(day=9)), make_run(), make_run("b"), make_run(started=at("13:00"))], {}
        )

        assert (state.actual("pix"), state.actual("b"), state.actual("c")) == (2, 1, 0)
        assert state.finished_count == 3

    def test_a_day_loaded_again_counts_the_same_also_beside_the_history(self) -> None:
        day = Day().jobs(make_job("pix"))
        day.state.load_day([make_run()], {})
        day.turn(make_read(day.now, *make_rows(3)))
        assert day.state.actual("pix") == 3

        day.state.load_day([make_run(), make_run(started=at("13:00"))], {})

        assert day.state.actual("pix") == 3
        day.state.load_day([make_run() for _ in range(4)], {})
        assert day.state.actual("pix") == 4

    def test_what_the_history_counted_before_a_restart_stays_counted(self) -> None:
        state = Day().state

        state.load_day([make_run()], {"pix": 1, "b": 2})

        assert (state.actual("pix"), state.actual("b")) == (2, 2)

    def test_a_row_elsewhere_is_not_taken_for_the_running_one(self) -> None:
        day = Day("14:05").jobs(make_job("pix"))
        day.state.active["pix"] = Active(
            make_open_run(started=at("14:00")), make_job("pix"), Phase.RUNNING, 0.0
        )

        day.turn(make_read(day.now, make_row(start=at("08:00"))))

        assert day.state.actual("pix") == 1

    def test_runs_have_ids_and_logs_of_their_own(self) -> None:
        state = Day("14:05").state
        job = make_job("ação")

        first, second = (state.new_run(job, Trigger.MANUAL, at("14:05:09")) for _ in range(2))

        assert first.id == "20260310-140509-000000-1"
        assert first.id != second.id
        assert first.log.startswith("/logs/acao-")
        assert first.log.endswith(f"/{first.id}.log")
        assert (first.day, first.boot, first.trigger) == (at().date(), "boot", Trigger.MANUAL)


def test_a_held_run_may_begin_unless_somebody_gave_it_up() -> None:
    day = Day("08:00").jobs(make_job("pix", 8))
    run = day.run_id()

    assert day.state.may_begin(run)
    assert not day.state.may_begin("nobody's")
    day.turn(msg.StopJob("pix"))
    assert not day.state.may_begin(run)


def test_four_things_may_have_become_of_a_run_whose_agent_died() -> None:
    assert {each.value for each in Standing} == {"running", "ended", "never began", "unknown"}
