"""Areas, search and filter, log, timeline, problems, empty states."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.frontend import sample
from tests.frontend.conftest import OpenPage


def log_run(name: str, text: str, *, running: bool, start: str) -> dict[str, Any]:
    return {
        "run": name,
        "start": start,
        "end": None if running else sample.at(8, 4, 13),
        "running": running,
        "duration_seconds": None if running else 252.0,
        "status": None if running else "SUCCESS",
        "outcome": None,
        "exit_code": None,
        "trigger": "scheduled",
        "text": text,
    }


def open_log(page: Page, newest: str, *, running: bool = True) -> None:
    runs = [
        log_run("r2", newest, running=running, start=sample.at(14, 2, 2)),
        log_run("r1", "a primeira", running=False, start=sample.at(8, 0, 1)),
    ]
    page.evaluate("(runs) => { standIn.logs.envia_arquivo_pix = runs; }", runs)
    page.get_by_role("article", name="envia_arquivo_pix").get_by_role("button", name="Log").click()


def test_the_areas_show_their_count_and_their_worst(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    entries = page.get_by_role("navigation", name="Áreas").get_by_role("button")
    assert entries.evaluate_all("all => all.map(each => each.title)") == [
        "Todas · 10 automações · 1 com erro · 1 em atraso · 3 em execução · pior estado: Erro",
        "Cadastro · 2 automações · 0 com erro · 0 em atraso · 0 em execução · pior estado: Aguardando",
        "Cargas operacionais · 1 automação · 0 com erro · 0 em atraso · 0 em execução · pior estado: Sucesso",
        "Conciliação · 2 automações · 1 com erro · 1 em atraso · 1 em execução · pior estado: Erro",
        "Mensageria · 3 automações · 0 com erro · 0 em atraso · 2 em execução · pior estado: Executando",
        "Tarifas · 2 automações · 0 com erro · 0 em atraso · 0 em execução · pior estado: Sem dados",
    ]
    expect(page.get_by_role("button", name="Tarifas 2", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Linha do tempo")).to_be_visible()


def test_arrow_keys_walk_the_areas(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    page.get_by_role("button", name="Todas").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("button", name="Cadastro")).to_be_focused()
    expect(page.get_by_role("heading", name="Cadastro", exact=True)).to_be_visible()
    expect(page.locator("article")).to_have_count(2)
    page.keyboard.press("End")
    expect(
        page.get_by_role("heading", name="Nenhum problema").or_(page.get_by_text("Nenhum problema"))
    ).to_be_visible()


def test_search_filter_and_area_narrow_together(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Buscar")).to_be_focused()
    page.keyboard.type("conciliacao")
    expect(page.locator("article")).to_have_count(2)
    page.get_by_role("button", name="Erro 1").click()
    expect(page.locator("article")).to_have_count(1)
    page.get_by_role("searchbox", name="Buscar").fill("nada disso")
    expect(page.get_by_text("Nenhuma automação corresponde")).to_be_visible()
    page.get_by_role("button", name="Limpar busca e filtro").click()
    expect(page.locator("article")).to_have_count(10)


def test_a_long_log_opens_at_its_end_and_is_followed_live(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    open_log(page, "linha\n" * 60_000 + "o fim")
    drawer = page.get_by_role("dialog", name="envia_arquivo_pix")
    expect(drawer.get_by_text("ao vivo")).to_be_visible()
    expect(drawer.locator(".log-foot")).to_have_text("64 KB de 352 KB")
    at_end = """() => { const box = document.querySelector(".log-body");
                return box.scrollHeight - box.scrollTop - box.clientHeight < 2; }"""
    assert page.evaluate(at_end)
    page.evaluate("standIn.logs.envia_arquivo_pix[0].text += '\\nchegou <b>agora</b>'")
    expect(drawer).to_contain_text("chegou <b>agora</b>", timeout=5000)
    assert page.evaluate(at_end)
    page.get_by_role("button", name="Carregar trecho anterior").click()
    expect(drawer.locator(".log-foot")).to_have_text("128 KB de 352 KB")
    expect(drawer.get_by_role("checkbox", name="Acompanhar")).not_to_be_checked()


def test_an_older_run_can_be_chosen_and_the_folder_opened(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    open_log(page, "a segunda")
    drawer = page.get_by_role("dialog", name="envia_arquivo_pix")
    runs = drawer.get_by_role("combobox", name="Execução")
    expect(runs.locator("option")).to_have_text(
        ["14:02:02 · Executando · agendada", "08:00:01 · Sucesso · 4 min 12 s · agendada"]
    )
    runs.select_option(index=1)
    expect(drawer.locator(".log-text")).to_have_text("a primeira")
    drawer.get_by_role("button", name="Abrir pasta").click()
    assert page.evaluate("standIn.calls('open_log_folder')") == [["envia_arquivo_pix", "r1"]]


def test_a_log_is_searched_and_copied(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12), permissions=["clipboard-read", "clipboard-write"])
    open_log(page, "um erro\nnada\noutro ERRO\n")
    drawer = page.get_by_role("dialog", name="envia_arquivo_pix")
    expect(drawer.locator(".log-text")).to_contain_text("nada")
    page.keyboard.press("Control+f")
    page.keyboard.type("erro")
    expect(drawer.get_by_text("2 de 2")).to_be_visible()
    page.keyboard.press("Enter")
    expect(drawer.get_by_text("1 de 2")).to_be_visible()
    assert page.evaluate("CSS.highlights.get('found').size") == 2
    drawer.get_by_role("button", name="Copiar", exact=True).click()
    expect(page.get_by_text("Log copiado.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "um erro\nnada\noutro ERRO\n"


def test_closing_the_log_gives_the_focus_back(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    open_log(page, "x")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(
        page.get_by_role("article", name="envia_arquivo_pix").get_by_role("button", name="Log")
    ).to_be_focused()


def test_a_job_without_a_log_says_so(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.get_by_role("article", name="reprocessa_devolucoes").get_by_role("button", name="Log").click()
    expect(page.get_by_text("Nenhuma saída foi registrada hoje.")).to_be_visible()


def test_a_new_run_takes_the_place_of_the_one_looked_at(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    open_log(page, "a segunda", running=False)
    text = page.locator(".log-text")
    expect(text).to_have_text("a segunda")
    third = log_run("r3", "a terceira", running=True, start=sample.at(14, 5))
    page.evaluate("(run) => standIn.logs.envia_arquivo_pix.unshift(run)", third)
    page.evaluate("(delta) => standIn.push(delta)", sample.delta(18, [sample.known_cards()[0]]))
    expect(text).to_have_text("a terceira")


def test_the_timeline_says_what_ran_when_and_how(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    page.get_by_role("button", name="Linha do tempo").click()
    expect(
        page.get_by_role("listitem").filter(has_text="conciliacao_boletos_d0").locator(".run-bar")
    ).to_have_count(4)
    failed = page.get_by_role(
        "button", name="conciliacao_boletos_d0 · Erro · início 13:00:04 · 38 s · agendada"
    )
    expect(failed).to_be_visible()
    page.get_by_role("button", name="conciliacao_boletos_d0", exact=True).focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    expect(failed).to_be_focused()
    expect(page.locator(".tip")).to_have_text(
        "conciliacao_boletos_d0 · Erro · início 13:00:04 · 38 s · agendada"
    )
    bar = failed.evaluate("bar => [parseFloat(bar.style.left), parseFloat(bar.style.width)]")
    assert [round(value, 2) for value in bar] == [54.17, 0.04]
    now = page.locator(".now-line").evaluate("line => parseFloat(line.style.left)")
    assert round(now, 1) == round(845 / 14.4, 1)
    page.keyboard.press("Enter")
    assert page.evaluate("standIn.calls('log')")[0][:2] == [
        "conciliacao_boletos_d0",
        "run-2026-03-10T13:00:04-03:00",
    ]


def test_the_timeline_of_a_thousand_has_only_near_rows(open_page: OpenPage) -> None:
    page = open_page(sample.sample(1000))
    page.get_by_role("button", name="Linha do tempo").click()
    assert page.locator(".row").count() < 60
    page.evaluate("document.getElementById('content').scrollTop = 1e9")
    expect(page.locator(".row[aria-posinset='1000']")).to_be_visible()


def test_problems_say_the_place_what_to_do_and_since_when(open_page: OpenPage) -> None:
    page = open_page(sample.sample(12))
    page.get_by_role("button", name="Problemas 5").click()
    view = page.get_by_role("region", name="Problemas")
    expect(view.get_by_text("Histórico · desde 13:58")).to_be_visible()
    expect(view.get_by_text("Renomeie um deles; até lá vale o primeiro.")).to_be_visible()
    rows = view.get_by_role("row")
    expect(rows.nth(0)).to_have_text("LinhaAutomaçãoColunaValorO que está erradoO que fazerDesde")
    expect(rows.nth(1)).to_have_text("7—D8, 25Hora 25 não existe.Use horas de 0 a 23.13:58")
    rows.nth(2).get_by_role("button", name="reprocessa_devolucoes").click()
    expect(page.get_by_role("article", name="reprocessa_devolucoes")).to_have_attribute("data-found", "")
    expect(
        page.get_by_role("article", name="reprocessa_devolucoes").get_by_role("button", name="Log")
    ).to_be_focused()


def test_no_problem_is_said_too(open_page: OpenPage) -> None:
    page = open_page(sample.snapshot(sample.known_cards()))
    page.get_by_role("button", name="Problemas").click()
    expect(page.get_by_text("Nenhum problema")).to_be_visible()


def empty(**changes: Any) -> dict[str, Any]:
    made = sample.snapshot([], areas=[])
    made["places"] = made["places"] | changes.pop("places", {})
    return made | changes


def test_a_missing_registry_says_where_it_was_looked_for_and_runs_the_doctor(open_page: OpenPage) -> None:
    what = {
        "where": "registry",
        "what": "o registro não existe",
        "action": "Copie-o.",
        "since": None,
        "cell": None,
        "job": None,
    }
    page = open_page(empty(problems=[what], places={"discovered": False}))
    expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
    expect(page.get_by_text("tray-agent registry new")).to_be_visible()
    expect(page.get_by_text("O registro não existe.")).to_be_visible()
    expect(page.get_by_text("Procurado em C:/tray-agent/registro_automacoes.xlsx")).to_be_visible()
    expect(page.get_by_text("Copie-o.")).to_be_visible()
    checks = [
        {"name": "Pasta", "ok": True, "text": "existe", "action": ""},
        {"name": "Registro", "ok": False, "text": "falta", "action": "Copie."},
    ]
    page.evaluate(f"standIn.checks = {json.dumps(checks)}")
    page.get_by_role("button", name="Executar diagnóstico").click()
    expect(page.get_by_text("Registro A corrigir")).to_be_visible()
    expect(page.get_by_text("Pasta Em ordem")).to_be_visible()
    page.get_by_role("button", name="Procurar de novo").click()
    assert page.evaluate("standIn.calls('refresh').length") == 1


def test_a_missing_base_path_says_where_it_was_looked_for(open_page: OpenPage) -> None:
    page = open_page(empty(places={"base_available": False}))
    expect(page.get_by_role("heading", name="Pasta das automações não encontrada")).to_be_visible()
    expect(page.get_by_text("Procurado em C:/Users/ana/C6 CTVM/graciliano/automacoes")).to_be_visible()


def test_the_first_reading_and_an_empty_registry_are_told_apart(open_page: OpenPage) -> None:
    page = open_page(empty(places={"discovered": False}))
    expect(page.get_by_role("heading", name="Procurando as automações…")).to_be_visible()
    page.evaluate("(full) => standIn.push(full)", empty(version=18))
    expect(page.get_by_role("heading", name="Nenhuma automação ativa")).to_be_visible()


def test_the_foot_names_the_version_and_a_new_file_is_changed_to_on_a_click(open_page: OpenPage) -> None:
    program = {
        "running": "1.0.0 (0a1b2c3d)",
        "file": "C:/Equipe/tray-agent.exe",
        "found": None,
        "state": "same",
        "text": "",
    }
    page = open_page(sample.snapshot(sample.known_cards()[:2], program=program))
    expect(page.get_by_text("Versão 1.0.0 (0a1b2c3d)", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Trocar agora")).to_have_count(0)
    waiting = "A versão 1.1.0 (4e5f6a7b) está pronta; a 1.0.0 (0a1b2c3d) dá lugar a ela quando nada executar."
    found = program | {"found": "1.1.0 (4e5f6a7b)", "state": "another", "text": waiting}
    page.evaluate("(next) => standIn.push(next)", sample.delta(18, [], program=found))
    expect(page.get_by_text(waiting)).to_be_visible()
    expect(page.get_by_text("no arquivo, 1.1.0 (4e5f6a7b)")).to_be_visible()
    page.get_by_role("button", name="Trocar agora").click()
    assert page.evaluate("standIn.calls('update').length") == 1


def test_a_first_run_makes_a_model_registry(open_page: OpenPage) -> None:
    made = sample.snapshot([], areas=[])
    made["places"] |= {"discovered": False}
    gone = {"where": "registry", "what": "o registro não pode ser lido: o arquivo não existe", "action": ""}
    made["problems"] = [gone | {"since": None, "cell": None, "job": None}]
    page = open_page(made)

    expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
    page.get_by_role("button", name="Criar registro modelo").click()

    expect(page.get_by_text("Registro modelo criado.")).to_be_visible()
    page.wait_for_function("standIn.calls('refresh').length === 1")


NO_BASE = "a pasta de automações C:/Users/ana/C6 CTVM não existe; nada novo é iniciado até ela voltar"
NO_REGISTRY = "o registro não pode ser lido: o arquivo não existe"


def problem(where: str, what: str) -> dict[str, Any]:
    return {"where": where, "what": what, "action": "", "since": None, "cell": None, "job": None}


def steps(page: Page) -> tuple[list[str], str]:
    """The marks of the steps that are done, and the text of the one that is next."""
    done = page.locator(".first-steps li[data-done] .step-mark").all_inner_texts()
    return done, page.locator(".first-steps li[aria-current=step]").inner_text()


def newcomer() -> dict[str, Any]:
    """Nothing is there, and nobody has said where it is."""
    both = [problem("base_path", NO_BASE), problem("registry", NO_REGISTRY)]
    return empty(problems=both, places={"base_available": False, "discovered": False, "chosen": False})


def test_a_newcomer_is_led_from_the_folder_to_the_registry_and_its_rows(open_page: OpenPage) -> None:
    page = open_page(newcomer() | {"chosen_folder": {"text": "Pasta das automações: D:/robôs."}})

    expect(page.get_by_role("heading", name="Bem-vindo")).to_be_visible()
    expect(page.get_by_text("Procurado em C:/Users/ana/C6 CTVM/graciliano/automacoes")).to_be_visible()
    assert steps(page)[0] == []
    assert "Escolha a pasta das automações" in steps(page)[1]
    expect(page.get_by_role("button", name="Criar registro modelo")).to_be_hidden()
    page.get_by_role("button", name="Escolher a pasta das automações…").click()
    expect(page.get_by_text("Pasta das automações: D:/robôs.")).to_be_visible()
    assert page.evaluate("standIn.calls('choose_folder')") == [[]]

    chosen = {"base_path": "D:/robôs", "registry": "D:/robôs/registro_automacoes.xlsx", "discovered": False}
    page.evaluate(
        "(full) => standIn.push(full)",
        empty(version=18, problems=[problem("registry", NO_REGISTRY)], places=chosen),
    )
    expect(page.get_by_role("button", name="Criar registro modelo")).to_be_visible()
    assert len(steps(page)[0]) == 1
    assert "Crie um registro modelo" in steps(page)[1]
    expect(page.get_by_role("button", name="Escolher outra pasta…")).to_be_visible()

    page.evaluate("(full) => standIn.push(full)", empty(version=19, places=chosen | {"discovered": True}))
    expect(page.get_by_role("heading", name="Nenhuma automação ativa")).to_be_visible()
    assert len(steps(page)[0]) == 2
    assert "Preencha nela uma linha por automação" in steps(page)[1]
    expect(page.get_by_role("button", name="Escolher")).to_be_hidden()


def test_a_folder_that_somebody_named_and_is_away_is_no_welcome(open_page: OpenPage) -> None:
    both = [problem("base_path", NO_BASE), problem("registry", NO_REGISTRY)]
    page = open_page(
        empty(problems=both, places={"base_available": False, "discovered": False, "chosen": True})
    )
    expect(page.get_by_role("heading", name="Pasta das automações não encontrada")).to_be_visible()
    expect(page.get_by_text("nada novo é iniciado até ela voltar")).to_be_visible()
    expect(page.locator(".first-steps")).to_be_hidden()
    page.get_by_role("button", name="Escolher outra pasta…").click()
    page.wait_for_function("standIn.calls('choose_folder').length === 1")
