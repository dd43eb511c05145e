"""The agent's own log is put aside when it is long."""

from __future__ import annotations

import logging
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.system.log_file import RotatingFile


def written(handler: RotatingFile, *texts: str) -> None:
    for text in texts:
        handler.handle(logging.LogRecord("x", logging.INFO, "", 0, text, None, None))
    handler.close()


def test_a_long_log_is_put_aside_and_the_oldest_goes(tmp_path: Path) -> None:
    written(
        RotatingFile(tmp_path / "agent.log", 11, 2), "primeira linha", "segunda linha", "terceira", "quarta"
    )
    said = {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()}
    assert said == {
        "agent.log": "terceira\nquarta\n",
        "agent.log.1": "segunda linha\n",
        "agent.log.2": "primeira linha\n",
    }
    written(RotatingFile(tmp_path / "agent.log", 11, 2), "quinta")
    said = {each.name: each.read_text(encoding="utf-8") for each in tmp_path.iterdir()}
    assert said == {
        "agent.log": "quinta\n",
        "agent.log.1": "terceira\nquarta\n",
        "agent.log.2": "segunda linha\n",
    }


def test_what_is_no_text_is_written_all_the_same(tmp_path: Path) -> None:
    written(RotatingFile(tmp_path / "agent.log", 1000, 1), "pasta \udcff")
    assert (tmp_path / "agent.log").read_text(encoding="utf-8") == "pasta \\udcff\n"


def test_a_log_that_cannot_be_put_aside_is_written_on(tmp_path: Path) -> None:
    (tmp_path / "agent.log.1").mkdir()
    (tmp_path / "agent.log.1" / "x").touch()
    written(RotatingFile(tmp_path / "agent.log", 5, 1), "primeira", "segunda")
    assert (tmp_path / "agent.log").read_text(encoding="utf-8") == "primeira\nsegunda\n"


@pytest.mark.skipif(sys.platform == "win32", reason="a device is no file there")
def test_what_is_no_file_is_never_put_aside(tmp_path: Path) -> None:
    (tmp_path / "agent.log").symlink_to("/dev/null")
    written(RotatingFile(tmp_path / "agent.log", 0, 1), "uma", "duas")
    assert (tmp_path / "agent.log").is_symlink()


def test_a_log_that_cannot_be_opened_costs_nobody_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging, "raiseExceptions", False)
    handler = RotatingFile(tmp_path / "later" / "agent.log", 1000, 1)
    written(handler, "lost")
    (tmp_path / "later").mkdir()
    written(handler, "kept")
    assert (tmp_path / "later" / "agent.log").read_text(encoding="utf-8") == "kept\n"
