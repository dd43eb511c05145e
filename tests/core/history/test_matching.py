from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at, make_open_run, make_row, make_run
from tray_agent.core.history.matching import counted, is_from_the_future, match, one_a_run
from tray_agent.core.model import HistoryRow

NOON = at("12:00")


def after(seconds: float, status: str | None = "SUCCESS") -> HistoryRow:
    """A row that starts so many seconds after noon."""
    return make_row(start=NOON + timedelta(seconds=seconds), status=status)


class TestMatch:
    @pytest.mark.parametrize(
        ("seconds", "is_its"), [(-121, False), (-120, True), (0, True), (120, True), (121, False)]
    )
    def test_a_row_within_120_s_is_the_runs(self, seconds: int, is_its: bool) -> None:
        run, row = make_run(), after(seconds)

        matched = match([run], [row])

        assert (matched.own, matched.foreign) == (({run.id: row}, ()) if is_its else ({}, (row,)))

    def test_each_row_is_one_runs_the_nearest_first(self) -> None:
        a, b, c = (make_run(started=NOON + timedelta(seconds=s)) for s in (0, 60, 300))
        rows = [after(58), after(3), after(70)]

        matched = match([a, b, c], rows)

        assert matched.own == {a.id: after(3), b.id: after(58)}
        assert matched.foreign == (after(70),)

    def test_of_two_rows_as_near_the_one_after_the_start_is_its(self) -> None:
        run = make_run()

        assert match([run], [after(-5), after(5)]).own == {run.id: after(5)}

    def test_rows_without_a_start_are_nobodys(self) -> None:
        assert match([make_run()], [HistoryRow("pix", "SUCCESS")]).foreign == (HistoryRow("pix", "SUCCESS"),)

    def test_a_row_that_was_read_before_a_run_began_is_not_its(self) -> None:
        run = make_run()
        known = replace(after(-5), seen=NOON - timedelta(seconds=1))

        assert match([run], [known]).own == {}
        assert match([run], [replace(known, seen=NOON)]).own == {run.id: known}

    @given(
        st.lists(st.integers(0, 2000), unique=True, max_size=12),
        st.lists(st.integers(0, 2000), unique=True, max_size=12),
    )
    def test_no_row_is_two_runs_and_none_is_lost(self, starts: list[int], rows: list[int]) -> None:
        runs = [make_run(started=NOON + timedelta(seconds=s)) for s in starts]

        matched = match(runs, map(after, rows))

        taken = [row.start for row in matched.own.values()]
        assert len(set(taken)) == len(taken)
        assert sorted([*taken, *(row.start for row in matched.foreign)], key=str) == sorted(
            (after(s).start for s in rows), key=str
        )
        by_id = {run.id: run for run in runs}
        for run_id, row in matched.own.items():
            assert row.start is not None
            assert abs(row.start - by_id[run_id].started) <= timedelta(seconds=120)


class TestCount:
    def test_all_rows_count_while_nothing_runs(self) -> None:
        assert counted([after(0), after(60), HistoryRow("pix")], None, [make_run()]) == 3

    @pytest.mark.parametrize(
        ("seconds", "count"), [(-40, 1), (-3, 1), (-2, 0), (0, 0), (5, 0), (120, 0), (121, 1)]
    )
    def test_a_running_runs_own_row_starts_at_or_after_its_process(self, seconds: float, count: int) -> None:
        """A9: a foreign row 40 s before our process began was taken for ours and not counted."""
        assert counted([after(seconds)], make_open_run(), []) == count

    def test_a_row_that_was_there_before_it_began_is_not_its(self) -> None:
        known = replace(after(1), seen=NOON - timedelta(seconds=1))

        assert counted([known], make_open_run(), []) == 1

    def test_only_one_row_is_its_own(self) -> None:
        assert counted([after(1), after(2), after(3)], make_open_run(), []) == 2

    def test_the_row_of_the_run_before_it_counts(self) -> None:
        former = make_run(started=NOON - timedelta(seconds=10))

        assert counted([after(-9)], make_open_run(), [former]) == 1
        assert counted([after(-9), after(1)], make_open_run(), [former]) == 1


class TestOneARun:
    def test_a_repeated_insert_is_one_run(self) -> None:
        assert one_a_run([after(0), after(0), after(60)]) == [after(0), after(60)]

    @pytest.mark.parametrize("open_status", ["INICIADO", "RUNNING", None])
    def test_a_start_row_and_its_end_row_are_one_run_in_whatever_order(self, open_status: str | None) -> None:
        begin, end = HistoryRow("pix", open_status, NOON), HistoryRow("pix", "ERRO", NOON, 3.0)

        assert one_a_run([begin, end]) == [end]
        assert one_a_run([end, begin]) == [end]

    def test_the_last_status_counts(self) -> None:
        assert one_a_run([after(0, "SUCCESS"), after(0, "ERRO")]) == [after(0, "ERRO")]
        assert one_a_run([after(0, "ERRO"), after(0, "PROCESSADO")]) == [after(0, "PROCESSADO")]

    def test_of_two_ends_the_longer_one_came_later(self) -> None:
        short, long = HistoryRow("pix", "SUCESSO", NOON, 2.0), HistoryRow("pix", "ERRO", NOON, 9.0)

        assert one_a_run([long, short]) == [long]

    def test_rows_without_a_start_stay_runs_of_their_own(self) -> None:
        assert one_a_run([HistoryRow("pix"), HistoryRow("pix")]) == [HistoryRow("pix"), HistoryRow("pix")]


def test_a_row_is_from_the_future_when_it_was_there_over_two_minutes_before_its_start() -> None:
    assert is_from_the_future(replace(after(121), seen=NOON))
    assert not is_from_the_future(replace(after(120), seen=NOON))
    assert not is_from_the_future(after(121))
    assert not is_from_the_future(HistoryRow("pix", seen=NOON))
