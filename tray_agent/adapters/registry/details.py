"""What a person asks of one job: which version of its script lies there, and what its registry row says.

Runs in a reader child: the drive may hang, and the workbook takes pandas.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tray_agent.adapters.registry import workbook
from tray_agent.adapters.system import os_faults
from tray_agent.core.registry.cells import cell_text
from tray_agent.core.registry.columns import best_header, column_letter
from tray_agent.core.registry.reading import RegistryReader
from tray_agent.core.registry.sheets import RegistryRefused, Sheet

_LONGEST_CELL = 1000


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Of the job with the key ``job``: its ``script``, and its row of the registry at ``path``."""
    return {
        "ok": True,
        "script": _script(Path(request["script"])),
        "registry": _row(Path(request["path"]), request["job"]),
    }


def _script(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        status = path.stat()
    except OSError as error:
        return {"error": os_faults.reason(error)}
    modified = datetime.fromtimestamp(status.st_mtime, UTC)
    return {"sha256": digest, "size": status.st_size, "modified": modified.isoformat(timespec="seconds")}


def _row(path: Path, job: str) -> dict[str, Any]:
    reader, seen = RegistryReader(), dict[str, Sheet]()
    try:
        content, _stamp = workbook.read_bytes(path)
        for sheet in workbook.sheets(content, reader.rows_wanted):
            seen[sheet.name] = sheet
            reader.take(sheet)
    except workbook.WorkbookFault as fault:
        return {"error": str(fault)}
    reading = reader.result()
    if isinstance(reading, RegistryRefused):
        return {"error": reading.text}
    line = next((row.line for row in reading.rows if row.key == job), None)
    if line is None:
        return {"error": "a linha não está mais no registro, ou não está ativa"}
    return {"sheet": reading.sheet, "line": line, "cells": _cells(seen[reading.sheet], line)}


def _cells(sheet: Sheet, line: int) -> list[list[str]]:
    """Place, heading and text of each filled cell of a row under a heading."""
    header, row = best_header(sheet.rows), sheet.rows[line - 1]
    names = sorted(header.names.items()) if header else []
    found = [(column, name, cell_text(row[column])) for column, name in names if column < len(row)]
    return [
        [f"{column_letter(column)}{line}", name, text[:_LONGEST_CELL]] for column, name, text in found if text
    ]
