"""W7 and W3 on a virtual screen: command to icon, click to the window's first paint, memory with the icon."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from benchmarks.setting import (
    ROOT,
    SETTLED_AFTER,
    Figure,
    Skipped,
    Workspace,
    connected,
    cpu_seconds,
    empty_python,
    end_agent,
    make_workspace,
    median,
    pss_mb,
    rest,
    temporary,
    wait_for,
)
from tray_agent.shell.channel.client import Channel
from tray_agent.shell.tray.icon import COLOURS

JOBS = 100
_ROUNDS = 7
_DISCOVERY_SECONDS = 60.0


@contextmanager
def _screen() -> Iterator[Any]:
    """A virtual screen with a tray, as the desktop tests have it."""
    if sys.platform != "linux" or importlib.util.find_spec("Xlib") is None:
        raise Skipped("no X screen here")
    from tests.desktop.screen import PROGRAMS, virtual_screen

    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        raise Skipped(f"a virtual screen needs {', '.join(missing)}")
    with virtual_screen() as screen:
        yield screen


class _Eye:
    """Looks at the screen over one connection: programs that look would cost what is measured."""

    def __init__(self, display: str) -> None:
        from Xlib import X
        from Xlib.display import Display

        self._pixmap = X.ZPixmap
        self._display = Display(display)
        self._root = self._display.screen().root

    def icon(self) -> tuple[int, int] | None:
        """The middle of the agent's icon in the panel's strip, once its colour is there."""
        wanted = {bytes(colour[::-1]) for colour in COLOURS.values()}
        geometry = self._root.get_geometry()
        top = geometry.height - 40
        image = self._root.get_image(0, top, geometry.width, 40, self._pixmap, 0xFFFFFFFF)
        pixels = bytes(image.data)
        places = [
            at for at in range(0, len(pixels), 4 * 7) if pixels[at : at + 3] in wanted
        ]  # every seventh pixel finds an icon of 16
        if len(places) < 8:
            return None
        columns = sorted(place // 4 % geometry.width for place in places)
        rows = sorted(place // 4 // geometry.width for place in places)
        return columns[len(columns) // 2], top + rows[len(rows) // 2]

    def close(self) -> None:
        self._display.close()


@contextmanager
def _agent(work: Workspace, screen: Any, **more: str) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """An agent with its icon on the screen, and when (monotonic, s) it was ordered."""
    env = work.environment(python=empty_python()) | screen.env | more
    quiet = subprocess.DEVNULL
    began = time.perf_counter()
    agent = subprocess.Popen(
        [sys.executable, "-m", "tray_agent"], env=env, stdin=quiet, stdout=quiet, stderr=quiet, cwd=ROOT
    )
    try:
        yield agent, began
        channel = wait_for(lambda: connected(work.data), 20)
        end_agent(agent, channel)
    finally:
        if agent.poll() is None:
            agent.kill()
            agent.wait()


def _first_paint(port: int) -> float | None:
    """When (epoch ms) the window's page painted first, by the page itself."""
    from playwright.sync_api import Error, sync_playwright

    asked = "performance.timeOrigin + performance.getEntriesByName('first-contentful-paint')[0].startTime"
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
            page = browser.contexts[0].pages[0]
            page.wait_for_function("window.dashboardReady === true", timeout=20_000)
            return float(page.evaluate(asked))
        except (Error, IndexError):
            return None


def _window(channel: Channel, screen: Any, at: tuple[int, int], port: int) -> float:
    """Milliseconds from a click on the icon to the page's first paint."""
    began = time.time()
    screen.run("xdotool", "mousemove", str(at[0]), str(at[1]), "click", "1")
    rest(2.0)  # nothing asks the window's process while it starts
    return wait_for(lambda: _first_paint(port), 30, 0.2) - began * 1000


def _cpu_a_minute(pid: int) -> float:
    rest(SETTLED_AFTER * _DISCOVERY_SECONDS)
    before = cpu_seconds(pid)
    rest(120.0)
    return (cpu_seconds(pid) - before) / 2


def _wait_for_cards(channel: Channel) -> None:
    wait_for(lambda: len(channel.call("status")["cards"]) == JOBS, 30, 0.1)


def measure(bare: Callable[[], float]) -> list[Figure]:
    """``bare`` measures the start of a bare interpreter in ms."""
    from tests.desktop.screen import free_port

    floors, icons, paints, weights = [], [], [], []
    used: list[float] = []
    with temporary() as folder, _screen() as screen:
        work = make_workspace(folder, JOBS, "MANUAL")
        for _ in range(_ROUNDS):
            floors.append(bare())
            port = free_port()
            eye = _Eye(screen.display)
            with _agent(work, screen, TRAY_AGENT_DEBUG_PORT=str(port)) as (agent, began):
                at = wait_for(eye.icon, 30, 0.005)
                icons.append((time.perf_counter() - began) * 1000)
                channel = wait_for(lambda: connected(work.data), 20)
                _wait_for_cards(channel)
                rest(2.0)
                weights.append(pss_mb(agent.pid))
                if not used:
                    used.append(_cpu_a_minute(agent.pid))
                paints.append(_window(channel, screen, at, port))
                channel.close()
            eye.close()
    text = f"bare interpreter: {median(floors):.0f} ms"
    return [
        Figure(
            "W7", "command to the icon", median(icons) - median(floors), "ms over the floor", 500, 1500, text
        ),
        Figure("W7", "click to the first paint", median(paints), "ms", 1200, 3600),
        Figure("W3", f"PSS with icon, {JOBS} jobs", median(weights), "MB", 45, 56, timed=False),
        *(Figure("W3", f"CPU with icon, {JOBS} jobs", s, "s/min", 0.03, 0.09, timed=False) for s in used),
    ]
