"""Whose a row is: scripts are logged under their name, a path, or another spelling of it (product 3.8)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from tray_agent.core.collation import plain_key
from tray_agent.core.model import HistoryRow, Problem, Where

MOST_STRANGERS = 5000
_NAMED = 5
_LONGEST_NAME = 60
_SLASHES = re.compile(r"[\\/]")
_LOOSE = re.compile(r"[\s_\-]+")


def owners(names: Iterable[str], jobs: Collection[str]) -> dict[str, str]:
    """The job that each name (a script's key, as a row gives it) means, for those that mean one.

    The whole name decides first, then the last part of a path, then either without blanks, ``_``, ``-`` and
    accents if that names one job alone.
    """
    alike: dict[str, set[str]] = {}
    for job in jobs:
        alike.setdefault(_loose(job), set()).add(job)
    found = {}
    for name in names:
        stem = _SLASHES.split(name)[-1].strip()
        owner = next((each for each in (name, stem) if each in jobs), None)
        if owner is None and (loose := _loose(stem)):
            only = alike.get(loose, set())
            owner = next(iter(only)) if len(only) == 1 else None
        if owner is not None:
            found[name] = owner
    return found


def _loose(name: str) -> str:
    return _LOOSE.sub("", plain_key(name))


@dataclass(frozen=True, slots=True)
class Strangers:
    """Rows of no job. All are ``kept`` for a job that may yet come, or none if they are too many."""

    kept: tuple[HistoryRow, ...] = ()
    count: int = 0
    names: tuple[tuple[str, int], ...] = ()  # the commonest few
    more_names: int = 0

    @property
    def is_whole(self) -> bool:
        """Whether none of them was let go."""
        return len(self.kept) == self.count

    def problems(self) -> list[Problem]:
        """One problem that counts and names them all."""
        if not self.count:
            return []
        named = [_named(name) + (f" ({rows})" if rows > 1 else "") for name, rows in self.names]
        names = ", ".join(named) + (f" e mais {self.more_names}" if self.more_names else "")
        are = "linha do histórico não é" if self.count == 1 else "linhas do histórico não são"
        what = f"{self.count} {are} de nenhuma automação: {names}"
        action = "Confira script_name nessas linhas: vale o nome do arquivo .py de uma automação do registro."
        return [Problem(Where.HISTORY, what, action)]


NO_STRANGERS = Strangers()


def strangers(rows: Collection[HistoryRow]) -> Strangers:
    """Rows that are no job's, kept if they are few enough."""
    names = Counter(row.job for row in rows)
    commonest = sorted(names.items(), key=lambda each: (-each[1], each[0]))[:_NAMED]
    kept = tuple(rows) if len(rows) <= MOST_STRANGERS else ()
    return Strangers(kept, len(rows), tuple(commonest), len(names) - len(commonest))


def _named(name: str) -> str:
    if not name:
        return "(sem nome)"
    return (
        name if len(name) <= _LONGEST_NAME else "…" + name[1 - _LONGEST_NAME :]
    )  # a path ends in its script
