"""The real tray library of Windows, in a process of its own: what Windows tells it, and what it answers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.windows,
    pytest.mark.skipif(sys.platform != "win32", reason="the library's Windows side runs on Windows only"),
]


def test_the_icon_on_windows_answers_hears_asks_and_goes(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    program = Path(__file__).with_name("windows_tray_program.py")
    done = subprocess.run(
        [sys.executable, "-m", f"tests.shell.tray.{program.stem}", str(report)],
        cwd=Path(__file__).parents[3],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=100,
        check=False,
    )
    assert report.exists(), done.stderr.decode(errors="replace")
    seen = json.loads(report.read_text("utf-8"))
    assert "error" not in seen, seen
    assert seen["size"] >= 16
    assert seen["handles"] == [True] * 6
    answers = seen["answers"]
    assert answers["query end"] == 1
    assert answers["end"] == answers["not ended after all"] == 0
    assert answers["suspend"] == answers["resume"] == 1
    assert seen["heard"] == ["session end", "wake", "wake", "quit", "open", "cancel"]
