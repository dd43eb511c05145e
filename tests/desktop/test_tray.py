"""The real icon in a real tray: what a person sees and can press."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.desktop.screen import Screen, until
from tray_agent.core.model import CardState
from tray_agent.shell.tray.icon import COLOURS

pytestmark = pytest.mark.desktop

ROOT = Path(__file__).parents[2]
PROGRAM = Path(__file__).with_name("tray_program.py")


class RunningTray:
    """The program with its icon, driven by lines."""

    def __init__(self, process: subprocess.Popen[str], screen: Screen) -> None:
        self.process = process
        self.screen = screen
        self.said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.put(line.strip())

    def tell(self, **asked: Any) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()

    def heard(self) -> str:
        return self.said.get(timeout=15)

    def icon(self) -> str:
        return str(until(lambda: self.screen.tray_icon(PROGRAM.name), what="the tray icon"))

    def pixels(self, colour: tuple[int, int, int]) -> int:
        """How much of the icon has exactly this colour."""
        x, y, width, height = self.screen.geometry(self.icon())
        return self.screen.shows(colour, (x, y, x + width, y + height))

    def end(self) -> int:
        assert self.process.stdin is not None
        self.process.stdin.close()
        return self.process.wait(15)


def start(env: Mapping[str, str]) -> subprocess.Popen[str]:
    path = os.pathsep.join(filter(None, [str(ROOT), env.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env={**env, "PYTHONPATH": path, "PYTHONUTF8": "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


@contextlib.contextmanager
def tray_on(screen: Screen, **changes: str) -> Iterator[RunningTray]:
    process = start(screen.env | changes)
    try:
        yield RunningTray(process, screen)
    finally:
        process.kill()
        process.wait(10)
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()


def test_the_icon_on_the_screen_has_the_colour_of_the_view_and_goes_away_at_the_end(screen: Screen) -> None:
    with tray_on(screen) as tray:
        until(lambda: tray.pixels(COLOURS[CardState.IDLE]) > 200, what="the grey icon")
        for state in (CardState.ERROR, CardState.RUNNING, CardState.NO_DATA, CardState.SUCCESS):
            tray.tell(view={"aggregate": state})
            until(lambda state=state: tray.pixels(COLOURS[state]) > 200, what=f"the icon for {state}")
        assert tray.pixels(COLOURS[CardState.IDLE]) == 0
        assert tray.end() == 0
        assert tray.heard() == "ended"
        until(lambda: screen.tray_icon(PROGRAM.name) is None, what="the empty tray")


def test_a_suspension_shows_on_the_icon(screen: Screen) -> None:
    with tray_on(screen) as tray:
        white = (255, 255, 255)
        until(lambda: tray.pixels(white) > 50, what="the white play sign")
        x, y, width, height = screen.geometry(tray.icon())
        middle = (x, y + height // 2, x + width, y + height // 2 + 1)
        tray.tell(view={"aggregate": "IDLE", "suspended": "agendamentos suspensos"})

        def bars() -> int:
            row = screen.grab(middle).convert("RGB").tobytes()
            pixels = [row[i : i + 3] == b"\xff\xff\xff" for i in range(0, len(row), 3)]
            return sum(1 for before, now in itertools.pairwise(pixels) if now and not before)

        until(lambda: bars() == 2, what="two white bars")


def test_a_left_click_opens_and_the_right_click_menu_acts_on_the_newest_view(screen: Screen) -> None:
    with tray_on(screen) as tray:
        until(lambda: tray.pixels(COLOURS[CardState.IDLE]) > 200, what="the icon")
        screen.click(tray.icon())
        assert tray.heard() == "open"
        assert choose(tray, 1) == "open"
        assert choose(tray, 2) == "pause"
        tray.tell(view={"aggregate": "ERROR", "paused": True, "suspended": "x", "status": "1 em erro"})
        until(lambda: tray.pixels(COLOURS[CardState.ERROR]) > 200, what="the red icon")
        assert choose(tray, 2) == "resume"
        assert choose(tray, 3) == "notifications"
        assert choose(tray, 4) == "logs"
        assert choose(tray, 5, "Right") == "open #equipe"
        assert choose(tray, 6) == "quit"


def test_the_jobs_in_error_are_in_the_menu_and_lead_to_their_place(screen: Screen) -> None:
    with tray_on(screen) as tray:
        failed = [["pix", "Envia PIX"], ["boleto", "boleto"]]
        tray.tell(view={"aggregate": "ERROR", "failed": failed, "failures": 2})
        until(lambda: tray.pixels(COLOURS[CardState.ERROR]) > 200, what="the red icon")
        assert choose(tray, 2, "Right") == "open pix"
        assert choose(tray, 2, "Right", "Down") == "open boleto"


def choose(tray: RunningTray, downs: int, *further: str) -> str:
    """Open the menu with the right button, go down so many items, press further keys and Return."""
    tray.screen.run("xdotool", "mousemove", "10", "10")  # else the tooltip shows
    icon = tray.icon()
    until(lambda: tray.screen.windows("--class", PROGRAM.name) == [icon], what="the icon alone")
    tray.screen.click(icon, 3)
    until(lambda: len(tray.screen.windows("--class", PROGRAM.name)) > 1, what="the menu")
    tray.screen.keys(*["Down"] * downs, *further, "Return")
    return tray.heard()


def test_the_question_at_quitting_is_asked_and_answered(screen: Screen) -> None:
    with tray_on(screen) as tray:
        tray.icon()
        tray.tell(ask=["envia_pix", "conciliacao"])
        until(lambda: "Encerrar o agente" in screen.titles(), what="the question")
        tray.tell(ask=["envia_pix"])  # while it stands it is not asked again
        screen.keys("Return")
        assert tray.heard() == "finish"
        tray.tell(ask=["envia_pix"])
        until(lambda: "Encerrar o agente" in screen.titles(), what="the question again")
        screen.close_window("Encerrar o agente")
        assert tray.heard() == "cancel"
        assert tray.end() == 0


def test_a_notification_appears_on_the_screen(screen: Screen) -> None:
    with tray_on(screen) as tray:
        tray.icon()
        tray.tell(say=["Automação em erro", "a < b & <i>c</i> terminou com erro."])
        until(lambda: screen.windows("--class", "Dunst"), what="the notification")


def test_without_session_bus_and_notification_service_the_icon_still_shows_and_ends_well(
    screen: Screen,
) -> None:
    with tray_on(screen, DBUS_SESSION_BUS_ADDRESS="unix:path=/nowhere") as tray:
        until(lambda: tray.pixels(COLOURS[CardState.IDLE]) > 200, what="the icon")
        tray.tell(say=["Automação em erro", "x"], view={"aggregate": "ERROR"})
        until(lambda: tray.pixels(COLOURS[CardState.ERROR]) > 200, what="the red icon")
        assert tray.end() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_reaches_the_program_while_the_icon_waits(screen: Screen, number: signal.Signals) -> None:
    with tray_on(screen) as tray:
        tray.icon()
        tray.process.send_signal(number)
        assert tray.heard() == "signal"
        assert tray.heard() == "ended"
        assert tray.process.wait(15) == 0


def test_the_default_backend_shows_an_icon_too(screen: Screen) -> None:
    env = {name: value for name, value in screen.env.items() if name != "PYSTRAY_BACKEND"}
    with tray_on(Screen(screen.display, env)) as tray:
        until(lambda: tray.pixels(COLOURS[CardState.IDLE]) > 200, what="the icon")
        assert tray.end() == 0


def test_where_there_is_no_gtk_the_icon_still_has_its_colours_and_opens_on_a_click(screen: Screen) -> None:
    with tray_on(screen, PYSTRAY_BACKEND="xorg") as tray:
        until(lambda: screen.shows(COLOURS[CardState.IDLE]) > 200, what="the grey icon")
        tray.tell(view={"aggregate": "ERROR"})
        until(lambda: screen.shows(COLOURS[CardState.ERROR]) > 200, what="the red icon")
        screen.click(str(screen.tray_icon("tray-agent")))
        assert tray.heard() == "open"
        tray.tell(ask=["envia_pix"])
        assert tray.heard() == "finish"
        assert tray.end() == 0


@pytest.mark.parametrize("display", [":987", "nonsense"])
def test_a_display_that_does_not_answer_is_no_screen(screen: Screen, display: str) -> None:
    for backend in ("gtk", "xorg"):
        with tray_on(screen, DISPLAY=display, PYSTRAY_BACKEND=backend) as tray:
            assert tray.heard().startswith("no screen: Não foi possível usar a tela")
            assert tray.process.wait(15) == 4
