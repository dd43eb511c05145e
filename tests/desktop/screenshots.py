"""Takes the README's pictures from the demo, on a virtual screen: ``python -m tests.desktop.screenshots``."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.desktop.screen import Screen, free_port, until, virtual_screen
from tray_agent.shell.channel.client import ChannelError, connect

TARGET = Path(__file__).resolve().parent.parent.parent / "assets" / "screenshots"
SIZE = {"width": 1560, "height": 900}


def main() -> int:
    """Run the demo until its day is worth a picture, then look at every view in both themes."""
    TARGET.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, virtual_screen("1680x1000") as screen:
        port = free_port()
        # The log's foot names the interpreter: that of the system, no path of whoever takes the pictures.
        env = screen.env | {"TRAY_AGENT_DEBUG_PORT": str(port), "TRAY_AGENT_PYTHON": "/usr/bin/python3"}
        argv = [sys.executable, "-m", "tray_agent", "demo", "--dir", folder]
        agent = subprocess.Popen(argv, env=env, stdout=subprocess.DEVNULL)
        try:
            with sync_playwright() as playwright:
                page = until(lambda: _page(playwright, port), 40, "the window")
                page.wait_for_function("window.dashboardReady === true")
                _wait_for_a_day(Path(folder))
                page.set_viewport_size(SIZE)
                _pictures(page)
            _menu(screen)
        finally:
            command = [sys.executable, "-m", "tray_agent", "--app-dir", folder, "quit", "--stop-runs"]
            subprocess.run(command, env=env, check=False, stdout=subprocess.DEVNULL)
            agent.wait(30)
    return 0


def _page(playwright, port: int) -> Page | None:  # type: ignore[no-untyped-def]
    try:
        browser = playwright.chromium.connect_over_cdp(f"http://127.0.0.1:{port}", no_defaults=True)
    except Error:
        return None
    pages = browser.contexts[0].pages
    return pages[0] if pages else None


def _wait_for_a_day(folder: Path) -> None:
    """Until all kinds of outcomes are there and something still runs."""

    def ready() -> bool:
        try:
            with connect(folder / "dados") as channel:
                counts = channel.call("status")["counts"]
        except ChannelError:
            return False
        return all(counts[state] for state in ("RUNNING", "SUCCESS", "ERROR", "NO_DATA"))

    until(ready, 120, "a day worth a picture")


def _pictures(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.screenshot(path=TARGET / "dashboard-light.png")
    page.emulate_media(color_scheme="dark")
    page.screenshot(path=TARGET / "dashboard-dark.png")
    page.emulate_media(color_scheme="light")
    page.get_by_role("article", name="extrai_posicao_custodia").get_by_role("button", name="Log").click()
    page.wait_for_timeout(1500)
    page.screenshot(path=TARGET / "log.png")
    page.keyboard.press("Escape")
    page.get_by_text("Linha do tempo").first.click()
    page.wait_for_timeout(800)
    page.screenshot(path=TARGET / "timeline.png")
    page.get_by_text("Problemas").first.click()
    page.wait_for_timeout(800)
    page.screenshot(path=TARGET / "problems.png")


def _menu(screen: Screen) -> None:
    """The tray's menu, open, and the corner of the screen it stands in."""
    icon = until(lambda: screen.tray_icon("__main__.py"), what="the icon")
    screen.click(icon, 3)
    popup = until(
        lambda: [w for w in screen.windows("--name", "__main__.py") if screen.geometry(w)[3] > 120], 5
    )
    x, y, width, _ = screen.geometry(popup[0])
    screen.grab((max(0, x - 40), max(0, y - 20), min(1680, x + width + 40), 1000)).save(
        TARGET / "tray-menu.png"
    )
    screen.keys("Escape")


if __name__ == "__main__":
    sys.exit(main())
