"""For eyes, keys and readers alike: axe in both themes, a walk by keyboard alone, motion, Portuguese."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_views import newcomer, open_log


def troubled() -> dict[str, Any]:
    made = sample.sample(14)
    made["history"] |= {"verified": False, "error": "sem credencial", "unverified_since": sample.at(14)}
    return made | {"paused": True, "paused_since": sample.at(13), "heartbeat_seconds": 60}


def show_log(page: Page) -> None:
    open_log(page, "uma linha\n" * 50)
    expect(page.locator(".log-text")).to_contain_text("uma linha")


def show_failure(page: Page) -> None:
    page.evaluate("standIn.refusals.run = {code: 'x', text: 'Não foi possível.'}")
    page.get_by_role("article", name="reprocessa_devolucoes").get_by_role("button", name="Executar").click()
    expect(page.get_by_text("Não foi possível.")).to_be_visible()


def press(name: str) -> Callable[[Page], None]:
    return lambda page: page.get_by_role("button", name=name).click()


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def key(name: str) -> Callable[[Page], None]:
    return lambda page: page.keyboard.press(name)


def show_tab(name: str) -> Callable[[Page], None]:
    def shown(page: Page) -> None:
        page.locator("article").first.get_by_role("button", name="Log").click()
        page.get_by_role("tab", name=name).click()

    return shown


def show_menu(page: Page) -> None:
    page.locator("article").first.get_by_role("button", name="Mais ações").click()


def show_team(pressed: str) -> Callable[[Page], None]:
    def shown(page: Page) -> None:
        page.get_by_role("button", name="Equipe").click()
        page.get_by_role("button", name=pressed).click()

    return shown


SCENES: dict[str, tuple[dict[str, Any], Callable[[Page], None]]] = {
    "rich cards": (sample.rich(38), lambda page: None),
    "list": (sample.rich(38), key("2")),
    "triage": (sample.rich(38), key("3")),
    "plan": (sample.rich(38), press("Fila e próximas")),
    "television": (sample.rich(38), key("F11")),
    "shortcuts": (sample.rich(14), key("?")),
    "past": (sample.rich(14), show_tab("Histórico")),
    "details": (sample.rich(14), show_tab("Detalhes")),
    "menu": (sample.rich(14), show_menu),
    "pausing": (sample.rich(14), press("Suspender agendamentos")),
    "team": (sample.team(14), show_team("Convidar outro PC")),
    "another brain's PC": (sample.team(14, role="pc"), show_team("Assumir como cérebro")),
    "silent run": (sample.team(14), lambda page: None),
    "cards": (sample.sample(14), lambda page: None),
    "trouble": (troubled(), lambda page: None),
    "log": (sample.sample(14), show_log),
    "timeline": (sample.sample(14), press("Linha do tempo")),
    "problems": (sample.sample(14), press("Problemas")),
    "empty": (sample.snapshot([], areas=[]), lambda page: None),
    "first run": (newcomer(), lambda page: None),
    "failure": (sample.sample(14), show_failure),
    "filtered": (sample.sample(14), press("Erro")),
}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("scene", SCENES)
def test_axe_finds_nothing(open_page: OpenPage, packages: Path, scene: str, theme: Any) -> None:
    snapshot, act = SCENES[scene]
    page = open_page(snapshot, color_scheme=theme, reduced_motion="reduce", bypass_csp=True)
    act(page)
    page.add_script_tag(path=packages / "axe-core" / "axe.min.js")
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
    said = [
        (each["id"], [node["html"][:160] for node in each["nodes"]], each["nodes"][0]["failureSummary"])
        for each in found["violations"]
    ]
    assert said == []


def stops(page: Page, most: int = 400) -> list[str]:
    """What Tab reaches, in order, until it comes around."""
    seen: list[str] = []
    for _ in range(most):
        page.keyboard.press("Tab")
        at = page.evaluate(
            """() => { const at = document.activeElement; if (!at || at === document.body) return "";
            const job = at.closest("article")?.dataset.job;
            const name = at.getAttribute("aria-label") ?? at.closest("label")?.title ?? at.textContent;
            return (job ? job + ": " : "") + name.trim().replace(/\\s+/g, " "); }"""
        )
        if at == "" or (seen and at == seen[0]):
            return seen
        seen.append(at)
    return seen


def test_tab_reaches_everything_in_the_order_of_the_page(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()[:3]))
    walked = stops(page)
    for name in (
        "Todas",
        "Linha do tempo",
        "Fila e próximas",
        "Ler agora",
        "Buscar",
        "Lista",
        "Suspender agendamentos",
    ):
        assert any(name in each for each in walked), (name, walked)
    assert walked[-9:] == [
        f"{job}: {button}"
        for job, first in (
            ("conciliacao_boletos_d0", "Executar"),
            ("envia_arquivo_pix", "Parar"),
            ("carga_mensageria_spb", "Executar"),
        )
        for button in (first, "Log", "Mais ações")
    ]


def test_a_job_is_found_run_and_read_by_keyboard_alone(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    page.keyboard.press("/")
    page.keyboard.type("devolucoes")
    page.keyboard.press("ArrowDown")
    found = page.locator("article").first
    expect(found).to_be_focused()
    page.keyboard.press("Enter")  # nothing runs that nobody asked for: the card itself opens
    expect(page.get_by_role("dialog")).to_be_visible()
    assert page.evaluate("standIn.calls('run')") == []
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(found).to_be_focused()
    page.keyboard.press("e")
    assert page.evaluate("standIn.calls('run')") == [[found.get_attribute("data-job")]]
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect(found.get_by_role("button", name="Log")).to_be_focused()


def test_arrows_walk_from_the_found_card_to_its_neighbours(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowRight")
    expect(page.locator("article").nth(1)).to_be_focused()


def test_arrows_walk_the_grid_on_the_same_button(open_page: OpenPage) -> None:
    page = open_page(sample.sample(38))
    articles = page.locator("article")
    articles.nth(0).get_by_role("button", name="Log").focus()
    page.keyboard.press("ArrowRight")
    expect(articles.nth(1).get_by_role("button", name="Log")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(articles.nth(5).get_by_role("button", name="Log")).to_be_focused()
    page.keyboard.press("End")
    expect(articles.nth(37).get_by_role("button", name="Log")).to_be_focused()


def test_reduced_motion_moves_nothing(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12), reduced_motion="reduce")
    open_log(page, "x")
    assert page.evaluate("document.getAnimations().length") == 0


def test_the_system_chooses_the_theme_unless_the_person_does(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12), color_scheme="dark")
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 28)")
    page.get_by_title("Claro").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(245, 246, 249)")
    page.get_by_title("Automático").click()
    expect(page.locator("body")).to_have_css("background-color", "rgb(20, 23, 28)")


@pytest.mark.parametrize("width", [700, 900, 1280, 1920])
def test_nothing_is_cut_off_at_any_width(open_page: OpenPage, width: int) -> None:
    page = open_page(sample.sample(38), viewport={"width": width, "height": 480})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for name in ("Buscar", "Suspender agendamentos"):
        box = (
            page.get_by_label(name) if name == "Buscar" else page.get_by_role("button", name=name)
        ).bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= width
    right = page.locator("article").evaluate_all(
        "all => Math.max(...all.map(each => each.getBoundingClientRect().right))"
    )
    assert right <= width


def test_the_page_is_named_as_portuguese(open_page: OpenPage) -> None:
    assert open_page(sample.sample(3)).evaluate("document.documentElement.lang") == "pt-BR"


def crowded() -> dict[str, Any]:
    """Areas as a bank names them, with many errors in each."""
    made = sample.rich(60)
    names = [
        "Mensageria SPB",
        "Cargas operacionais",
        "Conciliação e Liquidação",
        "Administrativo",
        "Contabilidade",
    ]
    for number, each in enumerate(made["cards"]):
        each |= {"area": names[number % 5], "state": "ERROR", "last_state": "ERROR", "outcome": "ended"}
    return made | {"areas": sorted(names)}


WORDS_IN_TWO = """root => [...document.querySelectorAll(root)].flatMap((name) => {
  const text = name.firstChild;
  return [...text.data.matchAll(/\\S+/g)].filter(({ 0: word, index }) => {
    const range = document.createRange();
    range.setStart(text, index);
    range.setEnd(text, index + word.length);
    return new Set([...range.getClientRects()].map(({ top }) => top)).size > 1;
  }).map(([word]) => word);
})"""


@pytest.mark.parametrize("width", [700, 853, 1280])
def test_no_word_of_an_area_is_broken(open_page: OpenPage, width: int) -> None:
    page = open_page(crowded(), viewport={"width": width, "height": 480})
    page.locator(".side-entry", has_text="Mensageria SPB").click()
    assert page.evaluate(WORDS_IN_TWO, ".side-name") == []
    assert page.evaluate(WORDS_IN_TWO, ".view-title") == []


@pytest.mark.parametrize(("width", "height"), [(400, 800), (467, 320)])
def test_a_narrow_window_shows_whole_cards_below_its_side(
    open_page: OpenPage, width: int, height: int
) -> None:
    page = open_page(crowded(), viewport={"width": width, "height": height})
    box = page.locator("article").first.bounding_box()
    assert box is not None
    assert (box["x"] >= 0, box["x"] + box["width"] <= width) == (True, True)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for view in ("Fila e próximas", "Problemas"):
        page.get_by_role("button", name=view).click()
        assert page.evaluate("document.getElementById('content').scrollWidth <= innerWidth")
    content = page.locator("#content").bounding_box()
    assert content is not None
    assert content["height"] > height * 0.4
