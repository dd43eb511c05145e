"""How the page keeps up with the agent: events, polling, restarts, silence, and what it remembers."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage


def changed(version: int, state: str = "ERROR") -> dict[str, object]:
    return sample.delta(version, [sample.card("reprocessa_devolucoes", area="Cadastro", state=state)])


def test_the_page_waits_for_the_bridge(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12), ready=False, before="window.__late = true")
    expect(page.get_by_text("Aguardando o agente…").first).to_be_visible()
    assert page.evaluate("window.dashboardReady") is None
    page.evaluate("__arrive()")
    page.wait_for_function("window.dashboardReady === true")
    expect(page.locator("article")).to_have_count(12)


def test_without_events_the_page_asks_by_itself(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("(delta) => standIn.push(delta, true)", changed(18))
    expect(page.locator("[data-job=reprocessa_devolucoes]")).to_have_attribute(
        "data-state", "ERROR", timeout=5000
    )


def test_requests_are_coalesced(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("standIn.delay = 150; standIn.asked.length = 0")
    page.evaluate(
        "(all) => all.forEach((delta) => standIn.push(delta))", [changed(18 + n) for n in range(20)]
    )
    expect(page.locator("[data-job=reprocessa_devolucoes]")).to_have_attribute("data-state", "ERROR")
    assert page.evaluate("standIn.calls('snapshot')")[:2] in ([[17]], [[17], [37]])
    assert len(page.evaluate("standIn.calls('snapshot')")) <= 2


def test_the_agent_going_away_is_said_and_nothing_stays_green(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("standIn.tell({event: 'gone'})")
    expect(page.get_by_text("O agente foi encerrado")).to_be_visible()
    expect(page.locator("#content")).to_have_css("filter", "grayscale(1) opacity(0.55)")


def test_a_refused_question_because_the_agent_is_gone_is_the_same(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("standIn.error = {code: 'gone', text: 'O agente foi encerrado.'}")
    expect(page.get_by_text("O agente foi encerrado")).to_be_visible(timeout=5000)


def test_silence_is_said_and_ends(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.evaluate("standIn.error = {code: 'internal', text: 'x'}")
    page.evaluate(
        """for (let n = 0; n < 8; n++)
             setTimeout(() => standIn.tell({event: "changed", version: 100 + n}), n * 60)"""
    )
    expect(page.get_by_text("O agente não responde; os dados abaixo podem estar velhos.")).to_be_visible()
    page.evaluate("standIn.error = null; standIn.tell({event: 'changed', version: 200})")
    expect(page.get_by_text("O agente não responde")).to_be_hidden()


def test_the_agents_restart_replaces_everything(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    other = sample.snapshot(
        [sample.card("nova")], version=2, agent={"version": "1", "pid": 2, "instance": "b"}
    )
    page.evaluate("(full) => standIn.push(full)", other)
    expect(page.locator("article")).to_have_count(1)
    expect(page.get_by_role("article", name="nova")).to_be_visible()


def test_choices_are_remembered_by_the_agent_and_taken_up_again(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    page.get_by_role("button", name="Conciliação").click()
    page.get_by_role("button", name="Sucesso").click()
    page.get_by_title("Escuro").click()
    page.wait_for_function("standIn.calls('remember').length > 0")
    [kept] = page.evaluate("standIn.calls('remember').at(-1)")
    order = {"sort": "state", "backwards": False, "folds": [], "pins": []}
    assert kept == {"area": "Conciliação", "filter": "SUCCESS", "theme": "dark", "view": "cards"} | order
    again = open_page(sample.sample(38) | {"preferences": kept})
    expect(again.get_by_role("button", name="Conciliação")).to_have_attribute("aria-current", "true")
    expect(again.get_by_role("button", name="Sucesso")).to_have_attribute("aria-pressed", "true")
    expect(again.locator("body")).to_have_css("background-color", "rgb(20, 23, 28)")
    assert again.evaluate(
        "[...document.querySelectorAll('article')].every(each => each.dataset.state === 'SUCCESS')"
    )


def test_an_area_that_is_gone_is_not_taken_up(open_page: OpenPage) -> None:
    page = open_page(
        sample.sample(12) | {"preferences": {"area": "Extinta", "theme": "x", "view": 3, "filter": "?"}}
    )
    expect(page.locator("article")).to_have_count(12)


def test_pausing_and_resuming(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.get_by_role("button", name="Suspender agendamentos").click()
    dialog = page.get_by_role("dialog", name="Suspender os agendamentos")
    dialog.get_by_label("Até").select_option("amanhã às 8:00")
    dialog.get_by_label("Motivo (opcional)").fill("feriado na B3")
    dialog.get_by_role("button", name="Suspender").click()
    page.wait_for_function("standIn.calls('pause').length === 1")
    assert page.evaluate("standIn.calls('pause')") == [
        [None, None, "2026-03-11T08:00:00-03:00", "feriado na B3"]
    ]
    page.evaluate(
        "(delta) => standIn.push(delta)",
        sample.delta(18, [], paused=True, paused_since=sample.at(13, 40), blocked="paused"),
    )
    expect(
        page.get_by_text("Agendamentos suspensos desde 13:40; as execuções manuais continuam.")
    ).to_be_visible()
    expect(page.get_by_role("button", name="Suspender agendamentos")).to_have_count(0)
    page.get_by_role("button", name="Retomar agendamentos").click()
    assert page.evaluate("standIn.calls('resume').length") == 1


def test_an_unverified_history_is_said_in_words(open_page: OpenPage) -> None:
    made = sample.sample(12)
    made["history"] |= {
        "verified": False,
        "last_sync": None,
        "error": "sem credencial",
        "unverified_since": sample.at(14),
    }
    page = open_page(made)
    expect(
        page.get_by_text(
            "BigQuery não verificado: agendamentos suspensos desde 14:00, motivo: sem credencial"
        )
    ).to_be_visible()
    expect(page.get_by_text("BigQuery lido")).to_have_count(0)


@pytest.mark.parametrize("count", [0, 12])
def test_a_missing_key_is_said_once_on_each_screen(open_page: OpenPage, count: int) -> None:
    cause = "nenhuma chave do Google Cloud (.json) foi encontrada"
    made = sample.sample(count)
    made["history"] |= {
        "verified": False,
        "last_sync": None,
        "error": cause,
        "unverified_since": sample.at(14),
    }
    what = {"where": "history", "what": cause, "action": "Copie a chave.", "since": None}
    made["problems"] = [what | {"cell": None, "job": None}]
    page = open_page(made)

    for view in ("Linha do tempo", "Fila e próximas", "Problemas", "Todas"):
        page.get_by_role("button", name=view).first.click()
        expect(
            page.get_by_text(re.compile(re.escape(cause), re.IGNORECASE)).locator("visible=true")
        ).to_have_count(1)
        expect(page.get_by_text("não verificado").locator("visible=true")).to_have_count(1)


def test_the_age_of_the_history_is_always_visible(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    expect(page.get_by_text("BigQuery lido às 14:05")).to_be_visible()
    expect(page.get_by_text(re.compile(r"próxima leitura em 5 min\s96 execuções hoje"))).to_be_visible()
    expect(page.get_by_title(re.compile(r"^Atualizado às 14:05:\d\d$"))).to_be_visible()


def test_an_engine_that_stands_is_said(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12) | {"heartbeat_seconds": 75})
    expect(
        page.get_by_text("O motor do agente está parado há 1 min; os estados abaixo podem estar velhos.")
    ).to_be_visible()
