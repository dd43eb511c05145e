from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook, load_workbook

from tests.adapters.registry.workbooks import HEADER
from tests.core.schedules.examples import examples, fires
from tray_agent.adapters.registry import answer as registry_answer
from tray_agent.adapters.registry.answer import RegistryFailed
from tray_agent.adapters.registry.workbook import answer
from tray_agent.core.model import RegistryRow


def through_excel(path: Path, cells: list[object]) -> list[RegistryRow]:
    """The rows of a workbook in which the schedule column holds these cells, as the agent gets them."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(HEADER))
    for index, cell in enumerate(cells):
        sheet.append([f"robo_{index}", "Geral", cell, "sim"])
    book.save(path)
    reading, _ = registry_answer.decode(answer({"path": str(path)}))
    assert not isinstance(reading, RegistryFailed), reading.text
    return list(reading.rows)


def test_every_example_means_the_same_through_a_workbook(tmp_path: Path) -> None:
    wanted = examples()
    rows = through_excel(tmp_path / "registro.xlsx", [each.cell for each in wanted])

    assert len(rows) == len(wanted)
    for row, example in zip(rows, wanted, strict=True):
        assert fires(row.schedule, example.day) == example.fires, example
        assert bool(row.schedule_problem) == example.problem, example


def test_equal_schedules_are_one_value_and_say_their_text(tmp_path: Path) -> None:
    rows = through_excel(
        tmp_path / "registro.xlsx", ["dias úteis 9", "DIAS UTEIS às 9h", "9h dias úteis", "8", 8]
    )

    assert [row.schedule.text for row in rows] == ["dias úteis às 9h"] * 3 + ["todo dia às 8h"] * 2
    assert rows[0].schedule is rows[2].schedule


def test_what_excel_made_of_a_cell_is_said_by_its_cause(tmp_path: Path) -> None:
    cells = [8.3, datetime(2018, 8, 1), datetime(2026, 12, 24, 18), 8e12, True]
    rows = through_excel(tmp_path / "registro.xlsx", list(cells))

    said = [row.schedule_problem for row in rows]
    assert "8,3 não diz quais são as horas" in said[0]
    assert "Texto" in said[0]
    assert "01/08/2018" in said[1]
    assert "8-18" in said[1]
    assert "24/12/2026 18:00" in said[2]
    assert "8000000000000" in said[3]
    assert "VERDADEIRO" in said[4]
    assert not any(row.schedule.clauses for row in rows)


def test_lines_in_a_cell_are_several_schedules(tmp_path: Path) -> None:
    rows = through_excel(tmp_path / "registro.xlsx", ["seg 8\nqua 10", "1º dia útil 7h\r\nD+1 8h"])

    assert rows[0].schedule.text == "segunda às 8h ⏎ quarta às 10h"
    assert rows[1].schedule.text == "1º dia útil do mês às 7h"
    assert '"D+1"' in rows[1].schedule_problem


def test_the_teams_own_days_of_the_sheet_feriados_hold_for_every_schedule(tmp_path: Path) -> None:
    path = tmp_path / "registro.xlsx"
    through_excel(path, ["dias úteis 9"])
    book = load_workbook(path)
    days = book.create_sheet("Feriados")
    for row in (
        ("data", "nome", "tipo"),
        (date(2026, 7, 9), "Revolução", None),
        ("20/11/2026", "", "dia útil"),
    ):
        days.append(row)
    book.save(path)
    reading, _ = registry_answer.decode(answer({"path": str(path)}))

    assert not isinstance(reading, RegistryFailed)
    schedule = reading.rows[0].schedule
    assert [schedule.fires(date(2026, *day)) for day in ((7, 9), (7, 10), (11, 20))] == [(), (540,), (540,)]
    assert schedule.calendar.holiday_name(date(2026, 7, 9)) == "Revolução"
