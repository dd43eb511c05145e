from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.core.registry.cells import (
    CellFault,
    RawCell,
    active_of,
    cell_text,
    minutes_of,
    schedule_of,
)
from tray_agent.core.registry.wording import listed
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL


@pytest.mark.parametrize(
    "cell", [True, 1, 1.0, "true", " TRUE ", "1", "Verdadeiro", "SIM", "s", "On", "sim\u00a0", "s\u200b"]
)
def test_every_way_of_saying_yes_makes_a_row_active(cell: RawCell) -> None:
    assert active_of(cell) is True


@pytest.mark.parametrize(
    "cell",
    [
        False,
        0,
        0.0,
        None,
        "",
        "  ",
        "não",
        "NAO",
        "n",
        "falso",
        "False",
        "off",
        "Inativo",
        "no",
        "desativado",
        "-",
    ],
)
def test_empty_and_the_plain_words_of_no_leave_a_row_inactive(cell: RawCell) -> None:
    assert active_of(cell) is False


@pytest.mark.parametrize(
    "cell", [2, 1.5, "x", "yes", "10", "ativo", "sim - até 30/06", date(2026, 1, 1), CellFault("#N/A")]
)
def test_anything_else_says_neither(cell: RawCell) -> None:
    assert active_of(cell) is None


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        (math.nan, ""),
        (math.inf, "inf"),
        (8, "8"),
        (8.0, "8"),
        (8.12, "8,12"),
        (True, "VERDADEIRO"),
        (False, "FALSO"),
        (time(8, 30), "08:30"),
        (time(8, 30, 5), "08:30:05"),
        (date(2026, 12, 8), "08/12/2026"),
        (datetime(2026, 12, 8), "08/12/2026"),
        (datetime(2026, 12, 8, 9, 5), "08/12/2026 09:05"),
        (timedelta(hours=30), "30:00"),
        (timedelta(hours=26, seconds=5), "26:00:05"),
        (timedelta(minutes=-60), "-01:00"),
        (CellFault("#N/A"), "#N/A"),
    ],
)
def test_a_cell_reads_as_excel_in_brazil_shows_it(cell: RawCell, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize("cell", ["ALL", "all", " All ", "ALL\u00a0"])
def test_all_is_every_hour(cell: RawCell) -> None:
    assert schedule_of(cell).schedule is ALL_DAY


@pytest.mark.parametrize("cell", ["MANUAL", "manual", "Sem", "", "   ", "\u00a0", None, math.nan])
def test_manual_sem_and_empty_are_never_due(cell: RawCell) -> None:
    reading = schedule_of(cell)
    assert (reading.schedule, reading.wrong) == (MANUAL, "")


@pytest.mark.parametrize(
    ("cell", "hours"),
    [
        ("8, 12, 18", (8, 12, 18)),
        ("8,12,18", (8, 12, 18)),
        ("18;8;12", (8, 12, 18)),
        ("8 12 18", (8, 12, 18)),
        ("08h, 12H", (8, 12)),
        ("08:00;8:00", (8,)),
        ("08:00:00", (8,)),
        ("8h00", (8,)),
        ("8.0", (8,)),
        ("0, 23", (0, 23)),
        ("8,\u00a012", (8, 12)),
        ("8,, ;12,", (8, 12)),
        ("１２", (12,)),
        (8, (8,)),
        (8.0, (8,)),
        (0, (0,)),
        (time(8), (8,)),
        (time(7, 59, 59, 999999), (8,)),
        (timedelta(hours=9), (9,)),
    ],
)
def test_hours_may_be_written_in_many_ways(cell: RawCell, hours: tuple[int, ...]) -> None:
    reading = schedule_of(cell)
    assert (reading.schedule.hours, reading.wrong) == (hours, "")


@pytest.mark.parametrize("cell", [8.12, 12.18, 0.333333, 8.5, -1.5, 1e-9])
def test_a_number_that_is_not_whole_schedules_nothing_and_asks_for_text(cell: float) -> None:
    reading = schedule_of(cell)
    assert reading.schedule is MANUAL
    assert "formate a coluna como Texto" in reading.wrong


@pytest.mark.parametrize("cell", [date(2026, 12, 8), datetime(2026, 12, 8, 8)])
def test_a_date_schedules_nothing_and_asks_for_text(cell: RawCell) -> None:
    reading = schedule_of(cell)
    assert reading.schedule is MANUAL
    assert "data (08/12/2026" in reading.wrong
    assert "formate a coluna como Texto" in reading.wrong


@pytest.mark.parametrize(
    ("cell", "hours", "parts"),
    [
        ("8, 25", (8,), ["25"]),
        ("8.30", (), ["8.30"]),
        ("abc", (), ["abc"]),
        ("8, 25, abc, 12", (8, 12), ["25", "abc"]),
        ("8, ALL", (8,), ["ALL"]),
        ("-1", (), ["-1"]),
        ("008", (), ["008"]),
        (24, (), ["24"]),
        (-1, (), ["-1"]),
        (1e300, (), ["1000000"]),
        (math.inf, (), ["inf"]),
        (True, (), ["VERDADEIRO"]),
        (time(8, 30, 15), (), ["8:30:15"]),
        (time(23, 59, 59, 999999), (), ["24:00"]),
        (timedelta(hours=30), (), ["30:00"]),
        (timedelta(minutes=-60), (), ["-1:00"]),
    ],
)
def test_a_wrong_part_is_named_and_the_right_ones_count(
    cell: RawCell, hours: tuple[int, ...], parts: list[str]
) -> None:
    reading = schedule_of(cell)
    assert reading.schedule.hours == hours
    for part in parts:
        assert f'"{part}' in reading.wrong or part in reading.wrong
    assert ("as outras horas valem" in reading.wrong) == bool(hours)


def test_a_formula_without_a_value_schedules_nothing_and_is_said() -> None:
    reading = schedule_of(CellFault("#N/A"))
    assert reading.schedule is MANUAL
    assert "#N/A" in reading.wrong


@pytest.mark.parametrize("cell", ["0 8 1 * 1", "0 8 * *", "8 abc", "5ºDU 8h", "*/2 8 * * * *"])
def test_a_cell_that_is_half_understood_schedules_nothing(cell: str) -> None:
    reading = schedule_of(cell)
    assert reading.schedule is MANUAL
    assert "nada foi agendado" in reading.wrong


def test_many_wrong_parts_are_cut_short() -> None:
    wrong = schedule_of(",".join(f"x{n}" for n in range(5000))).wrong
    assert "e mais 4997" in wrong
    assert len(wrong) < 200


@given(st.one_of(st.text(), st.floats(), st.integers(), st.times(), st.timedeltas(), st.datetimes()))
def test_no_cell_whatever_is_in_it_breaks_a_reading(cell: RawCell) -> None:
    reading = schedule_of(cell)
    assert set(reading.schedule.hours) <= set(range(24))
    minutes_of(cell)
    active_of(cell)


@pytest.mark.parametrize(
    ("cell", "minutes"), [(30, 30.0), (7.5, 7.5), ("7,5", 7.5), (" 10 ", 10.0), (None, None), ("", None)]
)
def test_a_time_limit_is_a_number_of_minutes_or_nothing(cell: RawCell, minutes: float | None) -> None:
    assert minutes_of(cell) == (minutes, "")


@pytest.mark.parametrize("cell", [0, -1, "abc", True, time(0, 30), 1e9, "nan", "inf", CellFault("#N/A")])
def test_a_wrong_time_limit_is_said_and_the_general_one_holds(cell: RawCell) -> None:
    minutes, wrong = minutes_of(cell)
    assert minutes is None
    assert "minutos" in wrong


def test_lists_read_as_portuguese_writes_them() -> None:
    assert listed(["a"]) == "a"
    assert listed(["a", "b"]) == "a e b"
    assert listed(["a", "b", "c"]) == "a, b e c"
    assert listed(["a", "b", "c", "d"]) == "a, b, c e mais 1"
