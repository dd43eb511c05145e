from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_read, make_row
from tray_agent.core import messages as msg
from tray_agent.core.model import Problem, Where
from tray_agent.shell.views import snapshots as views
from tray_agent.shell.views.snapshots import Reader
from tray_agent.shell.views.table import render

READER = Reader("1.0.0", 4711, True, "abc", 2.0, 0)


def shown(day: Day, *, colour: bool = False, width: int = 200) -> str:
    assert day.snapshot is not None
    status = json.loads(views.encode(views.status(day.snapshot, READER, day.now, 0.2)))
    return render(status, colour=colour, width=width)


def busy_day() -> Day:
    day = Day("09:00", verified=False, max_concurrent=1)
    day.turn(
        msg.Discovered(
            make_discovery(
                make_job("a", 8, area="Cadastro"), make_job("boleto", 7, 8), make_job("c" * 60), make_job("d")
            )
        ),
        make_read(day.now, make_row("boleto", at("07:30"), "ERRO"), make_row("d", at("08:00"), "NO_DATA")),
    )
    day.begin("a")
    return day


def test_in_a_pipe_it_is_plain() -> None:
    assert shown(busy_day()).splitlines() == [
        "tray-agent 1.0.0 · 2026-03-10 · 1 executando, 1 em erro, 1 sem dados, 1 ocioso, 1 na fila",
        "BigQuery lido às 09:00: 2 execuções hoje",
        "",
        "              ÁREA        AUTOMAÇÃO                                     HOJE    ÚLTIMA    PRÓXIMA"
        "          SITUAÇÃO",
        "▶ executando  Cadastro    a                                             0 de 1  -         só amanhã"
        "        Em execução desde 09:00 (agendada, 1 de 1 até agora).",
        "✗ erro        Mensageria  boleto                                        1 de 2  07:30:00"
        "  na fila (1ª)     Na fila, posição 1 de 1; 1 de 1 em execução.",
        f"○ ocioso      Mensageria  {'c' * 43}…  0 de 0  -         Sem agendamento"
        "  Manual: roda só quando alguém executa.",
        "– sem dados   Mensageria  d                                             1 de 0  08:00:00"
        "  Sem agendamento  Manual: roda só quando alguém executa. A última não encontrou dados.",
    ]


def test_on_a_terminal_states_have_colours_and_the_words_stay() -> None:
    day = busy_day()

    coloured = shown(day, colour=True)

    assert re.sub(r"\x1b\[\d+m", "", coloured) == shown(day)
    assert "\x1b[34m▶ executando" in coloured
    assert "\x1b[31m✗ erro" in coloured
    assert coloured.count("\x1b[0m") == len(re.findall(r"\x1b\[[1-9]\d*m", coloured))


@pytest.mark.parametrize("width", [130, 150])
def test_lines_fit_the_terminal(width: int) -> None:
    assert max(len(line) for line in shown(busy_day(), width=width).splitlines()) <= width


def test_a_narrow_terminal_keeps_what_matters() -> None:
    lines = shown(busy_day(), width=40).splitlines()[3:]
    assert max(map(len, lines)) <= 40
    assert lines[2:4] == ["✗ erro  boleto", "  Mensageria · 1 de 2 · na fila (1ª)"]
    assert lines[4] == f"○ ocioso  {'c' * 29}…"
    assert shown(busy_day(), width=1)


def test_without_cards_it_says_what_to_do() -> None:
    day = Day()
    day.turn()

    assert shown(day).splitlines() == [
        "tray-agent 1.0.0 · 2026-03-10",
        "BigQuery não verificado, agendamentos suspensos: a leitura está em andamento",
        "",
        "Nenhuma automação ainda: verifique os problemas abaixo ou rode: tray-agent doctor",
    ]


def test_problems_are_listed_with_their_place_and_what_to_do() -> None:
    day = Day().jobs()
    wrong: list[Any] = [Problem(where, f"{where} errado", "Corrija.") for where in Where]
    day.turn(msg.Discovered(make_discovery(problems=(*wrong, Problem(Where.RUN, "sem conselho")))))

    lines = shown(day).splitlines()

    assert lines[lines.index("Problemas") + 1 :] == [
        "  configuração: settings errado → Corrija.",
        "  pasta de dados: data errado → Corrija.",
        "  pasta base: base_path errado → Corrija.",
        "  registro: registry errado → Corrija.",
        "  script: script errado → Corrija.",
        "  execução: run errado → Corrija.",
        "  execução: sem conselho",
        "  histórico: history errado → Corrija.",
    ]


@pytest.mark.parametrize(
    ("message", "line"),
    [
        (None, "BigQuery lido às 14:05: 0 execuções hoje"),
        (
            msg.HistoryFailed("acesso negado (403)"),
            "BigQuery lido às 14:05: 0 execuções hoje · acesso negado (403)",
        ),
    ],
)
def test_the_historys_state_is_the_second_line(message: msg.Message | None, line: str) -> None:
    day = Day("14:05").jobs(make_job())
    day.turn(*([message] if message else []))

    assert shown(day).splitlines()[1] == line


def test_an_unread_history_is_said_with_its_cause() -> None:
    day = Day("14:05", verified=False).jobs(make_job())
    day.turn(msg.HistoryFailed("acesso negado (403)"))

    assert shown(day).splitlines()[1] == (
        "BigQuery não verificado, agendamentos suspensos: acesso negado (403)"
    )


def test_local_history_and_a_pause_are_said() -> None:
    day = Day("14:05", local_history=True).jobs(make_job("pix", 8))
    day.whole_run()
    day.turn(msg.Pause())

    first, second, *_ = shown(day).splitlines()

    assert first == "tray-agent 1.0.0 · 2026-03-10 · 1 com sucesso  SUSPENSO"
    assert second == "Histórico local: 1 execução hoje"
