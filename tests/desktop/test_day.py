"""The whole of it on a virtual screen: real engine, real scripts, real icon, real window over CDP."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Error, Page, Playwright, expect, sync_playwright

from tests.desktop.screen import Screen, free_port, until
from tests.e2e.agent import Program, is_alive
from tests.e2e.workspace import Workspace

pytestmark = pytest.mark.desktop

ERROR, SUCCESS = (208, 44, 63), (27, 143, 71)
BLUE, GREEN = "rgb(31, 111, 235)", "rgb(79, 160, 111)"
TITLE = "Automações – tray-agent"
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
print("teimosa", child.pid, flush=True)
time.sleep(60)
"""


class Desk:
    """An agent with icon and window on a screen of the test's own."""

    def __init__(self, program: Program, screen: Screen, playwright: Playwright) -> None:
        self.program, self.screen, self._playwright = program, screen, playwright
        self.place = program.place
        self.port = free_port()
        paths = (program.environment["PYTHONPATH"], screen.env.get("PYTHONPATH"))
        program.environment |= screen.env | {
            "HOME": program.environment["HOME"],
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "TRAY_AGENT_DEBUG_PORT": str(self.port),
        }
        program.set(discovery_seconds=0.3)

    def start(self) -> None:
        """Start the agent with its icon and wait for it on the screen."""
        self.program.start("--app-dir", str(self.place.app))
        until(lambda: self.screen.tray_icon("__main__.py"), what="the icon")

    def icon_shows(self, color: tuple[int, int, int]) -> bool:
        """Whether the icon has a good many pixels of exactly this colour."""
        icon = self.screen.tray_icon("__main__.py")
        if icon is None:
            return False
        x, y, width, height = self.screen.geometry(icon)
        return self.screen.shows(color, (x, y, x + width, y + height)) > 60

    def window(self) -> Page:
        """The page of the open window, drawn."""

        def attached() -> Page | None:
            with suppress(Error):
                browser = self._playwright.chromium.connect_over_cdp(
                    f"http://127.0.0.1:{self.port}", no_defaults=True
                )
                pages = browser.contexts[0].pages
                return pages[0] if pages else None
            return None

        page: Page = until(attached, 30, "the window")
        page.wait_for_function("window.dashboardReady === true")
        return page

    def open(self) -> Page:
        """Open the window as the icon's default does."""
        self.screen.click(until(lambda: self.screen.tray_icon("__main__.py"), what="the icon"))
        return self.window()

    def close(self) -> None:
        """Close the window as its X button does, and wait until its process is gone."""
        self.screen.close_window(TITLE)
        until(
            lambda: not any(TITLE in each for each in self.screen.titles()) and not self.window_process(),
            what="the end of the window",
        )

    def window_process(self) -> psutil.Process | None:
        """The window's process."""
        assert self.program.agent is not None
        for child in psutil.Process(self.program.agent.pid).children():
            with suppress(psutil.Error):
                if "dashboard" in child.cmdline():
                    return child
        return None


def card(page: Page, name: str):  # type: ignore[no-untyped-def]
    """A job's card, as assistive technology names it."""
    return page.get_by_role("article", name=name, exact=True)


@pytest.fixture
def desk(tmp_path: Path, screen: Screen) -> Iterator[Desk]:
    """A workspace, a program and a screen, ended whatever happens."""
    program = Program(Workspace(tmp_path / "place"))
    with sync_playwright() as playwright:
        try:
            yield Desk(program, screen, playwright)
        finally:
            program.close()


def test_a_failing_run_turns_the_icon_red_and_a_good_one_green_again(desk: Desk) -> None:
    failing = desk.place.job(
        "quebra", "MANUAL", "raise SystemExit(0 if __import__('os').path.exists('ok') else 1)"
    )
    desk.place.register(failing)
    desk.start()
    desk.program.call("run", job="quebra")
    until(lambda: desk.icon_shows(ERROR), what="a red icon")
    (desk.place.base / "Geral" / "quebra" / "metodos" / "ok").touch()
    desk.program.call("run", job="quebra")
    until(lambda: desk.icon_shows(SUCCESS), what="a green icon")


def test_executar_turns_the_card_blue_and_then_green(desk: Desk) -> None:
    desk.place.register(desk.place.waiting_job("envia_pix"))
    desk.start()
    page = desk.open()
    envia = card(page, "envia_pix")
    envia.get_by_role("button", name="Executar", exact=True).click()
    expect(envia).to_have_attribute("data-state", "RUNNING")
    expect(envia).to_have_css("border-top-color", BLUE)
    desk.place.open_gate("envia_pix")
    expect(envia).to_have_attribute("data-state", "SUCCESS")
    expect(envia).to_have_css("border-top-color", GREEN)
    assert envia.bounding_box()["width"] == envia.bounding_box()["height"] == 300  # type: ignore[index]


def test_parar_ends_a_stubborn_script_and_its_children(desk: Desk) -> None:
    desk.place.register(desk.place.job("teimosa", "MANUAL", STUBBORN))
    desk.start()
    page = desk.open()
    teimosa = card(page, "teimosa")
    teimosa.get_by_role("button", name="Executar", exact=True).click()
    expect(teimosa).to_have_attribute("data-state", "RUNNING")
    said = until(lambda: desk.program.call("log", job="teimosa")["text"], what="its first line")
    teimosa.get_by_role("button", name="Parar", exact=True).click()
    # A person's own decision is no error: neither red nor counted as one.
    expect(teimosa).to_have_attribute("data-state", "IDLE", timeout=10_000)
    expect(teimosa).to_contain_text("Interrompida")
    expect(page.get_by_role("button", name="Erro 0")).to_be_visible()
    assert not is_alive(int(said.split()[1]))


def test_a_registry_edited_meanwhile_moves_the_card_to_its_new_area(desk: Desk) -> None:
    name, _, schedule, active = desk.place.job("carga", "MANUAL")
    desk.place.register((name, "Mensageria", schedule, active))
    desk.start()
    page = desk.open()
    areas = page.get_by_role("navigation", name="Áreas")
    expect(areas.get_by_text("Mensageria")).to_be_visible()
    desk.place.register((name, "Cadastro", schedule, active))
    expect(areas.get_by_text("Cadastro")).to_be_visible()
    expect(areas.get_by_text("Mensageria")).to_have_count(0)
    areas.get_by_text("Cadastro").click()
    expect(card(page, "carga")).to_be_visible()


def test_midnight_turns_the_cards_to_the_new_day(desk: Desk) -> None:
    desk.place.register(desk.place.job("noturna", "MANUAL"))
    desk.start()
    page = desk.open()
    noturna = card(page, "noturna")
    noturna.get_by_role("button", name="Executar", exact=True).click()
    expect(noturna).to_have_attribute("data-state", "SUCCESS")
    desk.program.clock.set("2026-03-10 23:59:58")
    expect(noturna).to_have_attribute("data-state", "IDLE", timeout=20_000)
    expect(noturna).to_contain_text("Sem execução hoje")


def test_the_window_opens_five_times_and_gives_its_memory_back(desk: Desk) -> None:
    desk.place.register(desk.place.job("uma", "MANUAL"))
    desk.start()
    assert desk.program.agent is not None
    agent = psutil.Process(desk.program.agent.pid)
    desk.open()
    desk.close()  # what the first opening imports stays, once
    before = agent.memory_full_info().uss
    for _ in range(4):
        expect(card(desk.open(), "uma")).to_be_visible()
        desk.close()
    assert agent.memory_full_info().uss - before < 5_000_000


def test_a_killed_window_leaves_the_agent_alive(desk: Desk) -> None:
    desk.place.register(desk.place.job("uma", "MANUAL"))
    desk.start()
    desk.open()
    window = desk.window_process()
    assert window is not None
    window.kill()
    until(lambda: desk.window_process() is None, what="the end of the window's process")
    desk.program.call("run", job="uma")
    desk.program.until(lambda status: status["totals"]["finished"] == 1)
    expect(card(desk.open(), "uma")).to_have_attribute("data-state", "SUCCESS")


def test_a_second_start_shows_the_window_of_the_first(desk: Desk) -> None:
    desk.place.register(desk.place.job("uma", "MANUAL"))
    desk.start()
    answer = desk.program.cli()
    assert answer.code == 0
    expect(card(desk.window(), "uma")).to_be_visible()
    assert desk.program.status()["pid"] == desk.program.agent.pid  # type: ignore[union-attr]


def test_a_quit_closes_the_window_too(desk: Desk) -> None:
    desk.place.register(desk.place.job("uma", "MANUAL"))
    desk.start()
    desk.open()
    assert desk.program.cli("quit").code == 0
    assert desk.program.wait() == 0
    until(lambda: not any(TITLE in each for each in desk.screen.titles()), what="the end of the window")
    assert (desk.place.data / "journal.sqlite3").exists()
