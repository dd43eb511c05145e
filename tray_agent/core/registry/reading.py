"""The registry: from a workbook's sheets to its active rows.

Whatever is wrong becomes a :class:`Problem` with its place; only a workbook without the needed columns is
refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tray_agent.core.model import Problem, Where
from tray_agent.core.registry.columns import HEADER_ROWS, Header, best_header
from tray_agent.core.registry.dated_sheets import DatedSheets, kind_of
from tray_agent.core.registry.rows import Rows
from tray_agent.core.registry.sheets import RegistryReading, RegistryRefused, Sheet
from tray_agent.core.registry.wording import bounded, listed, shown


def read(sheets: Iterable[Sheet]) -> RegistryReading | RegistryRefused:
    """The workbook of these sheets, in their order."""
    reader = RegistryReader()
    for sheet in sheets:
        reader.take(sheet)
    return reader.result()


class RegistryReader:
    """Takes a workbook's sheets one after the other.

    The registry is the first visible sheet that has the needed columns in one of its first 20 rows; another
    sheet that has them is a problem, for somebody may think that it is read.
    """

    def __init__(self) -> None:
        self._found: RegistryReading | None = None
        self._others: list[Sheet] = []
        self._unread: list[Sheet] = []
        self._likeliest: Header | None = None
        self._dated = DatedSheets()

    def rows_wanted(self, name: str, hidden: bool) -> int | None:
        """How many rows of that sheet need be read at most; None for all."""
        if kind_of(name):
            return None
        return HEADER_ROWS if hidden or self._found is not None else None

    def take(self, sheet: Sheet) -> None:
        """Read the next sheet."""
        if sheet.unread:
            self._unread.append(sheet)
            return
        if kind_of(sheet.name):
            self._dated.take(sheet)
            return
        header = best_header(sheet.rows)
        if header is None:
            return
        if header.missing:
            if self._likeliest is None or len(header.columns) > len(self._likeliest.columns):
                self._likeliest = header
        elif sheet.hidden or self._found is not None:
            self._others.append(sheet)
        else:
            self._found = Rows(sheet, header).read()

    def result(self) -> RegistryReading | RegistryRefused:
        """What all the sheets together say."""
        found = self._found
        if found is None:
            return RegistryRefused(self._nothing())
        problems = [_not_read(sheet, found.sheet) for sheet in self._others]
        problems += [_unreadable(sheet) for sheet in self._unread]
        dated = self._dated
        every = bounded([*problems, *dated.problems, *found.problems], "na planilha")
        halts, own_days = tuple(dated.halts), tuple(dated.own_days)
        return replace(found, problems=every, halts=halts, own_days=own_days)

    def _nothing(self) -> str:
        if self._others:
            name = shown(self._others[0].name)
            return f"a aba {name} tem as colunas do registro, mas está oculta; reexiba-a no Excel"
        likeliest = self._likeliest
        if likeliest is None:
            return "o registro está vazio: nenhuma coluna foi encontrada"
        needed = listed([shown(name) for name in likeliest.missing])
        which = "a coluna" if len(likeliest.missing) == 1 else "as colunas"
        names = [name[:40] for name in likeliest.names.values()][:30]
        return f"o registro não tem {which} {needed}; colunas encontradas: {', '.join(names)}"


def _not_read(other: Sheet, registry: str) -> Problem:
    sheet = "a aba oculta" if other.hidden else "a aba"
    return Problem(
        Where.REGISTRY,
        f"{sheet} {shown(other.name)} também tem as colunas de um registro e não é lida; "
        f"só vale a aba {shown(registry)}",
        f"Junte as linhas na aba {shown(registry)} e apague a outra, ou renomeie as colunas dela.",
    )


def _unreadable(sheet: Sheet) -> Problem:
    return Problem(
        Where.REGISTRY,
        f"a aba {shown(sheet.name)} não foi lida: {sheet.unread}",
        "Corrija a aba, ou mova-a para outro arquivo.",
    )
