"""Who runs next: first come, first served; nobody waits for another's whole day of debts (product 4.1)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import NamedTuple

_JOB = itemgetter(1)
_DAY_MINUTES = 1440
_PEERS = 10_000
_AHEAD_OF_ALL = 1 << 52  # beyond every ticket of a month, and within what JavaScript counts exactly


Key = tuple[int, str]


class Line(NamedTuple):
    """Those who wait for the same PCs, by the words of their rows; and whether they also wait for resources.

    In a team.
    """

    words: tuple[str, ...]
    has_resources: bool


class FairQueue:
    """At most one entry per job, in the order of entering; of one moment the oldest debt comes first, then
    who asked first. A job that ran enters anew, behind everybody who waits.

    In a team each entry stands in a line too, in the same order: what a line waits for is asked once for all
    of it.
    """

    def __init__(self) -> None:
        self._keys: dict[str, Key] = {}
        self._sorted: list[Key] = []
        self._lines: dict[Line, list[Key]] = {}
        self._line_of: dict[str, Line] = {}
        self._base = 0
        self._asked = 0

    def put(
        self, job: str, seconds: float, owed_since: datetime, line: Line | None = None, *, first: bool = False
    ) -> bool:
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
        self._enter((ticket - _AHEAD_OF_ALL if first else ticket, job), line)
        return True

    def _enter(self, key: Key, line: Line | None) -> None:
        self._keys[key[1]] = key
        insort(self._sorted, key)
        self._enter_line(key, line)

    def _enter_line(self, key: Key, line: Line | None) -> None:
        if line is not None:
            self._line_of[key[1]] = line
            insort(self._lines.setdefault(line, []), key)

    def discard(self, job: str) -> bool:
        """Take a job out; tells whether it was in."""
        key = self._keys.pop(job, None)
        if key is None:
            return False
        del self._sorted[bisect_left(self._sorted, key)]
        self._leave_line(key)
        return True

    def _leave_line(self, key: Key) -> None:
        line = self._line_of.pop(key[1], None)
        if line is not None:
            waiting = self._lines[line]
            del waiting[bisect_left(waiting, key)]
            if not waiting:
                del self._lines[line]

    def stand_in(self, job: str, line: Line | None) -> None:
        """Have a job that waits, if it does, stand in that line from now on."""
        key = self._keys.get(job)
        if key is not None and self._line_of.get(job) != line:
            self._leave_line(key)
            self._enter_line(key, line)

    def lines(self) -> Mapping[Line, Sequence[Key]]:
        """Who waits in each line, next first; whoever goes on asking sees it change."""
        return self._lines

    def place(self, job: str) -> int | None:
        """A job's place for good, to come back to later, or None."""
        key = self._keys.get(job)
        return key[0] + self._base * _DAY_MINUTES * _PEERS if key else None

    def put_back(self, job: str, place: int, line: Line | None = None) -> None:
        """Enter a job that left where it had been."""
        if job not in self._keys:
            self._enter((place - self._base * _DAY_MINUTES * _PEERS, job), line)

    def ticket(self, job: str) -> int | None:
        """A whole number that grows with the place in the queue, or None for a job that does not wait."""
        key = self._keys.get(job)
        return key[0] if key else None

    def in_turn(self) -> Iterator[str]:
        """Each waiting job, next first; whoever leaves meanwhile disturbs nobody."""
        for _, job in self._sorted[:]:
            yield job

    def jobs(self) -> tuple[str, ...]:
        """All waiting jobs, next first."""
        return tuple(map(_JOB, self._sorted))

    def clear(self) -> None:
        """Take everybody out."""
        for each in (self._keys, self._sorted, self._lines, self._line_of):
            each.clear()

    def __contains__(self, job: object) -> bool:
        return job in self._keys

    def __len__(self) -> int:
        return len(self._sorted)
