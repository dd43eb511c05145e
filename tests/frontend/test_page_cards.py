"""Cards: their size, their colours, their words, and how they follow the agent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage

LAST = sample._last
BORDERS = {
    "RUNNING": ("rgb(31, 111, 235)", "2px", "solid"),
    "SUCCESS": ("rgb(79, 160, 111)", "2px", "solid"),
    "ERROR": ("rgb(208, 39, 61)", "3px", "solid"),
    "NO_DATA": ("rgb(184, 135, 0)", "2px", "solid"),
    "SCHEDULED": ("rgb(110, 120, 137)", "2px", "dashed"),
    "IDLE": ("rgb(133, 142, 158)", "1px", "solid"),
}


def card(page: Page, name: str) -> Locator:
    return page.get_by_role("article", name=name, exact=True)


def push(page: Page, delta: dict[str, Any]) -> None:
    page.evaluate("(delta) => standIn.push(delta)", delta)


def test_a_card_is_300_by_300_with_gaps_of_18(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    boxes = page.locator("article").evaluate_all(
        "all => all.map(each => each.getBoundingClientRect().toJSON())"
    )
    assert len(boxes) == 38
    assert {(box["width"], box["height"]) for box in boxes} == {(300, 300)}
    assert boxes[1]["left"] - boxes[0]["right"] == 18
    assert boxes[4]["top"] - boxes[0]["bottom"] == 18


def test_nothing_sticks_out_of_a_card(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    over = page.locator("article .card-body").evaluate_all(
        """all => all.filter((each) => each.scrollHeight > each.clientHeight
                                    || each.scrollWidth > each.clientWidth).length"""
    )
    assert over == 0


@pytest.mark.parametrize("state", BORDERS)
def test_a_state_has_its_border_its_drawing_and_its_word(open_page: OpenPage, state: str) -> None:
    page = open_page(sample.snapshot([sample.card("uma_so", state=state, queued=state == "SCHEDULED")]))
    article = card(page, "uma_so")
    for side in ("top", "right", "bottom", "left"):
        for what, value in zip(("color", "width", "style"), BORDERS[state], strict=True):
            expect(article).to_have_css(f"border-{side}-{what}", value)
    expect(article).to_have_attribute("data-state", state)
    expect(article).to_have_attribute("data-job", "uma_so")
    words = {"RUNNING": "Executando", "SUCCESS": "Sucesso", "ERROR": "Erro", "NO_DATA": "Sem dados"}
    words |= {"SCHEDULED": "Aguardando", "IDLE": "Ociosa"}
    expect(article.locator(".card-result")).to_have_text(words[state])
    expect(article.locator(".disc svg path")).to_have_attribute(
        "d",
        page.evaluate(
            "state => import('./scripts/icons.js').then(({ICONS}) => ICONS[state.toLowerCase()])", state
        ),
    )


def test_the_words_are_those_of_the_product(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))

    def says(name: str, *texts: str) -> None:
        for text in texts:
            expect(card(page, name).get_by_text(text, exact=True)).to_be_visible()

    says(
        "envia_arquivo_pix",
        "Última execução: 08:00:01",
        "Próxima execução: 18:00",
        "em 3 h 55 min",
        "Hoje: 1 de 3",
    )
    says("envia_arquivo_pix", "Em execução desde 14:02 (agendada, 2 de 3).", "normalmente 5 min")
    says("conciliacao_boletos_d0", "Erro · 38 s · código 3")
    says(
        "relatorio_tarifas_diario_consolidado_operacoes",
        "Próxima execução: só amanhã",
        "Sucesso · 12 min 40 s",
    )
    says("baixa_extrato_str", "Sem dados · 9,2 s")
    says("atualiza_cadastro_participantes", "Sem execução hoje", "Próxima execução: agora", "na fila (2ª)")
    says("atualiza_cadastro_participantes", "Na fila, posição 2 de 2; 3 de 5 em execução.")
    says("gera_lote_ted", "na fila (1ª)", "Última execução: 09:00:01")
    says("reprocessa_devolucoes", "Sem execução hoje", "Sem agendamento", "Hoje: 0")
    expect(card(page, "gera_lote_ted").locator(".card-result")).to_have_text("Sucesso · 41 s")
    expect(card(page, "reprocessa_devolucoes").get_by_text("na fila")).to_have_count(0)


def test_times_are_the_agents_and_not_the_browsers(open_page: OpenPage) -> None:
    page = open_page(
        sample.snapshot([sample.card("a", last_run=LAST("2026-03-10T00:00:01-03:00", "SUCCESS", 1.0))])
    )
    assert page.evaluate("Intl.DateTimeFormat().resolvedOptions().timeZone") == "Asia/Tokyo"
    expect(card(page, "a")).to_contain_text("Última execução: 00:00:01")
    expect(page.locator(".day")).to_have_text("terça, 10 de março")


def test_buttons_have_exactly_their_names_and_order_what_they_say(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    idle, running = card(page, "reprocessa_devolucoes"), card(page, "envia_arquivo_pix")
    for name in ("Executar", "Parar", "Log"):
        expect(idle.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(idle.get_by_role("button", name="Parar", exact=True)).to_be_disabled()
    expect(running.get_by_role("button", name="Executar", exact=True)).to_be_disabled()
    idle.get_by_role("button", name="Executar").click()
    assert idle.get_by_role("button", name="Parar").evaluate("stop => stop.tabIndex") == -1
    running.get_by_role("button", name="Parar").click()
    page.get_by_role("dialog", name="Parar esta execução?").get_by_role("button", name="Parar").click()
    assert page.evaluate("standIn.calls('run')") == [["reprocessa_devolucoes"]]
    assert page.evaluate("standIn.calls('stop')") == [["envia_arquivo_pix"]]
    idle.get_by_role("button", name="Parar").evaluate("stop => stop.click()")
    assert len(page.evaluate("standIn.calls('stop')")) == 1


def test_a_refusal_is_said_in_the_agents_words(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("standIn.refusals.run = {code: 'refused', text: 'Já está em execução; espere terminar.'}")
    card(page, "reprocessa_devolucoes").get_by_role("button", name="Executar").click()
    expect(page.get_by_text("Já está em execução; espere terminar.")).to_be_visible()


def test_a_change_repaints_only_its_card(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    page.evaluate(
        """() => { window.touched = new Set();
        new MutationObserver((all) => all.forEach(({target}) => {
          const at = (target.nodeType === 1 ? target : target.parentElement).closest("article");
          if (at && !at.querySelector(".card-progress:not([hidden])")) touched.add(at.dataset.job);
        })).observe(document.querySelector(".cards"),
                    {subtree: true, childList: true, characterData: true, attributes: true}); }"""
    )
    changed = sample.card("baixa_extrato_str", area="Tarifas", state="SUCCESS", why="Em dia.")
    push(page, sample.delta(18, [changed]))
    expect(card(page, "baixa_extrato_str")).to_have_attribute("data-state", "SUCCESS")
    assert page.evaluate("[...touched]") == ["baixa_extrato_str"]


def test_focus_and_scroll_survive_a_change(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    button = card(page, "reprocessa_devolucoes").get_by_role("button", name="Executar")
    button.focus()
    page.evaluate("document.getElementById('content').scrollTop = 150")
    push(
        page,
        sample.delta(
            18, [sample.card("reprocessa_devolucoes", area="Cadastro", state="RUNNING", started=sample.NOW)]
        ),
    )
    expect(card(page, "reprocessa_devolucoes")).to_have_attribute("data-state", "RUNNING")
    expect(button).to_be_focused()
    assert page.evaluate("document.getElementById('content').scrollTop") == 150


def test_a_moved_and_a_vanished_job_leave_their_place(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    page.get_by_role("navigation", name="Áreas").get_by_role("button", name="Tarifas").click()
    expect(page.locator("article")).to_have_count(2)
    moved = sample.card("baixa_extrato_str", area="Cadastro")
    order = [each["id"] for each in sample.known_cards() if each["id"] != "reprocessa_devolucoes"]
    push(page, sample.delta(18, [moved], order=order, areas=["Cadastro", "Tarifas"]))
    expect(page.locator("article")).to_have_count(1)
    page.get_by_role("navigation", name="Áreas").get_by_role("button", name="Cadastro").click()
    expect(card(page, "baixa_extrato_str")).to_be_visible()
    expect(card(page, "reprocessa_devolucoes")).to_have_count(0)


def test_elapsed_time_counts_up_for_running_cards_alone(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    elapsed = card(page, "envia_arquivo_pix").locator(".elapsed")
    expect(elapsed).to_have_text(re.compile(r"^[34] min \d\d s$"))
    expect(elapsed).not_to_have_text(elapsed.inner_text())
    expect(card(page, "extrai_posicao_custodia").locator(".card-progress")).to_have_attribute(
        "data-pace", "overdue"
    )
    bar = card(page, "envia_arquivo_pix").get_by_role("progressbar", name="Andamento")
    expect(bar).to_have_attribute("aria-valuenow", re.compile(r"^[67]\d$"))
    expect(card(page, "reprocessa_devolucoes").get_by_role("progressbar")).to_have_count(0)


def test_a_stop_counts_down_to_the_kill(open_page: OpenPage) -> None:
    stopping = sample.card("para", state="RUNNING", started=sample.at(14), stopping_since=sample.at(14, 5, 8))
    page = open_page(sample.snapshot([stopping | {"stop_grace_seconds": 60}]))
    expect(card(page, "para").get_by_text(re.compile(r"^parando… 5\d s$"))).to_be_visible()
    expect(card(page, "para").get_by_role("button", name="Parar")).to_be_disabled()
    push(page, sample.delta(18, [stopping]))
    expect(card(page, "para").get_by_text("encerrando à força…")).to_be_visible()


def test_the_strip_says_the_day_in_words(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    strip = card(page, "conciliacao_boletos_d0").locator(".strip")
    expect(strip).to_have_attribute(
        "aria-label", "com sucesso: 8h, 9h, 11h · com erro: 13h · previstas: 16h, 18h"
    )
    owed = card(page, "atualiza_cadastro_participantes").locator(".strip")
    expect(owed).to_have_attribute("aria-label", "em atraso: 9h, 14h")


def test_a_large_workspace_keeps_its_height_and_only_near_cards_exist(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    assert page.locator("article").count() < 40
    assert page.evaluate("document.querySelector('.cards').offsetHeight") == 250 * 318 - 18
    expect(page.locator("article").first).to_have_attribute("aria-setsize", "1000")
    page.evaluate("document.getElementById('content').scrollTop = 1e9")
    last = page.locator("article[aria-posinset='1000']")
    expect(last).to_be_visible()
    box = last.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (300, 300)
    assert page.locator("article").count() < 40


def test_a_small_workspace_is_whole_in_the_document_and_readable_also_out_of_sight(
    open_page: OpenPage,
) -> None:
    articles = open_page(sample.sample(100)).locator("article")
    assert articles.count() == 100
    assert "Executar" in articles.last.inner_text()


def test_the_last_of_a_thousand_is_found_by_search_and_by_key(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    page.keyboard.press("/")
    page.keyboard.type("0999")
    expect(page.locator("article")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("End")
    expect(page.locator("article[aria-posinset='1000']")).to_be_focused()


def test_the_focused_card_stays_while_it_is_scrolled_out_of_sight(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    button = card(page, "conciliacao_boletos_d0").get_by_role("button", name="Executar")
    button.focus()
    page.evaluate("document.getElementById('content').scrollTop = 50_000")
    expect(page.locator("article[aria-posinset='640']")).to_be_visible()
    expect(button).to_be_focused()


def test_a_key_pressed_after_a_filter_acts_on_no_other_job(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    page.get_by_role("button", name="Executar").nth(7).focus()
    page.evaluate("""() => document.querySelector(".chip:nth-child(6)").click()""")
    expect(page.locator("article[data-state='SUCCESS']").first).to_be_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("standIn.calls('run')") == []
