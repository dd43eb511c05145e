from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.wine.session import Session


def test_sessions_that_begin_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    def one(_: int) -> bool:
        session = Session(tmp_path / "sessions", [])
        there = (session.folder / "lock").is_file() and session.work.is_dir()
        session.close()
        return there

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(one, range(400)))
    assert list((tmp_path / "sessions").iterdir()) == []


def test_what_a_killed_session_left_is_swept_by_the_next(tmp_path: Path) -> None:
    left = tmp_path / "sessions" / "left"
    left.mkdir(parents=True)
    (left / "lock").touch()
    session = Session(tmp_path / "sessions", [])
    assert not left.exists()
    session.close()
