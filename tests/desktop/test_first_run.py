"""A newcomer with nothing but the program: chooses a folder in the real window, and sees the first card."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tests.desktop.screen import Screen, free_port, until
from tests.desktop.screenshots import _page
from tests.desktop.test_fresh import fresh_program
from tests.e2e.agent import Program

pytestmark = pytest.mark.desktop

DIALOG = "Open folder"
SETTINGS = "# da equipe\nmax_concurrent = 3  # três\n\n[resources]\nSAP = 1\n"


@pytest.fixture
def newcomer(tmp_path: Path, screen: Screen) -> Iterator[Program]:
    """A real agent that is told nowhere where anything is, on a screen, with a debug port for its window."""
    with closing(fresh_program(tmp_path, screen)) as program:
        program.set(base_path=None, debug_port=free_port())
        (program.place.app / "tray_agent.toml").write_text(SETTINGS, encoding="utf-8")
        yield program


@contextmanager
def opened(program: Program) -> Iterator[Page]:
    """The page of its window; the agent is told to quit afterwards."""
    program.start("--app-dir", str(program.place.app))
    program.call("open")
    with sync_playwright() as playwright:
        port = int(program.environment["TRAY_AGENT_DEBUG_PORT"])
        page = until(lambda: _page(playwright, port), 40, "the window")
        page.wait_for_function("window.dashboardReady === true")
        expect.set_options(timeout=20_000)
        try:
            yield page
        finally:
            expect.set_options(timeout=5_000)
    program.call("quit", stop_runs=True)
    assert program.wait() == 0


def answer_dialog(screen: Screen, page: Page, folder: Path | None) -> None:
    """As a person does: the button, then the system's own dialog, by its keys; None for Cancel."""
    page.get_by_role("button", name="Escolher a pasta das automações…").click()
    until(lambda: DIALOG in screen.titles(), 20, "the dialog")
    screen.run("wmctrl", "-a", DIALOG)
    if folder is not None:
        screen.run("xdotool", "type", "--delay", "20", str(folder))
    screen.keys("Escape" if folder is None else "Return")
    until(lambda: DIALOG not in screen.titles(), 20, "the dialog's end")


def write_first_automation(folder: Path, record: Path) -> None:
    """What the page asks for: a script in a folder named metodos, and a row of the model filled in."""
    script = folder / "Cadastro" / "metodos" / "primeira.py"
    script.parent.mkdir(parents=True)
    script.write_text(f"open({str(record)!r}, 'w').write('rodou')\n", encoding="utf-8")
    registry = folder / "registro_automacoes.xlsx"
    book = openpyxl.load_workbook(registry)
    sheet = book["Registro"]
    heads = [cell.value for cell in sheet[1]]
    for head, value in zip(heads, ("primeira", "Cadastro", "MANUAL", "sim"), strict=False):
        sheet.cell(2, heads.index(head) + 1, value)
    book.save(registry)


def test_a_newcomer_chooses_the_folder_in_the_systems_own_dialog_and_sees_the_first_card(
    newcomer: Program, screen: Screen, tmp_path: Path
) -> None:
    folder, record = tmp_path / "robos", tmp_path / "record"
    folder.mkdir()
    with opened(newcomer) as page:
        pid = newcomer.status()["pid"]
        expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
        answer_dialog(screen, page, folder)
        expect(page.get_by_text(f"Pasta das automações: {folder}.")).to_be_visible()

        page.get_by_role("button", name="Criar registro modelo").click()
        expect(page.get_by_role("heading", name="Nenhuma automação ativa")).to_be_visible()
        write_first_automation(folder, record)
        page.get_by_role("button", name="Procurar de novo").click()
        expect(page.get_by_role("article", name="primeira")).to_be_visible()
        page.get_by_role("article", name="primeira").get_by_role("button", name="Executar").click()
        until(record.exists, 30, "the run")
        assert newcomer.status()["pid"] == pid
    kept = (newcomer.place.app / "tray_agent.toml").read_text(encoding="utf-8")
    assert kept == SETTINGS.replace(
        "\n\n[", f"\nbase_path = '{folder}'\nexcel_filename = '{folder}/registro_automacoes.xlsx'\n\n["
    )
    assert tomllib.loads(kept)["max_concurrent"] == 3


def test_a_dialog_that_is_closed_changes_nothing_and_a_file_that_cannot_be_written_is_said(
    newcomer: Program, screen: Screen, tmp_path: Path
) -> None:
    folder, file = tmp_path / "robos", newcomer.place.app / "tray_agent.toml"
    folder.mkdir()
    with opened(newcomer) as page:
        answer_dialog(screen, page, None)
        expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
        assert file.read_text(encoding="utf-8") == SETTINGS

        file.unlink()
        file.symlink_to(file.with_name("x" * 250))  # its neighbour's name is too long for any disk
        answer_dialog(screen, page, folder)
        expect(page.get_by_text(f"{file} não pôde ser gravado (")).to_be_visible()
        expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
    assert list(folder.iterdir()) == []
