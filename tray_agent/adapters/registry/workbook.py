"""Reads the registry workbook; runs in reader children only, with pandas.

The file is read whole and let go at once, so that Excel can save it while we parse from memory.
"""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from tray_agent.adapters.registry import answer as registry_answer
from tray_agent.adapters.registry import formulas, no_workbook, sheet_xml
from tray_agent.adapters.registry.answer import Stamp
from tray_agent.adapters.system import os_faults
from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.reading import RegistryReader
from tray_agent.core.registry.sheets import RegistryReading, RegistryRefused, Sheet

_RETRY_SECONDS = (0.1, 0.3, 1.0)
_MOST_BYTES = 20_000_000
_MOST_UNPACKED = 100_000_000
_MOST_PARTS = 2_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_BROKEN_CONTENT = (zipfile.BadZipFile, zlib.error, ValueError, KeyError, EOFError, NotImplementedError)
_CORRUPT = "o arquivo está corrompido ou incompleto"

RowsWanted = Callable[[str, bool], int | None]


class WorkbookFault(Exception):
    """The workbook cannot be read; the text is a Portuguese clause that says why.

    ``lasting`` is True where only another version of the file can be better.
    """

    def __init__(self, text: str, lasting: bool, stamp: Stamp | None = None) -> None:
        super().__init__(text)
        self.lasting = lasting
        self.stamp = stamp


def _stamp(path: Path) -> Stamp:
    status = path.stat()
    return Stamp(status.st_size, status.st_mtime_ns)


def read_bytes(path: Path, wait: Callable[[float], None] = time.sleep) -> tuple[bytes, Stamp]:
    """The file's bytes and the version they are. Raises :class:`WorkbookFault`."""
    fault = WorkbookFault("o arquivo está sendo gravado neste momento", lasting=False)
    for seconds in (*_RETRY_SECONDS, 0.0):
        try:
            before = _stamp(path)
            if before.size > _MOST_BYTES:
                raise WorkbookFault("o arquivo tem mais de 20 MB", lasting=True, stamp=before)
            content = path.read_bytes()
            if before == _stamp(path) and len(content) == before.size and content:
                return content, before
            if before.size == 0:
                fault = WorkbookFault("o arquivo está vazio (0 bytes)", lasting=False)
        except OSError as error:
            fault = WorkbookFault(_refused(path, error), lasting=False)
            if not os_faults.is_sharing_fault(error):
                break
        if seconds:
            wait(seconds)
    raise fault


def _refused(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "o arquivo não existe"
    if path.with_name("~$" + path.name).exists():
        return "o arquivo está aberto no Excel"
    return os_faults.reason(error)


def open_archive(content: bytes) -> zipfile.ZipFile:
    """The workbook's container, checked before anything is unpacked. Raises :class:`WorkbookFault`."""
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise WorkbookFault("o arquivo está protegido por senha", lasting=True)
        raise WorkbookFault("o arquivo está no formato antigo .xls; salve-o como .xlsx", lasting=True)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except zipfile.BadZipFile as error:
        raise WorkbookFault(no_workbook.what_it_is(content) or _CORRUPT, lasting=True) from error
    parts = archive.infolist()
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookFault("o arquivo está protegido por senha", lasting=True)
    if len(parts) > _MOST_PARTS or sum(part.file_size for part in parts) > _MOST_UNPACKED:
        raise WorkbookFault("o conteúdo do arquivo é grande demais para um registro", lasting=True)
    return archive


def read_registry(content: bytes) -> RegistryReading | RegistryRefused:
    """The registry in a workbook's bytes. Raises :class:`WorkbookFault`."""
    reader = RegistryReader()
    for sheet in sheets(content, reader.rows_wanted):
        reader.take(sheet)
    return reader.result()


def sheets(content: bytes, rows_wanted: RowsWanted = lambda *_: None) -> Iterator[Sheet]:
    """The worksheets one after the other, each parsed when asked for. Raises :class:`WorkbookFault`."""
    archive = open_archive(content)
    import pandas
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum

    try:
        parts = sheet_xml.sheet_parts(archive)
        loads = {name: cache(partial(archive.read, part)) for name, part in parts.items()}
        volatile = formulas.volatile_cells(loads, _workbook_xml(archive))
        with pandas.ExcelFile(io.BytesIO(content), engine="calamine") as book:
            metadata: Any = book.book
            for each in metadata.sheets_metadata:
                if each.typ != SheetTypeEnum.WorkSheet:
                    continue
                hidden = each.visible != SheetVisibleEnum.Visible
                wanted = rows_wanted(each.name, hidden)
                xml = loads[each.name]() if each.name in loads else b""
                seen = sheet_xml.look(xml)
                if seen.too_far:
                    far = f"há uma célula preenchida longe demais ({seen.too_far})"
                    if wanted is None:
                        text = f'na aba "{each.name}" {far}; apague-a'
                        raise WorkbookFault(text, lasting=True)
                    yield Sheet(each.name, (), hidden, unread=far)
                    continue
                frame = pandas.read_excel(
                    book, sheet_name=each.name, header=None, dtype=object, na_filter=False, nrows=wanted
                )
                yield Sheet(each.name, _with_hidden(frame, seen), hidden, volatile.get(each.name, {}))
    except (CalamineError, *_BROKEN_CONTENT) as error:
        raise WorkbookFault(_CORRUPT, lasting=True) from error


def _workbook_xml(archive: zipfile.ZipFile) -> bytes:
    return archive.read("xl/workbook.xml") if "xl/workbook.xml" in archive.NameToInfo else b""


def _with_hidden(frame: Any, hidden: sheet_xml.SheetXml) -> list[list[RawCell]]:
    rows: list[list[RawCell]] = frame.to_numpy(dtype=object).tolist()
    width = frame.shape[1]
    for (row, column), text in hidden.faults.items():
        if row < len(rows) and column < width and rows[row][column] == "":
            rows[row][column] = CellFault(text)
    for (top, left), (bottom, right) in hidden.merged:
        if top >= len(rows) or left >= width:
            continue
        for row in range(top, min(bottom + 1, len(rows))):
            for column in range(left, min(right + 1, width)):
                rows[row][column] = rows[top][left]
    return rows


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """Read the registry at ``request["path"]``: the active rows and the problems, or why not."""
    stamp: Stamp | None = None
    try:
        content, stamp = read_bytes(Path(request["path"]))
        reading = read_registry(content)
    except WorkbookFault as fault:
        text = f"o registro não pode ser lido: {fault}"
        return registry_answer.failed(text, fault.lasting, fault.stamp or stamp)
    if isinstance(reading, RegistryRefused):
        return registry_answer.failed(reading.text, True, stamp)
    return registry_answer.encode(reading, stamp)
