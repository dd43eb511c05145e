from __future__ import annotations

import ctypes
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tray_agent.adapters.runs import windows as module
from tray_agent.adapters.runs.windows import HeldChild, ask_to_end, created, is_suspended, start_held
from tray_agent.adapters.system import windows_jobs

windows = [
    pytest.mark.windows,
    pytest.mark.skipif(sys.platform != "win32", reason="starts and stops real Windows processes"),
]

POLITE = """
import sys, time
print("começou", flush=True)
try:
    time.sleep(60)
except KeyboardInterrupt:
    print("interrompido", flush=True)
finally:
    print("fim", flush=True)
sys.exit(3)
"""


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


@pytest.mark.skipif(ctypes.sizeof(ctypes.c_void_p) != 8, reason="the sizes of 64-bit Windows")
def test_the_structures_have_the_sizes_that_windows_expects() -> None:
    sizes = [
        ctypes.sizeof(each) for each in (windows_jobs._Limits, module._ThreadEntry, module._ProcessEntry)
    ]
    assert sizes == [144, 28, 568]


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for the sender is a shell script")
@pytest.mark.parametrize(
    "verdict",
    [
        ("exit 0", True, ""),
        ("exit 10", False, "GONE"),
        ("exit 11", False, "NO_CONSOLE"),
        ("exit 12", False, "REFUSED"),
        ("exit 1", False, "REFUSED"),
        ("exec sleep 60", False, "REFUSED"),
    ],
)
def test_what_the_sender_of_ctrl_c_reports_is_told_apart(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    verdict: tuple[str, bool, str],
) -> None:
    body, asked, said = verdict
    monkeypatch.setattr(module, "ASK_SECONDS", 2.0 if "sleep" not in body else 0.2)
    sender = tmp_path / "python"
    sender.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/given\n{body}\n')
    sender.chmod(0o755)
    with caplog.at_level(logging.WARNING):
        assert ask_to_end(4711, str(sender)) is asked
    assert said in caplog.text
    given = (tmp_path / "given").read_text().split()
    assert given[:2] == ["-I", "-S"]
    assert Path(given[2]).name == "interrupt.py"
    assert Path(given[2]).is_file()
    assert given[3] == "4711"


def test_a_sender_that_is_not_there_is_a_no_and_not_a_crash(tmp_path: Path) -> None:
    assert ask_to_end(4711, str(tmp_path / "nowhere")) is False


def exists(pid: int) -> bool:
    try:
        return created(pid) > 0
    except OSError:
        return False


@pytest.fixture
def children() -> Iterator[list[HeldChild]]:
    started: list[HeldChild] = []
    yield started
    for child in started:
        child.drop()
        child.popen.wait(20)


class TestOnWindows:
    pytestmark = windows

    def start(self, children: list[HeldChild], folder: Path, code: str) -> tuple[HeldChild, Path]:
        script, log = folder / "ação.py", folder / "run.log"
        script.write_text(code, encoding="utf-8")
        env = os.environ | {"PYTHONUTF8": "1"}
        child = start_held([sys.executable, str(script)], folder, env, log)
        children.append(child)
        return child, log

    def test_a_held_child_runs_nothing_until_it_is_let_go(
        self, children: list[HeldChild], tmp_path: Path
    ) -> None:
        child, log = self.start(children, tmp_path, "print('rodou')")
        marker = tmp_path / "run.log.go"
        assert is_suspended(child.pid)
        assert child.created == created(child.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            child.popen.wait(1)
        assert log.read_bytes() == b""
        assert not marker.exists()
        child.let_go(marker)
        assert marker.exists()
        assert child.popen.wait(30) == 0
        assert log.read_text("utf-8").split() == ["rodou"]
        assert not is_suspended(child.pid)

    def test_a_dropped_child_never_runs(self, children: list[HeldChild], tmp_path: Path) -> None:
        child, log = self.start(children, tmp_path, "print('rodou')")
        child.drop()
        assert child.popen.wait(20) != 0
        assert log.read_bytes() == b""

    def test_a_child_that_cannot_be_marked_is_still_held_and_can_be_dropped(
        self, children: list[HeldChild], tmp_path: Path
    ) -> None:
        child, log = self.start(children, tmp_path, "print('rodou')")
        with pytest.raises(OSError):
            child.let_go(tmp_path / "no folder" / "run.log.go")
        assert is_suspended(child.pid)
        child.drop()
        assert child.popen.wait(20) != 0
        assert log.read_bytes() == b""

    @pytest.mark.parametrize("let_go", [False, True])
    def test_when_the_agent_dies_a_held_child_dies_and_one_let_go_lives(
        self, tmp_path: Path, let_go: bool
    ) -> None:
        agent = f"""
import os, sys
from pathlib import Path
from tray_agent.adapters.runs.windows import start_held
folder = Path({str(tmp_path)!r})
(folder / "script.py").write_text("import time; print('rodou', flush=True); time.sleep(3); print('fim')")
child = start_held([sys.executable, str(folder / "script.py")], folder, os.environ, folder / "run.log")
if {let_go}:
    child.let_go(folder / "run.log.go")
print(child.pid, flush=True)
os._exit(1)
"""
        said = subprocess.run([sys.executable, "-c", agent], stdout=subprocess.PIPE, check=False, timeout=60)
        pid, log = int(said.stdout), tmp_path / "run.log"
        if let_go:
            until(lambda: log.read_text().split() == ["rodou", "fim"])
        else:
            until(lambda: not is_suspended(pid))
            assert log.read_bytes() == b""

    def test_an_unmodified_script_gets_a_keyboard_interrupt_and_runs_its_finally(
        self, children: list[HeldChild], tmp_path: Path
    ) -> None:
        child, log = self.start(children, tmp_path, POLITE)
        child.let_go(tmp_path / "run.log.go")
        until(lambda: "começou" in log.read_text("utf-8"))
        assert ask_to_end(child.pid, sys.executable)
        assert child.popen.wait(10) == 3
        assert log.read_text("utf-8").split() == ["começou", "interrompido", "fim"]

    def test_a_process_that_is_gone_cannot_be_asked(
        self, children: list[HeldChild], tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        child, _log = self.start(children, tmp_path, "")
        child.let_go(tmp_path / "run.log.go")
        child.popen.wait(30)
        assert ask_to_end(child.pid, sys.executable) is False
        assert "GONE" in caplog.text or "NO_CONSOLE" in caplog.text  # Windows says the one, Wine the other

    def test_dropping_ends_the_whole_tree_also_once_let_go(
        self, children: list[HeldChild], tmp_path: Path
    ) -> None:
        code = "import subprocess, sys; subprocess.Popen([sys.executable, 'below.py']); sys.exit(7)"
        (tmp_path / "below.py").write_text("import os, time; print(os.getpid(), flush=True); time.sleep(60)")
        child, log = self.start(children, tmp_path, code)
        child.let_go(tmp_path / "run.log.go")
        assert child.popen.wait(30) == 7
        until(log.read_text)
        grandchild = int(log.read_text())
        assert created(grandchild)
        child.drop()
        until(lambda: not exists(grandchild))

    def test_a_program_that_is_not_there_is_an_error_and_leaves_no_process(self, tmp_path: Path) -> None:
        with pytest.raises(OSError):
            start_held([str(tmp_path / "nothing.exe")], tmp_path, os.environ, tmp_path / "run.log")
