"""Who runs next: first come, first served; nobody waits for another's whole day of debts (product 4.1)."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import datetime
from operator import itemgetter

_JOB = itemgetter(1)
_DAY_MINUTES = 1440
_PEERS = 10_000
_AHEAD_OF_ALL = 1 << 52  # beyond every ticket of a month, and within what JavaScript counts exactly


class FairQueue:
    """At most one entry per job, in the order of entering; of one moment the oldest debt comes first, then
    who asked first. A job that ran enters anew, behind everybody who waits."""

    def __init__(self) -> None:
        self._keys: dict[str, tuple[int, str]] = {}
        self._sorted: list[tuple[int, str]] = []
        self._base = 0
        self._asked = 0

    def put(self, job: str, seconds: float, owed_since: datetime, *, first: bool = False) -> bool:
        """Enter a job at a moment of the monotonic clock (s); one that waits keeps its place.

        ``first``: before all who are not, also if it waits already. Tells whether anything changed.
        """
        kept = self._keys.get(job)
        if kept is not None and (not first or kept[0] < 0):
            return False
        self.discard(job)
        moment = int(seconds * 1000)
        if not self._keys:
            self._base, self._asked = moment, 0
        self._asked += 1
        debt = owed_since.hour * 60 + owed_since.minute
        # One whole number, so that places can be compared: a later moment, a younger debt, a later ask.
        ticket = ((moment - self._base) * _DAY_MINUTES + debt) * _PEERS + self._asked % _PEERS
        key = (ticket - _AHEAD_OF_ALL if first else ticket, job)
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

    def place(self, job: str) -> int | None:
        """A job's place for good, to come back to later, or None."""
        key = self._keys.get(job)
        return key[0] + self._base * _DAY_MINUTES * _PEERS if key else None

    def put_back(self, job: str, place: int) -> None:
        """Enter a job that left where it had been."""
        if job not in self._keys:
            self._keys[job] = key = (place - self._base * _DAY_MINUTES * _PEERS, job)
            insort(self._sorted, key)

    def ticket(self, job: str) -> int | None:
        """A whole number that grows with the place in the queue, or None for a job that does not wait."""
        key = self._keys.get(job)
        return key[0] if key else None

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
