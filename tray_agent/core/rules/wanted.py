"""What is kept of those who wait in the queue: a person's wish, a PC's refusal. Frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that a person asked for and that waits in the queue: who, and whether it repeats a failed one.

    ``arguments`` are those asked for, None: the row's; ``first``: before all others.
    """

    by: str
    repeats: bool = False
    arguments: tuple[str, ...] | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Unsuited:
    """A PC did not take a job, and why: it is not asked again before ``until``.

    ``lasting``: it can not run it.
    """

    until: datetime
    reason: str
    lasting: bool
