"""Writes a registry to begin with, laid out so that Excel leaves alone what a person types.

Every column is formatted as text: else Excel makes a number of ``8,12``, a date of ``8/12``, a time of
``8:30``. Imports openpyxl: for children only.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet

_LAST_ROW = 5000
_HEAD_COLOUR = "1F3A5F"
_AUTHOR = "tray-agent"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's heading, its width in characters, its input message, and the values to choose from."""

    name: str
    width: int
    help: str = ""
    choices: tuple[str, ...] = ()


REGISTRY = (
    Column("script_name", 34, "O nome do arquivo .py em uma pasta metodos, com ou sem .py."),
    Column("area_name", 18, "A área que aparece à esquerda no painel."),
    Column(
        "cron_schedule",
        30,
        "Quando roda: 8, 12, 18 · 8:30 · seg-sex 9h · dias úteis 9h · MANUAL. Veja a aba Exemplos.",
    ),
    Column("active", 9, "sim: a linha vale. não: a linha é ignorada.", ("sim", "não")),
    Column("tempo_limite", 13, "Minutos depois dos quais a execução é parada. Vazio: o limite geral."),
    Column(
        "recuperar",
        12,
        "O que fazer com os horários que passaram com o PC desligado. Vazio: todas.",
        ("todas", "última", "não"),
    ),
    Column(
        "iniciar_ate", 12, "Não começa depois desta hora (17:30), ou tantos minutos após o horário (30 min)."
    ),
    Column("prazo", 12, "Avisa se não terminou até esta hora (10:00), ou +90 min após o horário."),
    Column("retentativas", 15, "Quantas vezes tentar de novo: 2, ou 2 x 10 min, ou 2 x 10 min (75)."),
    Column("recurso", 16, "O que só uma automação usa por vez: SAP; Excel."),
    Column("depois_de", 22, "Os scripts que precisam ter terminado bem antes: carga_x; carga_y."),
    Column("pc", 16, "Em que PC da equipe roda: nome, vários, uma etiqueta (sap) ou *. Vazio: o do cérebro."),
    Column("argumentos", 22, "A linha de comando do script: --dia {d-1:%Y%m%d}."),
    Column("nota", 30, "Um lembrete para a equipe; aparece no cartão."),
)
_HOLIDAYS = (
    Column("data", 14, "O dia, como 25/01/2027. Os feriados bancários nacionais já valem sem estar aqui."),
    Column("nome", 34),
    Column("tipo", 12, "feriado (vazio) ou dia útil, para trabalhar em um feriado.", ("feriado", "dia útil")),
)
_HALTS = (
    Column("de", 18, "O primeiro dia da parada, como 24/12/2026, ou dia e hora: 24/12/2026 14:00."),
    Column("ate", 18, "O último dia inteiro, ou dia e hora. Vazio: só o dia de começo."),
    Column("area", 18, "Só esta área. Vazio: todas."),
    Column("automacao", 34, "Só esta automação. Vazio: todas."),
    Column("motivo", 34, "Aparece nos cartões durante a parada."),
)
_SAMPLES = (
    ("exemplo_envia_pix", "Mensageria", "8, 12, 18", "não"),
    (
        "exemplo_conciliacao",
        "Conciliação",
        "8:30",
        "não",
        "45",
        "última",
        "17:30",
        "10:00",
        "2 x 10 min",
        "SAP",
    ),
    ("exemplo_sob_demanda", "Cadastro", "MANUAL", "não"),
)
EXAMPLES = (
    ("8, 12, 18", "todo dia às 8h, 12h e 18h"),
    ("8:30, 12, 17h45", "todo dia às 8h30, 12h e 17h45"),
    ("ALL", "todo dia, a cada hora"),
    ("a cada 30 min das 9h às 17h", "todo dia, a cada 30 minutos das 9h às 17h"),
    ("8 a 12", "todo dia, a cada hora das 8h às 12h"),
    ("seg-sex 8h", "de segunda a sexta às 8h, também nos feriados"),
    ("dias úteis 9h", "nos dias úteis bancários às 9h"),
    ("1º dia útil 10h", "no primeiro dia útil do mês às 10h"),
    ("último dia útil 18h", "no último dia útil do mês às 18h"),
    ("dia 5 ou próximo dia útil 8h", "no dia 5, ou no dia útil seguinte, às 8h"),
    ("2ª sex do mês 9h", "na segunda sexta-feira do mês às 9h"),
    ("0 8 * * 1-5", "cron: de segunda a sexta às 8h"),
    ("MANUAL", "nunca por si: só quando alguém executa"),
)


def model_bytes() -> bytes:
    """A workbook to begin with: inactive sample rows, examples of schedules, and the two sheets of dates."""
    from openpyxl import Workbook

    book = Workbook()
    registry = book.worksheets[0]
    registry.title = "Registro"
    lay_out(registry, REGISTRY, _SAMPLES)
    meanings = (Column("o que escrever em cron_schedule", 34), Column("o que significa", 50))
    lay_out(book.create_sheet("Exemplos"), meanings, EXAMPLES)
    lay_out(book.create_sheet("Feriados"), _HOLIDAYS, ())
    lay_out(book.create_sheet("Paradas"), _HALTS, ())
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_model(path: Path) -> None:
    """Write the model. Raises FileExistsError rather than touch a file that is there; other OSErrors too."""
    content = model_bytes()
    with path.open("xb") as file:
        file.write(content)


def lay_out(sheet: Worksheet, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """Head the sheet with these columns, all of text, and fill in the rows."""
    from openpyxl.styles import Alignment, Font, PatternFill

    sheet.append([column.name for column in columns])
    for row in rows:
        sheet.append(list(row))
    for cells in sheet.iter_rows():
        for cell in cells:
            cell.number_format = "@"
    for index, column in enumerate(columns, 1):
        head: Any = sheet.cell(1, index)
        head.font = Font(bold=True, color="FFFFFF")
        head.fill = PatternFill("solid", fgColor=_HEAD_COLOUR)
        head.alignment = Alignment(vertical="center")
        dimension = sheet.column_dimensions[head.column_letter]
        dimension.width = column.width
        dimension.number_format = "@"
        _explain(sheet, head, column)
    sheet.freeze_panes = "A2"


def _explain(sheet: Worksheet, head: Any, column: Column) -> None:
    """The heading's comment, and the message that shows beside a cell of the column."""
    from openpyxl.comments import Comment
    from openpyxl.worksheet.datavalidation import DataValidation

    if not column.help:
        return
    head.comment = Comment(column.help, _AUTHOR, width=320, height=90)
    rule = DataValidation(
        type="list" if column.choices else None,
        formula1=f'"{",".join(column.choices)}"' if column.choices else None,
        allow_blank=True,
        showErrorMessage=bool(column.choices),
        showInputMessage=True,
        promptTitle=column.name,
        prompt=column.help,
        errorTitle=column.name,
        error=f"Escolha: {', '.join(column.choices)}." if column.choices else None,
    )
    rule.add(f"{head.column_letter}2:{head.column_letter}{_LAST_ROW}")
    sheet.add_data_validation(rule)
