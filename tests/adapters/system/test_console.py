from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import pytest

from tray_agent.adapters.system.console import bind, parents_terminal


@contextmanager
def windowed(stdout: TextIO | None = None) -> Iterator[None]:
    """A windowed exe started by a double click, or with its output redirected."""
    former = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = stdout, None  # type: ignore[assignment]
    try:
        yield
    finally:
        made = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = former
        for stream in made:
            if stream is not None:
                stream.close()


def test_without_streams_what_is_printed_goes_to_the_log_in_utf8_at_once(tmp_path: Path) -> None:
    log = tmp_path / "agente" / "agent.log"
    with windowed():
        bind(log, terminal=False)
        print("não → ok \udcff")
        print("erro", file=sys.stderr)
        said = log.read_text("utf-8")
    assert said.splitlines() == ["não → ok \\udcff", "erro"]


def test_a_command_prints_at_the_terminal_it_was_typed_in(tmp_path: Path) -> None:
    terminal = io.StringIO()
    with windowed():
        bind(tmp_path / "agent.log", terminal=True, attach=lambda: terminal)
        print("ok", end="")
        assert terminal.getvalue() == "ok"
    assert not (tmp_path / "agent.log").exists()


def test_the_agent_itself_never_ties_itself_to_a_terminal(tmp_path: Path) -> None:
    def attach() -> TextIO:
        raise AssertionError("closing the terminal would end the agent")

    with windowed():
        bind(tmp_path / "agent.log", terminal=False, attach=attach)


def test_a_command_started_without_a_terminal_prints_to_the_log(tmp_path: Path) -> None:
    with windowed():
        bind(tmp_path / "agent.log", terminal=True, attach=lambda: None)
        print("ok")
    assert (tmp_path / "agent.log").read_text("utf-8") == "ok\n"


def test_a_pipe_or_file_that_was_given_stays(tmp_path: Path) -> None:
    given = io.StringIO()
    with windowed(stdout=given):
        bind(tmp_path / "agent.log", terminal=False)
        print("ok", end="")
        print("erro", file=sys.stderr)
        assert given.getvalue() == "ok"
    assert (tmp_path / "agent.log").read_text("utf-8") == "erro\n"


def test_a_log_that_cannot_be_opened_leaves_the_program_silent_and_alive(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with windowed():
        bind(tmp_path / "file" / "agent.log", terminal=False)
        print("ninguém lê")


@pytest.mark.skipif(sys.platform == "win32", reason="elsewhere there is nothing to attach to")
def test_only_windows_has_a_parents_console() -> None:
    assert parents_terminal() is None


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="needs a Windows console")
def test_a_child_without_streams_prints_at_its_parents_console(tmp_path: Path) -> None:
    """The parent has a console of its own (hidden); its child, started without one, prints there and the
    parent reads the screen buffer back."""
    child = """
import sys
sys.stdout = sys.stderr = None
from pathlib import Path
from tray_agent.adapters.system.console import bind
bind(Path("agent.log"), terminal=True)
print("aqui: ação")
"""
    parent = f"""
import ctypes, subprocess, sys
subprocess.run([sys.executable, "-c", {child!r}], creationflags=0x00000008, check=True)
kernel = ctypes.WinDLL("kernel32")
kernel.CreateFileW.restype = ctypes.c_void_p
screen = kernel.CreateFileW("CONOUT$", 0xC0000000, 3, None, 3, 0, None)
line, count = ctypes.create_unicode_buffer(80), ctypes.c_ulong()
kernel.ReadConsoleOutputCharacterW(ctypes.c_void_p(screen), line, 79, 0, ctypes.byref(count))
open("seen.txt", "w", encoding="utf-8").write(line.value)
"""
    flags = 0x08000000
    command = [sys.executable, "-c", parent]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    subprocess.run(command, cwd=tmp_path, creationflags=flags, check=True, timeout=60, env=env)
    assert not (tmp_path / "agent.log").exists()
    assert "aqui: ação" in (tmp_path / "seen.txt").read_text("utf-8")
