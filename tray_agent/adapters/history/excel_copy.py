"""Writes the history's Excel copy; runs in reader children only, with pandas."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tray_agent.adapters.system import os_faults

_log = logging.getLogger(__name__)
_ILLEGAL_IN_EXCEL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def write_copy(frame: Any, timezone: str, path: Path) -> list[list[str]]:
    """Write the Excel copy by rename; what hindered it, as problems (what, action)."""
    written = path.with_name(f".{path.stem}-{os.getpid()}.tmp{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_excel(_local(frame, timezone), written)
        written.replace(path)
    except (OSError, ValueError, OverflowError) as error:
        why = os_faults.reason(error) if isinstance(error, OSError) else str(error)
        what = f"a cópia do histórico em Excel não pôde ser gravada: {why}"
        return [[what, f"Feche o arquivo {path} ou libere a pasta; o histórico em si foi lido."]]
    finally:
        _remove(written)
    return []


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("%s: %s", path, error)


def _local(frame: Any, timezone: str) -> Any:
    """A copy that Excel can hold: local times without a zone, text without control signs."""
    local = frame.copy()
    for name in local.columns:
        column = local[name]
        if getattr(column.dtype, "tz", None) is not None:
            local[name] = column.dt.tz_convert(ZoneInfo(timezone)).dt.tz_localize(None)
        elif column.dtype.kind == "O":
            local[name] = column.map(
                lambda value: _ILLEGAL_IN_EXCEL.sub(" ", value) if isinstance(value, str) else value
            )
    return local


def _write_excel(frame: Any, path: Path) -> None:
    import pandas

    with pandas.ExcelWriter(path, engine="openpyxl") as book:
        frame.to_excel(book, index=False, sheet_name="automacoes_exec")
        for row in book.sheets["automacoes_exec"].iter_rows(min_row=2):
            for cell in row:
                # Text that begins with "=" is text: a status must not become a formula.
                if cell.data_type == "f":
                    cell.data_type = "s"
