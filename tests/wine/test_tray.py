"""The exe's icon in the tray that Wine's explorer shows, and what it says where no page can be shown."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageGrab

from tests.wine.agent import EXE, Agent, Program, processes, until
from tests.wine.session import PYTHON, Session
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


_TRAY = """
import ctypes
user = ctypes.WinDLL("user32")
print(int(bool(user.IsWindowVisible(user.FindWindowW("Shell_TrayWnd", None)))))
"""
# Writes down every window that is shown, of whatever program, as soon as it is: class, place, text.
_WATCH = """
import ctypes, ctypes.wintypes as w, json, os, time
user = ctypes.WinDLL("user32")
known = set()
file = open("C:/janelas.txt", "a", encoding="utf-8", buffering=1)
@ctypes.WINFUNCTYPE(w.BOOL, w.HWND, w.LPARAM)
def look(window, _):
    if user.IsWindowVisible(window):
        kind, text, place = ctypes.create_unicode_buffer(200), ctypes.create_unicode_buffer(500), w.RECT()
        user.GetClassNameW(window, kind, 200)
        user.GetWindowTextW(window, text, 500)
        user.GetWindowRect(window, ctypes.byref(place))
        seen = (kind.value, place.left, place.top, place.right, place.bottom, text.value)
        if seen not in known:
            known.add(seen)
            print(json.dumps(seen, ensure_ascii=False), file=file)
    return True
while not os.path.exists("C:/janelas.fim"):
    user.EnumWindows(look, 0)
    time.sleep(0.05)
"""
VERSIONS = r"C:\Versões da equipe"


@pytest.fixture(scope="module")
def watch(windows: Session) -> Iterator[Path]:
    """What the watching of windows has written so far."""
    file = windows.seen("/wine/drive_c/janelas.txt")
    windows.start([PYTHON, "-c", _WATCH])
    until(lambda: True if file.exists() else None, "windows are watched")
    yield file
    file.with_suffix(".fim").touch()


def _windows(watch: Path) -> list[tuple[Any, ...]]:
    """Class, left, top, right, bottom and text of every window that was shown."""
    lines = watch.read_text("utf-8").splitlines(keepends=True)
    return [tuple(json.loads(line)) for line in lines if line.endswith("\n")]


@pytest.fixture(scope="module")
def tray(windows: Session, exe: Program, watch: Path) -> Iterator[Agent]:
    """A demo agent of the exe with its icon, of a version that is unpacked for it."""
    env = {"TRAY_AGENT_TIMEZONE": early_morning(), "TRAY_AGENT_VERSIONS_DIR": VERSIONS}
    running = exe.start("demo", "--dir", DEMO, env=env)
    agent = Agent(windows, DEMO)
    yield agent
    if running.poll() is None:
        exe.run("--app-dir", DEMO, "quit", "--stop-runs")
    running.wait(60)


def test_a_first_start_says_how_far_it_is(windows: Session, tray: Agent, watch: Path, kept: Path) -> None:
    splash = until(lambda: next(filter(_is_splash, _windows(watch)), None), "a window says so")
    left, top, right, bottom = place = splash[1:5]
    shown = until(lambda: _painted(windows, place), "it is painted")
    shown.save(kept / "splash.png")
    assert (left + right) // 2 == pytest.approx(shown.width // 2, abs=1)
    assert (top + bottom) // 2 == pytest.approx(shown.height // 2, abs=1)
    tray.when(lambda now: True, "the agent is up")


def _painted(windows: Session, place: tuple[int, int, int, int]) -> Image.Image | None:
    """The screen, if there is something to see there: text on a ground of another colour."""
    shown = _screen(windows)
    left, top, right, bottom = place
    edges = [(left + 2, top + 2, left + 8, bottom - 2), (right - 8, top + 2, right - 2, bottom - 2)]
    if len(shown.crop(place).getcolors(1 << 24) or []) < 3:
        return None
    assert all(len(shown.crop(edge).getcolors(1 << 24) or []) == 1 for edge in edges), "the text is cut"
    return shown


def _is_splash(window: tuple[Any, ...]) -> bool:
    return bool(re.search(r"^\s*Preparando o tray-agent .*…\s+\d+%$", window[5]))


def test_the_icon_is_in_the_tray_in_the_colour_of_the_day(windows: Session, tray: Agent, kept: Path) -> None:
    status = tray.when(lambda now: now["aggregate"] == "ERROR", "a job has failed")
    assert status["headless"] is False
    shown = until(lambda: _with_colour(windows, CardState.ERROR), "the icon is red")
    assert _has_tray(windows)
    shown.save(kept / "tray.png")


def test_without_webview2_the_person_is_told_and_the_agent_goes_on(
    windows: Session, tray: Agent, kept: Path
) -> None:
    said = until(lambda: _boxes(windows) or None, "a message box")
    _screen(windows).save(kept / "webview2-missing.png")
    assert "WebView2" in said
    _boxes(windows, "close")
    until(lambda: None if _boxes(windows) else True, "the box is closed")
    tray.when(lambda now: now["totals"]["finished"] > 0, "the engine goes on")


def test_quitting_takes_the_icon_away(windows: Session, tray: Agent, exe: Program) -> None:
    assert exe.run("--app-dir", DEMO, "quit", "--stop-runs").returncode == 0
    # Windows that are gone may stay on the screen where no other is painted: Windows itself is asked.
    until(lambda: None if _has_tray(windows) else True, "the icon is gone")
    until(
        lambda: None if any(each["name"].lower() == EXE.name for each in processes(windows)) else True,
        "every process of the exe has ended",
    )


def test_no_console_window_was_ever_shown(tray: Agent, watch: Path) -> None:
    """From the first start over a dozen runs, readers and the dashboard to the end."""
    assert [window for window in _windows(watch) if "console" in window[0].casefold()] == []


def _screen(windows: Session) -> Image.Image:
    return ImageGrab.grab(xdisplay=windows.display).convert("RGB")


def _with_colour(windows: Session, state: CardState) -> Image.Image | None:
    """The screen, if the icon's colour of this state is on it."""
    shown = _screen(windows)
    counted = {colour: count for count, colour in shown.getcolors(1 << 24) or []}
    return shown if counted.get(COLOURS[state], 0) >= ENOUGH else None


def _has_tray(windows: Session) -> bool:
    """Whether Wine shows its tray, as it does while there is an icon."""
    asked = windows.python("-c", _TRAY)
    assert asked.returncode == 0, asked.stdout
    return asked.stdout.strip() == "1"


def _boxes(windows: Session, *arguments: str) -> str:
    """What all message boxes say; `close` answers them."""
    asked = windows.python("-c", _BOXES, *arguments, env={"PYTHONUTF8": "1"})
    assert asked.returncode == 0, asked.stdout
    return asked.stdout.strip()
