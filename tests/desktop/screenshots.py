"""Takes the README's pictures from the demo, on a virtual screen.

``python -m tests.desktop.screenshots [FOLDER]``
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Error, Page, sync_playwright

from tests.desktop.screen import Screen, free_port, until, virtual_screen
from tray_agent.shell.channel.client import ChannelError, connect

PICTURES = Path(__file__).resolve().parent.parent.parent / "assets" / "screenshots"
SIZE = {"width": 1560, "height": 900}


def main() -> int:
    """Run the demo until its day is worth a picture, then look at every view in both themes."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PICTURES
    target.mkdir(exist_ok=True)
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
                _pictures(page, target)
            _menu(screen, target)
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


def _pictures(page: Page, target: Path) -> None:
    def take(name: str) -> None:
        page.wait_for_timeout(900)
        page.screenshot(path=target / f"{name}.png")

    page.mouse.move(5, 5)  # no hand near: the worst comes first at once
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        take(f"dashboard-{scheme}")
    page.emulate_media(color_scheme="light")
    for key, name in (("2", "list"), ("3", "now")):
        page.keyboard.press(key)
        take(name)
    page.keyboard.press("1")
    failing = page.locator("article[data-state=ERROR]").first
    failing.locator(".card-name").click()
    take("log")
    page.get_by_role("tab", name="Histórico").click()
    take("history")
    page.keyboard.press("Escape")
    for view, name in (
        ("Linha do tempo", "timeline"),
        ("Fila e próximas", "plan"),
        ("Problemas", "problems"),
    ):
        page.get_by_role("button", name=view).click()
        take(name)
    page.keyboard.press("1")


def _menu(screen: Screen, target: Path) -> None:
    """The tray's menu, open, and the corner of the screen it stands in."""
    icon = until(lambda: screen.tray_icon("__main__.py"), what="the icon")
    screen.click(icon, 3)
    popup = until(
        lambda: [w for w in screen.windows("--name", "__main__.py") if screen.geometry(w)[3] > 120], 5
    )
    x, y, width, _ = screen.geometry(popup[0])
    screen.grab((max(0, x - 40), max(0, y - 20), min(1680, x + width + 40), 1000)).save(
        target / "tray-menu.png"
    )
    screen.keys("Escape")


if __name__ == "__main__":
    sys.exit(main())
