"""A virtual screen of its own for a test: X server, session bus, window manager, tray.

Debian's packages: xvfb openbox trayer xdotool wmctrl dbus dunst, python3-gi gir1.2-gtk-3.0 for the tray icon.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageGrab

PROGRAMS = ("Xvfb", "dbus-daemon", "openbox", "trayer", "xdotool", "wmctrl")
SYSTEM_PACKAGES = Path("/usr/lib/python3/dist-packages")


def until(condition: Callable[[], Any], seconds: float = 15.0, what: str = "it") -> Any:
    """Wait until something is true and return it; AssertionError when it does not become so in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not (value := condition()):
        assert time.monotonic() < deadline, f"{what} did not come true in {seconds:g} s"
        pause.wait(0.02)
    return value


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


@dataclass(frozen=True)
class Screen:
    """A running virtual screen. ``env`` is all that a program needs to appear on it."""

    display: str
    env: dict[str, str]

    def run(self, *command: str) -> str:
        """What a program of the screen (xdotool, wmctrl) printed; it may fail."""
        done = subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=20, check=False)
        return done.stdout

    def titles(self) -> list[str]:
        """The titles of the windows that the window manager knows, the tray's panel included."""
        lines = self.run("wmctrl", "-l").splitlines()
        return [line.split(None, 3)[3] for line in lines if len(line.split(None, 3)) == 4]

    def windows(self, *search: str) -> list[str]:
        """The ids of the visible windows that ``xdotool search`` finds, such as ``--class``, ``name``."""
        return self.run("xdotool", "search", "--onlyvisible", *search).split()

    def geometry(self, window: str) -> tuple[int, int, int, int]:
        """x, y, width and height of a window in pixels; zeros when it is gone."""
        said = self.run("xdotool", "getwindowgeometry", "--shell", window)
        values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
        return tuple(int(values.get(name, 0)) for name in ("X", "Y", "WIDTH", "HEIGHT"))  # type: ignore[return-value]

    def tray_icon(self, program: str) -> str | None:
        """The window of a program's tray icon; its class is the name of the script or of the executable."""
        for window in self.windows("--class", program):
            if 16 <= self.geometry(window)[2] <= 64:
                return window
        return None

    def click(self, window: str, button: int = 1) -> None:
        """Press a mouse button in the middle of a window."""
        x, y, width, height = self.geometry(window)
        self.run("xdotool", "mousemove", str(x + width // 2), str(y + height // 2), "click", str(button))

    def keys(self, *names: str) -> None:
        """Press keys, one after the other."""
        for name in names:
            self.run("xdotool", "key", name)

    def close_window(self, title: str) -> None:
        """Close a window as its X button does."""
        self.run("wmctrl", "-c", title)

    def grab(self, box: tuple[int, int, int, int] | None = None) -> Image.Image:
        """What the screen shows, or the part of it in (left, top, right, bottom)."""
        return ImageGrab.grab(bbox=box, xdisplay=self.display)

    def shows(self, color: tuple[int, int, int], box: tuple[int, int, int, int] | None = None) -> int:
        """How many pixels have exactly this colour."""
        image = self.grab(box).convert("RGB")
        counted = image.getcolors(image.width * image.height) or []
        return sum(int(count) for count, found in counted if found == color)


def _environment(folder: Path) -> dict[str, str]:
    """A bare environment: nothing of the machine's own session reaches the program under test."""
    run = folder / "run"
    run.mkdir(mode=0o700)
    env = {name: os.environ[name] for name in ("PATH", "HOME", "TZ", "PYTHONPATH") if name in os.environ}
    env |= {
        "LANG": "C.UTF-8",
        "XDG_RUNTIME_DIR": str(run),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "NO_AT_BRIDGE": "1",
        "GIO_USE_VFS": "local",
        "QT_API": "pyside6",
        "QTWEBENGINE_DISABLE_SANDBOX": "1",
        "PYSTRAY_BACKEND": "gtk",
    }
    if importlib.util.find_spec("gi") is None and (SYSTEM_PACKAGES / "gi").is_dir():
        packages = folder / "packages"
        packages.mkdir()
        (packages / "gi").symlink_to(SYSTEM_PACKAGES / "gi")
        env["PYTHONPATH"] = os.pathsep.join(filter(None, [str(packages), env.get("PYTHONPATH")]))
    return env


def _first_line(descriptor: int, process: subprocess.Popen[bytes]) -> str:
    with os.fdopen(descriptor, "rb") as pipe:
        line = pipe.readline()
    assert line, f"{process.args!r} did not start"
    return line.decode().strip()


@contextlib.contextmanager
def virtual_screen(size: str = "1280x800") -> Iterator[Screen]:
    """A screen with a window manager and a tray, taken down whatever happens."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="screen-")))
        env = _environment(folder)
        log = stack.enter_context((folder / "log").open("wb"))

        def start(*command: str, pass_fds: tuple[int, ...] = ()) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                command, env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, pass_fds=pass_fds
            )
            stack.callback(process.wait, 10)
            stack.callback(process.terminate)
            return process

        reading, writing = os.pipe()
        server = start(
            *(
                "Xvfb",
                "-displayfd",
                str(writing),
                "-screen",
                "0",
                f"{size}x24",
                "-nolisten",
                "tcp",
                "-noreset",
            ),
            pass_fds=(writing,),
        )
        os.close(writing)
        env["DISPLAY"] = ":" + _first_line(reading, server)
        reading, writing = os.pipe()
        bus = start("dbus-daemon", "--session", "--nofork", f"--print-address={writing}", pass_fds=(writing,))
        os.close(writing)
        env["DBUS_SESSION_BUS_ADDRESS"] = _first_line(reading, bus)
        screen = Screen(env["DISPLAY"], env)
        ready = folder / "ready"
        start("openbox", "--startup", f"touch {ready}")  # it names itself before it looks after windows
        until(ready.exists, what="the window manager")
        start("trayer", "--edge", "bottom", "--align", "right", "--widthtype", "request", "--height", "32")
        until(lambda: "panel" in screen.run("wmctrl", "-l"), what="the tray")
        yield screen


@pytest.fixture
def screen() -> Iterator[Screen]:
    """A virtual screen of the test's own."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        pytest.skip(f"a virtual screen needs {', '.join(missing)}")
    with virtual_screen() as screen:
        yield screen
