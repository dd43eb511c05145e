from __future__ import annotations

from datetime import date, datetime

import pytest

from tray_agent.core.policies import Halt
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.dated_sheets import DatedSheets, kind_of
from tray_agent.core.registry.sheets import OwnDay, Sheet

HOLIDAYS: list[RawCell] = ["Data", "Nome", "Tipo"]
HALTS: list[RawCell] = ["De", "Até", "Área", "Automação", "Motivo"]


def holidays(*rows: list[RawCell]) -> DatedSheets:
    sheets = DatedSheets()
    sheets.take(Sheet("Feriados", [HOLIDAYS, *rows]))
    return sheets


def halts(*rows: list[RawCell]) -> DatedSheets:
    sheets = DatedSheets()
    sheets.take(Sheet("Paradas", [["Paradas da equipe"], HALTS, *rows]))
    return sheets


@pytest.mark.parametrize("name", ["Feriados", " FERIADOS ", "Paradas"])
def test_the_two_sheets_go_by_their_names(name: str) -> None:
    assert kind_of(name)
    assert not kind_of(name + " velhos")


def test_own_holidays_and_extra_business_days_are_read() -> None:
    read = holidays(
        [datetime(2027, 1, 25), "Aniversário de São Paulo", None],
        ["09/07/2027", "Revolução", "Feriado"],
        ["2027-02-08", "Carnaval", "dia útil"],
        [None, None, None],
    )
    assert read.problems == []
    assert read.own_days == [
        OwnDay(date(2027, 1, 25), "Aniversário de São Paulo"),
        OwnDay(date(2027, 7, 9), "Revolução"),
        OwnDay(date(2027, 2, 8), "Carnaval", is_business=True),
    ]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        (["25/01", "SP", None], '"25/01" não é uma data'),
        (["31/02/2027", None, None], "não é uma data"),
        ([46000, None, None], "não é uma data"),
        ([date(1900, 1, 1), None, None], "não é uma data"),
        ([CellFault("#N/A"), None, None], "não é uma data"),
        ([datetime(2027, 1, 25, 14), None, None], "tem uma hora"),
        ([None, "SP", None], "falta a data"),
        ([date(2027, 1, 25), "SP", "ponto facultativo"], "não é um tipo"),
    ],
)
def test_a_wrong_holiday_is_a_problem_with_its_line_and_the_others_count(
    row: list[RawCell], what: str
) -> None:
    read = holidays(row, [date(2027, 7, 9), None, None])
    (problem,) = read.problems
    assert problem.what.startswith('aba "Feriados", linha 2: ')
    assert what in problem.what
    assert [own.day for own in read.own_days] == [date(2027, 7, 9)]


def test_one_day_of_both_kinds_is_a_problem() -> None:
    read = holidays([date(2027, 1, 25), None, None], [date(2027, 1, 25), None, "dia útil"])
    assert "linha 3: 25/01/2027 já está na aba" in read.problems[0].what
    assert len(read.own_days) == 1


def test_halts_last_to_the_end_of_their_last_day_or_to_their_hour() -> None:
    read = halts(
        [date(2026, 12, 24), date(2026, 12, 26), None, None, "Congelamento"],
        [date(2026, 12, 31), None, "Câmbio", None, None],
        ["10/12/2026 14:00", "10/12/2026 18h30", None, "Envia_Pix.py", "Janela"],
        ["10/12/2026 22:00", "11/12/2026 00:00", None, None, None],
    )
    assert read.problems == []
    assert [row.halt for row in read.halts] == [
        Halt(datetime(2026, 12, 24), datetime(2026, 12, 27), reason="Congelamento"),
        Halt(datetime(2026, 12, 31), datetime(2027, 1, 1), area="Câmbio"),
        Halt(datetime(2026, 12, 10, 14), datetime(2026, 12, 10, 18, 30), job="Envia_Pix.py", reason="Janela"),
        Halt(datetime(2026, 12, 10, 22), datetime(2026, 12, 11)),
    ]
    assert [row.line for row in read.halts] == [3, 4, 5, 6]


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ([None, date(2026, 12, 26), None, None, None], "falta o começo"),
        ([date(2026, 12, 26), date(2026, 12, 24), None, None, None], "antes do começo"),
        (["10/12/2026 14:00", None, None, None, None], "falta o fim"),
        (["sexta", date(2026, 12, 24), None, None, None], '"sexta" não é uma data em "de"'),
        ([date(2026, 12, 24), None, CellFault("#REF!"), None, None], "#REF!"),
    ],
)
def test_a_wrong_halt_is_a_problem_with_its_line(row: list[RawCell], what: str) -> None:
    read = halts(row)
    assert read.halts == []
    assert read.problems[0].what.startswith('aba "Paradas", linha 3: ')
    assert what in read.problems[0].what


def test_a_sheet_without_its_columns_is_a_problem_and_an_empty_one_is_not() -> None:
    sheets = DatedSheets()
    sheets.take(Sheet("Feriados", [["dia da semana", "nome"], ["seg", "x"]]))
    sheets.take(Sheet("Paradas", []))
    assert [problem.what for problem in sheets.problems] == [
        'a aba "Feriados" não tem a coluna "data"; nada dela vale'
    ]


def test_a_date_that_is_a_formula_of_the_day_of_saving_does_not_count() -> None:
    sheets = DatedSheets()
    sheets.take(Sheet("Feriados", [HOLIDAYS, [date(2027, 1, 25)]], volatile={(1, 0): "TODAY"}))
    assert sheets.own_days == []
    assert "depende do dia" in sheets.problems[0].what
