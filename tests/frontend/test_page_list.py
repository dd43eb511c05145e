"""The list: order, groups, folds, keys, and what of a thousand rows exists."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage


def opened(open_page: OpenPage, snapshot: dict[str, Any] | None = None, **options: Any) -> Page:
    page = open_page(snapshot or sample.rich(38), **options)
    page.get_by_role("button", name="Lista").click()
    expect(page.get_by_role("grid", name="Lista")).to_be_visible()
    return page


def row(page: Page, name: str) -> Locator:
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True))


def shown(page: Page, area: str) -> list[str]:
    rows = page.get_by_role("rowgroup", name=area).locator(".list-row")
    placed = rows.evaluate_all("all => all.map(each => [parseFloat(each.style.top), each.dataset.job])")
    return [job for _, job in sorted(placed)]


def test_a_row_says_state_last_duration_reason_and_next(open_page: OpenPage) -> None:
    page = opened(open_page, viewport={"width": 1900, "height": 800})
    cells = row(page, "conciliacao_boletos_d0").get_by_role("gridcell")
    said = [text.strip() for text in cells.all_inner_texts()]
    assert said[:5] == ["Erro", "13:00", "há 1 h 04 min", "38 s", sample.REASONS[0]]
    assert said[5] == "16:00"
    assert said[8] == "97 %"
    assert row(page, "conciliacao_boletos_d0").evaluate("row => row.getBoundingClientRect().height") == 36


def test_how_often_it_went_well_is_of_thirty_days_and_of_this_agent_alone(open_page: OpenPage) -> None:
    made = sample.rich()
    rates = {"baixa_extrato_str": 0.29, "conciliacao_boletos_d0": 0.999, "gera_lote_ted": 1.0}
    made["rates"] = rates
    page = opened(open_page, made, viewport={"width": 1900, "height": 1900})
    heads = page.locator(".list-heads")
    expect(heads.locator(".row-days")).to_have_text("14 diassó deste agente")
    expect(heads.locator(".row-rate")).to_have_text("Êxito30 dias")
    for job, percent in zip(rates, ("29 %", "99 %", "100 %"), strict=True):
        cell = row(page, job).locator(".row-rate")
        expect(cell).to_have_text(percent)
        expect(cell).to_have_attribute("title", f"{percent} com sucesso em 30 dias, só deste agente")
    page.keyboard.press("1")
    share = page.locator("article[data-job=conciliacao_boletos_d0] .fortnight span").last
    expect(share).to_have_text("99 % em 30 dias")
    expect(share).to_have_attribute("title", "99 % com sucesso em 30 dias, só deste agente")


def test_areas_with_errors_and_worst_jobs_come_first(open_page: OpenPage) -> None:
    page = opened(open_page)
    areas = page.locator(".list-section").evaluate_all("all => all.map(each => each.dataset.area)")
    failing = {each["area"] for each in sample.rich(38)["cards"] if each["state"] == "ERROR"}
    assert set(areas[: len(failing)]) == failing
    assert shown(page, "Conciliação")[:2] == ["conciliacao_boletos_d0", "extrai_posicao_custodia"]


def test_a_head_sorts_and_sorts_back(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.get_by_role("columnheader").get_by_role("button", name="Nome").click()
    names = shown(page, "Conciliação")
    assert names == sorted(names)
    expect(page.get_by_role("columnheader", name="Nome")).to_have_attribute("aria-sort", "ascending")
    page.get_by_role("columnheader").get_by_role("button", name="Nome").click()
    assert shown(page, "Conciliação") == sorted(names, reverse=True)
    page.get_by_role("columnheader").get_by_role("button", name="Duração").click()
    seconds = {
        each["id"]: (each["last_run"] or {}).get("duration_seconds") or -1
        for each in sample.rich(38)["cards"]
    }
    assert [seconds[job] for job in shown(page, "Mensageria")] == sorted(
        (seconds[job] for job in shown(page, "Mensageria")), reverse=True
    )


def test_order_and_folds_are_remembered(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.get_by_role("columnheader").get_by_role("button", name="Próxima").click()
    page.locator(".list-fold", has_text="Tarifas").click()
    expect(page.locator(".list-fold", has_text="Tarifas")).to_have_attribute("aria-expanded", "false")
    page.wait_for_function("standIn.calls('remember').at(-1)?.[0].folds.length === 1")
    [kept] = page.evaluate("standIn.calls('remember').at(-1)")
    assert (kept["view"], kept["sort"], kept["folds"]) == ("list", "next", ["Tarifas"])
    again = open_page(sample.rich(38) | {"preferences": kept | {"area": None}})
    expect(again.get_by_role("grid", name="Lista")).to_be_visible()
    expect(again.locator(".list-fold", has_text="Tarifas")).to_have_attribute("aria-expanded", "false")
    expect(again.get_by_role("rowgroup", name="Tarifas").locator(".list-row")).to_have_count(0)


def test_keys_alone_walk_run_fold_and_open(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.get_by_role("searchbox", name="Buscar").focus()
    page.keyboard.press("ArrowDown")
    first = page.evaluate("document.activeElement.dataset.job")
    page.keyboard.press("ArrowDown")
    second = page.evaluate("document.activeElement.dataset.job")
    assert second not in (None, first)
    page.keyboard.press("e")
    page.wait_for_function("standIn.calls('run').length === 1")
    assert page.evaluate("standIn.calls('run')") == [[second]]
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name=second)).to_be_visible()
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.dataset.job") == second
    page.keyboard.press("Home")
    page.keyboard.press("ArrowLeft")
    expect(page.locator(".list-fold").first).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("ArrowRight")
    expect(page.locator(".list-fold").first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("End")
    last = page.evaluate("document.activeElement.dataset.job")
    assert last == shown(page, page.locator(".list-section").last.get_attribute("data-area") or "")[-1]


@pytest.mark.parametrize("count", [302, 1000])
def test_of_many_only_near_rows_exist_and_the_last_is_reached(open_page: OpenPage, count: int) -> None:
    page = opened(open_page, sample.rich(count))
    assert page.locator(".list-row").count() < 80
    page.evaluate("document.getElementById('content').scrollTop = 1e9")
    area = page.locator(".list-section").last
    expect(area.locator(".list-row").last).to_be_visible()
    assert page.locator(".list-row").count() < 80
    heights = page.locator(".list-rows").evaluate_all("all => all.map(each => each.offsetHeight)")
    assert sum(heights) == count * 36


def test_the_row_in_focus_stays_while_the_worst_comes_first(open_page: OpenPage) -> None:
    page = opened(open_page)
    page.evaluate("document.getElementById('content').scrollTop = 1e9")
    row(page, "reprocessa_devolucoes").focus()
    changed = sample.card("reprocessa_devolucoes", area="Cadastro", state="ERROR", why="x")
    page.evaluate("(delta) => standIn.push(delta)", sample.delta(18, [changed]))
    expect(row(page, "reprocessa_devolucoes")).to_have_attribute("data-state", "ERROR")
    assert page.evaluate("document.activeElement.dataset.job") == "reprocessa_devolucoes"
    assert shown(page, "Cadastro")[0] == "reprocessa_devolucoes"
