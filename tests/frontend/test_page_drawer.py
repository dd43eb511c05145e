"""A job opened: its head, focus, the whole log, past days, details."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_cards import card


def open_drawer(page: Page, name: str, text: str = "linha\n", **run: Any) -> Any:
    made = {"run": "r", "start": sample.at(13, 0, 4), "end": sample.at(13, 1), "running": False, "text": text}
    page.evaluate("([job, run]) => { standIn.logs[job] = [run]; }", [name, made | run])
    card(page, name).get_by_role("button", name="Log").click()
    return page.get_by_role("dialog", name=name)


def test_the_focus_stays_within_and_returns(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    drawer = open_drawer(page, "conciliacao_boletos_d0")
    expect(drawer).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        assert drawer.evaluate("drawer => drawer.contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    assert drawer.evaluate("drawer => drawer.contains(document.activeElement)")
    page.mouse.click(200, 400)
    expect(drawer).to_be_hidden()
    expect(card(page, "conciliacao_boletos_d0").get_by_role("button", name="Log")).to_be_focused()


def test_escape_closes_it_from_anywhere(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    drawer = open_drawer(page, "conciliacao_boletos_d0")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()


def test_a_run_is_stopped_from_it_after_a_question(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    drawer = open_drawer(page, "envia_arquivo_pix", running=True, end=None)
    drawer.get_by_role("button", name="Parar").click()
    page.get_by_role("button", name="Deixar terminar").click()
    assert page.evaluate("standIn.calls('stop')") == []
    expect(drawer).to_be_visible()
    drawer.get_by_role("button", name="Parar").click()
    page.get_by_role("dialog", name="Parar esta execução?").get_by_role("button", name="Parar").click()
    page.wait_for_function("standIn.calls('stop').length === 1")


def test_a_log_of_another_day_says_so(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    start, end = "2026-03-09T13:00:00-03:00", "2026-03-09T13:01:00-03:00"
    drawer = open_drawer(page, "baixa_extrato_str", start=start, end=end)
    expect(
        drawer.get_by_text("Este log é da execução de 09/03 13:00. Hoje ainda não houve execução com log.")
    ).to_be_visible()
    page.keyboard.press("Escape")
    other = open_drawer(page, "conciliacao_boletos_d0", start=sample.at(11, 0, 3), end=sample.at(11, 1))
    expect(other.get_by_text("Este log é da execução das 11:00.")).to_be_visible()


def test_the_whole_file_is_searched_and_a_match_far_away_is_shown(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    text = "agulha aqui\n" + "palha\n" * 60_000 + "outra agulha\nfim\n"
    drawer = open_drawer(page, "conciliacao_boletos_d0", text)
    expect(drawer.locator(".log-line").last).to_have_text("fim")
    page.keyboard.press("Control+f")
    page.keyboard.type("agulha")
    expect(drawer.get_by_text("2 de 2 no arquivo")).to_be_visible()
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("1 de 2 no arquivo")).to_be_visible()
    expect(drawer.locator(".log-line").first).to_have_text("agulha aqui")
    assert drawer.locator(".log-text").get_attribute("data-numbered") == ""
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("2 de 2 no arquivo")).to_be_visible()
    last = drawer.locator(".log-line", has_text="outra agulha")
    expect(last).to_be_in_viewport()
    first = drawer.locator(".log-piece").first.evaluate("piece => piece.style.counterReset")
    above = drawer.locator(".log-line").evaluate_all(
        "all => all.findIndex(each => each.textContent === 'outra agulha')"
    )
    assert int(first.split()[1]) + above + 1 == 60_002


def test_a_run_is_copied_for_the_team(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12), permissions=["clipboard-read", "clipboard-write"])
    drawer = open_drawer(page, "conciliacao_boletos_d0")
    drawer.get_by_role("button", name="Copiar para o Teams").click()
    expect(page.get_by_text("Resumo copiado; cole no Teams.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "**conciliacao_boletos_d0** falhou"


def test_past_days_have_figures_a_drawing_and_dated_logs(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    drawer = open_drawer(page, "conciliacao_boletos_d0")
    drawer.get_by_role("tab", name="Log").press("ArrowRight")
    expect(drawer.get_by_role("tab", name="Histórico")).to_be_focused()
    expect(drawer.get_by_text("mediana")).to_be_visible()
    expect(drawer.get_by_role("img", name="Duração das execuções")).to_be_visible()
    expect(drawer.locator(".chart-dot")).to_have_count(44)
    expect(drawer.get_by_role("heading", name="terça, 10 de março")).to_be_visible()
    expect(drawer.get_by_text("Argumentos: --dia 2026-03-09").first).to_be_visible()
    drawer.get_by_label("Só com erro").check()
    expect(drawer.get_by_role("cell", name="Sucesso")).to_have_count(0)
    expect(drawer.get_by_role("cell", name="KeyError: 'segmento P'").first).to_be_visible()
    drawer.get_by_role("button", name="Ver log").first.click()
    expect(drawer.get_by_role("tab", name="Log")).to_have_attribute("aria-selected", "true")
    asked = page.evaluate("standIn.calls('log').at(-1)")
    assert asked[1].startswith("2026-0")


def test_details_name_the_day_the_script_and_the_note(open_page: OpenPage) -> None:
    made = sample.rich(12)
    for each in made["cards"]:
        each |= {"note": "Falar com Ana antes das 9h.", "policies": ["prazo: 10:00", "recurso: SAP"]}
    page = open_page(made)
    drawer = open_drawer(page, "baixa_extrato_str")
    drawer.get_by_role("tab", name="Detalhes").click()
    expect(drawer.get_by_text("Falar com Ana antes das 9h.")).to_be_visible()
    expect(drawer.get_by_text("recurso: SAP")).to_be_visible()
    expect(drawer.get_by_text("dias úteis às 8:30, 10h e 16h", exact=True)).to_be_visible()
    expect(drawer.get_by_text("12:00 não roda (prazo de 30 min passou)")).to_be_visible()
    expect(drawer.locator(".drawer-path")).to_have_text("/automacoes/x/metodos/baixa_extrato_str.py")
    expect(drawer.locator(".terms")).to_contain_text("/automacoes/x/metodos/baixa_extrato_str.py")


def test_details_tell_the_scripts_version_and_the_registrys_row(open_page: OpenPage) -> None:
    page = open_page(sample.rich())
    page.locator("article[data-job=baixa_extrato_str] .card-name").click()
    drawer = page.get_by_role("dialog")
    drawer.get_by_role("tab", name="Detalhes").click()

    expect(drawer).to_contain_text("abab" * 16)
    expect(drawer).to_contain_text("Script alterado em09/03 18:30 · 2,0 KB")
    expect(drawer).to_contain_text("linha 12 da aba Automações")
    expect(drawer).to_contain_text("C12 cron_schedule: 8, 12")


def test_details_say_why_a_drive_tells_nothing(open_page: OpenPage) -> None:
    page = open_page(sample.rich())
    page.evaluate("standIn.refusals.details = { code: 'x', text: 'sem resposta em 15 s' }")
    page.locator("article[data-job=baixa_extrato_str] .card-name").click()
    page.get_by_role("dialog").get_by_role("tab", name="Detalhes").click()

    expect(page.get_by_role("dialog")).to_contain_text("não foi possível ler: sem resposta em 15 s")
