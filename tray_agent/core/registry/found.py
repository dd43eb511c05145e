"""The cell that counts for a role in a row of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tray_agent.core.registry.cells import CellFault, RawCell
from tray_agent.core.registry.sheets import Sheet

_FIX_CELL = "Corrija a célula {}."
_FIX_FORMULA = "Troque a fórmula da célula {} por um valor; os dias de execução se escrevem no agendamento."


class Found(NamedTuple):
    """The cell that counts for a role in a row. ``wrong`` says why its value may not be used, or is ""."""

    cell: RawCell
    column: int
    wrong: str = ""
    fix: str = _FIX_CELL


ABSENT = Found(None, -1)


def found_in(sheet: Sheet, index: int, row: Sequence[RawCell], column: int) -> Found:
    """The cell of a row in one column."""
    cell = row[column] if column < len(row) else None
    if sheet.volatile and (index, column) in sheet.volatile:
        function = sheet.volatile[index, column]
        wrong = f"a fórmula depende de {function}, e o valor é o do dia em que o arquivo foi salvo"
        return Found(cell, column, wrong, _FIX_FORMULA)
    if isinstance(cell, CellFault):
        return Found(cell, column, f"a fórmula não tem valor ({cell.text})")
    return Found(cell, column)
