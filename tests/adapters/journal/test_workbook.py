from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.builders import at, make_open_run, make_run
from tray_agent.adapters.journal import workbook
from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.core.model import Asked

TODAY = at().date()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    journal = SqliteJournal(tmp_path / "data")
    journal.record(
        [
            make_run(started=at("08:00"), by="B3\\maria"),
            make_run(started=at("09:00"), exit_code=3, reason='=HYPERLINK("x")\x07 não é fórmula'),
            make_open_run("ted", started=at("10:00")),
            make_run(started=at("08:00", day=9)),
            make_run(started=at("08:00", day=1)),
        ],
        [],
        [Asked(at("07:00"), "ana", "pause", text="Agendamentos suspensos.")],
    )
    journal.close()
    yield tmp_path / "data"


def made(folder: Path, file: Path, **changes: Any) -> str:
    given: dict[str, Any] = {"timezone": "America/Sao_Paulo", "no_data_exit_code": 0} | changes
    return workbook.write(PastRuns(folder), file, TODAY, 2, **given)


def test_runs_are_rows_with_dates_that_are_dates_under_a_header_that_stays(folder: Path) -> None:
    file = folder.parent / "histórico.xlsx"

    assert made(folder, file) == ""

    book = openpyxl.load_workbook(file)
    sheet = book["Execuções"]
    rows = list(sheet.iter_rows(values_only=True))
    assert sheet.freeze_panes == "A2"
    assert rows[0][:4] == ("Dia", "Automação", "Início", "Fim")
    assert [row[1:3] for row in rows[1:]] == [
        ("ted", datetime(2026, 3, 10, 10)),
        ("pix", datetime(2026, 3, 10, 9)),
        ("pix", datetime(2026, 3, 10, 8)),
        ("pix", datetime(2026, 3, 9, 8)),
    ]
    assert rows[3][0] == datetime(2026, 3, 10)
    assert sheet["C2"].is_date
    assert rows[3][4] == 4
    assert rows[3][9] == "B3\\maria"
    assert sheet["H3"].data_type == "s"
    assert rows[2][7] == '=HYPERLINK("x")  não é fórmula'


def test_a_summary_by_job_and_what_people_asked_come_with_it(folder: Path) -> None:
    file = folder.parent / "h.xlsx"
    made(folder, file)

    book = openpyxl.load_workbook(file)

    assert list(book["Resumo"].iter_rows(min_row=2, values_only=True)) == [
        ("pix", 3, 1, pytest.approx(2 / 3), 4, 4, None),
        ("ted", 0, 0, None, None, None, None),
    ]
    assert book["Resumo"]["D2"].number_format == "0.0%"
    assert list(book["Pedidos"].iter_rows(min_row=2, values_only=True)) == [
        (datetime(2026, 3, 10, 7), "ana", "pause", None, "sim", "Agendamentos suspensos.")
    ]


def test_times_are_those_of_the_zone(folder: Path) -> None:
    file = folder.parent / "h.xlsx"
    made(folder, file, timezone="UTC")

    assert openpyxl.load_workbook(file)["Execuções"]["C2"].value == datetime(2026, 3, 10, 13)


def test_a_file_that_is_there_stays_unless_it_may_be_replaced(folder: Path) -> None:
    file = folder.parent / "h.xlsx"
    file.write_text("de outra pessoa")

    assert "já existe" in made(folder, file)
    assert file.read_text() == "de outra pessoa"
    assert made(folder, file, overwrite=True) == ""
    assert openpyxl.load_workbook(file).sheetnames == ["Execuções", "Resumo", "Pedidos"]


@pytest.mark.parametrize("name", ["h.csv", "h", "nowhere/h.xlsx"])
def test_what_cannot_be_written_is_said_and_leaves_nothing(folder: Path, name: str) -> None:
    trouble = made(folder, folder.parent / name)

    assert trouble.startswith(("O arquivo", "Não foi possível gravar"))
    assert sorted(each.name for each in folder.parent.iterdir()) == ["data"]


def test_a_damaged_journal_is_said_and_leaves_no_file(folder: Path) -> None:
    (folder / "journal.sqlite3").write_bytes(b"not a database" * 100)

    assert "danificado" in made(folder, folder.parent / "h.xlsx")
    assert sorted(each.name for each in folder.parent.iterdir()) == ["data"]


def test_more_runs_than_a_sheet_holds_go_on_in_another(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "_MOST_ROWS", 3)
    file = folder.parent / "h.xlsx"
    made(folder, file)

    book = openpyxl.load_workbook(file)

    assert book.sheetnames[:2] == ["Execuções", "Execuções 2"]
    assert [book[name].max_row for name in book.sheetnames[:2]] == [4, 2]


def test_a_child_of_this_program_writes_it(folder: Path) -> None:
    request = {
        "folder": str(folder),
        "file": str(folder.parent / "h.xlsx"),
        "newest": TODAY.isoformat(),
        "days": 2,
        "timezone": "America/Sao_Paulo",
        "no_data_exit_code": 0,
    }
    assert ReaderProcess().run("export", request, 60) == {"ok": True, "error": ""}
    again = ReaderProcess().run("export", request, 60)

    assert not again["ok"]
    assert "já existe" in again["error"]
