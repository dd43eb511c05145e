"""What a read of the history does: whose its rows are, and what they count (product 3.5 to 3.8)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_read, make_row, make_rows
from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.history.answer import MOST_ROWS
from tray_agent.core.history.names import MOST_STRANGERS
from tray_agent.core.model import CardState, Job, Problem, Where
from tray_agent.core.rules.owed import good_ends


def problems(day: Day) -> list[str]:
    assert day.snapshot is not None
    return [each.what for each in day.snapshot.problems]


def discover(day: Day, *jobs: Job) -> None:
    """A discovery, and nothing else."""
    day.turn(msg.Discovered(make_discovery(*jobs)))


class TestNames:
    def test_a_run_logged_under_its_path_is_not_made_again(self) -> None:
        day = Day("14:05", verified=False).jobs(make_job("envia_pix", 8, 12))

        day.turn(make_read(day.now, *make_rows(1, "c:\\x\\metodos\\envia_pix"), make_row("enviapix")))

        assert (day.facts("envia_pix").actual, day.held()) == (2, [])
        assert problems(day) == []

    def test_rows_of_no_job_are_one_problem_that_goes_when_they_go(self) -> None:
        day = Day("14:05").jobs(make_job("pix"))

        day.turn(make_read(day.now, *make_rows(2, "__main__")))
        assert problems(day) == ["2 linhas do histórico não são de nenhuma automação: __main__ (2)"]

        day.turn(make_read(day.now))
        assert problems(day) == []

    def test_a_read_that_comes_before_the_first_registry_counts_once_the_jobs_are_there(self) -> None:
        day = Day("14:05", verified=False)
        day.turn(make_read(day.now, *make_rows(2, "pix"), make_row("x")))
        assert problems(day) == [], "without a registry nobody knows whose they are"

        discover(day, make_job("pix", 8, 12))

        assert (day.facts().actual, day.held()) == (2, [])
        assert problems(day) == ["1 linha do histórico não é de nenhuma automação: x"]

    def test_a_job_that_comes_into_the_registry_finds_its_rows_of_today(self) -> None:
        day = Day("14:05", verified=False).jobs(make_job("pix", 8))
        day.turn(make_read(day.now, *make_rows(1), *make_rows(2, "novo")))

        discover(day, make_job("pix", 8), make_job("novo", 8, 12))

        assert (day.facts("novo").actual, day.held()) == (2, [])
        assert problems(day) == []

    def test_a_job_that_leaves_and_comes_back_counts_what_it_counted(self) -> None:
        day = Day("14:05", verified=False).jobs(make_job("pix", 8), make_job("b"))
        day.turn(make_read(day.now, *make_rows(1)))

        discover(day, make_job("b"))
        assert problems(day) == ["1 linha do histórico não é de nenhuma automação: pix"]
        discover(day, make_job("pix", 8), make_job("b"))

        assert (day.facts().actual, day.held(), problems(day)) == (1, [], [])

    def test_of_too_many_rows_of_no_job_none_is_kept_and_other_jobs_wait_for_a_new_read(self) -> None:
        day = Day("14:05").jobs(make_job("b"))
        rows = [
            make_row("pix", at("01:00") + timedelta(milliseconds=number))
            for number in range(MOST_STRANGERS + 1)
        ]
        day.turn(make_read(day.now, *rows))
        assert day.state.history.verified

        discover(day, make_job("pix", 8), make_job("b"))

        assert act.ReadHistory in day.kinds()
        assert (day.state.history.verified, day.held()) == (False, [])
        day.turn(make_read(day.now, *rows))
        assert (day.state.history.verified, day.held(), day.facts().actual) == (True, [], MOST_STRANGERS + 1)

    def test_the_same_jobs_found_again_change_nothing(self) -> None:
        day = Day("14:05").jobs(make_job("pix"))
        day.turn(make_read(day.now, *make_rows(1), *make_rows(1, "x")))
        version = day.facts().version

        discover(day, make_job("pix"))

        assert day.facts().version == version

    def test_another_day_knows_nothing_of_the_rows_of_this_one(self) -> None:
        day = Day("23:59:59").jobs(make_job("pix"))
        day.turn(make_read(day.now, *make_rows(1, "x")))
        assert len(problems(day)) == 1

        day.later(2)

        assert problems(day) == []
        assert day.state.strangers.count == 0


class TestCounts:
    def test_more_rows_of_a_job_than_are_kept_are_counted(self) -> None:
        day = Day("14:05", verified=False).jobs(make_job("pix", 8))
        starts = [at("01:00") + timedelta(seconds=each) for each in range(MOST_ROWS + 5)]

        day.turn(make_read(day.now, *(make_row(start=start) for start in starts)))

        assert (day.facts().actual, len(day.facts().rows)) == (MOST_ROWS + 5, MOST_ROWS)

    def test_a_repeated_insert_and_a_start_row_with_its_end_row_are_one_run_each(self) -> None:
        """A3: two runs were counted, and the next hour never ran."""
        day = Day("12:05", verified=False).jobs(make_job("pix", 8, 12), make_job("b", 8))
        begin, end = make_row("b", at("08:00:01"), "INICIADO"), make_row("b", at("08:00:01"), "SUCESSO")

        day.turn(make_read(day.now, *make_rows(1), *make_rows(1), begin, end))

        assert (day.facts().actual, day.facts("b").actual, day.held()) == (1, 1, ["pix"])
        assert day.facts("b").state is CardState.SUCCESS

    def test_a_foreign_run_just_before_ours_counts(self) -> None:
        """A9: it was taken for ours until ours had ended, and one run too many was made."""
        day = Day("14:05").jobs(make_job("pix", 8, 9))
        day.begin()
        day.turn(make_read(day.now, make_row(start=day.now - timedelta(seconds=40))))
        assert day.facts().actual == 1

        day.exit()

        assert (day.facts().actual, day.held()) == (2, [])

    def test_our_own_row_while_we_run_does_not_count_twice(self) -> None:
        day = Day("14:05").jobs(make_job("pix", 8, 9))
        day.begin()
        day.turn(make_read(day.now, make_row(start=day.now + timedelta(seconds=1), status="INICIADO")))
        assert day.facts().actual == 0

        day.exit()

        assert (day.facts().actual, day.held()) == (1, ["pix"])

    def test_nor_does_it_when_it_is_written_in_local_time_without_a_zone(self) -> None:
        """A4: it lay three hours early, counted as a run made elsewhere, and the next hour never ran."""
        day = Day("14:05").jobs(make_job("pix", 8, 9))
        day.begin()
        day.turn(make_read(day.now, make_row(start=at("11:05:01"), status="INICIADO")))
        assert day.facts().actual == 0

        day.exit()
        day.later(300)
        day.turn(make_read(day.now, make_row(start=at("11:05:01"), status="ERRO")))

        assert day.facts().actual == 1
        last = day.facts().last_run
        assert last is not None and (last.start, last.status) == (at("14:05:01"), "ERRO")
        assert "pix: a hora local está gravada sem fuso" in problems(day)[0]

    def test_a_run_from_before_midnight_awaits_no_row_of_the_new_day(self) -> None:
        day = Day("23:59:50").jobs(make_job("pix", 0, 23))
        day.state.load_day([], {})
        day.begin()
        day.set_clock(at("00:01", 11))
        day.turn()

        day.turn(make_read(day.now, make_row(start=at("00:00:30", 11))))

        assert day.facts().actual == 1

    @pytest.mark.parametrize("status", ["SUCCESS", "ERRO"])
    def test_a_row_from_the_future_counts_but_hides_no_crash(self, status: str) -> None:
        """A5: green with "Última execução: 17:30" at 14:05."""
        day = Day("14:05").jobs(make_job("pix", 8))
        day.whole_run(code=1)

        day.turn(make_read(day.now, make_row(start=at("17:30"), status=status)))

        assert day.facts().state is CardState.ERROR
        assert day.facts().last_run is not None and day.facts().last_run.source == "local"
        assert "no futuro" in problems(day)[0]
        day.set_clock(at("17:31"))
        day.turn(make_read(day.now, make_row(start=at("17:30"), status=status)))
        assert day.facts().last_run is not None and day.facts().last_run.source == "local", "it was a lie"


def test_what_the_reader_has_to_say_stands_beside_what_the_rows_say() -> None:
    day = Day("14:05").jobs(make_job("pix"))
    read = replace(make_read(day.now, *make_rows(1, "x")), problems=(Problem(Where.HISTORY, "relógio"),))
    day.turn(read)

    assert problems(day) == ["1 linha do histórico não é de nenhuma automação: x", "relógio"]


@pytest.mark.parametrize(
    ("status", "ends"), [("INICIADO", 1), ("PROCESSADO", 1), ("ERRO", 0), ("SEM DADOS", 1)]
)
def test_a_row_that_does_not_say_how_a_run_ended_hides_it_from_nobody(status: str, ends: int) -> None:
    """Neither from its card nor from the jobs that wait for it."""
    day = Day("14:05").jobs(make_job("pix", 8))
    day.whole_run()

    day.turn(make_read(day.now, make_row(start=at("14:05:01"), status=status)))

    assert len(good_ends(day.state, "pix")) == ends
    assert day.facts().state is not CardState.IDLE
