"""The problems that stand now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from tray_agent.core.model import Problem


class ProblemBook:
    """Every problem that stands now, by who reported it; ``since`` survives repeated reports."""

    def __init__(self) -> None:
        self._by_source: dict[str, tuple[Problem, ...]] = {}
        self.version = 0

    def report(self, source: str, problems: Iterable[Problem], now: datetime) -> None:
        """Replace all that this source has to say."""
        if problems == [] and source not in self._by_source:
            return
        since = {p.identity: p.since for p in self._by_source.get(source, ())}
        stamped = tuple(_stamp(p, since.get(p.identity) or now) for p in problems)
        if stamped != self._by_source.get(source, ()):
            self.version += 1
        if stamped:
            self._by_source[source] = stamped
        else:
            self._by_source.pop(source, None)

    def all(self) -> tuple[Problem, ...]:
        """Every problem, the oldest source first within its place."""
        problems = [p for each in self._by_source.values() for p in each]
        order = ("settings", "data", "base_path", "registry", "script", "run", "history")
        return tuple(sorted(problems, key=lambda p: order.index(p.where)))


def _stamp(problem: Problem, since: datetime) -> Problem:
    return Problem(problem.where, problem.what, problem.action, problem.cell, problem.job, since)
