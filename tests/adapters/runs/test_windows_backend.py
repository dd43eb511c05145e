from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from tests.adapters.children import until
from tray_agent.adapters.runs.identity import is_alive
from tray_agent.adapters.runs.trees import signal_one, wait_gone
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


def test_what_a_script_leaves_in_its_job_is_known_at_its_end(backend: WindowsBackend, tmp_path: Path) -> None:
    (tmp_path / "below.py").write_text("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
    script, log = tmp_path / "script.py", tmp_path / "logs" / "run.log"
    script.write_text("import subprocess, sys; subprocess.Popen([sys.executable, 'below.py'])")
    child = backend.start_held([sys.executable, str(script)], tmp_path, script, os.environ, log)
    child.let_go()
    assert child.wait() == 0
    [left] = child.left()
    until(log.read_text)
    assert left.pid == int(log.read_text())
    assert is_alive(left)
    signal_one(left, 9)
    assert wait_gone([left], 20)


def test_what_left_nothing_has_nothing_left(backend: WindowsBackend, tmp_path: Path) -> None:
    child = held(backend, tmp_path)
    child.let_go()
    assert child.wait() == 0
    assert child.left() == []
