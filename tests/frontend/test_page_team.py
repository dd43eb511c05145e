"""Several PCs: the page Equipe in each role, and a PC's name wherever a run is."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage

SILENT = "extrai_posicao_custodia"


def team_page(open_page: OpenPage, made: dict[str, Any] | None = None, **options: Any) -> Page:
    page = open_page(made or sample.team(), **options)
    page.get_by_role("button", name="Equipe").click()
    return page


def from_the_menu(open_page: OpenPage, made: dict[str, Any]) -> Page:
    page = open_page(made)
    page.locator("[data-command=frame-menu]").click()
    page.get_by_role("menuitem", name="Equipe").click()
    return page


def pc(page: Page, name: str) -> Any:
    return page.locator(".team-pc").filter(has=page.get_by_role("heading", name=name, exact=True))


def calls(page: Page, name: str) -> Any:
    return page.evaluate("(name) => standIn.calls(name)", name)


def test_who_has_one_pc_sees_no_team_but_in_the_menu(open_page: OpenPage) -> None:
    page = from_the_menu(open_page, sample.rich())

    expect(page.locator(".side").get_by_role("button", name="Equipe")).to_have_count(0)
    expect(page.get_by_text("Este PC trabalha sozinho.")).to_be_visible()
    expect(page.get_by_role("button", name="Convidar outro PC")).to_be_visible()
    expect(page.get_by_role("button", name="Sair da equipe")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".cards")).to_be_visible()


def test_the_tray_leads_to_the_page(open_page: OpenPage) -> None:
    page = open_page(sample.team())
    page.evaluate("standIn.tell({ event: 'show', job: '#equipe' })")

    expect(page.locator(".team-pc h3").first).to_be_visible()


def test_each_pc_tells_how_it_stands(open_page: OpenPage) -> None:
    page = team_page(open_page)

    expect(page.locator(".team-pc h3")).to_have_text(["PC-ANA", "PC-JOÃO-CONCILIACAO", "PC-MARIA", "PC-NOVO"])
    expect(page.get_by_text("4 PCs, 3 ligados. Este PC, PC-ANA, decide")).to_be_visible()
    expect(pc(page, "PC-ANA")).to_contain_text("cérebro")
    expect(pc(page, "PC-ANA").get_by_role("button", name="Tirar da equipe")).to_have_count(0)
    maria = pc(page, "PC-MARIA")
    for words in ("ligado desde 08:02", "1 de 5 em uso", "sap, excel", "42 s adiantado"):
        expect(maria).to_contain_text(words)
    expect(maria).to_contain_text("1.1.9 (o cérebro tem 1.2.0)")
    expect(maria.get_by_role("button", name="envia_arquivo_pix")).to_be_visible()
    joao = pc(page, "PC-JOÃO-CONCILIACAO")
    expect(joao).to_contain_text("sem notícia desde 14:02")
    expect(joao).to_contain_text("1 script difere do cérebro: envia_arquivo_pix")


def test_an_invitation_shows_its_code_until_it_is_over(open_page: OpenPage) -> None:
    page = team_page(open_page)
    page.get_by_role("button", name="Convidar outro PC").click()

    expect(page.locator(".team-code")).to_have_text(re.compile(r"^10\.1\.2\.3:4222/XY6U-36BD-"))
    expect(page.get_by_text(re.compile(r"vale por mais (10|9) min"))).to_be_visible()
    page.get_by_role("button", name="Copiar código").click()
    expect(page.get_by_text("Código copiado.")).to_be_visible()

    page.evaluate("standIn.invite = { ...standIn.invite, until: '2026-03-10T14:05:00-03:00' }")
    page.keyboard.press("1")
    page.get_by_role("button", name="Equipe").click()
    expect(page.get_by_text("O código expirou ou já foi usado.")).to_be_visible()
    expect(page.locator(".team-code")).to_be_hidden()


def test_a_pasted_code_joins(open_page: OpenPage) -> None:
    page = from_the_menu(open_page, sample.rich())
    page.get_by_label("Código recebido").fill("  10.1.2.3:4222/XY6U-36BD  ")
    page.keyboard.press("Enter")

    expect(page.get_by_text("Este PC agora é da equipe.")).to_be_visible()
    assert calls(page, "team_join") == [["10.1.2.3:4222/XY6U-36BD"]]


def test_a_refused_code_is_said_and_stays_to_be_mended(open_page: OpenPage) -> None:
    page = from_the_menu(open_page, sample.rich())
    page.evaluate("standIn.refusals.team_join = { code: 'refused', text: 'Este código já foi usado.' }")
    page.get_by_label("Código recebido").fill("10.1.2.3:4222/XY6U")
    page.get_by_role("button", name="Entrar", exact=True).click()

    expect(page.get_by_text("Este código já foi usado.")).to_be_visible()
    expect(page.get_by_label("Código recebido")).to_have_value("10.1.2.3:4222/XY6U")


def test_removing_a_pc_asks_first(open_page: OpenPage) -> None:
    page = team_page(open_page)
    pc(page, "PC-MARIA").get_by_role("button", name="Tirar da equipe").click()
    page.get_by_role("button", name="Cancelar").click()
    assert calls(page, "team_remove") == []

    pc(page, "PC-MARIA").get_by_role("button", name="Tirar da equipe").click()
    page.get_by_role("dialog").get_by_role("button", name="Tirar da equipe").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert calls(page, "team_remove") == [["PC-MARIA"]]


def test_a_pc_that_is_not_the_brain_says_which_is(open_page: OpenPage) -> None:
    made = sample.team(role="pc") | {"pcs": [], "me_pc": "PC-MARIA"}
    page = open_page(made)
    expect(
        page.get_by_text("Quem decide é PC-ANA; esta janela mostra só as execuções deste PC.")
    ).to_be_visible()
    page.get_by_role("button", name="Equipe").click()

    expect(page.get_by_text("Quem decide é PC-ANA").locator("visible=true")).to_have_count(1)
    expect(pc(page, "PC-MARIA").get_by_role("button", name="envia_arquivo_pix")).to_be_visible()
    expect(page.get_by_role("button", name="Convidar outro PC")).to_have_count(0)
    page.get_by_role("button", name="Sair da equipe").click()
    page.get_by_role("dialog").get_by_role("button", name="Sair da equipe").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert calls(page, "team_leave") == [[]]


def test_taking_over_needs_the_brains_name_typed(open_page: OpenPage) -> None:
    page = team_page(open_page, sample.team(role="pc"))
    page.get_by_role("button", name="Assumir como cérebro").click()
    dialog = page.get_by_role("dialog")
    box = dialog.get_by_role("textbox")
    box.fill("PC-MARIA")
    page.keyboard.press("Enter")
    expect(dialog).to_be_visible()
    assert calls(page, "team_take_over") == []

    box.fill("pc-ana")
    dialog.get_by_role("button", name="Assumir como cérebro").click()
    expect(dialog).to_have_count(0)
    assert calls(page, "team_take_over") == [["pc-ana"]]


def test_a_folder_with_another_brain_can_be_said_to_have_none(open_page: OpenPage) -> None:
    page = from_the_menu(open_page, sample.rich() | {"role": "alone", "brain": "PC-ANA", "pcs": []})
    expect(page.get_by_text("Outro PC, PC-ANA, é o cérebro desta pasta")).to_be_visible()
    page.get_by_role("button", name="Trabalhar sozinho").click()
    page.get_by_role("textbox", name="Trabalhar sozinho").fill("PC-ANA")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.wait_for_function("standIn.calls('team_alone').length > 0")
    assert calls(page, "team_alone") == [["PC-ANA"]]


def test_a_run_of_whose_pc_nothing_is_heard_says_so_and_can_be_given_up(open_page: OpenPage) -> None:
    page = open_page(sample.team())
    card = page.locator(f"article[data-job={SILENT}]")

    expect(card).to_contain_text("Sem notícia do PC-JOÃO-CONCILIACAO desde 14:02; pode estar em execução.")
    expect(card.get_by_role("progressbar")).to_be_hidden()
    expect(card.get_by_role("button", name="Parar")).to_be_visible()
    card.get_by_role("button", name="Dar por perdida").click()
    page.get_by_role("dialog").get_by_role("button", name="Cancelar").click()
    assert calls(page, "team_lost") == []
    card.get_by_role("button", name="Dar por perdida").click()
    page.get_by_role("dialog").get_by_role("button", name="Dar por perdida").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert calls(page, "team_lost") == [[SILENT]]


@pytest.mark.parametrize(("key", "place"), [("2", ".list-row"), ("3", ".now-item")])
def test_list_and_triage_say_it_too(open_page: OpenPage, key: str, place: str) -> None:
    page = open_page(sample.team())
    page.keyboard.press(key)

    expect(page.locator(f"{place}[data-job={SILENT}]").first).to_contain_text("sem notícia")
    expect(page.locator(f"{place}[data-job=envia_arquivo_pix]").first).to_contain_text("PC-MARIA")


def test_cards_name_the_pc_only_where_it_is_another(open_page: OpenPage) -> None:
    made = sample.team()
    for each in made["cards"]:
        each.setdefault("pc", "PC-ANA")
    page = open_page(made)

    expect(page.locator("article[data-job=envia_arquivo_pix] .card-pc")).to_have_text("PC-MARIA")
    expect(page.locator("article[data-job=valida_saldos_reserva] .card-pc")).to_be_hidden()


def test_drawer_and_timeline_name_the_pc(open_page: OpenPage) -> None:
    page = open_page(sample.team())
    page.locator(f"article[data-job={SILENT}] .card-name").click()
    drawer = page.get_by_role("dialog")
    expect(drawer).to_contain_text("no PC-JOÃO-CONCILIACAO")
    expect(drawer.get_by_role("button", name="Dar por perdida")).to_be_visible()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Linha do tempo").click()
    expect(page.get_by_title("carga_mensageria_spb · Sucesso · no PC-MARIA")).to_be_visible()


@pytest.mark.parametrize(
    ("blocked", "what", "action"),
    [
        (
            "brain",
            "O cérebro desta pasta é PC-MARIA: este PC não inicia nada sozinho",
            "Para entrar na equipe: …",
        ),
        ("unheard", "O cérebro, PC-MARIA, não é ouvido desde 14:05", "O que roda aqui continua."),
    ],
)
def test_why_another_brain_keeps_this_pc_from_starting_anything_is_said_above_all(
    open_page: OpenPage, blocked: str, what: str, action: str
) -> None:
    role = "pc" if blocked == "unheard" else "alone"
    made = sample.team() | {"blocked": blocked, "role": role, "brain": "PC-MARIA", "pcs": []}
    problem = {"where": "base_path", "what": what, "action": action, "since": None, "cell": None, "job": None}
    page = open_page(made | {"problems": [problem]})

    expect(page.locator(".banner:visible")).to_contain_text([f"{what}. {action}"])
