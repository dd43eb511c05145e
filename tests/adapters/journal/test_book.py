"""The journal of a PC of a team."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import at, make_open_run, make_run
from tray_agent.adapters.journal.book import SqliteBook
from tray_agent.core.model import Outcome

TODAY = at().date()


@pytest.fixture
def book(tmp_path: Path) -> Iterator[SqliteBook]:
    made = SqliteBook(tmp_path)
    yield made
    made.close()


def test_an_end_is_unsaid_until_the_brain_has_it(book: SqliteBook) -> None:
    first, second = make_run("a", at("08:00"), book="b1"), make_run("b", at("09:00"), book="b1")
    book.record([second, first, make_open_run("c", book="b1")], [])

    assert book.ends_unsaid(TODAY) == [first, second]
    book.record_said([first.id, first.id])
    book.record_said([first.id])

    assert book.said() == {first.id}
    assert book.ends_unsaid(TODAY) == [second]
    assert book.ends_unsaid(TODAY + timedelta(days=1)) == []


def test_what_a_pc_ran_before_it_was_of_a_team_is_nobodys_business(book: SqliteBook) -> None:
    book.record([make_run("a")], [])

    assert book.ends_unsaid(TODAY) == []


def test_a_run_is_found_by_its_id_alone(book: SqliteBook) -> None:
    run = make_open_run("a", pc="PC-MARIA", book="b1")
    book.record([run], [])

    assert book.run(run.id) == run
    assert book.run("another") is None


def test_what_was_said_goes_with_its_runs(book: SqliteBook) -> None:
    old = [make_run("a", at("08:00", day=day), book="b1") for day in (1, 2, 3, 4)]
    book.record(old, [])
    book.record_said([run.id for run in old])

    book.prune(TODAY)

    assert book.said() == {run.id for run in old[1:]}


class TestFound:
    def test_a_run_that_nobody_knew_is_put_on_record(self, book: SqliteBook) -> None:
        ended, open_run = make_run("a", pc="PC-MARIA", book="b1"), make_open_run("b", pc="PC-MARIA")

        book.record_found([ended, open_run])

        assert book.runs_of(TODAY) == [ended]
        assert book.open_runs() == [open_run]

    def test_what_was_unknown_becomes_known_and_what_is_known_stays(self, book: SqliteBook) -> None:
        lost = make_run("a", outcome=Outcome.UNKNOWN, exit_code=None, reason="dada por perdida")
        known = make_run("b", exit_code=3)
        going = make_open_run("c")
        book.record([lost, known, going], [])
        book.wish_stopped(going.id, Outcome.STOPPED)

        truth = make_run("a", exit_code=0, duration_seconds=7.5)
        end = make_run("c", outcome=Outcome.STOPPED, exit_code=-15)
        book.record_found([truth, replace(known, exit_code=0), end])
        book.record_found([replace(truth, outcome=Outcome.UNKNOWN, exit_code=None), make_open_run("c")])

        assert {run.id: run for run in book.runs_of(TODAY)} == {each.id: each for each in (truth, known, end)}
        assert book.stops_wished() == {}
