"""What is kept and what is dropped: runaway logs, old logs, rows of other days, a clock that was wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from tests.adapters.children import until
from tests.builders import at, make_open_run, make_run
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.runs import log_keeper
from tray_agent.adapters.runs.log_files import read_piece
from tray_agent.adapters.runs.log_keeper import LogKeeper, cap, cut_note, read_cut, sweep

KB = 1000
TODAY = at().date()
WRITER = """
import sys
for line in range(40_000):
    print(f"line {line:06d} {'x' * 50}", flush=True)
"""


@pytest.fixture
def journal(tmp_path: Path) -> SqliteJournal:
    return SqliteJournal(tmp_path)


def a_log(folder: Path, name: str, size: int = 10, days_old: float = 0) -> Path:
    log = folder / "pix" / f"{name}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_bytes(b"x" * size)
    age = (at() - timedelta(days=days_old)).timestamp()
    os.utime(log, (age, age))
    return log


class TestCap:
    def test_head_and_tail_of_a_runaway_log_stay_and_its_writer_is_not_held_up(self, tmp_path: Path) -> None:
        log = tmp_path / "run.log"
        with log.open("wb") as out, subprocess.Popen([sys.executable, "-c", WRITER], stdout=out) as writer:
            cuts = 0
            while writer.poll() is None:
                cuts += cap(log, 300 * KB)
            assert writer.returncode == 0
        cap(log, 300 * KB)

        assert cuts
        assert log.stat().st_blocks * 512 <= 400 * KB, "the disk has its space back"
        first, last = read_piece(log, 0).text, read_piece(log, None).text
        assert first.startswith("line 000000 ")
        assert last.rstrip().splitlines()[-1].startswith("line 039999 ")
        note = read_piece(log, (read_cut(log) or (0, 0))[0]).text
        assert "do meio deste log foram descartados" in note
        assert "\0" not in first + last + note

    def test_a_log_within_its_limit_is_left_whole(self, tmp_path: Path) -> None:
        log = tmp_path / "run.log"
        log.write_bytes(b"x" * 1000)

        assert not cap(log, 1000)
        assert not cut_note(log).exists()

    def test_a_log_that_is_not_there_yet_is_no_matter(self, tmp_path: Path) -> None:
        assert not cap(tmp_path / "held.log", 10)


class TestSweep:
    def test_old_logs_go_then_the_oldest_beyond_the_total(
        self, tmp_path: Path, journal: SqliteJournal
    ) -> None:
        logs = tmp_path / "logs"
        ancient = a_log(logs, "ancient", days_old=40)
        older, newer = a_log(logs, "older", 600, days_old=2), a_log(logs, "newer", 600, days_old=1)
        cut_note(older).write_text("[1, 2]")

        assert set(sweep(journal, logs, TODAY, 30, 1000)) == {ancient, older}
        assert [each.name for each in (logs / "pix").iterdir()] == [newer.name]

    def test_the_log_of_an_open_run_stays_whatever_its_age_and_size(
        self, tmp_path: Path, journal: SqliteJournal
    ) -> None:
        logs = tmp_path / "logs"
        log = a_log(logs, "open", 5000, days_old=90)
        journal.record([make_open_run(started=at() - timedelta(days=90), log=str(log))], [])

        assert sweep(journal, logs, TODAY, 30, 1000) == []
        assert log.exists()

    def test_a_clock_that_was_years_ahead_for_a_while_costs_no_count_of_the_day(
        self, tmp_path: Path, journal: SqliteJournal
    ) -> None:
        """Else the day's debts would be paid a second time as soon as the clock is right again."""
        today = make_run(started=at("08:00"))
        astray = make_run(id="astray", started=at("08:00").replace(year=2035))
        for run in (today, astray):
            journal.record([run], [run])

        sweep(journal, tmp_path / "logs", astray.day, 30, 0)

        assert [run.id for run in journal.runs_of(TODAY)] == [today.id]

    def test_rows_of_long_ago_go(self, tmp_path: Path, journal: SqliteJournal) -> None:
        runs = [make_run(id=f"run-{days}", started=at() - timedelta(days=days)) for days in range(60)]
        journal.record(runs, runs)

        sweep(journal, tmp_path / "logs", TODAY, 30, 0)

        kept = [days for days in range(60) if journal.runs_of(TODAY - timedelta(days=days))]
        assert kept == list(range(31))


def test_a_run_that_waits_for_its_first_line_is_capped_later(tmp_path: Path) -> None:
    log = tmp_path / "late.log"
    assert not cap(log, 10_000)
    log.write_bytes(b"x" * 200_000)

    until(lambda: cap(log, 10_000) or read_cut(log))

    assert read_cut(log) is not None


class TestKeeper:
    def test_it_looks_when_runs_begin_and_follows_them_as_long_as_they_last(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(log_keeper, "LOOK_SECONDS", 0.02)
        running: list[Path] = []
        looks: list[int] = []

        def asked() -> list[Path]:
            looks.append(len(running))
            return list(running)

        keeper = LogKeeper(tmp_path, tmp_path, asked, lambda: TODAY, (90, 0.1, 0))
        keeper.start()
        log = a_log(tmp_path, "runaway", 300 * KB)
        running.append(log)
        keeper.look()
        until(lambda: cut_note(log).exists())
        first = read_cut(log)
        with log.open("ab") as more:
            more.write(b"y" * 300 * KB)
        until(lambda: read_cut(log) != first)

        running.clear()
        until(lambda: looks[-1] == 0)
        at_rest = len(looks)
        keeper.look()
        until(lambda: len(looks) > at_rest)
        assert looks[at_rest - 1 :] == [0, 0], "at rest it looks when it is told to"
        keeper.close()

    def test_a_run_that_is_over_before_anybody_looked_is_capped_at_its_end(self, tmp_path: Path) -> None:
        keeper = LogKeeper(tmp_path, tmp_path, list, lambda: TODAY, (90, 0.1, 0))
        log = a_log(tmp_path, "short", 300 * KB)
        keeper.cap_ended(log)
        assert read_cut(log) is not None
        assert log.stat().st_blocks * 512 < 110 * KB
        keeper.cap_ended(tmp_path / "none.log")
        without = LogKeeper(tmp_path, tmp_path, list, lambda: TODAY, (90, 0, 0))
        other = a_log(tmp_path, "unlimited", 300 * KB)
        without.cap_ended(other)
        assert read_cut(other) is None


@pytest.mark.parametrize(
    ("now", "before", "seconds"),
    [
        ({}, {}, 5.0),
        ({"a": 0}, {}, 0.25),
        ({"a": 100}, {"a": 100}, 5.0),
        ({"a": 1000}, {"a": 0}, 0.5),
        ({"a": 10_000_000}, {"a": 0}, 0.1),
        ({"a": 300, "b": 100}, {"a": 100, "b": 100}, 2.5),
    ],
)
def test_a_quick_writer_is_looked_at_sooner(
    now: dict[str, int], before: dict[str, int], seconds: float
) -> None:
    paths = ({Path(log): size for log, size in each.items()} for each in (now, before))
    assert log_keeper.look_again_after(*paths, 1.0, 1000) == seconds
