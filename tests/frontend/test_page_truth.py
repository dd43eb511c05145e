"""That all is well is said only where it is: of what is known now, goes on by itself, and needs nobody."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_cards import card, push
from tests.frontend.test_page_need import calm, sentence

LOOSE = {
    "where": "registry",
    "what": 'linha 62: nenhum arquivo "x.py" em uma pasta metodos',
    "action": "Corrija o nome.",
    "since": sample.at(13),
    "job": "x",
    "cell": None,
}
MOVABLE_CLOCK = "window.__ahead = 0; const real = performance.now.bind(performance);"
MOVABLE_CLOCK += "performance.now = () => real() + window.__ahead"
SILENT = "O agente não responde; os dados abaixo podem estar velhos."


def summary(page: Page) -> str:
    title = sentence(page).inner_text()
    return f"{title} · {page.locator('#content > .view-head .view-summary').inner_text()}"


def with_first(**changes: Any) -> dict[str, Any]:
    day = calm()
    day["cards"][0] |= changes
    return day


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (calm() | {"problems": [LOOSE]}, "1 problema a ver · tudo o mais em dia · próxima 15:00 rotina_0"),
        (
            with_first(paused={"until": None, "reason": ""}),
            "1 pausada · tudo o mais em dia · próxima 15:00 rotina_1",
        ),
        (
            with_first(state="ERROR", acknowledged=True),
            "1 erro ciente · tudo o mais em dia · próxima 15:00 rotina_0",
        ),
        (
            calm()
            | {"blocked": "history", "problems": [LOOSE | {"where": "history", "job": None}]}
            | {"history": calm()["history"] | {"verified": False}},
            "4 automações · ",
        ),
        (calm() | {"blocked": "data"}, "4 automações · "),
        (calm() | {"blocked": "base_path"}, "4 automações · "),
        (calm() | {"blocked": "paused", "paused": True}, "4 automações · "),
        (calm() | {"heartbeat_seconds": 40}, "4 automações · "),
    ],
)
def test_all_is_well_is_said_only_where_it_is(open_page: OpenPage, day: dict[str, Any], said: str) -> None:
    assert summary(open_page(day)) == said


def test_a_frozen_agent_is_said_to_be_silent_and_nothing_is_called_well(open_page: OpenPage) -> None:
    page = open_page(calm(), before=MOVABLE_CLOCK)
    expect(sentence(page)).to_have_text("Tudo em dia")
    page.evaluate("standIn.delay = 1e9; window.__ahead = 16_000")
    page.wait_for_function("standIn.calls('snapshot').length > 1")
    page.evaluate("window.__ahead = 40_000")
    expect(page.get_by_text(SILENT)).to_be_visible()
    expect(sentence(page)).to_have_text("4 automações")
    page.keyboard.press("F11")
    tv = page.get_by_role("region", name="Modo TV")
    expect(tv).to_contain_text(SILENT)
    expect(tv.get_by_text("Tudo em dia")).to_have_count(1)  # the big one, hidden
    expect(tv.locator(".tv-well")).to_be_hidden()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"paused": True, "blocked": "paused"}, "Agendamentos suspensos"),
        ({"blocked": "data"}, "Não é possível gravar na pasta de dados"),
    ],
)
def test_the_wall_says_what_stops_everything(open_page: OpenPage, changes: dict[str, Any], said: str) -> None:
    page = open_page(calm() | changes)
    page.keyboard.press("F11")
    tv = page.get_by_role("region", name="Modo TV")
    expect(tv).to_contain_text(said)
    expect(tv.locator(".tv-well")).to_be_hidden()
    expect(tv.locator(".tv-tile")).not_to_contain_text("Tudo em dia")
    expect(tv).not_to_contain_text("próxima")


def test_the_wall_says_that_the_agent_is_gone(open_page: OpenPage) -> None:
    page = open_page(calm())
    page.keyboard.press("F11")
    tv = page.get_by_role("region", name="Modo TV")
    expect(tv.locator(".tv-well")).to_be_visible()
    page.evaluate("standIn.tell({event: 'gone'})")
    expect(tv).to_contain_text("O agente foi encerrado")
    expect(tv.locator(".tv-well")).to_be_hidden()


def test_an_area_on_the_wall_is_well_only_without_problems_pauses_and_missing_data(
    open_page: OpenPage,
) -> None:
    day = calm()
    for made, area in zip(day["cards"], ("Com problema", "Pausada", "Sem nada", "Boa"), strict=True):
        made["area"] = area
    day["cards"][1]["paused"] = {"until": None, "reason": ""}
    day["cards"][2]["state"] = "NO_DATA"
    day["areas"] = ["Boa", "Com problema", "Pausada", "Sem nada"]
    page = open_page(day | {"problems": [LOOSE | {"job": "rotina_0"}]})
    page.keyboard.press("F11")
    assert page.locator(".tv-tile span").all_inner_texts() == [
        "Tudo em dia",
        "1 com problema",
        "1 pausada",
        "1 sem dados",
    ]


def test_the_wall_says_how_many_it_has_no_room_for(open_page: OpenPage) -> None:
    cards = [
        sample.card(f"quebra_{n:02}", state="ERROR", reason="ValueError: x")
        | {"last_run": sample._last(sample.at(13), "ERROR", 3.0)}
        for n in range(20)
    ]
    page = open_page(sample.snapshot(cards), viewport={"width": 1400, "height": 700})
    page.keyboard.press("F11")
    seen = page.locator(".tv-trouble:not([data-out])").count()
    assert 1 <= seen <= 8
    expect(page.locator(".tv-next")).to_contain_text(f"e mais {20 - seen}")


def test_what_is_tried_again_is_the_next_to_run(open_page: OpenPage) -> None:
    failed = sample.card(
        "fecha_lote",
        state="ERROR",
        reason="ValueError: x",
        retry_at=sample.at(14, 15),
        next_run=sample.at(16),
        next_run_text="Próxima execução: 14:15 (nova tentativa)",
        schedule={"kind": "hours", "hours": [13, 16]},
    ) | {"last_run": sample._last(sample.at(13), "ERROR", 3.0)}
    page = open_page(sample.snapshot([failed]))
    expect(page.locator("#content > .view-head .view-summary")).to_contain_text("próxima 14:15 fecha_lote")
    shown = card(page, "fecha_lote")
    expect(shown.locator(".card-next")).to_have_text("Próxima execução: 14:15")
    expect(shown.locator(".card-countdown")).to_have_text("em 10 min")
    page.keyboard.press("2")
    expect(page.locator(".row-words")).to_have_text("ValueError: x · Nova tentativa às 14:15.")
    page.keyboard.press("3")
    expect(page.get_by_role("region", name="Próximas 2 horas")).to_contain_text("14:15")


def test_only_tomorrow_stands_whole_beside_its_hour(open_page: OpenPage) -> None:
    late = sample.card(
        "fecha_dia",
        next_fire="2026-03-11T06:00:00-03:00",
        next_run_text="Próxima execução: só amanhã",
        schedule={"kind": "hours", "hours": [6]},
    )
    rare = sample.card(
        "fecha_mes",
        next_fire="2026-03-20T09:00:00-03:00",
        next_run_text="Próxima execução: sex 20/03 09:00",
        schedule={"kind": "rule", "hours": []},
    )
    page = open_page(sample.snapshot([late, rare]))
    line = card(page, "fecha_dia").locator(".card-next")
    expect(line).to_have_text("Próxima execução: só amanhã")
    assert line.evaluate("line => line.scrollWidth <= line.clientWidth")
    expect(card(page, "fecha_dia").locator(".card-countdown")).to_have_text("06:00")
    expect(card(page, "fecha_mes").locator(".card-countdown")).to_have_text("")
    line = card(page, "fecha_mes").locator(".card-next")
    assert line.evaluate("line => line.scrollWidth <= line.clientWidth")


def test_what_former_days_left_is_folded_and_none_of_it_is_lost(open_page: OpenPage) -> None:
    notes = [f"Em 09/03, aviso {n}." for n in range(9)]
    page = open_page(calm() | {"day_notes": notes})
    fold = page.get_by_text("Dos dias anteriores: 9 avisos")
    expect(fold).to_be_visible()
    expect(page.get_by_text(notes[8])).to_be_hidden()
    fold.click()
    for note in notes:
        expect(page.get_by_text(note)).to_be_visible()
    push(page, sample.delta(18, [], day_notes=notes[:1]))
    expect(page.get_by_text(notes[0]).first).to_be_visible()
    expect(page.get_by_text("Dos dias anteriores")).to_have_count(0)


def test_a_local_history_that_was_not_read_is_not_green(open_page: OpenPage) -> None:
    history = calm()["history"] | {"source": "local", "verified": False}
    page = open_page(calm() | {"history": history, "blocked": "history"})
    expect(page.locator(".history > .icon")).to_have_attribute("data-state", "ERROR")


def test_the_plan_says_a_reason_once_and_when_it_is_tried_again(open_page: OpenPage) -> None:
    plan = {
        "day": sample.DAY,
        "fires": [
            {
                "job": "rotina_0",
                "time": "13:00",
                "state": "failed",
                "estimate": None,
                "retry": {"attempt": 1, "of": 2, "at": sample.at(14, 13)},
            }
        ],
        "skipped": [
            {"job": "rotina_1", "time": f"{hour}:00", "reason": "passa da hora limite (iniciar_ate)"}
            for hour in range(15, 20)
        ]
        + [{"job": "rotina_2", "time": "", "reason": "roda só quando alguém executa (manual)"}],
        "problems": [],
    }
    page = open_page(calm() | {"plan": plan})
    page.get_by_role("button", name="Fila e próximas").click()
    day = page.get_by_role("region", name="O resto do dia")
    expect(day.locator(".plan-fire")).to_have_text("14:13rotina_0nova tentativa 1 de 2")
    left_out = page.get_by_role("region", name="Não vão rodar")
    expect(left_out.get_by_text("Passa da hora limite (iniciar_ate).")).to_have_count(1)
    expect(left_out.locator(".plan-fire").first).to_have_text("rotina_115:00 a 19:00")


@pytest.mark.parametrize("area", [None, "Mensageria"])
def test_resuming_many_asks_what_becomes_of_what_was_missed(open_page: OpenPage, area: str | None) -> None:
    day = calm()
    for made in day["cards"]:
        made["owed"] = 2
    paused = {"until": None, "reason": ""}
    if area:
        page = open_page(day | {"paused_areas": {area: paused}})
        page.get_by_role("navigation", name="Áreas").get_by_role("button", name=area).click()
        page.get_by_role("button", name="Agendamentos da área").click()
        page.get_by_role("menuitem", name="Retomar a área").click()
    else:
        page = open_page(day | {"paused": True, "blocked": "paused", "paused_all": paused})
        page.locator(".banner").get_by_role("button", name="Retomar agendamentos").click()
    dialog = page.get_by_role("dialog", name="Retomar: 8 ficaram por fazer")
    dialog.get_by_role("button", name="Só a última de cada uma").click()
    page.wait_for_function("standIn.calls('resume').length === 1")
    assert page.evaluate("standIn.calls('resume')") == [[None, area, "last"]]


def test_a_run_that_covers_a_later_hour_stands_at_its_own_in_the_strip(open_page: OpenPage) -> None:
    made = sample.card(
        "carga",
        state="ERROR",
        schedule={"kind": "hours", "hours": [10]},
        fires=[
            {"time": "10:00", "state": "covered", "run": "m", "reason": "coberta pela execução das 08:40"}
        ],
        runs=[sample.run(sample.at(8, 40), sample.at(8, 41), "ERROR", "manual") | {"run": "m"}],
    ) | {"last_run": sample._last(sample.at(8, 40), "ERROR", 60.0)}
    page = open_page(sample.snapshot([made]))
    kinds = (
        card(page, "carga")
        .locator(".strip [data-kind]")
        .evaluate_all("all => all.map(each => each.dataset.kind)")
    )
    assert "failed" in kinds
    assert "covered" in kinds


def test_the_arrow_down_leads_into_the_list_from_its_head(open_page: OpenPage) -> None:
    page = open_page(sample.rich(38))
    page.keyboard.press("2")
    page.get_by_role("button", name="Nome", exact=True).focus()
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.classList.contains('list-row')")


def test_a_run_whose_moment_nobody_knows_is_named_nowhere_with_a_time(open_page: OpenPage) -> None:
    waiting = sample.card(
        "envio",
        next_run=None,
        next_fire=None,
        next_run_text="Próxima execução: depois de outra automação",
        schedule={"kind": "hours", "hours": [15]},
        fires=[
            {"time": "15:00", "state": "coming", "run": None, "reason": "espera carga, que não está ativa"}
        ],
    )
    unread = sample.card(
        "ilegivel", next_run=sample.at(15), next_fire=None, next_run_text="Próxima execução: x"
    )
    page = open_page(sample.snapshot([waiting, unread]))
    expect(card(page, "envio").locator(".card-countdown")).to_have_text("")
    strip = card(page, "envio").locator(".strip")
    expect(strip).to_have_attribute("aria-label", "previstas: 15h (espera carga, que não está ativa)")
    expect(page.locator("#content > .view-head .view-summary")).not_to_contain_text("próxima")
    page.keyboard.press("3")
    column = page.get_by_role("region", name="Próximas 2 horas")
    expect(column.get_by_role("listitem")).to_have_count(0)
    expect(column).not_to_contain_text("15:00")
