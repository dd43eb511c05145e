"""Moments at which jobs are looked at again."""

from __future__ import annotations

import heapq
from collections.abc import Iterable
from datetime import datetime


class Agenda:
    """What to look at again when the clock gets there: job ids by moment, earliest first."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, str]] = []

    def put(self, at: datetime, job: str) -> None:
        """Look at a job again at that moment."""
        heapq.heappush(self._heap, (at.timestamp(), job))

    def due(self, now: datetime) -> Iterable[str]:
        """Take out every job whose moment has come."""
        moment = now.timestamp()
        while self._heap and self._heap[0][0] <= moment:
            yield heapq.heappop(self._heap)[1]

    def head(self) -> float | None:
        """The earliest moment (epoch s), or None."""
        return self._heap[0][0] if self._heap else None

    def clear(self) -> None:
        """Forget every moment."""
        self._heap.clear()
