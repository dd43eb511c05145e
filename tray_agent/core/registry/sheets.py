"""What goes into a reading of the registry, sheets of cells, and what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from tray_agent.core.model import PcNamed, Problem, RegistryRow
from tray_agent.core.policies import Halt
from tray_agent.core.registry.cells import RawCell

NO_AREA = "Sem área"

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet's cells: ``rows[0]`` is Excel's row 1, each row begins at column A.

    ``volatile`` names, by (row, column) from 0, the function that makes a formula's value one of the day on
    which the file was saved. ``unread`` says why a sheet has no rows though it is not empty.
    """

    name: str
    rows: Sequence[Sequence[RawCell]]
    hidden: bool = False
    volatile: Mapping[Place, str] = field(default_factory=dict)
    unread: str = ""


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A team's own holiday, or with ``is_business`` a day on which it works although the rule says no."""

    day: date
    name: str = ""
    is_business: bool = False


@dataclass(frozen=True, slots=True)
class HaltRow:
    """A row of the sheet ``Paradas``; area and job are still as written. ``line`` is Excel's row number."""

    line: int
    halt: Halt


@dataclass(frozen=True, slots=True)
class RegistryReading:
    """A registry that could be read: its active rows, and what is wrong with some of them.

    ``unknown`` are the headings of columns that nobody reads; ``hints`` are Portuguese sentences about what
    may be meant otherwise.
    """

    rows: tuple[RegistryRow, ...]
    problems: tuple[Problem, ...] = ()
    sheet: str = ""
    unknown: tuple[str, ...] = ()
    halts: tuple[HaltRow, ...] = ()
    own_days: tuple[OwnDay, ...] = ()
    hints: tuple[str, ...] = ()
    pcs_named: tuple[PcNamed, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistryRefused:
    """A workbook that is no registry; ``text`` is one Portuguese sentence naming the columns it has."""

    text: str
