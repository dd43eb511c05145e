"""Every day of 2024 to 2027 against other libraries: what they agree on, this language means too."""

from __future__ import annotations

from datetime import date

import pytest

from tests.core.schedules.examples import RESTRICTED, examples
from tests.core.schedules.oracles import (
    DAYS,
    Days,
    Fires,
    business,
    by_croniter,
    by_cronsim,
    counted,
    following,
    offset,
    preceding,
    ruled,
    union,
)
from tests.core.schedules.test_examples import SAID_BACK
from tray_agent.core.schedules.grammar import parse

# A cell, and the cron expressions that mean the same.
CRON = """
8, 12, 18 = 0 8,12,18 * * *
8;12;18 = 0 8,12,18 * * *
8 12 18 = 0 8,12,18 * * *
18, 8, 12, 8 = 0 8,12,18 * * *
8, 25, 12 = 0 8,12 * * *
0 = 0 0 * * *
1 2 3 4 5 = 0 1-5 * * *
0 8 1 1 1 = 0 0,1,8 * * *
ALL = 0 * * * *
all = 0 * * * *
8h30 = 30 8 * * *
08h30min = 30 8 * * *
8:30, 17h45 = 30 8 * * * + 45 17 * * *
8:30, 12, 17h45 = 30 8 * * * + 0 12 * * * + 45 17 * * *
8h 30min e 08:45 hs = 30,45 8 * * *
7h15 e 19h = 15 7 * * * + 0 19 * * *
meio-dia = 0 12 * * *
8 a 12 = 0 8-12 * * *
8-18/2 = 0 8-18/2 * * *
das 8h30 às 12h30 = 30 8-12 * * *
a cada 30 min das 9h às 16h30 = 0,30 9-16 * * *
de 30 em 30 min das 9h às 17h = 0,30 9-16 * * * + 0 17 * * *
das 9h às 17h, a cada 30 min = 0,30 9-16 * * * + 0 17 * * *
a cada 15 min das 8 às 18 = */15 8-17 * * * + 0 18 * * *
das 8 às 18 a cada 15 min = */15 8-17 * * * + 0 18 * * *
a cada 15 min das 8 às 12 e das 14 às 18 = */15 8-11,14-17 * * * + 0 12,18 * * *
a cada 2h das 8 às 18 = 0 8-18/2 * * *
ALL das 8 às 18 = 0 8-18 * * *
*/6 = 0 */6 * * *
seg-sex 8, 12 = 0 8,12 * * 1-5
segunda a sexta 8h30 = 30 8 * * 1-5
mon-fri 08:30 = 30 8 * * 1-5
de segunda a sexta às 8h = 0 8 * * 1-5
às 8h de segunda a sexta = 0 8 * * 1-5
2ª a 6ª 8h = 0 8 * * 1-5
2a. a 6a. feira 8h = 0 8 * * 1-5
seg-sex: 8h = 0 8 * * 1-5
seg-sex ALL = 0 * * * 1-5
sex-seg 9 = 0 9 * * 0,1,5,6
fim de semana 10h = 0 10 * * 0,6
sáb 10 = 0 10 * * 6
sábado 10 = 0 10 * * 6
Todo domingo ao meio-dia = 0 12 * * 0
Toda segunda-feira às 17:30 = 30 17 * * 1
segunda, quarta e sexta às 7h30 = 30 7 * * 1,3,5
seg, qua e sex 7h30 e 19h = 30 7 * * 1,3,5 + 0 19 * * 1,3,5
seg 8; qua 10 = 0 8 * * 1 + 0 10 * * 3
todo dia 8h exceto sábado e domingo = 0 8 * * 1-5
todo dia 5 às 9 = 0 9 5 * *
dias 5, 20 9 = 0 9 5,20 * *
dias 1 a 5 às 8h = 0 8 1-5 * *
dia 31 18h = 0 18 31 * *
dia 2 de março às 17:30 = 30 17 2 3 *
Todo dia 2 de março às 17:30 = 30 17 2 3 *
24/12 18 = 0 18 24 12 *
29/02 8 = 0 8 29 2 *
segunda 8h em janeiro a março = 0 8 * 1-3 1
8h em janeiro e julho = 0 8 * 1,7 *
0 8 * * 1-5 = 0 8 * * 1-5
0 9 * * 0 = 0 9 * * 0
0 9 * * 7 = 0 9 * * 0
0 9 * * seg-sex = 0 9 * * 1-5
0 9 * * mon-fri = 0 9 * * 1-5
0 9 * fev * = 0 9 * 2 *
0 0 31 * * = 0 0 31 * *
0 9 29 2 * = 0 9 29 2 *
0 8 * * 1-5 ⏎ 0 10 * * 6 = 0 8 * * 1-5 + 0 10 * * 6
*/15 8-18 * * mon-fri = */15 8-18 * * 1-5
10-50/20 6 1-10/3 */2 * = 10-50/20 6 1-10/3 */2 *
Às 8h, 12h e 18h todos os dias = 0 8,12,18 * * *
Todo dia 1 de cada mês às 9h = 0 9 1 * *
dias de semana 8 = 0 8 * * 1-5
fds 10h = 0 10 * * 0,6
seg a qui 18h = 0 18 * * 1-4
3ª e 5ª 8h = 0 8 * * 2,4
a cada 90 min = 0 0,3,6,9,12,15,18,21 * * * + 30 1,4,7,10,13,16,19,22 * * *
dias 29 a 31 8h = 0 8 29-31 * *
dia 30 em fevereiro a abril 8h = 0 8 30 3,4 *
todo dia 9h exceto dias 1 a 5 = 0 9 6-31 * *
sex 17h de novembro a fevereiro = 0 17 * 11,12,1,2 5
"""
PAIRS = [(cell, wanted) for cell, _, wanted in (line.partition(" = ") for line in CRON.strip().splitlines())]


def fires(cell: str) -> Fires:
    """What the language makes of a cell, for the days on which it fires."""
    schedule = parse(cell).schedule
    found = ((day, schedule.fires(day)) for day in DAYS)
    return {day: minutes for day, minutes in found if minutes}


def joined(parts: list[Fires]) -> Fires:
    days = {day for part in parts for day in part}
    return {day: tuple(sorted({n for part in parts for n in part.get(day, ())})) for day in days}


@pytest.mark.parametrize(("cell", "expressions"), PAIRS)
def test_what_cron_can_say_falls_on_the_days_of_cron(cell: str, expressions: str) -> None:
    assert fires(cell) == joined([by_cronsim(each) for each in expressions.split(" + ")])


@pytest.mark.parametrize(("cell", "expressions"), [pair for pair in PAIRS[1::6] if "/15" not in pair[1]])
def test_a_second_library_agrees(cell: str, expressions: str) -> None:
    assert fires(cell) == joined([by_croniter(each) for each in expressions.split(" + ")])


def nth(*numbers: int) -> Days:
    return frozenset().union(*(counted(_ORDINALS.get(n, f"{n}th") + " bizday") for n in numbers))


_ORDINALS = {1: "first", 2: "second", 3: "third", -1: "last"}
_LAST_DAY = ruled("FREQ=MONTHLY;BYMONTHDAY=-1")
_LAST_TWO = ruled("FREQ=MONTHLY;BYMONTHDAY=-2,-1")
_LAST_DAY_BEFORE = _LAST_DAY | {date(2023, 12, 31)}
_FIFTH, _TENTH, _FIFTEENTH = (ruled(f"FREQ=MONTHLY;BYMONTHDAY={n}") for n in (5, 10, 15))
_LAST_THREE = nth(-1) | offset(nth(-1), -1) | offset(nth(-1), -2)
_QUARTER = frozenset(day for day in DAYS if day.month <= 3)
_DECEMBER = frozenset(day for day in DAYS if day.month == 12)
_NINE_TO_FIVE = "9:00-17:00/30"

# A cell, and the days with their times that it means.
COUNTED: dict[str, list[tuple[Days, str]]] = {
    "dias úteis 9": [(business(), "9:00")],
    "dias uteis 9": [(business(), "9:00")],
    "dias uteis às 9h": [(business(), "9:00")],
    "business days 9": [(business(), "9:00")],
    "todo dia útil às 9": [(business(), "9:00")],
    "só dias úteis 8h": [(business(), "8:00")],
    "seg-sex 9h exceto feriados": [(business(), "9:00")],
    "ALL dias úteis": [(business(), "0:00-23:00/60")],
    "dias úteis a cada 30 min das 9h às 11h": [(business(), "9:00-11:00/30")],
    "dias úteis, a cada 30 min, das 9h às 17h": [(business(), _NINE_TO_FIVE)],
    "dias úteis de janeiro a março 9h": [(business() & _QUARTER, "9:00")],
    "dias úteis exceto dezembro 9": [(business() - _DECEMBER, "9:00")],
    "1º dia útil 7": [(nth(1), "7:00")],
    "5º dia útil 8h": [(nth(5), "8:00")],
    "23º dia útil 8": [(nth(23), "8:00")],
    "último dia útil 18": [(nth(-1), "18:00")],
    "penúltimo dia útil 10h": [(offset(nth(-1), -1), "10:00")],
    "antepenúltimo dia útil 10h": [(offset(nth(-1), -2), "10:00")],
    "1º e 5º dia útil 7h": [(nth(1, 5), "7:00")],
    "1º ao 5º dia útil 9h": [(nth(1, 2, 3, 4, 5), "9:00")],
    "5 primeiros dias úteis 9h": [(nth(1, 2, 3, 4, 5), "9:00")],
    "3 últimos dias úteis 9h": [(_LAST_THREE, "9:00")],
    "1º dia útil 7h ⏎ D+1 8h": [(nth(1), "7:00")],
    "dias úteis 9 | último dia útil 18": [(business(), "9:00"), (nth(-1), "18:00")],
    "dias úteis 9 ⏎ último dia útil 18": [(business(), "9:00"), (nth(-1), "18:00")],
    "dia 5 9h ou próximo dia útil": [(following(_FIFTH), "9:00")],
    "dia 10 se não for dia útil, próximo dia útil às 9h": [(following(_TENTH), "9:00")],
    "dia 15 ou dia útil anterior às 10h": [(preceding(_FIFTEENTH), "10:00")],
    "dia 5 se for dia útil 9h": [(_FIFTH & business(), "9:00")],
    "último dia do mês 18h": [(_LAST_DAY, "18:00")],
    "último dia do mês ou dia útil anterior 17h": [(preceding(_LAST_DAY), "17:00")],
    "último dia do mês ou próximo dia útil 17h": [(following(_LAST_DAY_BEFORE), "17:00")],
    "dia 5 e último dia do mês 18h": [(_FIFTH | _LAST_DAY, "18:00")],
    "último e penúltimo dia do mês 18h": [(_LAST_TWO, "18:00")],
    "penúltimo dia e último dia do mês 18h": [(_LAST_TWO, "18:00")],
    "penúltimo dia e último dia ou próximo dia útil 18h": [
        (following(_LAST_DAY_BEFORE | ruled("FREQ=MONTHLY;BYMONTHDAY=-2")), "18:00")
    ],
    "1º dia e 15º dia do mês 9h": [(ruled("FREQ=MONTHLY;BYMONTHDAY=1,15"), "9:00")],
    "1ª segunda do mês 9h": [(ruled("FREQ=MONTHLY;BYDAY=1MO"), "9:00")],
    "2ª e 4ª sexta do mês 9h": [(ruled("FREQ=MONTHLY;BYDAY=2FR,4FR"), "9:00")],
    "última sexta do mês às 17h": [(ruled("FREQ=MONTHLY;BYDAY=-1FR"), "17:00")],
    "penúltima sexta do mês às 9h": [(ruled("FREQ=MONTHLY;BYDAY=-2FR"), "9:00")],
    "sexto dia útil 9h": [(nth(6), "9:00")],
    "1º e último dia útil 9h": [(nth(1, -1), "9:00")],
    "último dia útil 18h em março, junho, setembro e dezembro": [
        (frozenset(day for day in nth(-1) if day.month % 3 == 0), "18:00")
    ],
    # The month of the day as written counts, and what is left out is the day that it moved to (R9).
    "último dia do mês ou próximo dia útil 9h em maio": [
        (following(frozenset(day for day in _LAST_DAY if day.month == 5)), "9:00")
    ],
    "dia 5 ou próximo dia útil 9h exceto segunda": [
        (frozenset(day for day in following(_FIFTH) if day.weekday() != 0), "9:00")
    ],
    "dias 5, 6 ou próximo dia útil 9h": [
        (following(ruled("FREQ=MONTHLY;BYMONTHDAY=5,6")), "9:00")  # once, where both move to one day
    ],
    "segunda exceto feriados 8h": [(ruled("FREQ=WEEKLY;BYDAY=MO") & business(), "8:00")],
    "dias úteis 9h exceto 24/12 e 31/12": [
        (frozenset(day for day in business() if (day.month, day.day) not in ((12, 24), (12, 31))), "9:00")
    ],
    "24/12/2026 18:00": [(frozenset({date(2026, 12, 24)}), "18:00")],
    "dias úteis 9, 10 | seg 10:30": [
        (business(), "9:00 10:00"),
        (ruled("FREQ=WEEKLY;BYDAY=MO"), "10:30"),
    ],
    "5ª quarta do mês 9h": [(ruled("FREQ=MONTHLY;BYDAY=5WE"), "9:00")],
}


@pytest.mark.parametrize("cell", COUNTED)
def test_business_days_and_counted_days_fall_where_other_libraries_put_them(cell: str) -> None:
    wanted = {day: minutes for day, minutes in union(COUNTED[cell]).items() if DAYS[0] <= day <= DAYS[-1]}

    assert fires(cell) == wanted
    assert wanted


def test_every_cell_of_the_examples_that_is_understood_has_an_oracle() -> None:
    texts = [each.cell for each in examples() if isinstance(each.cell, str) and each.fires is not None]
    texts += [line.partition(" | ")[0] for line in SAID_BACK.strip().splitlines()]
    texts += RESTRICTED.strip().splitlines()
    compared = {*(cell for cell, _ in PAIRS), *COUNTED}

    assert {text.replace("\n", " ⏎ ") for text in texts} - compared == set()
    assert len(compared) >= 112
