from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tests.adapters.registry.workbooks import HEADER, actives, write
from tray_agent.adapters.registry import answer as registry_answer
from tray_agent.adapters.registry import sheet_xml
from tray_agent.adapters.registry.answer import RegistryFailed, Stamp
from tray_agent.adapters.registry.formulas import volatile_cells
from tray_agent.adapters.registry.workbook import WorkbookFault, answer, read_bytes, sheets
from tray_agent.core.model import Cell
from tray_agent.core.policies import NO_POLICIES, CatchUp, Halt, Limit, Policies, Retries
from tray_agent.core.registry.cells import CellFault
from tray_agent.core.registry.sheets import HaltRow, OwnDay, RegistryReading


def made(fill: Callable[[Workbook], object]) -> bytes:
    book = Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def cells(fill: Callable[[Any], object]) -> list[list[object]]:
    content = made(lambda book: fill(book.active))
    return [list(row) for row in next(iter(sheets(content))).rows]


def read(path: Path) -> RegistryReading | RegistryFailed:
    return registry_answer.decode(answer({"path": str(path)}))[0]


def error(path: Path) -> str:
    reading = read(path)
    assert isinstance(reading, RegistryFailed), reading
    return reading.text


def rezip(content: bytes, part: str, change: Callable[[str], str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, change(text.decode()) if name == part else text)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_rows_and_columns_keep_excels_numbers_whatever_is_empty_before_them() -> None:
    def fill(sheet: Any) -> None:
        sheet["C5"], sheet["D7"] = "script", "x"

    rows = cells(fill)
    assert len(rows) == 7
    assert rows[4][2] == "script"
    assert rows[6][3] == "x"


def test_cells_come_as_what_was_typed() -> None:
    typed: list[object] = [
        8,
        8.12,
        "8, 12",
        True,
        "NA",
        time(8),
        date(2026, 12, 8),
        datetime(2026, 1, 2, 3, 4),
        timedelta(hours=26),
    ]
    (row,) = cells(lambda sheet: sheet.append(typed))
    assert row == [*typed[:6], datetime(2026, 12, 8), *typed[7:]]
    assert [type(cell) for cell in row[:4]] == [int, float, str, bool]


def test_formulas_without_a_value_and_errors_are_not_taken_for_empty_cells() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet["B1"], sheet["C1"] = "x", "=1/0", "#N/A"
        sheet["C1"].data_type = "e"
        sheet["D1"], sheet["E1"] = None, "y"

    (row,) = cells(fill)
    assert isinstance(row[1], CellFault)
    assert row[2] == CellFault("#N/A")
    assert row[3] == ""


def test_a_formula_that_gives_an_empty_text_is_an_empty_cell() -> None:
    content = made(lambda book: book.worksheets[0].append(["x", "=A9", "y"]))
    calculated = rezip(content, SHEET, lambda text: text.replace('<c r="B1">', '<c r="B1" t="str">'))
    assert list(next(iter(sheets(calculated))).rows[0]) == ["x", "", "y"]


def test_a_merged_area_says_the_same_in_all_its_cells() -> None:
    def fill(sheet: Any) -> None:
        for name in ("a", "b", "c"):
            sheet.append([name, None])
        sheet["B1"] = "Cadastro"
        sheet.merge_cells("B1:B3")
        sheet.merge_cells("D90:E99")

    assert [row[1] for row in cells(fill)] == ["Cadastro"] * 3


def test_a_cell_formatted_at_the_far_corner_costs_nothing() -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "x"
        sheet["XFD1048576"].number_format = "0.00"

    assert cells(fill) == [["x"]]


@pytest.mark.parametrize("address", ["XFD1048576", "A200000", "XFD9000"])
def test_a_cell_filled_at_the_far_corner_is_refused_by_name(address: str) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"], sheet[address] = "x", "y"

    with pytest.raises(WorkbookFault, match=address) as caught:
        cells(fill)
    assert caught.value.lasting


def test_chart_sheets_and_hidden_sheets_are_no_hindrance(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        first = book.active
        assert first is not None
        book.create_chartsheet("Gráfico", 0)
        first.title = 'Capa & "índice"'
        first.sheet_state = "hidden"
        registry = book.create_sheet("Registro")
        for row in (HEADER, ("a", "x", "ALL", "=1")):
            registry.append(row)

    path = tmp_path / "r.xlsx"
    path.write_bytes(made(fill))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert reading.sheet == "Registro"
    assert reading.problems[0].cell is not None
    assert reading.problems[0].cell.column == "D"


def test_a_registry_is_answered_whole_and_comes_back_the_same(tmp_path: Path) -> None:
    rows = [
        ("Envia_PIX", "Mensageria", "8, 12", True, 15),
        ("b", None, "8, 25", "sim", None),
        ("c", "", 1, "n"),
    ]
    path = write(tmp_path / "r.xlsx", rows, (*HEADER, "timeout"))
    reading, stamp = registry_answer.decode(answer({"path": str(path)}))
    assert isinstance(reading, RegistryReading)
    assert stamp == Stamp(path.stat().st_size, path.stat().st_mtime_ns)
    assert [
        (row.key, row.area, row.schedule.hours, row.line, row.timeout_minutes) for row in reading.rows
    ] == [
        ("envia_pix", "Mensageria", (8, 12), 2, 15.0),
        ("b", "Sem área", (8,), 3, None),
    ]
    assert [problem.cell for problem in reading.problems] == [Cell(3, "C", "8, 25")]


def test_a_workbook_with_other_columns_is_refused_for_good_naming_them(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", [], ("Produto", "Preço"))
    reading, stamp = registry_answer.decode(answer({"path": str(path)}))
    assert isinstance(reading, RegistryFailed)
    assert reading.lasting
    assert stamp is not None
    assert "Produto, Preço" in reading.text


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"nada de planilha", "corrompido"),
        (b"PK\x03\x04" + b"\0" * 100, "corrompido"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "protegido por senha"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "formato antigo .xls"),
        (b"<html><body>login</body></html>", "uma página HTML"),
        (b"\xef\xbb\xbf<!DOCTYPE html>\r\n<html>", "uma página HTML"),
        (b"script_name;cron;ativo\r\nenvia;8;sim\r\n", "um CSV"),
        ("nome,\u00e1rea,cron\na,b,8\n".encode("cp1252"), "um CSV"),
        ("script\tcron\nx\t8\n".encode("utf-16"), "um CSV"),
        (b'{"url": "https://docs.google.com/open?id=1", "doc_id": "1"}', "atalho do Google Drive"),
        (b'{"":"WARNING! DO NOT EDIT THIS FILE!","doc_id":"1","email":"x"}', "atalho do Google Drive"),
        (b"[InternetShortcut]\r\nURL=https://x\r\n", "atalho da internet"),
        (b"<?xml version='1.0'?><Workbook/>", "um XML"),
        (b"%PDF-1.7\n", "um PDF"),
    ],
)
def test_what_is_no_workbook_is_named_for_what_it_is(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(content)
    assert cause in error(path)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.95])
def test_a_workbook_that_breaks_off_is_corrupt(tmp_path: Path, kept: float) -> None:
    path = write(tmp_path / "r.xlsx", actives(50))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * kept)])
    assert "corrompido" in error(path)


def test_a_workbook_with_damage_inside_is_corrupt(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", actives(500))
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo(SHEET).header_offset
    content[start + 200 : start + 260] = b"\xff" * 60
    path.write_bytes(content)
    assert "corrompido" in error(path)


def test_a_zip_that_is_no_workbook_is_corrupt(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("oi.txt", "oi")
    assert "corrompido" in error(path)


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for index in range(3):
            archive.writestr(f"xl/worksheets/sheet{index}.xml", b"0" * 40_000_000)
    assert "grande demais" in error(path)
    with zipfile.ZipFile(path, "w") as archive:
        for index in range(2001):
            archive.writestr(str(index), b"")
    assert "grande demais" in error(path)


def test_a_missing_file_and_a_folder_are_said_to_be_so(tmp_path: Path) -> None:
    assert "não existe" in error(tmp_path / "nada.xlsx")
    assert "pasta" in error(tmp_path)


def test_a_file_that_is_back_within_the_retries_is_read(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            path.write_bytes(b"pronto")

    content, stamp = read_bytes(path, wait)
    assert (content, stamp.size, waits) == (b"pronto", 6, [0.1, 0.3])


def test_a_file_that_keeps_changing_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    path.write_bytes(b"")
    with pytest.raises(WorkbookFault, match="vazio") as caught:
        read_bytes(path, lambda _: None)
    assert not caught.value.lasting


def test_a_file_of_more_than_20_mb_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "r.xlsx"
    with path.open("wb") as file:
        file.truncate(20_000_001)
    assert "20 MB" in error(path)


def test_a_layout_of_some_other_kind_hides_nothing() -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x", "")
    with zipfile.ZipFile(stream) as archive:
        assert sheet_xml.sheet_parts(archive) == {}


def test_prefixed_tags_are_seen_as_well() -> None:
    xml = b'<x:row r="2"><x:c r="B2" s="1" t="e"><x:f>NA()</x:f><x:v>#N/A</x:v></x:c></x:row>'
    assert sheet_xml.look(xml).faults == {(1, 1): "#N/A"}


def with_formulas(rows: list[list[object]], formulas: dict[str, str], *, title: str = "Plan1") -> bytes:
    """A workbook whose cells have values as Excel saved them, and these formulas (XML) beside the values."""
    book = Workbook()
    book.worksheets[0].title = title
    for row in rows:
        book.worksheets[0].append(row)
    stream = io.BytesIO()
    book.save(stream)

    def put(xml: str) -> str:
        for address, formula in formulas.items():
            xml = re.sub(
                rf'(<c r="{address}"[^>]*)t="inlineStr"([^>]*)><is><t>([^<]*)</t></is>',
                r'\1t="str"\2><v>\3</v>',
                xml,
            )
            xml, count = re.subn(rf'(<c r="{address}"[^>]*>)', rf"\1{formula}", xml)
            assert count == 1, address
        return xml

    return rezip(stream.getvalue(), SHEET, put)


@pytest.mark.parametrize(
    "formula",
    [
        '<f>IF(WEEKDAY(TODAY())&lt;6,"sim","não")</f>',
        "<f>IF(NOW()&gt;1,1,0)</f>",
        '<f t="array" ref="D2">RAND()</f>',
        "<f>_xlfn.RANDARRAY(1)</f>",
        "<f>$F$1</f>",
        "<f>SUM(E1:F9)</f>",
    ],
)
def test_a_formula_of_the_day_of_saving_is_seen_however_it_gets_there(tmp_path: Path, formula: str) -> None:
    rows = [[*HEADER, None, "x"], ["a", "", 8, 1, None, 3]]
    path = tmp_path / "r.xlsx"
    path.write_bytes(with_formulas(rows, {"D2": formula, "F1": "<f>TODAY()</f>"}))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert reading.rows == ()
    (problem,) = reading.problems
    assert "célula D2: a fórmula depende de " in problem.what
    assert problem.job == "a"


@pytest.mark.parametrize("formula", ['<f>"TODAY()"</f>', "<f>E1</f>", "<f>1+1</f>", "<f>TODAYS(1)</f>"])
def test_a_formula_that_does_not_depend_on_the_day_is_its_value(tmp_path: Path, formula: str) -> None:
    rows = [[*HEADER, None, "x"], ["a", "", 8, 1, None, 3]]
    path = tmp_path / "r.xlsx"
    path.write_bytes(with_formulas(rows, {"D2": formula, "F2": "<f>TODAY()</f>"}))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert (len(reading.rows), reading.problems) == (1, ())


def test_a_formula_that_was_filled_down_is_seen_in_all_its_cells(tmp_path: Path) -> None:
    rows = [list(HEADER), *([f"a{n}", "", 8, 1] for n in range(3))]
    formulas = {
        "D2": '<f t="shared" ref="D2:D4" si="0">IF(TODAY()&gt;1,1,0)</f>',
        "D3": '<f t="shared" si="0"/>',
        "D4": '<f t="shared" si="0"/>',
    }
    path = tmp_path / "r.xlsx"
    path.write_bytes(with_formulas(rows, formulas))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert [problem.cell.row for problem in reading.problems if problem.cell] == [2, 3, 4]


def test_a_name_that_stands_for_today_and_another_sheet_are_followed() -> None:
    workbook = b'<definedNames><definedName name="hoje_util">WEEKDAY(TODAY())</definedName></definedNames>'
    sheets = {
        "Plan1": b'<c r="A1"><f>IF(hoje_util&lt;6,1,0)</f></c><c r="A2"><f>\'Par 1\'!B2</f></c>'
        b'<c r="A3"><f>B9</f></c>',
        "Par 1": b'<c r="B2"><f>B3+1</f></c><c r="B3"><f>NOW()</f></c>',
    }
    seen = volatile_cells({name: lambda xml=xml: xml for name, xml in sheets.items()}, workbook)
    assert seen == {
        "Plan1": {(0, 0): "TODAY", (1, 0): "NOW"},
        "Par 1": {(1, 1): "NOW", (2, 1): "NOW"},
    }


def test_the_second_sheet_of_a_workbook_is_named_and_the_hidden_one_as_well(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].title = "Cadastro"
        book.create_sheet("Mensageria")
        book.create_sheet("Velha").sheet_state = "veryHidden"
        for sheet in book.worksheets:
            sheet.append(HEADER)
            sheet.append(["a", "", 8, "sim"])

    path = tmp_path / "r.xlsx"
    path.write_bytes(made(fill))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert [problem.what.split(" também")[0] for problem in reading.problems] == [
        'a aba "Mensageria"',
        'a aba oculta "Velha"',
    ]


def test_a_huge_sheet_beside_the_registry_is_named_and_does_not_stop_it(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        book.worksheets[0].append(HEADER)
        book.worksheets[0].append(["a", "", 8, "sim"])
        book.create_sheet("Dados")["A200000"] = "x"

    path = tmp_path / "r.xlsx"
    path.write_bytes(made(fill))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert len(reading.rows) == 1
    assert "A200000" in reading.problems[0].what


def test_what_was_lost_of_a_schedule_and_unknown_columns_cross_to_the_agent(tmp_path: Path) -> None:
    path = write(tmp_path / "r.xlsx", [("a", "", "8.12", "sim", "Ana")], (*HEADER, "Dono"))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert reading.unknown == ("Dono",)
    assert "8.12" in reading.rows[0].schedule_problem
    assert reading.problems[0].job == "a"


def test_policies_notes_halts_and_own_days_cross_to_the_agent(tmp_path: Path) -> None:
    def fill(book: Workbook) -> None:
        sheet = book.worksheets[0]
        sheet.append(
            [
                *HEADER,
                "recuperar",
                "iniciar_ate",
                "prazo",
                "retentativas",
                "recurso",
                "depois_de",
                "argumentos",
            ]
        )
        sheet.append(["a", "", 8, "sim", "última", time(17, 30), "+90 min", 2, "SAP; Excel", "b", "{d-1} x"])
        sheet.append(["b", "", 8, "sim", None, "30 min", "cedo", None, None, "b", "{ontem}"])
        sheet.append(["c", "", "MANUAL", "sim"])
        own = book.create_sheet("Feriados")
        own.append(["data", "nome", "tipo"])
        own.append([date(2027, 1, 25), "São Paulo", None])
        own.append([date(2027, 2, 8), None, "dia útil"])
        halts = book.create_sheet("Paradas")
        halts.append(["de", "ate", "area", "automacao", "motivo"])
        halts.append([date(2026, 12, 24), datetime(2026, 12, 26, 12), None, "a", "Congelamento"])

    path = tmp_path / "r.xlsx"
    path.write_bytes(made(fill))
    reading = read(path)
    assert isinstance(reading, RegistryReading)
    assert [row.policies for row in reading.rows] == [
        Policies(
            CatchUp.LAST,
            Limit(minute=1050),
            Limit(after_minutes=90),
            Retries(2),
            ("SAP", "Excel"),
            ("b",),
            ("{d-1}", "x"),
        ),
        Policies(start_by=Limit(after_minutes=30), after=("b",), unread=reading.rows[1].policies.unread),
        NO_POLICIES,
    ]
    assert "{ontem}" in reading.rows[1].policies.unread
    assert [problem.cell and problem.cell.column for problem in reading.problems] == ["G", "K"]
    assert reading.own_days == (
        OwnDay(date(2027, 1, 25), "São Paulo"),
        OwnDay(date(2027, 2, 8), "", is_business=True),
    )
    for row in reading.rows:
        assert row.schedule.calendar.is_holiday(date(2027, 1, 25)), (
            "for the dates in a manual job's arguments too"
        )
    halt = Halt(datetime(2026, 12, 24), datetime(2026, 12, 26, 12), "", "a", "Congelamento")
    assert reading.halts == (HaltRow(2, halt),)
