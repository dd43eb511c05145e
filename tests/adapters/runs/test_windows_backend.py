from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.windows_backend import HeldChild, WindowsBackend, let_go_marker

pytestmark = [
    pytest.mark.windows,
    pytest.mark.skipif(sys.platform != "win32", reason="starts and stops real Windows processes"),
]


@pytest.fixture
def backend() -> WindowsBackend:
    return WindowsBackend(lambda: sys.executable)


def held(backend: WindowsBackend, folder: Path) -> HeldChild:
    script, log = folder / "script.py", folder / "logs" / "run.log"
    script.write_text("print('rodou')")
    return backend.start_held([sys.executable, str(script)], folder, script, os.environ, log)


def test_a_run_that_was_let_go_has_begun_also_for_a_later_agent(
    backend: WindowsBackend, tmp_path: Path
) -> None:
    child, log = held(backend, tmp_path), tmp_path / "logs" / "run.log"
    assert not backend.has_begun(log, child.identity)
    child.let_go()
    assert child.wait() == 0
    assert child.began()
    assert backend.has_begun(log, child.identity)


def test_a_dropped_run_has_not_begun(backend: WindowsBackend, tmp_path: Path) -> None:
    child = held(backend, tmp_path)
    child.drop()
    assert child.wait() != 0
    assert not child.began()
    assert not backend.has_begun(tmp_path / "logs" / "run.log", child.identity)


def test_a_marked_child_that_is_still_suspended_has_not_begun(
    backend: WindowsBackend, tmp_path: Path
) -> None:
    child, log = held(backend, tmp_path), tmp_path / "logs" / "run.log"
    let_go_marker(log).touch()
    assert not backend.has_begun(log, child.identity)
    child.drop()
    child.wait()
