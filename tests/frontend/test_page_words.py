"""What a card, a row and an item say of what needs somebody: what is wrong, what to do, and nothing beside
it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_cards import card


def well(name: str, **changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "state": "SUCCESS",
        "schedule": {"kind": "hours", "hours": [8, 18]},
        "last_run": sample._last(sample.at(8), "SUCCESS", 3.0),
        "next_run": sample.at(18),
        "next_fire": sample.at(18),
        "next_run_text": "Próxima execução: 18:00",
        "why": "Em dia: 1 prevista até agora, 1 feita.",
    }
    return sample.card(name, **(values | changes))


def problem(what: str, action: str, job: str, where: str = "registry") -> dict[str, Any]:
    return {"where": where, "what": what, "action": action, "since": sample.at(8), "cell": None, "job": job}


def test_a_job_with_a_problem_says_which_and_what_to_do(open_page: OpenPage) -> None:
    problems = [
        problem("linha 4: não entendi a célula recuperar", "Escreva tudo, última ou nada.", "carga"),
        problem(
            "envio: espera base, que hoje não tem horário", "Execute antes o que ela espera.", "envio", "run"
        ),
    ]
    page = open_page(sample.snapshot([well("carga"), well("envio")], problems=problems))
    expect(card(page, "carga").locator(".card-why")).to_have_text("Não entendi a célula recuperar.")
    expect(card(page, "carga").locator(".card-more")).to_have_text("Escreva tudo, última ou nada.")
    expect(card(page, "envio").locator(".card-why")).to_have_text("Espera base, que hoje não tem horário.")
    expect(card(page, "envio").locator(".badge-problem")).to_have_text("problema")
    page.keyboard.press("2")
    row = page.get_by_role("row", name="envio")
    expect(row.locator(".row-flag")).to_have_text("problema")
    expect(row.locator(".row-words")).to_have_text(
        "Espera base, que hoje não tem horário. Execute antes o que ela espera."
    )
    page.keyboard.press("3")
    item = page.get_by_role("region", name="Precisa de você").get_by_role("listitem").filter(has_text="carga")
    expect(item).to_contain_text("Não entendi a célula recuperar. Escreva tudo, última ou nada.")
    expect(item).not_to_contain_text("Em dia")


def test_processes_left_behind_are_said_in_the_list_too(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot([well("carga", leftovers=[4711])]))
    said = "Deixou 1 processo aberto (4711); Parar o encerra."
    expect(card(page, "carga").locator(".card-why")).to_have_text(said)
    page.keyboard.press("2")
    expect(page.locator(".row-words")).to_have_text(f"{said} Em dia: 1 prevista até agora, 1 feita.")
    page.keyboard.press("3")
    item = page.get_by_role("region", name="Precisa de você").get_by_role("listitem")
    expect(item.locator(".now-result")).to_contain_text("processos abertos")
    expect(item.locator(".now-result")).not_to_contain_text("Sucesso")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (
            {"paused": True, "paused_since": sample.at(13), "blocked": "paused"},
            "Agendamentos suspensos: nada começa sozinho.",
        ),
        ({"blocked": "base_path"}, "Agendamentos suspensos: nada começa sozinho."),
    ],
)
def test_while_nothing_starts_by_itself_agora_does_not_say_that_nothing_is_planned(
    open_page: OpenPage, change: dict[str, Any], said: str
) -> None:
    page = open_page(
        sample.snapshot([well("carga", next_run=sample.at(15), next_fire=sample.at(15))]) | change
    )
    page.keyboard.press("3")
    expect(page.get_by_role("region", name="Próximas 2 horas")).to_contain_text(said)
    expect(page.get_by_role("region", name="Próximas 2 horas")).not_to_contain_text("Nada previsto")


def test_an_error_that_somebody_saw_says_so_on_its_card(open_page: OpenPage) -> None:
    seen = well(
        "carga",
        state="ERROR",
        acknowledged=True,
        reason="KeyError: x",
        last_run=sample._last(sample.at(8), "ERROR", 3.0),
    )
    page = open_page(sample.snapshot([seen]))
    expect(card(page, "carga").locator(".card-result")).to_have_text("Erro · ciente · 3 s")


def test_a_row_does_not_say_twice_that_it_is_late(open_page: OpenPage) -> None:
    fires = [{"time": "12:00", "state": "owed", "run": None, "reason": None}]
    late = well(
        "envio", state="IDLE", last_run=None, fires=fires, why="Não roda sozinha agora: espera base terminar."
    )
    page = open_page(sample.snapshot([late]))
    expect(card(page, "envio").locator(".card-why")).to_have_text(
        "Em atraso desde 12:00. Não roda sozinha agora: espera base terminar."
    )
    page.keyboard.press("2")
    row = page.get_by_role("row", name="envio")
    expect(row.locator(".row-flag")).to_have_text("atraso 12:00")
    expect(row.locator(".row-words")).to_have_text("Espera base terminar.")
    page.keyboard.press("3")
    item = page.get_by_role("region", name="Precisa de você").get_by_role("listitem")
    expect(item.locator(".now-result")).to_have_text("em atraso desde 12:00")
    expect(item.locator(".now-words")).to_have_text("Espera base terminar.")


def test_where_it_waits_for_another_is_said_whole_on_card_and_row(open_page: OpenPage) -> None:
    waiting = well(
        "envio", next_run_text="Próxima execução: depois de outra automação", next_run=None, next_fire=None
    )
    page = open_page(sample.snapshot([waiting]))
    expect(card(page, "envio").locator(".card-next")).to_have_text("Próxima execução: após outra")
    fits = "node => node.scrollWidth <= node.clientWidth"
    assert card(page, "envio").locator(".card-next").evaluate(fits)
    page.keyboard.press("2")
    expect(page.locator(".list-row .row-next")).to_have_text("após outra")
    assert page.locator(".list-row .row-next").evaluate(fits)


def test_a_drawer_says_once_that_there_is_no_schedule_and_offers_no_copy_of_nothing(
    open_page: OpenPage,
) -> None:
    page = open_page(sample.snapshot([sample.card("manual")]))
    card(page, "manual").get_by_role("button", name="Log").click()
    drawer = page.get_by_role("dialog")
    expect(drawer.locator(".drawer-about")).to_have_text("Mensageria · Sem agendamento")
    expect(drawer.get_by_role("button", name="Copiar", exact=True)).to_have_attribute("aria-disabled", "true")
    expect(drawer.get_by_role("button", name="Ir ao erro")).to_have_attribute("aria-disabled", "true")


@pytest.mark.parametrize("text", ["depois desta", "agora", "na fila (2ª)"])
def test_no_date_of_another_day_stands_beside_a_run_that_comes_before(open_page: OpenPage, text: str) -> None:
    tomorrow = "2026-03-11T00:00:00-03:00"
    owing = well("extrai", next_run=None, next_fire=tomorrow, next_run_text=f"Próxima execução: {text}")
    page = open_page(sample.snapshot([owing]))
    expect(card(page, "extrai").locator(".card-next")).to_have_text(f"Próxima execução: {text}")
    expect(card(page, "extrai").locator(".card-countdown")).to_have_text("")


def test_nor_that_it_takes_longer_than_usual(open_page: OpenPage) -> None:
    slow = {"state": "RUNNING", "started": sample.at(13, 24), "usual_seconds": 360.0, "overdue": True}
    said = "Muito além do normal: costuma levar 6 min 00 s, roda desde 13:24."
    page = open_page(sample.snapshot([well("extrai", why=said, **slow)]))
    page.keyboard.press("2")
    row = page.get_by_role("row", name="extrai")
    expect(row.locator(".row-flag")).to_have_text("além do normal")
    expect(row.locator(".row-words")).to_have_text("Costuma levar 6 min 00 s, roda desde 13:24.")


def test_a_planned_halt_is_nobodys_lateness(open_page: OpenPage) -> None:
    fires = [{"time": "09:00", "state": "owed", "run": None, "reason": None}]
    said = "Não roda sozinha agora: parada prevista até 16:00 (migração do SPB)."
    halted = well("carga", state="IDLE", last_run=None, fires=fires, halted=True, why=said)
    halted["next_run_text"] = "Próxima execução: parada prevista até 16:00"
    page = open_page(sample.snapshot([halted]))
    expect(page.locator("#content > .view-head .view-title")).to_have_text("1 pausada")
    expect(page.locator("#content > .view-head .view-summary")).not_to_contain_text("em dia")
    expect(card(page, "carga").locator(".badge-paused")).to_be_visible()
    expect(card(page, "carga").locator(".card-why")).to_have_text(said)
    expect(card(page, "carga").locator(".badge-late")).to_be_hidden()
    expect(card(page, "carga").locator(".card-next")).to_have_text("Próxima execução: parada prevista")
    page.keyboard.press("F11")
    expect(page.locator(".tv-tile").filter(has_text="Mensageria")).to_contain_text("1 pausada")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("qua 08/04 09:00", "08/04 09:00"),
        ("suspensa (veja Problemas)", "suspensa"),
        ("parada prevista até 16:00", "parada"),
        ("depois desta", "depois desta"),
    ],
)
def test_the_next_run_fits_its_column(open_page: OpenPage, text: str, shown: str) -> None:
    page = open_page(
        sample.snapshot(
            [well("carga", next_run=None, next_fire=None, next_run_text=f"Próxima execução: {text}")]
        ),
        viewport={"width": 1280, "height": 800},
    )
    page.keyboard.press("2")
    cell = page.locator(".list-row .row-next")
    expect(cell).to_have_text(shown)
    assert cell.evaluate("node => node.scrollWidth <= node.clientWidth")
