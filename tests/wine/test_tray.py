"""The exe's icon in the tray that Wine's explorer shows, and what it says where no page can be shown."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageGrab

from tests.wine.agent import EXE, Agent, Program, processes, until
from tests.wine.session import Session
from tests.wine.test_exe import early_morning
from tray_agent.core.model import CardState
from tray_agent.shell.tray.icon import COLOURS

DEMO = r"C:\Demonstração com tela"
ENOUGH = 60  # pixels of the icon's own colour; 16 x 16 is the smallest tray icon, part of it is the mark

_BOXES = """
import ctypes, ctypes.wintypes as w, sys
user = ctypes.WinDLL("user32")
found = []
@ctypes.WINFUNCTYPE(w.BOOL, w.HWND, w.LPARAM)
def look(window, _):
    text = ctypes.create_unicode_buffer(2000)
    user.GetClassNameW(window, text, 2000)
    if text.value == "#32770":
        said = []
        @ctypes.WINFUNCTYPE(w.BOOL, w.HWND, w.LPARAM)
        def inside(child, _):
            user.GetWindowTextW(child, text, 2000)
            said.append(text.value)
            return True
        user.EnumChildWindows(window, inside, 0)
        found.append(" ".join(said))
        if "close" in sys.argv:
            user.PostMessageW(window, 0x0010, 0, 0)
    return True
user.EnumWindows(look, 0)
print("\\n".join(found))
"""


@pytest.fixture(scope="module")
def tray(windows: Session, exe: Program) -> Iterator[Agent]:
    """A demo agent of the exe with its icon."""
    running = exe.start("demo", "--dir", DEMO, env={"TRAY_AGENT_TIMEZONE": early_morning()})
    agent = Agent(windows, DEMO)
    yield agent
    if running.poll() is None:
        exe.run("--app-dir", DEMO, "quit", "--stop-runs")
    running.wait(60)


def test_the_icon_is_in_the_tray_in_the_colour_of_the_day(windows: Session, tray: Agent, kept: Path) -> None:
    status = tray.when(lambda now: now["aggregate"] == "ERROR", 180, "a job has failed")
    assert status["headless"] is False
    shown = until(lambda: _with_colour(windows, CardState.ERROR), 60, "the icon is red")
    shown.save(kept / "tray.png")


def test_without_webview2_the_person_is_told_and_the_agent_goes_on(
    windows: Session, tray: Agent, kept: Path
) -> None:
    said = until(lambda: _boxes(windows) or None, 120, "a message box")
    _screen(windows).save(kept / "webview2-missing.png")
    assert "WebView2" in said
    _boxes(windows, "close")
    until(lambda: None if _boxes(windows) else True, 30, "the box is closed")
    tray.when(lambda now: now["totals"]["finished"] > 0, 60, "the engine goes on")


def test_quitting_takes_the_icon_away(windows: Session, tray: Agent, exe: Program) -> None:
    assert exe.run("--app-dir", DEMO, "quit", "--stop-runs").returncode == 0
    until(lambda: None if _with_colour(windows, CardState.ERROR) else True, 30, "the icon is gone")
    until(
        lambda: None if any(each["name"].lower() == EXE.name for each in processes(windows)) else True,
        30,
        "every process of the exe has ended",
    )


def _screen(windows: Session) -> Image.Image:
    return ImageGrab.grab(xdisplay=windows.display).convert("RGB")


def _with_colour(windows: Session, state: CardState) -> Image.Image | None:
    """The screen, if the icon's colour of this state is on it."""
    shown = _screen(windows)
    counted = {colour: count for count, colour in shown.getcolors(1 << 24) or []}
    return shown if counted.get(COLOURS[state], 0) >= ENOUGH else None


def _boxes(windows: Session, *arguments: str) -> str:
    """What all message boxes say; `close` answers them."""
    asked = windows.python("-c", _BOXES, *arguments, timeout=60, env={"PYTHONUTF8": "1"})
    assert asked.returncode == 0, asked.stdout
    return asked.stdout.strip()
