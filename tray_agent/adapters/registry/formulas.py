"""Formulas whose value is one of the day of saving: those that come to TODAY, NOW, RAND, directly or not.

Excel keeps functions under their English names, whatever its language. A formula that was filled down is kept
once, as a shared one, and its copies have no text of their own.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

Place = tuple[int, int]
Cells = dict[str, dict[Place, str]]

_FUNCTION = re.compile(
    r"\b(TODAY|NOW|RANDBETWEEN|RANDARRAY|RAND|HOJE|AGORA|ALEAT[ÓO]RIO(?:ENTRE)?)\s*\(", re.IGNORECASE
)
_HINTS = (b"TODAY", b"NOW", b"RAND", b"HOJE", b"AGORA", b"ALEAT")
_CELL = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3}[0-9]{1,7})"[^>]*>\s*'
    rb"<(?:\w+:)?f\b([^>]*?)(?:/>|>([^<]*)</(?:\w+:)?f>)"
)
_SHARED = re.compile(rb'\bsi="([0-9]+)"')
_NAME = re.compile(rb'<(?:\w+:)?definedName\s[^>]*?\bname="([^"]+)"[^>]*>([^<]*)<')
_STRING = re.compile(r'"[^"]*"')
_REFERENCE = re.compile(
    r"(?:(?:'((?:[^']|'')+)'|([\w.]+))!)?(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7})"
    r"(?::(\$?)([A-Z]{1,3})(\$?)([0-9]{1,7}))?(?![\w(])"
)
_MOST_STEPS = 50  # of a chain that runs upwards; one that runs downwards is followed in a single step


@dataclass(frozen=True, slots=True)
class _Formula:
    """A formula's text as it stands in the cell ``home``, seen from the cell ``place``."""

    place: Place
    text: str
    home: Place


def column_index(letters: str) -> int:
    """The index of a column by its letters (A is 0)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def place_of(reference: str) -> Place:
    """``B7`` as (row, column), both from 0."""
    letters = reference.rstrip("0123456789")
    return int(reference[len(letters) :]) - 1, column_index(letters)


def volatile_cells(sheets: Mapping[str, Callable[[], bytes]], workbook: bytes) -> Cells:
    """For each sheet the cells whose formula depends on the day of saving, and the function that makes it so.

    Quick where no formula has such a function: one search a sheet.
    """
    names = {
        match[1].decode("utf-8", "replace").casefold(): function
        for match in _NAME.finditer(workbook)
        if (function := _direct(html.unescape(match[2].decode("utf-8", "replace")), {}))
    }
    if not names and not any(_may_be_volatile(load()) for load in sheets.values()):
        return {}
    formulas = {name: list(_formulas(load())) for name, load in sheets.items()}
    found: Cells = {name: {} for name in sheets}
    for name, those in formulas.items():
        for formula in those:
            function = _direct(formula.text, names)
            if function:
                found[name][formula.place] = function
    if any(found.values()):
        _follow(formulas, found)
    return {name: cells for name, cells in found.items() if cells}


def _may_be_volatile(xml: bytes) -> bool:
    return (b"<f" in xml or b":f" in xml) and any(hint in xml or hint.lower() in xml for hint in _HINTS)


def _formulas(xml: bytes) -> Iterator[_Formula]:
    shared: dict[bytes, tuple[str, Place]] = {}
    for match in _CELL.finditer(xml):
        place = place_of(match[1].decode())
        text = html.unescape((match[3] or b"").decode("utf-8", "replace"))
        group = _SHARED.search(match[2])
        if text:
            if group:
                shared[group[1]] = text, place
            yield _Formula(place, text, place)
        elif group and group[1] in shared:
            yield _Formula(place, *shared[group[1]])


def _direct(text: str, names: Mapping[str, str]) -> str:
    """The function, in capitals, on whose account the formula is volatile; "" if on none."""
    text = _STRING.sub('""', text)
    match = _FUNCTION.search(text)
    if match:
        return match[1].upper()
    if names:
        for word in re.findall(r"[^\W\d][\w.]*", text):
            if word.casefold() in names:
                return names[word.casefold()]
    return ""


def _follow(formulas: Mapping[str, list[_Formula]], found: Cells) -> None:
    """Add the cells that take their value from such a cell, and those that take it from them."""
    pending = [
        (name, formula, list(_references(name, formula)))
        for name, those in formulas.items()
        for formula in those
        if formula.place not in found[name]
    ]
    for _ in range(_MOST_STEPS):
        changed = False
        for name, formula, references in pending:
            if formula.place in found[name]:
                continue
            for sheet, area in references:
                function = _within(found.get(sheet, {}), area)
                if function:
                    found[name][formula.place] = function
                    changed = True
                    break
        if not changed:
            return


def _within(cells: Mapping[Place, str], area: tuple[Place, Place]) -> str:
    (top, left), (bottom, right) = area
    if (bottom - top + 1) * (right - left + 1) <= len(cells):
        each = ((row, column) for row in range(top, bottom + 1) for column in range(left, right + 1))
        return next((cells[place] for place in each if place in cells), "")
    return next(
        (
            function
            for (row, column), function in cells.items()
            if top <= row <= bottom and left <= column <= right
        ),
        "",
    )


def _references(sheet: str, formula: _Formula) -> Iterator[tuple[str, tuple[Place, Place]]]:
    """The areas that a formula names, as they are meant in its own cell."""
    down, right = formula.place[0] - formula.home[0], formula.place[1] - formula.home[1]
    for match in _REFERENCE.finditer(_STRING.sub('""', formula.text)):
        quoted, plain, *corner = match.groups()
        name = quoted.replace("''", "'") if quoted else plain or sheet
        first = _moved(corner[:4], down, right)
        last = _moved(corner[4:], down, right) if corner[5] else first
        yield name, (first, last)


def _moved(corner: list[str], down: int, right: int) -> Place:
    fixed_column, letters, fixed_row, digits = corner
    row, column = int(digits) - 1, column_index(letters)
    return row if fixed_row else row + down, column if fixed_column else column + right
