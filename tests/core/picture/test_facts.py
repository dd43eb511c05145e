from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import Day, at, make_job, make_open_run, make_read, make_row, make_run
from tray_agent.core import messages as msg
from tray_agent.core.history.status import run_status
from tray_agent.core.model import CardState, HistoryRow, LastRun, Outcome, Run
from tray_agent.core.picture.facts import last_run, outcome_state
from tray_agent.core.schedules.schedule import ALL_DAY


def lost(clock: str) -> Run:
    """A run that ended while nobody watched."""
    return make_run(started=at(clock), exit_code=None, outcome=Outcome.UNKNOWN, duration_seconds=None)


@pytest.mark.parametrize(
    ("outcome", "code", "no_data", "text"),
    [
        (Outcome.ENDED, 0, 0, "SUCCESS"),
        (Outcome.ENDED, 1, 0, "ERROR"),
        (Outcome.ENDED, 3, 3, "NO_DATA"),
        (Outcome.STOPPED, -15, 0, "ERROR"),
        (Outcome.STOPPED, 0, 0, "SUCCESS"),
        (Outcome.STOPPED, None, 0, "ERROR"),
        (Outcome.TIMED_OUT, 0, 0, "ERROR"),
        (Outcome.UNKNOWN, None, 0, "SEM_RESULTADO"),
        (Outcome.UNKNOWN, None, 3, "SEM_RESULTADO"),
    ],
)
def test_a_run_of_ours_has_a_status_of_its_own(
    outcome: Outcome, code: int | None, no_data: int, text: str
) -> None:
    assert run_status(make_run(outcome=outcome, exit_code=code), no_data) == text


class TestLastRun:
    def last(self, runs: list[Run], rows: list[HistoryRow]) -> LastRun | None:
        return last_run(runs, rows, "bigquery", 0)

    def test_there_is_none_before_anything_ran(self) -> None:
        assert self.last([], []) is None

    def test_our_own_outcome_shows_until_its_row_is_there(self) -> None:
        found = self.last([make_run(exit_code=2)], [])

        assert found == LastRun(at("12:00"), "ERROR", 4.0, "local", Outcome.ENDED, 2)

    @pytest.mark.parametrize("seconds", [-120, -1, 0, 1, 120])
    def test_its_row_decides_within_120_s(self, seconds: int) -> None:
        row = make_row(start=at("12:00") + timedelta(seconds=seconds), status="NO_DATA")

        found = self.last([make_run(exit_code=0)], [row])

        assert found == LastRun(row.start, "NO_DATA", 4.2, "bigquery", Outcome.ENDED, 0)

    def test_beyond_120_s_the_later_start_wins(self) -> None:
        run = make_run(exit_code=1)
        before, after = (make_row(start=at("12:00") + timedelta(seconds=s)) for s in (-121, 121))

        assert self.last([run], [before]) == LastRun(at("12:00"), "ERROR", 4.0, "local", Outcome.ENDED, 1)
        assert self.last([run], [before, after]) == LastRun(after.start, "SUCCESS", 4.2, "bigquery")

    def test_the_latest_of_several_counts_in_whatever_order_they_came(self) -> None:
        rows = [
            make_row(start=at("12:00")),
            make_row(start=at("13:00"), status="ERRO"),
            make_row(start=at("08:00")),
        ]

        found = self.last([make_run(started=at("11:00"))], rows)

        assert found is not None and (found.start, found.status) == (at("13:00"), "ERRO")

    def test_a_row_without_a_start_shows_only_when_there_is_nothing_better(self) -> None:
        row = HistoryRow("pix", "SUCCESS")

        assert self.last([], [row]) == LastRun(None, "SUCCESS", None, "bigquery")
        assert self.last([], [row, make_row(status="ERRO")]).status == "ERRO"  # type: ignore[union-attr]
        assert self.last([make_run(exit_code=1)], [row]).status == "ERROR"  # type: ignore[union-attr]


class TestLostRuns:
    def state(self, runs: list[Run], rows: list[HistoryRow]) -> CardState | None:
        return outcome_state(runs, rows, "bigquery", 0)

    def test_the_state_of_the_run_before_stays(self) -> None:
        assert self.state([make_run(started=at("08:00"), exit_code=1), lost("12:00"), lost("13:00")], []) is (
            CardState.ERROR
        )

    def test_also_when_the_run_before_is_known_from_its_row(self) -> None:
        assert (
            self.state([lost("12:00")], [make_row(start=at("08:00"), status="NO_DATA")]) is CardState.NO_DATA
        )

    def test_its_own_row_decides_once_there(self) -> None:
        runs = [make_run(started=at("08:00"), exit_code=1), lost("12:00")]

        assert self.state(runs, [make_row(start=at("12:00:05"))]) is CardState.SUCCESS

    def test_without_a_run_before_it_leaves_no_state(self) -> None:
        assert self.state([lost("12:00")], []) is None

    def test_a_row_that_says_nothing_leaves_no_state(self) -> None:
        assert self.state([], [make_row(status="SEM_RESULTADO")]) is None


class TestPrecedence:
    def test_running_comes_first_then_todays_last_run_then_the_queue_then_idle(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 7, 8, 9), make_job("b", 8), make_job("c", 18))
        states = {job: day.facts(job).state for job in "abc"}
        assert states == {"a": CardState.RUNNING, "b": CardState.SCHEDULED, "c": CardState.IDLE}

        day.jobs(make_job("a", 7, 8, 9), make_job("b", 6, 7, 8, 9), make_job("c", 18))
        day.turn(
            make_read(day.now, make_row("b", at("07:30"), "ERRO"), make_row("b", at("06:30")), make_row("c"))
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


def test_a_run_is_in_a_row_of_its_job_that_starts_when_it_does() -> None:
    run = make_open_run()

    assert run.is_in(make_row())
    assert not run.is_in(HistoryRow("pix", "SUCCESS"))
    assert not run.is_in(make_row(start=at("12:02:01")))


def test_own_runs_are_those_with_a_log() -> None:
    day = Day("09:00").jobs(make_job("pix", 7, 8))
    assert day.facts().own_runs == ()

    day.whole_run()
    assert len(day.facts().own_runs) == 1
    day.begin()
    assert len(day.facts().own_runs) == 2
    assert replace(day.facts(), active=None).own_runs == day.facts().runs
