"""Writes small registries for tests."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook

HEADER = ("script_name", "area_name", "cron_schedule", "active")


def write(path: Path, rows: Iterable[Sequence[object]], header: Sequence[object] = HEADER) -> Path:
    """A workbook with one sheet: the header, then the rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(header))
    for row in rows:
        sheet.append(list(row))
    book.save(path)
    return path


def actives(count: int) -> list[tuple[object, ...]]:
    """Active rows, each with a name of its own."""
    return [(f"robo_{index}", "Cadastro", "8, 12", "sim") for index in range(count)]
