"""How a job stands beside its runs: what holds it back, when it is tried again, how late it is, since when.

Frozen values.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class HoldKind(StrEnum):
    """What holds a job back that owes a run."""

    UNREAD = "unread"  # a cell of its row that would restrict it was not understood
    PAUSED = "paused"  # a person paused it, or its area
    HALTED = "halted"  # the sheet Paradas
    WAITS = "waits"  # other jobs come first
    AHEAD = "ahead"  # nothing yet: its next fire time will find that other jobs come first
    TO_HALT = "to_halt"  # nothing yet: its next fire time lies within what the sheet Paradas says
    PC = "pc"  # no PC that may run it is there


TO_COME = frozenset({HoldKind.AHEAD, HoldKind.TO_HALT})
"""What holds nothing back yet: it says something of the next fire time."""
LATER = TO_COME | {HoldKind.WAITS}
"""What says something only of what is owed, or of what comes."""


@dataclass(frozen=True, slots=True)
class Held:
    """``text`` says in a Portuguese clause what holds a job back; ``until`` is when it ends, if that is
    known."""

    kind: HoldKind
    text: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """The next retry of a run that failed: ``number`` counts from 1, of ``most``; not before ``at``.

    ``stands_for`` is the fire time for which the failed run was made.
    """

    number: int
    most: int
    at: datetime
    stands_for: datetime | None


@dataclass(frozen=True, slots=True)
class Lateness:
    """A missed deadline: ``since`` the deadline, by which ``done`` of ``due`` runs had ended well.

    ``met`` is when it was made good, or None.
    """

    since: datetime
    due: int
    done: int
    met: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ruled:
    """What a rare rule says, and since which day it holds."""

    text: str
    since: date
