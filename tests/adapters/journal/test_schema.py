"""A journal that version 1 of the file's layout wrote (``version1.sql`` is such a file's dump)."""

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
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.core.model import Asked, Outcome, Trigger

OLD = (Path(__file__).parent / "version1.sql").read_text(encoding="utf-8")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """The folder of a journal of version 1."""
    with closing(sqlite3.connect(tmp_path / "journal.sqlite3")) as db:
        db.executescript(OLD)
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


def test_a_new_file_and_an_upgraded_one_have_the_same_tables(old: Path) -> None:
    new = old / "new"
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
