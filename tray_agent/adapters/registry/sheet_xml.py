"""What the workbook parser hides: formulas without a value, merged cells, and cells filled absurdly far out.

The parser lays a sheet out as one dense rectangle, so a single forgotten cell at its far corner would take
gigabytes; and it reads ``#N/A`` as an empty cell, which in a registry must not look like an empty cell.
"""

from __future__ import annotations

import html
import posixpath
import re
import zipfile
from dataclasses import dataclass

from tray_agent.adapters.registry.formulas import Place, place_of

MOST_ROWS = 100_000
MOST_CELLS = 4_000_000

_TAG = r"<(?:\w+:)?"
_SHEET = re.compile(_TAG + r"sheet\s([^>]*)>")
_RELATIONSHIP = re.compile(_TAG + r"Relationship\s([^>]*)>")
_ATTRIBUTE = re.compile(r'([\w:]+)\s*=\s*"([^"]*)"')
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?\bref="([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})"')
_FORMULA = rb"<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
_ERROR = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*'
    rb"(?:" + _FORMULA + rb")?<(?:\w+:)?v>([^<]*)<"
)
_FORMULA_ALONE = re.compile(
    rb"<(?:\w+:)?c\s([^>]*)>\s*"
    + _FORMULA
    + rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_FAR_COLUMN = re.compile(rb' r="[A-Z]{3}[0-9]')
_FILLED = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>/]*>\s*<(?:\w+:)?(?:v|is|f)\b')
_ROW = re.compile(rb'\br="([0-9]+)"')


@dataclass(frozen=True, slots=True)
class SheetXml:
    """What one sheet's XML says. Places are (row, column), both from 0.

    ``faults`` holds what stands in cells that have no usable value; ``merged`` the first and last place of
    each merged area; ``too_far`` is the address of a filled cell far outside any table, or "".
    """

    faults: dict[Place, str]
    merged: tuple[tuple[Place, Place], ...]
    too_far: str = ""


def _place(reference: bytes) -> Place:
    return place_of(reference.decode())


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive's member for each sheet name; empty where the workbook is laid out in some other way."""
    try:
        workbook = archive.read("xl/workbook.xml").decode("utf-8", "replace")
        relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    except KeyError:
        return {}
    targets: dict[str, str] = {}
    for match in _RELATIONSHIP.finditer(relations):
        fields = dict(_ATTRIBUTE.findall(match[1]))
        targets[fields.get("Id", "")] = posixpath.join("/xl", html.unescape(fields.get("Target", "")))[1:]
    parts: dict[str, str] = {}
    for match in _SHEET.finditer(workbook):
        fields = {key.rpartition(":")[2]: value for key, value in _ATTRIBUTE.findall(match[1])}
        part = targets.get(fields.get("id", ""), "")
        if part in archive.NameToInfo:
            parts[html.unescape(fields.get("name", ""))] = part
    return parts


def look(xml: bytes) -> SheetXml:
    """Read what the parser hides; quick where there is nothing to see."""
    merged: tuple[tuple[Place, Place], ...] = ()
    if b"mergeCell " in xml:
        merged = tuple((_place(match[1]), _place(match[2])) for match in _MERGED.finditer(xml))
    faults: dict[Place, str] = {}
    if b'"e"' in xml:
        faults |= {_place(match[1]): match[2].decode("utf-8", "replace") for match in _ERROR.finditer(xml)}
    if b"<f" in xml or b":f" in xml:
        faults |= _formulas_alone(xml)
    return SheetXml(faults, merged, _too_far(xml))


def _formulas_alone(xml: bytes) -> dict[Place, str]:
    """Formulas that were never calculated. A formula that gives an empty text is calculated: type str."""
    found: dict[Place, str] = {}
    for match in _FORMULA_ALONE.finditer(xml):
        fields = dict(_ATTRIBUTE.findall(match[1].decode("utf-8", "replace")))
        if fields.get("t") != "str" and "r" in fields:
            found[_place(fields["r"].encode())] = "fórmula sem valor; abra e salve o arquivo no Excel"
    return found


def _too_far(xml: bytes) -> str:
    last = xml.rfind(b"<row ")
    match = _ROW.search(xml, last, last + 200) if last >= 0 else None
    if match and int(match[1]) <= MOST_ROWS and not _FAR_COLUMN.search(xml):
        return ""
    rows = columns = 0
    address = ""
    for filled in _FILLED.finditer(xml):
        row, column = _place(filled[1])
        if row >= rows or column >= columns:
            rows, columns, address = max(rows, row + 1), max(columns, column + 1), filled[1].decode()
    return address if rows > MOST_ROWS or rows * columns > MOST_CELLS else ""
