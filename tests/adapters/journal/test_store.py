from __future__ import annotations

import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tests.builders import at, make_open_run, make_run
from tests.engine.fakes import MemoryJournal
from tray_agent.adapters.journal import file as journal_module
from tray_agent.adapters.journal.rows import asked_of
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Asked, Outcome, Pausing, Run, Trigger
from tray_agent.core.ports import Journal, JournalError
from tray_agent.core.standing import Ruled

TODAY = at().date()


@pytest.fixture(params=["sqlite", "memory"])
def journal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Journal]:
    """The real journal and the tests' fake: what one does, the other does."""
    made: Journal = SqliteJournal(tmp_path) if request.param == "sqlite" else MemoryJournal()
    yield made
    made.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(tmp_path)
    yield journal
    journal.close()


def ended(run: Run, code: int | None = 0, seconds: float | None = 4.0) -> Run:
    outcome = Outcome.ENDED if code is not None else Outcome.UNKNOWN
    return replace(
        run,
        ended=run.started + timedelta(seconds=9),
        duration_seconds=seconds,
        exit_code=code,
        outcome=outcome,
    )


def commands_in(journal: Journal) -> list[Asked]:
    assert isinstance(journal, SqliteJournal)
    return [asked_of(row) for row in journal._open().execute("SELECT * FROM commands")]


class TestBoth:
    def test_a_start_is_open_until_its_end_is_on_record(self, journal: Journal) -> None:
        run = make_open_run(trigger=Trigger.MANUAL, script_hash="abc")

        journal.record([run], [])
        assert journal.open_runs() == [run]
        assert journal.runs_of(TODAY) == []
        journal.record([], [ended(run, 3)])

        assert journal.open_runs() == []
        assert journal.runs_of(TODAY) == [ended(run, 3)]

    def test_starts_and_ends_go_together(self, journal: Journal) -> None:
        first, second = make_open_run("a"), make_open_run("b")
        journal.record([first], [])

        journal.record([second], [ended(first)])

        assert journal.open_runs() == [second]
        assert journal.runs_of(TODAY) == [ended(first)]

    def test_all_or_none(self, journal: Journal) -> None:
        first, second = make_open_run("a"), make_open_run("b")
        journal.record([first], [])

        with pytest.raises(JournalError):
            journal.record([second, first], [ended(first)])

        assert journal.open_runs() == [first]

    def test_ended_runs_come_by_their_day_oldest_first(self, journal: Journal) -> None:
        runs = [make_run(started=at(clock)) for clock in ("12:00:00.5", "12:00:00", "08:00")]
        yesterday = make_run(started=at("23:59", day=9), ended=at("00:10"))
        journal.record([*runs, yesterday], [])

        assert journal.runs_of(TODAY) == sorted(runs, key=lambda run: run.started)
        assert journal.runs_of(yesterday.day) == [yesterday]

    def test_a_run_that_never_began_is_forgotten_one_that_ended_is_not(self, journal: Journal) -> None:
        held, over = make_open_run("a"), make_run("b")
        journal.record([held, over], [])

        for run in (held, over):
            journal.forget(run.id)
        journal.forget("nobody's")

        assert journal.open_runs() == []
        assert journal.runs_of(TODAY) == [over]

    def test_an_end_without_a_start_leaves_nothing(self, journal: Journal) -> None:
        journal.record([], [make_run()])

        assert journal.runs_of(TODAY) == []

    def test_the_usual_time_is_the_median_of_good_runs(self, journal: Journal) -> None:
        assert journal.usual_seconds("pix") is None
        for number, (code, seconds) in enumerate([(0, 10.0), (0, 30.0), (0, 20.0), (1, 900.0), (0, None)]):
            journal.record([make_run(id=f"r{number}", exit_code=code, duration_seconds=seconds)], [])
        journal.record([make_run("other", duration_seconds=77.0)], [])

        assert journal.usual_seconds("pix") == 20.0

    def test_the_usual_time_follows_the_latest_twenty(self, journal: Journal) -> None:
        for number in range(40):
            started = at("08:00") + timedelta(minutes=number)
            journal.record([make_run(started=started, duration_seconds=1.0 if number < 20 else 60.0)], [])

        assert journal.usual_seconds("pix") == 60.0

    def test_what_the_history_counted_beyond_our_own_falls_only_when_told_so(self, journal: Journal) -> None:
        journal.record_surplus(TODAY, {"pix": 2, "ted": 1})
        journal.record_surplus(TODAY, {"pix": 1})
        assert journal.surplus_of(TODAY) == {"pix": 2, "ted": 1}

        journal.record_surplus(TODAY, {"pix": 1}, falls=True)
        journal.record_surplus(TODAY, {"ted": 0}, falls=True)

        assert journal.surplus_of(TODAY) == {"pix": 1}

    def test_a_wish_to_stop_stands_as_long_as_its_run_is_open(self, journal: Journal) -> None:
        first, second = make_open_run(id="first"), make_open_run(id="second", job="ted")
        journal.record([first, second], [])
        journal.wish_stopped("first", Outcome.STOPPED)
        journal.wish_stopped("first", Outcome.TIMED_OUT)
        journal.wish_stopped("second", Outcome.STOPPED)
        assert journal.stops_wished() == {"first": Outcome.TIMED_OUT, "second": Outcome.STOPPED}
        journal.close()

        journal.record([], [ended(first, None)])
        journal.forget("second")

        assert journal.stops_wished() == {}

    def test_a_pause_is_remembered(self, journal: Journal) -> None:
        assert not journal.is_paused()
        journal.set_paused(True)
        assert journal.is_paused()
        journal.set_paused(False)
        assert not journal.is_paused()

    def test_all_that_a_run_carries_is_kept(self, journal: Journal) -> None:
        run = make_open_run(
            trigger=Trigger.RETRY,
            attempt=2,
            by="B3\\maria",
            arguments=("--dia", "2026-03-09", "ação"),
            stands_for=at("11:30"),
        )
        journal.record([run], [])
        assert journal.open_runs() == [run]

        over = replace(ended(run, 3), reason="PermissionError: \\\\rede\\entrada")
        journal.record([], [over])

        assert journal.runs_of(TODAY) == [over]

    def test_what_a_run_left_behind_is_of_the_moment(self, journal: Journal) -> None:
        journal.record([make_run(leftovers=(7, 8))], [])

        assert journal.runs_of(TODAY) == [make_run()]

    def test_what_the_history_counted_beyond_ours_never_falls_within_its_day(self, journal: Journal) -> None:
        yesterday = at(day=9).date()
        journal.record_surplus(TODAY, {"pix": 3, "ted": 1, "bac": 0})
        journal.record_surplus(TODAY, {"pix": 2, "spb": 4})
        journal.record_surplus(yesterday, {"pix": 1})
        journal.close()

        assert journal.surplus_of(TODAY) == {"pix": 3, "ted": 1, "spb": 4}
        assert journal.surplus_of(yesterday) == {"pix": 1}
        assert journal.surplus_of(at(day=8).date()) == {}

    def test_jobs_and_areas_are_paused_and_resumed_apart(self, journal: Journal) -> None:
        until = Pausing(at("18:00"), "arquivo da B3 não sai hoje", "maria", at())
        endless = Pausing(None)
        journal.pause_job("pix", endless)
        journal.pause_job("pix", until)
        journal.pause_job("ted", endless)
        journal.pause_area("pix", endless)
        journal.close()
        assert journal.pausings() == ({"pix": until, "ted": endless}, {"pix": endless})

        journal.pause_job("pix", None)
        journal.pause_job("nobody's", None)

        assert journal.pausings() == ({"ted": endless}, {"pix": endless})

    def test_a_bad_end_that_was_taken_note_of_is_kept(self, journal: Journal) -> None:
        journal.acknowledge("pix", "run-1")
        journal.acknowledge("pix", "run-2")
        journal.acknowledge("ted", "run-3")
        journal.acknowledge("ted", "")

        assert journal.acknowledged() == {"pix": "run-2"}

    def test_what_is_said_of_a_day_is_kept(self, journal: Journal) -> None:
        assert journal.rules() == {}
        journal.record_rules(
            {"": Ruled("", TODAY), "pix": Ruled("5º dia útil às 8h", TODAY), "b": Ruled("x", TODAY)}
        )
        journal.record_rules({"pix": Ruled("sexta às 8h", at(day=9).date()), "b": None})
        assert journal.rules() == {"": Ruled("", TODAY), "pix": Ruled("sexta às 8h", at(day=9).date())}
        assert journal.closing_of(TODAY) is None
        journal.record_closing(TODAY, ["2 automações não rodaram", "ação"])
        journal.record_closing(at(day=9).date(), [])

        assert journal.closing_of(TODAY) == ("2 automações não rodaram", "ação")
        assert journal.closing_of(at(day=9).date()) == ()

    def test_what_was_asked_goes_on_record_with_the_runs_or_not_at_all(self, journal: Journal) -> None:
        run = make_open_run()
        journal.record([run], [])
        with pytest.raises(JournalError):
            journal.record([run], [], [Asked(at(), "maria", "run", "pix")])

        journal.record([make_open_run("ted")], [], [Asked(at(), "maria", "run", "pix", text="Iniciada.")])

        kept = journal.asked if isinstance(journal, MemoryJournal) else commands_in(journal)
        assert kept == [Asked(at(), "maria", "run", "pix", text="Iniciada.")]

    def test_it_can_be_written(self, journal: Journal) -> None:
        assert journal.writable() == ""

    def test_it_opens_again_after_closing(self, journal: Journal) -> None:
        run = make_open_run()
        journal.record([run], [])

        journal.close()

        assert journal.open_runs() == [run]


class TestOnDisk:
    def test_everything_survives_a_restart_times_with_their_offset(self, sqlite: SqliteJournal) -> None:
        run = make_run(identity=None, boot="", trigger=Trigger.MANUAL)
        sqlite.record([run], [])
        sqlite.set_paused(True)
        sqlite.close()

        again = SqliteJournal(sqlite.path.parent)
        try:
            assert again.runs_of(TODAY) == [run]
            assert again.runs_of(TODAY)[0].started.isoformat() == "2026-03-10T12:00:00-03:00"
            assert again.is_paused()
        finally:
            again.close()

    def test_what_was_recorded_survives_a_kill(self, tmp_path: Path) -> None:
        program = (
            "import os, pathlib, sys\n"
            "from tests.builders import make_open_run\n"
            "from tray_agent.adapters.journal.store import SqliteJournal\n"
            "SqliteJournal(pathlib.Path(sys.argv[1])).record([make_open_run()], [])\n"
            "os.kill(os.getpid(), 9)\n"
        )
        subprocess.run([sys.executable, "-c", program, str(tmp_path)], check=False, timeout=60)
        journal = SqliteJournal(tmp_path)

        try:
            assert [run.job for run in journal.open_runs()] == ["pix"]
        finally:
            journal.close()

    def test_a_run_is_found_by_its_id_or_as_the_newest(self, sqlite: SqliteJournal) -> None:
        old, new = make_run(started=at(day=9)), make_open_run()
        sqlite.record([old, new, make_run("b", started=at("13:00"))], [])

        assert sqlite.find("pix", None) == new
        assert sqlite.find("pix", old.id) == old
        assert sqlite.find("b", old.id) is None
        assert sqlite.find("c", None) is None

    def test_old_ended_runs_are_pruned_and_their_logs_named(self, sqlite: SqliteJournal) -> None:
        old = make_run(started=at(day=7), log="/logs/old.log")
        still_open = make_open_run("b", started=at(day=7))
        kept = make_run(started=at(day=8))
        newer = [make_run(started=at(day=day)) for day in (9, 10)]
        sqlite.record(
            [old, still_open, kept, *newer], [], [Asked(at(day=day), "maria", "run") for day in (7, 8)]
        )
        for day in (7, 8):
            sqlite.record_surplus(at(day=day).date(), {"pix": 1})
            sqlite.record_closing(at(day=day).date(), ["fim"])

        assert sqlite.prune(at(day=8).date()) == ["/logs/old.log"]
        assert sqlite.open_runs() == [still_open]
        assert sqlite.runs_of(kept.day) == [kept]
        assert [asked.at for asked in commands_in(sqlite)] == [at(day=8)]
        assert (sqlite.surplus_of(kept.day), sqlite.surplus_of(old.day)) == ({"pix": 1}, {})
        assert (sqlite.closing_of(kept.day), sqlite.closing_of(old.day)) == (("fim",), None)

    def test_two_programs_may_use_it_at_once(self, sqlite: SqliteJournal, tmp_path: Path) -> None:
        sqlite.record([make_run()], [])
        other = SqliteJournal(tmp_path)
        try:
            other.remember("preferences", "{}")
            assert sqlite.recall("preferences") == "{}"
            assert other.runs_of(TODAY) == sqlite.runs_of(TODAY)
        finally:
            other.close()


class TestFaults:
    def test_a_folder_that_is_a_file_is_said_and_heals(self, tmp_path: Path) -> None:
        folder = tmp_path / "folder"
        folder.write_text("in the way")
        journal = SqliteJournal(folder)
        with pytest.raises(JournalError, match=re.escape(str(folder))):
            journal.open_runs()

        folder.unlink()

        assert journal.open_runs() == []
        journal.close()

    @pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
    def test_a_folder_that_was_taken_away_and_made_anew_is_written_to_not_the_file_that_is_gone(
        self, tmp_path: Path
    ) -> None:
        journal = SqliteJournal(tmp_path / "data")
        journal.record([make_open_run("before")], [])
        shutil.rmtree(tmp_path / "data")
        (tmp_path / "data").mkdir()

        journal.record([make_open_run("after")], [])

        again = SqliteJournal(tmp_path / "data")
        assert [run.job for run in again.open_runs()] == ["after"]
        journal.close()
        again.close()

    @pytest.mark.skipif(sys.platform == "win32", reason="an open file cannot be taken away there")
    def test_a_folder_that_goes_and_comes_back_is_not_replaced_meanwhile(self, tmp_path: Path) -> None:
        journal = SqliteJournal(tmp_path / "data")
        journal.record([make_open_run("before")], [])
        (tmp_path / "data").rename(tmp_path / "elsewhere")
        for _ in range(2):
            with pytest.raises(JournalError, match="verifique a pasta de dados"):
                journal.record([make_open_run("meanwhile")], [])
        assert not (tmp_path / "data").exists()

        (tmp_path / "elsewhere").rename(tmp_path / "data")
        journal.record([make_open_run("after")], [])

        assert {run.job for run in journal.open_runs()} == {"before", "after"}
        journal.close()

    def test_a_folder_that_is_gone_is_said(self, tmp_path: Path) -> None:
        assert "não está acessível" in SqliteJournal(tmp_path / "gone").writable()

    @pytest.mark.skipif(sys.platform == "win32", reason="access is by lists there")
    @pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
    def test_a_folder_that_may_not_be_written_is_said(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        try:
            assert "Sem permissão de escrita" in SqliteJournal(tmp_path).writable()
        finally:
            tmp_path.chmod(0o700)

    def test_a_disk_that_is_nearly_full_is_said(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_module, "FREE_BYTES", 10**18)

        assert SqliteJournal(tmp_path).writable().startswith("Disco cheio: menos de 1 MB livre")

    @pytest.mark.parametrize(
        "ask",
        [
            lambda journal: journal.open_runs(),
            lambda journal: journal.record([make_open_run()], []),
            lambda journal: journal.is_paused(),
            lambda journal: journal.usual_seconds("pix"),
        ],
    )
    def test_a_damaged_file_is_said_whatever_is_asked(
        self, tmp_path: Path, ask: Callable[[SqliteJournal], object]
    ) -> None:
        journal = SqliteJournal(tmp_path)
        journal.path.write_bytes(b"not a database" * 100)

        with pytest.raises(JournalError, match="danificado"):
            ask(journal)
        journal.close()

    def test_a_file_that_somebody_else_writes_is_said_and_heals(
        self, sqlite: SqliteJournal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        sqlite.record([], [])
        monkeypatch.setattr(sqlite3, "connect", impatient(sqlite3.connect))
        sqlite.close()
        other = sqlite3.connect(sqlite.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(JournalError, match="locked"):
                sqlite.record([make_open_run()], [])
        finally:
            other.execute("ROLLBACK")
            other.close()

        sqlite.record([make_open_run()], [])
        assert len(sqlite.open_runs()) == 1

    @pytest.mark.skipif(sys.platform != "linux", reason="needs a small file system")
    def test_a_full_disk_is_said_leaves_the_file_whole_and_heals(self, sqlite: SqliteJournal) -> None:
        sqlite.record([make_open_run("before")], [])
        pages = sqlite._open().execute("PRAGMA page_count").fetchone()[0]
        sqlite._open().execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(JournalError, match="disco cheio"):
            sqlite.record([make_open_run(name="x" * 100_000)], [])

        sqlite.record([make_open_run("after")], [])

        assert {run.job for run in sqlite.open_runs()} == {"before", "after"}

    @pytest.mark.parametrize(
        ("column", "value"),
        [("trigger", "'remote'"), ("day", "'ontem'"), ("started", "7"), ("outcome", "'?'")],
    )
    def test_a_row_that_a_later_version_wrote_is_said_not_a_surprise(
        self, sqlite: SqliteJournal, column: str, value: str
    ) -> None:
        sqlite.record([make_open_run()], [])
        sqlite._open().execute(f"UPDATE runs SET {column} = {value}")

        with pytest.raises(JournalError):
            sqlite.open_runs()


def impatient(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    def quickly(*given: object, **named: object) -> sqlite3.Connection:
        return connect(*given, **{**named, "timeout": 0.05})

    return quickly


class TestGrowingAhead:
    """The write-ahead log has its full length from the start, and nothing of that stays in the journal."""

    @pytest.fixture
    def journal(self, tmp_path: Path) -> Iterator[SqliteJournal]:
        journal = SqliteJournal(tmp_path, grows_ahead=True)
        yield journal
        journal.close()

    def log_bytes(self, journal: SqliteJournal) -> int:
        return journal.path.with_name(journal.path.name + "-wal").stat().st_size

    def test_the_log_is_long_before_the_first_run_and_the_journal_is_not(
        self, journal: SqliteJournal
    ) -> None:
        assert journal.open_runs() == []
        before = self.log_bytes(journal)

        for number in range(50):
            journal.record([make_open_run(id=f"run-{number}")], [])

        assert before > 3_000_000
        assert self.log_bytes(journal) == before
        assert len(journal.open_runs()) == 50
        journal.close()
        assert journal.path.stat().st_size < 200_000
        with closing(sqlite3.connect(journal.path)) as db:
            assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert db.execute("SELECT count(*) FROM sqlite_master WHERE name = 'ahead'").fetchone() == (0,)

    def test_a_disk_without_ample_room_is_left_alone(
        self, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_module, "_AMPLE_BYTES", 10**18)

        journal.record([make_open_run(id="run-1")], [])

        assert self.log_bytes(journal) < 200_000
        assert len(journal.open_runs()) == 1

    def test_where_it_cannot_grow_the_journal_works_all_the_same(
        self, journal: SqliteJournal, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(journal_module, "_AHEAD_BYTES", 10**12)

        journal.record([make_open_run(id="run-1")], [])

        assert len(journal.open_runs()) == 1

    def test_what_an_agent_that_was_killed_left_is_there(
        self, tmp_path: Path, journal: SqliteJournal
    ) -> None:
        program = (
            "import os, pathlib, sys\n"
            "from tests.builders import make_open_run\n"
            "from tray_agent.adapters.journal.store import SqliteJournal\n"
            "journal = SqliteJournal(pathlib.Path(sys.argv[1]), grows_ahead=True)\n"
            "journal.record([make_open_run(id='run-1')], [])\n"
            "os.kill(os.getpid(), 9) if sys.platform != 'win32' else os._exit(1)\n"
        )
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path)],
            cwd=Path(__file__).parents[3],
            check=False,
            timeout=60,
        )

        assert [run.id for run in journal.open_runs()] == ["run-1"]


def test_words_that_are_no_text_are_kept_as_far_as_they_go_and_stop_no_record(sqlite: SqliteJournal) -> None:
    broken = ("não ☕".encode() + b" h\xe1").decode("utf-8", "surrogateescape")
    asked = Asked(at(), "maria", "run", broken, accepted=False, text=f"Não há {broken}.")
    run = make_open_run("ted", reason=broken)

    sqlite.record([run], [], [asked])
    sqlite.pause_job("ted", Pausing(None, broken))
    sqlite.record_closing(TODAY, [broken])

    assert [(each.job, each.text) for each in commands_in(sqlite)] == [("não ☕ h?", "Não há não ☕ h?.")]
    assert [each.reason for each in sqlite.open_runs()] == ["não ☕ h?"]
    assert sqlite.pausings()[0]["ted"].reason == "não ☕ h?"
