from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tray_agent.adapters.registry.answer import decode
from tray_agent.adapters.registry.model_workbook import EXAMPLES, REGISTRY, write_model
from tray_agent.adapters.registry.workbook import answer
from tray_agent.core.registry.cells import schedule_of
from tray_agent.core.registry.sheets import RegistryReading
from tray_agent.core.schedules.schedule import MANUAL


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "modelo.xlsx"
    write_model(path)
    return path


def read(path: Path) -> RegistryReading:
    reading = decode(answer({"path": str(path)}))[0]
    assert isinstance(reading, RegistryReading), reading
    return reading


def test_a_fresh_model_has_no_problem_and_runs_nothing(model: Path) -> None:
    assert read(model) == RegistryReading((), (), "Registro")


def test_its_sample_rows_are_right_when_they_are_made_active(model: Path) -> None:
    book = load_workbook(model)
    for row in range(2, book["Registro"].max_row + 1):
        book["Registro"].cell(row, 4).value = "sim"
    book.save(model)
    reading = read(model)
    assert len(reading.rows) == 3
    assert reading.problems == ()


@pytest.mark.parametrize("cell", [cell for cell, _ in EXAMPLES])
def test_every_example_is_a_schedule_without_a_problem(cell: str) -> None:
    reading = schedule_of(cell)
    assert reading.wrong == ""
    assert (reading.schedule is MANUAL) == (cell == "MANUAL")


def test_every_column_of_every_sheet_is_text(model: Path) -> None:
    book = load_workbook(model)
    assert book.sheetnames == ["Registro", "Exemplos", "Feriados", "Paradas"]
    for sheet in book:
        for head in sheet[1]:
            assert sheet.column_dimensions[head.column_letter].number_format == "@"


def test_the_columns_have_messages_and_lists_to_choose_from(model: Path) -> None:
    sheet: Any = load_workbook(model)["Registro"]
    rules = {str(rule.sqref): rule for rule in sheet.data_validations.dataValidation}
    assert rules["D2:D5000"].formula1 == '"sim,não"'
    assert rules["F2:F5000"].formula1 == '"todas,última,não"'
    assert rules["C2:C5000"].type is None
    for column, head in zip(REGISTRY, sheet[1], strict=True):
        assert head.comment.text == column.help
        assert len(column.help) <= 255  # Excel refuses a longer message
        assert rules[f"{head.column_letter}2:{head.column_letter}5000"].prompt == column.help


def test_a_file_that_is_there_is_never_touched(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(b"dados")
    with pytest.raises(FileExistsError):
        write_model(path)
    assert path.read_bytes() == b"dados"
