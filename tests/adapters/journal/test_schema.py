"""Journals that earlier versions of the file's layout wrote (``version1.sql`` is such a file's dump)."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.builders import at, make_open_run, make_run
from tray_agent.adapters.journal import schema
from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.rows import row_of
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Asked, Outcome, Trigger

OLD = (Path(__file__).parent / "version1.sql").read_text(encoding="utf-8")
SECOND = (Path(__file__).parent / "version2.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a journal of version 1."""
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        db.executescript(OLD)
    return tmp_path


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """The folder of a journal of version 2."""
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        db.executescript(SECOND)
    return tmp_path


def state_of(folder: Path) -> tuple[int, list[str]]:
    """Version and columns of the file, asked past our own code."""
    with closing(sqlite3.connect(folder / "journal.sqlite3")) as db:
        return db.execute("PRAGMA user_version").fetchone()[0], [
            row[1] for row in db.execute("PRAGMA table_info(runs)")
        ]


def test_all_that_an_old_file_holds_is_there_and_new_things_fit_in(old: Path) -> None:
    journal = SqliteJournal(old)

    assert [run.id for run in journal.runs_of(at().date())] == [
        "pix-10-080000-000000",
        "ted-10-120000-000000",
    ]
    assert journal.runs_of(at().date())[0] == make_run(started=at("08:00"))
    assert journal.open_runs() == [make_open_run("bac", identity=None)]
    assert journal.stops_wished() == {"bac-10-120000-000000": Outcome.STOPPED}
    assert journal.is_paused()
    new = make_run("neu", trigger=Trigger.REPEAT, reason="KeyError: 'conta'", by="B3\\maria", attempt=2)
    journal.record([new], [], [Asked(at(), "maria", "repeat", "neu")])
    assert new in journal.runs_of(at().date())
    journal.close()
    assert state_of(old)[0] == schema.VERSION


def test_a_file_of_version_2_keeps_its_runs_which_were_this_pcs_own_and_takes_those_of_others(
    second: Path,
) -> None:
    journal = SqliteJournal(second)

    kept = make_run(
        started=at("08:00"),
        by="B3\\maria",
        reason="KeyError: 'conta'",
        attempt=1,
        exit_code=1,
        trigger=Trigger.RETRY,
    )
    assert journal.runs_of(at().date()) == [kept]
    assert journal.open_runs() == [make_open_run("bac", identity=None)]
    remote = make_run("neu", started=at("13:00"), pc="PC-MARIA", book="a1b2")
    journal.record([remote], [])
    assert journal.runs_of(at().date()) == [kept, remote]
    journal.close()
    assert state_of(second)[0] == schema.VERSION


def test_a_program_of_version_2_goes_on_with_the_file_of_this_one(second: Path) -> None:
    journal = SqliteJournal(second)
    journal.record([make_run("neu", pc="PC-MARIA", book="a1b2")], [])
    journal.close()
    columns = (
        "id, job, name, script, trigger, day, started, log, pid, created, boot,"
        ' attempt, "by", arguments, stands_for,'
        " ended, duration_seconds, exit_code, outcome, script_hash, reason"
    )
    row = row_of(make_run("zwei"))
    its_own = (*row[:15], *row[17:])

    with closing(sqlite3.connect(second / "journal.sqlite3")) as db, db:
        db.execute(f"INSERT INTO runs ({columns}) VALUES ({', '.join('?' * 21)})", its_own)
        db.execute(f"SELECT {columns} FROM runs").fetchall()

    journal = SqliteJournal(second)
    found = {run.job: run.pc for run in journal.runs_of(at().date())}
    assert found == {"pix": "", "neu": "PC-MARIA", "zwei": ""}
    journal.close()


def test_the_past_of_a_file_of_version_2_is_read_as_it_is(second: Path) -> None:
    runs = PastRuns(second).runs_of(at().date())

    assert [(run.job, run.pc) for run in runs] == [("bac", ""), ("pix", "")]
    assert state_of(second)[0] == 2


@pytest.mark.parametrize("dump", [OLD, SECOND])
def test_a_new_file_and_an_upgraded_one_have_the_same_tables(tmp_path: Path, dump: str) -> None:
    old, new = tmp_path, tmp_path / "new"
    with closing(sqlite3.connect(old / "journal.sqlite3")) as db:
        db.executescript(dump)
    layouts = []
    for folder in (old, new):
        journal = SqliteJournal(folder)
        journal.open_runs()
        journal.close()
        with closing(sqlite3.connect(folder / "journal.sqlite3")) as db:
            layouts.append(
                {
                    name: [row[1:] for row in db.execute(f"PRAGMA table_info('{name}')")]
                    or [row[1:] for row in db.execute(f"PRAGMA index_xinfo('{name}')")]
                    for (name,) in db.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")
                }
            )

    assert layouts[0] == layouts[1]


def test_an_upgrade_that_is_cut_off_leaves_the_old_file_whole(old: Path) -> None:
    program = (
        "import os, pathlib, sys\n"
        "from tray_agent.adapters.journal import schema\n"
        "from tray_agent.adapters.journal.store import SqliteJournal\n"
        "real = schema._upgrade\n"
        "def dying(db):\n"
        "    real(db)\n"
        "    os._exit(9)\n"
        "schema._upgrade = dying\n"
        "SqliteJournal(pathlib.Path(sys.argv[1])).open_runs()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(old)], cwd=Path(__file__).parents[3], check=False, timeout=60
    )
    assert done.returncode == 9
    assert state_of(old)[0] == 1
    assert "reason" not in state_of(old)[1]

    journal = SqliteJournal(old)
    assert len(journal.runs_of(at().date())) == 2
    journal.close()


def test_two_programs_that_open_an_old_file_at_once_both_get_on(old: Path) -> None:
    program = (
        "import pathlib, sys\n"
        "from tray_agent.adapters.journal.store import SqliteJournal\n"
        "sys.stdin.readline()\n"
        "print(len(SqliteJournal(pathlib.Path(sys.argv[1])).open_runs()))\n"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(old)],
            cwd=Path(__file__).parents[3],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()

    assert [child.communicate(timeout=60)[0] for child in children] == ["1\n"] * 4


def test_a_file_that_an_older_program_numbered_back_is_upgraded_again(old: Path) -> None:
    journal = SqliteJournal(old)
    journal.record([make_run("neu", reason="disco")], [])
    journal.close()
    with closing(sqlite3.connect(old / "journal.sqlite3")) as db:
        db.execute("PRAGMA user_version = 1")

    journal = SqliteJournal(old)

    assert [run.reason for run in journal.runs_of(at().date()) if run.job == "neu"] == ["disco"]
    journal.close()


def test_a_file_of_a_later_version_is_used_as_it_is(old: Path) -> None:
    journal = SqliteJournal(old)
    journal.open_runs()
    journal.close()
    with closing(sqlite3.connect(old / "journal.sqlite3")) as db:
        db.execute("ALTER TABLE runs ADD COLUMN later TEXT")
        db.execute("PRAGMA user_version = 9")

    journal = SqliteJournal(old)
    journal.record([make_run("neu")], [])
    journal.close()

    assert state_of(old)[0] == 9


@pytest.mark.skipif(sys.platform == "win32", reason="access is by lists there")
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_an_old_file_that_may_not_be_written_is_said(old: Path) -> None:
    (old / "journal.sqlite3").chmod(0o400)
    old.chmod(0o500)
    try:
        with pytest.raises(Exception, match="verifique a pasta de dados"):
            SqliteJournal(old).open_runs()
    finally:
        old.chmod(0o700)
