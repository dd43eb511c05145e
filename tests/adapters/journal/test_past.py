from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from tests.adapters.journal.test_schema import OLD
from tests.builders import at, make_open_run, make_run
from tray_agent.adapters.journal import past as past_questions
from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Asked, Outcome
from tray_agent.core.picture.past import Ends, Tally
from tray_agent.core.ports import JournalError

TODAY = at().date()
YESTERDAY = at(day=9).date()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(tmp_path)
    journal.record(
        [
            make_run(started=at("08:00"), by="maria"),
            make_run(started=at("09:00"), exit_code=3, reason="KeyError: 'conta'"),
            make_run(started=at("09:30"), exit_code=7),
            make_run(started=at("10:00"), exit_code=-15, outcome=Outcome.STOPPED),
            make_run(started=at("10:30"), exit_code=0, outcome=Outcome.TIMED_OUT),
            make_run(started=at("11:00"), exit_code=None, outcome=Outcome.UNKNOWN, duration_seconds=None),
            make_open_run(started=at("12:00")),
            make_run("ted", started=at("08:30")),
            make_run(started=at("08:00", day=9)),
        ],
        [],
        [Asked(at("07:00", day=9), "ana", "pause"), Asked(at("08:00"), "maria", "run", "pix", False, "Não.")],
    )
    yield journal
    journal.close()


@pytest.fixture
def past(journal: SqliteJournal) -> PastRuns:
    return PastRuns(journal.path.parent, no_data_exit_code=7)


def test_runs_of_a_day_come_newest_first_running_ones_too(past: PastRuns) -> None:
    runs = past.runs_of(TODAY)

    assert [f"{run.started:%H%M}" for run in runs] == [
        "1200", "1100", "1030", "1000", "0930", "0900", "0830", "0800",
    ]  # fmt: skip
    assert [run.job for run in past.runs_of(TODAY, "ted")] == ["ted"]
    assert past.runs_of(YESTERDAY, "pix")[0] == make_run(started=at("08:00", day=9))
    assert runs[-1].by == "maria"


def test_errors_alone_are_failures_not_what_was_stopped_or_had_no_data(past: PastRuns) -> None:
    assert [run.outcome for run in past.runs_of(TODAY, only_errors=True)] == [
        Outcome.TIMED_OUT,
        Outcome.ENDED,
    ]
    assert past.runs_of(TODAY, "ted", only_errors=True) == []


def test_ends_are_counted_by_kind_and_day(past: PastRuns) -> None:
    assert Tally("pix", "2026-03-09", "ended", 0, 1) in past.tallies(YESTERDAY, TODAY)
    assert sorted(past.tallies(TODAY, TODAY), key=repr) == sorted(
        [
            Tally("pix", "2026-03-10", "ended", 0, 1),
            Tally("pix", "2026-03-10", "ended", 3, 1),
            Tally("pix", "2026-03-10", "ended", 7, 1),
            Tally("pix", "2026-03-10", "stopped", -15, 1),
            Tally("pix", "2026-03-10", "timed_out", 0, 1),
            Tally("pix", "2026-03-10", "unknown", None, 1),
            Tally("ted", "2026-03-10", "ended", 0, 1),
        ],
        key=repr,
    )


def test_ends_of_jobs_are_those_of_the_days_asked_for(past: PastRuns) -> None:
    assert past.ends(TODAY - timedelta(days=5), YESTERDAY, ["pix", "nobody's"]) == Ends(
        {"2026-03-09": [4.0]}, []
    )
    found = past.ends(YESTERDAY, TODAY, ["pix", "ted"])
    assert sum(map(len, found.well.values())) + len(found.others) == 8
    assert {(end.outcome, end.exit_code) for end in found.others} == {
        ("ended", 3),
        ("ended", 7),
        ("stopped", -15),
        ("timed_out", 0),
        ("unknown", None),
    }


def test_what_was_asked_comes_newest_first(past: PastRuns) -> None:
    assert past.asked(TODAY) == [Asked(at("08:00"), "maria", "run", "pix", False, "Não.")]
    assert [asked.by for asked in past.asked(YESTERDAY)] == ["maria", "ana"]


def test_a_job_is_known_by_any_run(past: PastRuns) -> None:
    assert past.knows("pix")
    assert not past.knows("nobody's")


def test_figures_are_counted_from_an_index_that_has_all_of_them(journal: SqliteJournal) -> None:
    with closing(sqlite3.connect(journal.path)) as db:
        for question in (
            past_questions._TALLIES.replace("?", "'x'"),
            past_questions._WELL.replace("?", "'x'"),
            past_questions._OTHERS.replace("?1", "'[]'").replace("?2", "'x'"),
        ):
            steps = [row[-1] for row in db.execute(f"EXPLAIN QUERY PLAN {question}")]
            assert any("COVERING INDEX ended_runs (day" in step for step in steps), steps
            assert not any("TEMP B-TREE" in step for step in steps)


def test_a_folder_without_a_journal_has_no_past_and_gets_none(tmp_path: Path) -> None:
    past = PastRuns(tmp_path / "none")

    assert past.runs_of(TODAY) == []
    assert past.tallies(TODAY, TODAY) == []
    assert past.asked(TODAY) == []
    assert not (tmp_path / "none").exists()


def test_a_journal_of_an_earlier_version_is_read_and_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        db.executescript(OLD)
    past = PastRuns(tmp_path)

    assert {run.job for run in past.runs_of(TODAY)} == {"bac", "pix", "ted"}
    assert past.asked(TODAY) == []
    assert past.tallies(TODAY, TODAY) == [
        Tally("pix", "2026-03-10", "ended", 0, 1),
        Tally("ted", "2026-03-10", "ended", 3, 1),
    ]
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)


def test_a_damaged_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / "journal.sqlite3").write_bytes(b"not a database" * 100)

    with pytest.raises(JournalError, match="danificado"):
        PastRuns(tmp_path).runs_of(TODAY)


def test_it_reads_while_the_engine_writes(journal: SqliteJournal, past: PastRuns) -> None:
    db = journal._open()
    db.execute("BEGIN IMMEDIATE")
    try:
        assert len(past.runs_of(TODAY)) == 8
    finally:
        db.execute("ROLLBACK")
