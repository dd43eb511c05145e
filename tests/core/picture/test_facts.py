from __future__ import annotations

from dataclasses import replace

from tests.builders import Day, at, make_job, make_read, make_row, make_rows
from tray_agent.core import messages as msg
from tray_agent.core.model import CardState
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.core.shown import FireState


class TestPrecedence:
    def test_running_comes_first_then_todays_last_run_then_the_queue_then_idle(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 7, 8, 9), make_job("b", 8), make_job("c", 18))
        states = {job: day.facts(job).state for job in "abc"}
        assert states == {"a": CardState.RUNNING, "b": CardState.SCHEDULED, "c": CardState.IDLE}

        day.jobs(make_job("a", 7, 8, 9), make_job("b", 6, 7, 8, 9), make_job("c", 18))
        day.turn(
            make_read(
                day.now, make_row("b", at("07:30"), "ERRO"), make_row("b", at("06:30")), *make_rows(1, "c")
            )
        )

        assert day.facts("b").state is CardState.ERROR
        assert day.facts("b").ticket is not None
        assert day.facts("c").state is CardState.SUCCESS


class TestSnapshot:
    def test_next_run_is_the_next_listed_hour_also_while_a_run_is_owed(self) -> None:
        day = Day("09:00").jobs(make_job("pix", 8, 12))

        assert (day.facts().backlog, day.facts().next_run) == (1, at("12:00"))

    def test_the_hour_that_turns_is_seen(self) -> None:
        day = Day("11:59:59").jobs(make_job("pix", 12))
        assert day.facts().target == 0

        day.later(1)

        assert (day.facts().target, day.facts().next_run) == (1, None)

    def test_the_hour_that_turns_is_seen_also_of_a_job_that_left_while_it_runs(self) -> None:
        day = Day("11:00").jobs(make_job("pix", 11, 12))
        day.begin()
        day.jobs()

        day.set_clock(at("11:59:59"))
        day.later(1)

        assert (day.facts().removed, day.facts().target) == (True, 2)

    def test_a_former_snapshot_never_changes(self) -> None:
        day = Day("09:00").jobs(make_job("pix", 8))
        before = day.snapshot
        assert before is not None
        facts = dict(before.facts)

        day.whole_run()

        assert before.facts == facts
        assert before.facts["pix"].actual == 0

    def test_local_history_counts_todays_runs_in_the_journal(self) -> None:
        day = Day("09:00", local_history=True).jobs(make_job("pix", 7, 8), make_job("b"))
        assert day.snapshot is not None and day.snapshot.history.rows == 0
        day.begin()
        assert day.snapshot.history.rows == 1
        day.exit()
        assert day.snapshot.history.rows == 1
        day.whole_run()
        assert day.snapshot.history.rows == 2
        assert (day.snapshot.history.last_sync, day.snapshot.history.error) == (None, None)

    def test_what_seldom_changes_says_since_when(self) -> None:
        day = Day("09:00").jobs(make_job("pix", 18))
        former = day.snapshot
        assert former is not None
        day.turn(msg.RunJob("pix"))
        fresh = day.snapshot
        assert fresh is not None and fresh.version > former.version
        assert (fresh.order_since, fresh.problems_since, fresh.places_since, fresh.born) == (
            former.order_since,
            former.problems_since,
            former.places_since,
            former.born,
        )
        assert fresh.order is former.order

        day.turn(msg.RunRefused(day.run_id(), "x"))

        assert day.snapshot is not None and day.snapshot.problems_since == day.snapshot.version

    def test_a_new_engines_numbers_begin_where_it_is_told(self) -> None:
        day = Day()
        day.state.first_version = 500

        assert (day.freeze().version, day.freeze().version) == (500, 501)
        assert day.snapshot is not None and day.snapshot.born == 500

    def test_what_is_run_at_this_moment_counts_for_places(self) -> None:
        day = Day("09:00", max_concurrent=2).jobs(
            make_job("a", schedule=ALL_DAY), make_job("b", 8), make_job("c", 8)
        )

        assert day.snapshot is not None
        assert (day.snapshot.running, day.snapshot.max_concurrent, day.snapshot.queue) == (2, 2, ("c",))

    def test_a_job_is_forgotten_when_it_neither_exists_nor_runs(self) -> None:
        day = Day()

        assert day.fresh_facts("nobody") is None


def test_own_runs_are_those_with_a_log() -> None:
    day = Day("09:00").jobs(make_job("pix", 7, 8))
    assert day.facts().own_runs == ()

    day.whole_run()
    assert len(day.facts().own_runs) == 1
    day.begin()
    assert len(day.facts().own_runs) == 2
    assert replace(day.facts(), active=None).own_runs == day.facts().runs


def test_a_bad_end_that_only_the_history_tells_has_its_words_as_the_reason() -> None:
    day = Day("14:05").jobs(make_job("pix", 12), make_job("a", 12))
    day.turn(make_read(day.now, make_row("a", status="ERRO: saldo")))
    day.whole_run("pix")
    day.turn(make_read(day.now, make_row("a", status="ERRO: saldo"), make_row(start=day.now, status="FALHA")))

    assert day.facts("a").reason == "o histórico diz “ERRO: saldo”"
    assert day.facts("pix").reason == "o histórico diz “FALHA”"


def test_a_row_whose_words_say_nothing_hides_no_failure_in_the_days_hours() -> None:
    day = Day("12:00").jobs(make_job("pix", 12))
    day.whole_run("pix", code=1)
    day.turn(make_read(day.now, make_row(start=at("12:00"), status="PROCESSADO")))

    assert [fire.state for fire in day.facts().fires] == [FireState.FAILED]
    assert day.facts().state is CardState.ERROR
