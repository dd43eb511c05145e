"""What needs somebody: the sentence, the order, reasons, lateness, pauses, triage, plan, many at once."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_cards import card, push


def sentence(page: Page) -> Locator:
    return page.locator("#content > .view-head .view-title")


def calm() -> dict[str, Any]:
    """A day on which nothing needs anybody."""
    cards = [
        sample.card(
            f"rotina_{n}",
            state="SUCCESS",
            last_run=sample._last(sample.at(13), "SUCCESS", 3.0),
            next_run=sample.at(15),
        )
        for n in range(4)
    ]
    return sample.snapshot(cards)


def test_one_sentence_says_what_needs_somebody_and_what_comes_next(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    expect(sentence(page)).to_have_text("9 precisam de você")
    summary = page.locator("#content > .view-head .view-summary")
    expect(summary).to_have_text(
        "4 problemas a ver · 1 pausada · tudo o mais em dia · 5 executando · 2 na fila"
        " · próxima 15:00 carga_mensageria_spb"
    )
    assert page.title() == "(3 erros) Automações"
    assert page.evaluate("standIn.calls('title')") == [["(3 erros) Automações"]]
    well = open_page(calm())
    expect(sentence(well)).to_have_text("Tudo em dia")
    expect(well.locator("#content > .view-head .view-summary")).to_have_text("próxima 15:00 rotina_0")
    assert well.title() == "Automações"


def test_what_needs_somebody_comes_first_then_what_is_pinned(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38) | {"preferences": {"pins": ["carga_mensageria_spb"]}})
    jobs = page.locator("article").evaluate_all("all => all.map(each => each.dataset.job)")
    tones = page.locator("article").evaluate_all("all => all.map(each => each.dataset.tone)")
    assert tones[:3] == ["ERROR"] * 3
    assert "ERROR" not in tones[3:]
    assert jobs[9] == "carga_mensageria_spb"


def test_an_error_shows_its_reason_and_leads_to_it_in_the_log(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    box = card(page, "conciliacao_boletos_d0").locator(".card-box")
    expect(box).to_have_attribute("data-kind", "reason")
    expect(box).to_have_text(sample.REASONS[0])
    text = "x\n" * 300 + f"Traceback (most recent call last):\n{sample.REASONS[0]}\n" + "fim\n" * 300
    run = {"run": "r", "start": sample.at(13, 0, 4), "end": sample.at(13, 1), "running": False, "text": text}
    page.evaluate("(run) => { standIn.logs.conciliacao_boletos_d0 = [run]; }", run)
    box.click()
    line = page.locator(".log-line[data-error]")
    expect(line).to_have_text(sample.REASONS[0])
    expect(line).to_be_in_viewport()
    number = line.evaluate("line => getComputedStyle(line, '::before').content")
    assert number == "counter(line)"


def test_what_failed_is_repeated_one_and_many(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    card(page, "conciliacao_boletos_d0").get_by_role("button", name="Repetir").click()
    page.wait_for_function("standIn.calls('repeat').length === 1")
    page.get_by_role("button", name="Erro 3").click()
    page.get_by_role("button", name="Reexecutar os 3 com erro").click()
    dialog = page.get_by_role("dialog", name="Reexecutar 3 automações com erro?")
    expect(dialog).to_contain_text("conciliacao_boletos_d0, valida_devolucoes_0015")
    dialog.get_by_role("button", name="Reexecutar").click()
    page.wait_for_function("standIn.calls('repeat_many').length === 1")
    [[jobs]] = page.evaluate("standIn.calls('repeat_many')")
    assert len(jobs) == 3
    later = [
        sample.card(job, state="ERROR" if n == 0 else "SUCCESS")
        | {"last_run": sample._last(sample.at(14, 6), "x", 1)}
        for n, job in enumerate(jobs)
    ]
    push(page, sample.delta(18, later))
    expect(page.get_by_text(f"2 de 3 terminaram bem; com erro: {jobs[0]}.")).to_be_visible()


def test_a_seen_error_is_quiet_until_it_fails_anew(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    failing = next(each for each in sample.rich(38)["cards"] if each["id"] == "conciliacao_boletos_d0")
    card(page, "conciliacao_boletos_d0").get_by_role("button", name="Mais ações").click()
    page.get_by_role("menuitem", name="Ciente").click()
    page.wait_for_function("standIn.calls('acknowledge').length === 1")
    push(page, sample.delta(18, [failing | {"acknowledged": True}]))
    expect(sentence(page)).to_have_text("8 precisam de você")
    expect(card(page, "conciliacao_boletos_d0")).to_have_attribute("data-state", "ERROR")
    expect(card(page, "conciliacao_boletos_d0")).to_have_attribute("data-tone", "ACK")
    assert page.title() == "(2 erros) Automações"


@pytest.mark.parametrize("state", ["ERROR", "IDLE"])
def test_a_persons_own_stop_is_no_error(open_page: OpenPage, state: str) -> None:
    stopped = sample.card("parada", state=state, outcome="stopped") | {
        "last_run": sample._last(sample.at(13), "ERROR", 3.0)
    }
    page = open_page(sample.snapshot([stopped]))
    expect(card(page, "parada").locator(".card-result")).to_have_text("Interrompida · 3 s")
    expect(page.get_by_role("button", name="Erro 0")).to_be_visible()
    expect(sentence(page)).to_have_text("Tudo em dia")


def test_late_has_its_own_badge_and_words(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    late = card(page, "gera_lote_ted")
    expect(late.locator(".badge-late svg")).to_have_attribute("data-icon", "late")
    expect(late.locator(".card-box")).to_have_attribute("data-kind", "late")
    expect(late.locator(".card-box")).to_contain_text("Em atraso desde 13:00")
    owed = sample.card("devendo", schedule={"kind": "hours", "hours": [13]}) | {
        "fires": [{"time": "13:00", "state": "owed", "run": None, "reason": None}]
    }
    again = open_page(sample.snapshot([owed]))
    expect(card(again, "devendo").locator(".card-box")).to_contain_text("Em atraso desde 13:00.")
    expect(sentence(again)).to_have_text("1 precisa de você")


def test_a_paused_job_says_until_when_and_why_and_is_resumed(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    paused = card(page, "relatorio_tarifas_diario_consolidado_operacoes")
    expect(paused.locator(".card-box")).to_have_text("Pausada até amanhã 08:00 (arquivo da B3 não sai hoje).")
    paused.get_by_role("button", name="Mais ações").click()
    page.get_by_role("menuitem", name="Retomar agendamento").click()
    page.wait_for_function("standIn.calls('resume').length === 1")
    assert page.evaluate("standIn.calls('resume')") == [
        ["relatorio_tarifas_diario_consolidado_operacoes", None, None]
    ]


def test_a_job_and_an_area_are_paused_with_an_end_and_a_reason(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    card(page, "reprocessa_devolucoes").get_by_role("button", name="Mais ações").click()
    page.get_by_role("menuitem", name="Não agendar até…").click()
    dialog = page.get_by_role("dialog", name="Suspender reprocessa_devolucoes")
    dialog.get_by_label("Até", exact=True).select_option("o fim do dia")
    dialog.get_by_role("button", name="Suspender").click()
    page.wait_for_function("standIn.calls('pause').length === 1")
    page.get_by_role("navigation", name="Áreas").get_by_role("button", name="Tarifas").click()
    page.get_by_role("button", name="Agendamentos da área").click()
    page.get_by_role("menuitem", name="Suspender a área…").click()
    page.get_by_role("dialog", name="Suspender a área Tarifas").get_by_role(
        "button", name="Suspender"
    ).click()
    page.wait_for_function("standIn.calls('pause').length === 2")
    assert page.evaluate("standIn.calls('pause')") == [
        ["reprocessa_devolucoes", None, "2026-03-11T00:00:00-03:00", None],
        [None, "Tarifas", None, None],
    ]


def test_triage_has_what_needs_somebody_what_runs_and_the_next_two_hours(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    page.keyboard.press("3")
    needs = page.get_by_role("region", name="Precisa de você")
    expect(needs.get_by_role("listitem")).to_have_count(9)
    expect(needs.get_by_role("listitem").first).to_contain_text(sample.REASONS[0])
    needs.get_by_role("listitem").first.get_by_role("button", name="Repetir").click()
    page.wait_for_function("standIn.calls('repeat').length === 1")
    active = page.get_by_role("region", name="Executando e na fila").get_by_role("listitem")
    expect(active).to_have_count(7)
    expect(active.nth(5)).to_contain_text("≈ 14:09")
    soon = page.get_by_role("region", name="Próximas 2 horas").get_by_role("listitem")
    expect(soon.first).to_contain_text("15:00")
    expect(soon.first).to_contain_text("em 55 min")
    well = open_page(calm() | {"preferences": {"view": "now"}})
    expect(well.get_by_text("Nada precisa de você.")).to_be_visible()


def test_every_view_has_its_way_back(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    for view in ("Linha do tempo", "Fila e próximas", "Problemas"):
        page.get_by_role("button", name="Lista").click()
        page.get_by_role("navigation", name="Hoje").get_by_role("button", name=view).click()
        expect(page.get_by_role("grid", name="Lista")).to_be_hidden()
        page.get_by_role("navigation", name="Áreas").get_by_role("button", name="Tarifas").click()
        expect(page.get_by_role("grid", name="Lista")).to_be_visible()
        page.get_by_role("navigation", name="Hoje").get_by_role("button", name=view).click()
        page.keyboard.press("Escape")
        expect(page.get_by_role("grid", name="Lista")).to_be_visible()


def test_the_plan_shows_the_queue_and_the_rest_of_the_day_by_hour(open_page: OpenPage) -> None:
    plan = {
        "day": sample.DAY,
        "fires": [
            {"job": "baixa_extrato_str", "time": "16:00", "state": "coming", "estimate": sample.at(16, 4)}
        ],
        "skipped": [{"job": "gera_lote_ted", "time": "17:00", "reason": "feriado"}],
        "load": [{"hour": 16, "jobs": 1, "minutes": 12}],
        "problems": [],
        "queue": [{"job": "atualiza_cadastro_participantes", "estimate": sample.at(14, 12)}],
        "left_out": {"fires": 300, "skipped": 0},
        "notes": ["novas tentativas atrasam as outras"],
    }
    made = sample.rich(38)
    for each in made["cards"]:
        if each["id"] == "atualiza_cadastro_participantes":
            each["estimate"] = None  # the plan knows it
    page = open_page(made | {"plan": plan})
    page.get_by_role("button", name="Fila e próximas").click()
    queue = page.get_by_role("region", name="Fila", exact=True).get_by_role("listitem")
    expect(queue).to_have_count(2)
    expect(queue.first).to_contain_text("começa ≈ 14:09")
    expect(queue.last).to_contain_text("começa ≈ 14:12")
    day = page.get_by_role("region", name="O resto do dia")
    expect(day).to_contain_text("1 automação · 12 min de trabalho, ≈ 2 min com 5 vagas")
    expect(day).to_contain_text("começa ≈ 16:04")
    expect(day).to_contain_text("300")
    expect(day).to_contain_text("novas tentativas atrasam as outras")
    expect(page.get_by_role("region", name="Não vão rodar")).to_contain_text("feriado")


def test_an_agent_that_knows_none_of_this_is_shown_all_the_same(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    page.evaluate(
        """() => { for (const name of ["days", "history", "plan", "find"])
             standIn.refusals[name] = {code: "unknown_method", text: "não conhece"}; }"""
    )
    page.get_by_role("button", name="Fila e próximas").click()
    expect(page.get_by_role("region", name="O resto do dia")).to_contain_text("automações")
    page.keyboard.press("Escape")
    card(page, "baixa_extrato_str").get_by_role("button", name="Log").click()
    page.get_by_role("tab", name="Histórico").click()
    expect(page.get_by_text("Este agente não guarda o histórico de dias anteriores.")).to_be_visible()


def test_tv_mode_shows_what_is_wrong_and_is_left(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    page.keyboard.press("F11")
    tv: Any = page.get_by_role("region", name="Modo TV")
    expect(tv).to_contain_text("14:05")
    expect(tv).to_contain_text("3com erro")
    expect(tv.get_by_role("listitem").filter(has_text=sample.REASONS[0])).to_be_visible()
    page.keyboard.press("Escape")
    expect(tv).to_be_hidden()


def press_shortcuts(page: Page) -> None:
    page.keyboard.press("?")


def test_the_keys_are_on_a_sheet(open_page: OpenPage) -> None:
    page = open_page(sample.rich(12))
    press_shortcuts(page)
    expect(page.get_by_role("dialog", name="Atalhos do teclado")).to_contain_text("modo TV")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_an_area_has_its_figures_of_thirty_days(open_page: OpenPage) -> None:
    page = open_page(sample.rich())
    expect(page.locator(".area-figures")).to_be_hidden()
    page.get_by_role("button", name="Conciliação").first.click()

    expect(page.locator(".area-figures")).to_have_text(
        "30 dias: 44 execuções · 93 % com sucesso · mediana 38 s · 95 % até 47 s"
        " · tendência +0,4 s por dia · só deste agente"
    )
    assert page.evaluate("standIn.calls('history')") == [[None, 30, False, "Conciliação"]]
    page.get_by_role("button", name="Todas").first.click()
    expect(page.locator(".area-figures")).to_be_hidden()
