"""What a row asks for when a day does not go as planned: frozen values, read from its columns.

The cells are read in ``registry``; what follows from them for a moment is decided in ``rules``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class CatchUp(StrEnum):
    """Which of the fire times that passed unserved are still wanted."""

    ALL = "todas"
    LAST = "última"
    NONE = "não"


# The format of a date in arguments: directives that every system knows, with other signs between them.
DATE_FORMAT = "(?:%[YymdjBbHMSV%]|[^%{}])+"


def clock(minute: int) -> str:
    """A minute of the day as people write it: "08:30"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A minute of the day (0 … 1439), or so many minutes after each fire time: one of both is set."""

    minute: int | None = None
    after_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a scheduled run that failed by itself is tried again, at most, and after how many minutes.

    With ``codes`` only a run that ended with one of these exit codes is.
    """

    count: int
    wait_minutes: int = 5
    codes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Policies:
    """All policies of one job; the defaults are the specification's behaviour.

    ``resources`` are names as written, taken all at once; ``after`` are the ids of the jobs it waits for;
    ``arguments`` are the words of the command line, with ``{d-1}`` and the like not yet filled in. ``pcs``
    are the PCs of the team that may run it, names and tags as written (``*``: any); without any the brain's
    own. ``unread`` is the Portuguese clause that says why a cell that would restrict the job could not be
    read: while there is one the job is not started by itself.
    """

    catch_up: CatchUp = CatchUp.ALL
    start_by: Limit | None = None
    deadline: Limit | None = None
    retries: Retries | None = None
    resources: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    pcs: tuple[str, ...] = ()
    unread: str = ""

    @property
    def are_plain(self) -> bool:
        """Whether none is set: the count of its runs says all of such a job."""
        return self is NO_POLICIES or self == NO_POLICIES


NO_POLICIES = Policies()


@dataclass(frozen=True, slots=True)
class Halt:
    """A row of the sheet ``Paradas``: nothing is started by itself from ``begin`` until ``end``.

    Both are wall-clock moments without a zone. An empty ``area`` and ``job`` (a job id) mean everything.
    """

    begin: datetime
    end: datetime
    area: str = ""
    job: str = ""
    reason: str = ""
