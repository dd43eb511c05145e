"""Writes the history's Excel copy; runs in reader children only, with openpyxl."""

from __future__ import annotations

import logging
import math
import os
import re
import tempfile
import time
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tray_agent.adapters.system import os_faults

MOST_ROWS = 50_000
SHEET = "automacoes_exec"

_log = logging.getLogger(__name__)
_ILLEGAL_IN_EXCEL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_TEXT = 32_000  # Excel holds 32,767 signs in a cell
_FIRST_YEAR = 1900
_LIBRARYS = "openpyxl."
_LEFT_FOR_SECONDS = 600.0


def write_copy(
    names: Sequence[str], rows: Sequence[Sequence[Any]], timezone: str, path: Path
) -> list[list[str]]:
    """Write the Excel copy by rename; what hindered it or is missing in it, as problems (what, action)."""
    written = path.with_name(f".{path.stem}-{os.getpid()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        tempfile.tempdir = str(path.parent)  # where the library's own files are found again
        _write(names, rows[:MOST_ROWS], ZoneInfo(timezone), written)
        written.replace(path)
    except OSError as error:
        what = f"a cópia do histórico em Excel não pôde ser gravada: {os_faults.reason(error)}"
        return [[what, f"Feche o arquivo {path} ou libere a pasta; o histórico em si foi lido."]]
    finally:
        tempfile.tempdir = None
        _remove(written)
        _remove_leavings(path.parent)
    if len(rows) <= MOST_ROWS:
        return []
    what = f"a cópia do histórico em Excel tem só as primeiras {MOST_ROWS} de {len(rows)} linhas"
    return [[what, "Nada a fazer: o histórico em si foi lido por inteiro."]]


def _remove_leavings(folder: Path) -> None:
    """What the library leaves beside the copy when a write fails, or when the reader is killed in one."""
    for each in folder.glob(f"{_LIBRARYS}*"):
        try:
            if time.time() - each.stat().st_mtime > _LEFT_FOR_SECONDS:
                each.unlink()
        except OSError as error:
            _log.warning("%s: %s", each, error)


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s: %s", path, error)


def _write(names: Sequence[str], rows: Iterable[Sequence[Any]], zone: ZoneInfo, path: Path) -> None:
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet(SHEET)
    sheet.append(list(names))
    for row in rows:
        cells: list[Any] = [_held(value, zone) for value in row]
        for at, value in enumerate(cells):
            # Text that begins with "=" is text: a status must not become a formula.
            if isinstance(value, str) and value.startswith("="):
                cells[at] = WriteOnlyCell(sheet, value=value)
                cells[at].data_type = "s"
        sheet.append(cells)
    book.save(path)


def _held(value: Any, zone: ZoneInfo) -> Any:
    """A value as a cell can hold it: local times without a zone, text without control signs; what Excel has
    no number for (a year before 1900, infinity) is text."""
    if isinstance(value, datetime):
        local = _local(value, zone)
        return value.isoformat() if local is None or local.year < _FIRST_YEAR else local
    if isinstance(value, date):
        return value if value.year >= _FIRST_YEAR else value.isoformat()
    if isinstance(value, bool | int) or value is None:
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    return _ILLEGAL_IN_EXCEL.sub(" ", str(value)[:_LONGEST_TEXT])


def _local(moment: datetime, zone: ZoneInfo) -> datetime | None:
    """A moment's wall clock in the zone; None beyond either end of the calendar."""
    try:
        return (moment if moment.tzinfo is None else moment.astimezone(zone)).replace(tzinfo=None)
    except (OverflowError, ValueError):
        return None
