"""Who runs next: the oldest debt first, so that nobody starves when more is due than may run."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime
from operator import itemgetter

_JOB = itemgetter(2)


class FairQueue:
    """At most one entry per job, ordered by the moment since which its oldest run is owed.

    Ties go to who asked first. A job that ran goes to the back, since its next debt is younger.
    """

    def __init__(self) -> None:
        self._keys: dict[str, tuple[float, int, str]] = {}
        self._sorted: list[tuple[float, int, str]] = []
        self._tickets = 0

    def put(self, job: str, owed_since: datetime) -> bool:
        """Enter a job or move it to its present debt; tells whether anything changed."""
        since = owed_since.timestamp()
        former = self._keys.get(job)
        if former is not None and former[0] == since:
            return False
        self.discard(job)
        self._tickets += 1
        key = (since, former[1] if former else self._tickets, job)
        self._keys[job] = key
        insort(self._sorted, key)
        return True

    def discard(self, job: str) -> bool:
        """Take a job out; tells whether it was in."""
        key = self._keys.pop(job, None)
        if key is None:
            return False
        del self._sorted[bisect_left(self._sorted, key)]
        return True

    def head(self) -> str | None:
        """The job whose turn is next, or None."""
        return self._sorted[0][2] if self._sorted else None

    def ticket(self, job: str) -> int | None:
        """A whole number that grows with the place in the queue, or None for a job that does not wait."""
        key = self._keys.get(job)
        return int(key[0]) * 1_000_000 + key[1] % 1_000_000 if key else None

    def jobs(self) -> tuple[str, ...]:
        """All waiting jobs, next first."""
        return tuple(map(_JOB, self._sorted))

    def clear(self) -> None:
        """Take everybody out."""
        self._keys.clear()
        self._sorted.clear()

    def __contains__(self, job: object) -> bool:
        return job in self._keys

    def __len__(self) -> int:
        return len(self._sorted)
