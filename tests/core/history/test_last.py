from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import at, make_row, make_run
from tray_agent.core.history.last import last_run, outcome_state, verdict
from tray_agent.core.history.matching import match
from tray_agent.core.history.status import run_status
from tray_agent.core.model import CardState, HistoryRow, Outcome, Run
from tray_agent.core.shown import LastRun


def lost(clock: str) -> Run:
    """A run that ended while nobody watched."""
    return make_run(started=at(clock), exit_code=None, outcome=Outcome.UNKNOWN, duration_seconds=None)


@pytest.mark.parametrize(
    ("outcome", "code", "no_data", "text"),
    [
        (Outcome.ENDED, 0, 0, "SUCCESS"),
        (Outcome.ENDED, 1, 0, "ERROR"),
        (Outcome.ENDED, 3, 3, "NO_DATA"),
        (Outcome.STOPPED, -15, 0, "PARADA"),
        (Outcome.STOPPED, 0, 0, "PARADA"),
        (Outcome.STOPPED, None, 0, "PARADA"),
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
        return last_run(runs, match(runs, rows), "bigquery", 0)

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
        return outcome_state(runs, match(runs, rows), "bigquery", 0)

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


class TestOneRuleForTwoRunsAndTheirRows:
    """A8: two runs of ours within 120 s, and rows that say nothing."""

    first, second = make_run(started=at("12:00")), make_run(started=at("12:01"), exit_code=0)

    def last(self, *rows: HistoryRow) -> LastRun | None:
        runs = [self.first, self.second]
        return last_run(runs, match(runs, rows), "bigquery", 0)

    def state(self, *rows: HistoryRow) -> CardState | None:
        runs = [self.first, self.second]
        return outcome_state(runs, match(runs, rows), "bigquery", 0)

    def test_the_late_error_of_the_first_does_not_colour_the_second(self) -> None:
        late = make_row(start=at("12:00:02"), status="ERRO")

        assert self.last(late) == LastRun(at("12:01"), "SUCCESS", 4.0, "local", Outcome.ENDED, 0)
        assert self.state(late) is CardState.SUCCESS

    def test_each_has_its_own_once_both_are_there(self) -> None:
        rows = make_row(start=at("12:01:01"), status="ERRO"), make_row(start=at("12:00:01"))

        found = self.last(*rows)

        assert found is not None and (found.start, found.status) == (at("12:01:01"), "ERRO")
        assert self.state(*rows) is CardState.ERROR

    @pytest.mark.parametrize("status", ["RUNNING", "INICIADO", None, "PROCESSADO"])
    def test_a_row_that_says_nothing_never_hides_what_we_know(self, status: str | None) -> None:
        row = make_row(start=at("12:01:01"), status=status)

        assert self.last(row) == LastRun(at("12:01"), "SUCCESS", 4.0, "local", Outcome.ENDED, 0)
        assert self.state(row) is CardState.SUCCESS

    def test_a_run_elsewhere_that_has_no_end_yet_is_shown_and_leaves_the_state_as_it_was(self) -> None:
        row = make_row(start=at("13:00"), status="INICIADO")

        found = self.last(row)

        assert found is not None and (found.start, found.status) == (at("13:00"), "INICIADO")
        assert self.state(row) is CardState.SUCCESS

    def test_any_other_text_is_shown_as_it_is_without_a_state(self) -> None:
        assert self.state(make_row(start=at("13:00"), status="PROCESSADO")) is None

    def test_a_row_from_the_future_is_never_the_last_run(self) -> None:
        future = HistoryRow("pix", "SUCCESS", at("17:05"), 1.0, seen=at("14:05"))
        soon = HistoryRow("pix", "ERRO", at("14:07"), 1.0, seen=at("14:05"))

        assert self.state(future) is CardState.SUCCESS
        assert (found := self.last(future)) is not None and found.start == at("12:01")
        assert self.state(future, soon) is CardState.ERROR

    def test_with_nothing_but_the_future_there_is_no_last_run(self) -> None:
        future = HistoryRow("pix", "SUCCESS", at("17:05"), 1.0, seen=at("14:05"))

        assert last_run([], match([], [future]), "bigquery", 0) is None
        assert outcome_state([], match([], [future]), "bigquery", 0) is None


def test_a_lost_run_keeps_the_state_before_it_until_a_row_tells_of_its_end() -> None:
    runs = [make_run(started=at("08:00"), exit_code=1), lost("12:00")]
    still_open, other, ended = (
        make_row(start=at("12:00:05"), status=status) for status in ("INICIADO", "PROCESSADO", "SUCCESS")
    )
    states = [outcome_state(runs, match(runs, [row]), "bigquery", 0) for row in (still_open, other, ended)]
    assert states == [CardState.ERROR, CardState.ERROR, CardState.SUCCESS]


def test_the_row_decides_about_a_run_if_it_says_anything() -> None:
    run = make_run(exit_code=0)
    assert verdict(run, None, 0) is CardState.SUCCESS
    assert verdict(run, make_row(status="ERRO"), 0) is CardState.ERROR
    assert verdict(run, make_row(status="RUNNING"), 0) is CardState.SUCCESS
    assert verdict(lost("12:00"), None, 0) is None
