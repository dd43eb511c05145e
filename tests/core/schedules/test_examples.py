from __future__ import annotations

import pytest

from tests.core.schedules.examples import Example, examples, fires
from tray_agent.core.registry.cells import schedule_of
from tray_agent.core.schedules.grammar import parse


@pytest.mark.parametrize("example", examples(), ids=lambda each: f"{each.cell} on {each.day}")
def test_every_example_fires_as_the_table_says(example: Example) -> None:
    reading = schedule_of(example.cell)

    assert fires(reading.schedule, example.day) == example.fires
    assert bool(reading.wrong) == example.problem


SAID_BACK = """
8, 12, 18 | todo dia às 8h, 12h e 18h
ALL | todo dia a cada hora
8:30, 12, 17h45 | todo dia às 8h30, 12h e 17h45
8 a 12 | todo dia a cada 1 h das 8h às 12h
das 8h30 às 12h30 | todo dia a cada 1 h das 8h30 às 12h30
8-18/2 | todo dia a cada 2 h das 8h às 18h
*/6 | todo dia a cada 6 h
de 30 em 30 min das 9h às 17h | todo dia a cada 30 min das 9h às 17h
das 8 às 18 a cada 15 min | todo dia a cada 15 min das 8h às 18h
a cada 15 min das 8 às 12 e das 14 às 18 | \
todo dia a cada 15 min das 8h às 12h e a cada 15 min das 14h às 18h
dias úteis, a cada 30 min, das 9h às 17h | dias úteis a cada 30 min das 9h às 17h
das 9h às 17h, a cada 30 min | todo dia a cada 30 min das 9h às 17h
8h 30min e 08:45 hs | todo dia às 8h30 e 8h45
de segunda a sexta às 8h | segunda a sexta às 8h
às 8h de segunda a sexta | segunda a sexta às 8h
2a. a 6a. feira 8h | segunda a sexta às 8h
0 8 * * 1-5 | segunda a sexta às 8h
0 9 * * 7 | domingo às 9h
1 2 3 4 5 | todo dia a cada 1 h das 1h às 5h
2ª a 6ª 8h | segunda a sexta às 8h
seg, qua e sex 7h30 e 19h | segunda, quarta e sexta às 7h30 e 19h
sex-seg 9 | segunda e sexta a domingo às 9h
seg-sex: 8h | segunda a sexta às 8h
seg-sex ALL | segunda a sexta a cada hora
ALL dias úteis | dias úteis a cada hora
ALL das 8 às 18 | todo dia a cada 1 h das 8h às 18h
Toda segunda-feira às 17:30 | segunda às 17h30
Todo domingo ao meio-dia | domingo às 12h
todo dia 8h exceto sábado e domingo | todo dia exceto sábado e domingo às 8h
1ª segunda do mês 9h | 1ª segunda do mês às 9h
2ª e 4ª sexta do mês 9h | 2ª e 4ª sexta do mês às 9h
última sexta do mês às 17h | última sexta do mês às 17h
dias uteis 9 | dias úteis às 9h
só dias úteis 8h | dias úteis às 8h
todo dia útil às 9 | dias úteis às 9h
5º dia útil 8h | 5º dia útil do mês às 8h
1º ao 5º dia útil 9h | 1º a 5º dia útil do mês às 9h
5 primeiros dias úteis 9h | 1º a 5º dia útil do mês às 9h
3 últimos dias úteis 9h | 3 últimos dias úteis do mês às 9h
1º e 5º dia útil 7h | 1º e 5º dia útil do mês às 7h
todo dia 5 às 9 | dia 5 do mês às 9h
Todo dia 2 de março às 17:30 | dia 2 do mês em março às 17h30
dia 5 e último dia do mês 18h | dia 5 e último dia do mês às 18h
último e penúltimo dia do mês 18h | penúltimo e último dia do mês às 18h
penúltimo dia e último dia do mês 18h | penúltimo e último dia do mês às 18h
penúltimo dia e último dia ou próximo dia útil 18h | penúltimo e último dia do mês ou próximo dia útil às 18h
1º dia e 15º dia do mês 9h | dias 1 e 15 do mês às 9h
dia 5 9h ou próximo dia útil | dia 5 do mês ou próximo dia útil às 9h
dia 10 se não for dia útil, próximo dia útil às 9h | dia 10 do mês ou próximo dia útil às 9h
24/12 18 | 24/12 às 18h
seg 8; qua 10 | segunda às 8h ⏎ quarta às 10h
dias úteis 9 ⏎ último dia útil 18 | dias úteis às 9h ⏎ último dia útil do mês às 18h
dias úteis de janeiro a março 9h | dias úteis de janeiro a março às 9h
"""


@pytest.mark.parametrize("pair", SAID_BACK.strip().splitlines())
def test_a_cell_is_said_back_in_canonical_portuguese(pair: str) -> None:
    cell, _, said = pair.partition(" | ")
    parsed = parse(cell)

    assert (parsed.schedule.text, parsed.problems) == (said, ())
    assert parse(said).schedule == parsed.schedule


REFUSED = """
8-12 | "8-12" não está claro: escreva "8h a 12h" para todas as horas (5 execuções), ou "8h, 12h" para duas
8-12-18 | "8-12-18" não está claro: separe as horas com vírgula ("8, 12, 18")
seg-sex 8-18 | \
"8-18" não está claro: escreva "8h a 18h" para todas as horas (11 execuções), ou "8h, 18h" para duas
8,30 | "8,30" parece 8:30; escreva 8:30, ou as horas cheias separadas por vírgula
8.30 | "8.30": com minutos escreva 8:30
24:00 | "24:00": o dia vai de 0h a 23:59; para a meia-noite escreva 0h
meia-noite | "meia-noite" não está claro: escreva 0h (o começo do dia) ou 23:55 (o fim)
2pm | "2pm": escreva 14h
*/15 | "*/15" não está claro: escreva "a cada 15 min" ou as horas
a cada 2 min | o menor intervalo é de 5 minutos
todo dia 8 | "todo dia 8" não está claro: escreva "todo dia às 8h" ou "dia 8 às 9h"
dia 5, 9 | faltam as horas em "dia 5, 9"
Dias Úteis | faltam as horas em "Dias Úteis"
dia útil 5 | "dia útil 5" não está claro: escreva "5º dia útil" e a hora, ou "dias úteis 5h"
5 dia útil 8 | "5 dia útil" não está claro: escreva "5º dia útil", ou "dias úteis 5h"
D+1 | "D+1" depende de um dia de referência: \
escreva "1º dia útil", "último dia útil" ou "dia 5 ou próximo dia útil"
8 seg 10 | \
não está claro que horas valem para que dias em "8 seg 10": escreva um agendamento por linha (Alt+Enter)
segunda sexta 8 | "segunda sexta" não está claro: \
escreva "seg, sex" para os dois dias, ou "2ª sex" para a segunda do mês
8, segnuda | "segnuda" parece "segunda"; nada foi agendado
seg-sex 8, abc | não entendi "abc" em "seg-sex 8, abc"; nada foi agendado
0 9 1 * 1 | "0 9 1 * 1" fixa dia do mês e dia da semana, \
o que cada programa lê de um modo: escreva duas linhas
* 8 * * * | "* 8 * * *" roda 60 vezes por dia, em intervalos menores que 5 minutos
0 0 8 * * * | "0 0 8 * * *" tem 6 campos: \
a expressão cron tem cinco (minuto hora dia mês dia-da-semana), sem segundos
0 9 LW * * | "LW" (dia do mês) não é aceito na expressão cron
5/15 8 * * * | "5/15" (minuto) não é aceito na expressão cron
0 9 31 2 * | "0 9 31 2 *" nunca acontece
31/02 8 | "31/02" não é uma data (dia/mês)
18 a 8 | "18h a 8h" passa da meia-noite: escreva "18h a 23h, 0h a 8h"
dia 5 seg 9 | "dia 5 seg 9" junta dois tipos de dia: escreva um agendamento por linha (Alt+Enter)
"""


@pytest.mark.parametrize("pair", REFUSED.strip().splitlines())
def test_what_is_refused_is_said_in_the_persons_own_spelling(pair: str) -> None:
    cell, _, said = pair.partition(" | ")
    parsed = parse(cell)

    assert (parsed.schedule.clauses, parsed.problems) == ((), (said,))


@pytest.mark.parametrize(
    ("cell", "text", "said"),
    [
        ("8, 25, 12", "todo dia às 8h e 12h", '"25" não é uma hora'),
        ("8, abc", "todo dia às 8h", '"abc" não é uma hora'),
        ("8, 2pm", "todo dia às 8h", '"2pm": escreva 14h'),
        ("8, ALL", "todo dia às 8h", '"ALL"'),
        ("8 | ALL", "todo dia às 8h", '"ALL"'),
        ("ALL, ALL", "todo dia a cada hora", ""),
        ("seg 8, 25", "segunda às 8h", '"25" não é uma hora'),
        ("1º dia útil 7h\nD+1 8h", "1º dia útil do mês às 7h", '"D+1" depende'),
        ("seg 8 | segnuda 9 | abc", "segunda às 8h", '"segnuda" parece "segunda"; as outras linhas valem'),
    ],
)
def test_a_loss_leaves_the_rest_and_is_said(cell: str, text: str, said: str) -> None:
    parsed = parse(cell)

    assert parsed.schedule.text == text
    assert said in " ".join(parsed.problems)
    assert bool(parsed.problems) == bool(said)


@pytest.mark.parametrize(
    "cell",
    [
        *("8 abc", "5ºDU 8h", "5ºDIAUTIL 8h", "8 quinzenal", "8, feriados", "8, D+1", "8, segnuda"),
        *("dias 10 a 5 9h", "8:00, 8:02", "1 mar", "8h a cada 15 min", "8 a 18, a cada 15 min"),
        *("dias úteis exceto 8h", "dia 5 ou 20 9h", "seg 8 a sex", "8 a sex", "entre 8 e 18", "24/12/26 8"),
        *(
            "todos os dias 5 às 9",
            "29/02/2026 8",
            "dia 31 em fevereiro 8h",
            "-5",
            "½",
            "nan",
            "@daily",
            "(",
            "()",
        ),
        *("dezembro 9", "9 dezembro", "8h da manhã", "6 da tarde"),
        *("seg 8 exceto segunda", "23º dia útil em fevereiro 8", "dia 31 8h exceto dia 31"),
        *("todo dia 8h exceto seg a dom", "24/12/2060 8 exceto sexta", "dezembro 8 exceto dezembro"),
        *("1º dia 8h", "seg-seg 8", "*/7 * * * *", "0 8 * *", "8h as 12h as 18h", "seg 8 exceto ter 10"),
    ],
)
def test_a_line_with_a_wrong_word_schedules_nothing(cell: str) -> None:
    parsed = parse(cell)

    assert parsed.schedule.clauses == ()
    assert parsed.problems


@pytest.mark.parametrize(
    "cell",
    [
        "",
        "MANUAL",
        "Sem",
        "sem agendamento",
        "sob demanda",
        "Não agendar",
        "desativado",
        "não",
        "N/A",
        "–",
        ",",
        " ; ,",
    ],
)
def test_never_is_no_problem(cell: str) -> None:
    assert (parse(cell).schedule.clauses, parse(cell).problems) == ((), ())


def test_lines_of_a_cell_are_split_however_excel_breaks_them() -> None:
    for sign in ("\n", "\r\n", "_x000a_", "\u2028", " | ", " ⏎ ", "\v"):
        assert parse(f"seg 8{sign}qua 10").schedule == parse("seg 8 | qua 10").schedule
