"""Who of those that wait gets which PC's free place: one pass through the lines of the queue.

Its work grows with the lines, with who is placed and with who waits for a resource, not with all who wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from heapq import heapify, heappop, heappush

from tray_agent.core.model import Job, Pc
from tray_agent.core.rules.queue import Key, Line
from tray_agent.core.rules.resources import capacity, in_use, keys_of, resources_of
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import free_on, is_unsuited, place_of, who_is_there

_Candidate = tuple[int, bool, int, str]  # less its free places, whether it is not the brain's, rank, key


class _Waiting:
    """A line, and the PCs that are there for it: those with most free places first, the brain's own where it
    is even, then who was seen first."""

    def __init__(self, line: Line, keys: tuple[Key, ...], there: list[tuple[str, Pc]], room: Room) -> None:
        self.line, self.keys, self.there = line, keys, there
        self._room = room
        self._roomy = [candidate for key, pc in there if (candidate := room.candidate(key, pc))[0] < 0]
        heapify(self._roomy)

    @property
    def has_room(self) -> bool:
        """Whether one of its PCs has a free place yet."""
        return self._first() is not None

    def best(self, fits: Callable[[str], bool]) -> str | None:
        """The first PC with a free place that fits, by key."""
        aside: list[_Candidate] = []
        found = None
        while found is None and (first := self._first()) is not None:
            if fits(first[3]):
                found = first[3]
            else:
                aside.append(heappop(self._roomy))
        for each in aside:
            heappush(self._roomy, each)
        return found

    def _first(self) -> _Candidate | None:
        """Other lines have taken places meanwhile: what was said of a PC before may say too much."""
        while self._roomy:
            said, is_other, rank, key = self._roomy[0]
            free = self._room.free(key)
            if said == -free:
                return self._roomy[0]
            heappop(self._roomy)
            if free > 0:
                heappush(self._roomy, (-free, is_other, rank, key))
        return None


class Room:
    """What is free on each PC that is there, during one pass."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._now = now
        self._free: dict[str, int] = {}
        self._used: Counter[str] | None = None

    def chosen(self) -> Iterator[tuple[Job, Pc]]:
        """Who begins now, and where, first come first served. A job that no PC with a free place may run is
        passed over. One that waits for what is in use keeps it from those behind it, one that waits for a PC
        to come does not."""
        waiting = [
            _Waiting(line, tuple(keys), there, self)
            for line, keys in self._state.queue.lines().items()
            if (there := who_is_there(self._state, line.words))
        ]
        roomy = list(waiting)
        heads = [(each.keys[0], number, 0) for number, each in enumerate(waiting)]
        heapify(heads)
        while heads:
            while roomy and not roomy[-1].has_room:
                roomy.pop()
            if not roomy:
                return
            (_, job_id), number, place = heappop(heads)
            mine = waiting[number]
            if not (mine.line.has_resources or mine.has_room):
                continue  # nobody of this line gets a place any more
            if place + 1 < len(mine.keys):
                heappush(heads, (mine.keys[place + 1], number, place + 1))
            job = self._state.jobs[job_id]
            found = self._take(job, mine)
            if found is not None:
                self._free[found] -= 1
                yield job, self._state.pcs[found]

    def free(self, key: str) -> int:
        """How many places of a PC are free now."""
        free = self._free.get(key)
        if free is None:
            self._free[key] = free = free_on(self._state, key)
        return free

    def candidate(self, key: str, pc: Pc) -> _Candidate:
        """A PC as the lines order them."""
        return -self.free(key), not pc.is_brain, self._state.pcs.rank(key), key

    def _take(self, job: Job, mine: _Waiting) -> str | None:
        state, now = self._state, self._now
        if not job.policies.resources:
            return mine.best(lambda key: not is_unsuited(state, job, key, now))
        used = self._used = in_use(state, place_of) if self._used is None else self._used

        def fits(key: str) -> bool:
            has_all = all(used[kept] < capacity(state, name) for name, kept in self._keys(job, key))
            return has_all and not is_unsuited(state, job, key, now)

        is_of_all = not state.limits.resources_per_pc.intersection(resources_of(job))
        is_in_use = is_of_all and any(used[name] >= capacity(state, name) for name in resources_of(job))
        found = None if is_in_use else mine.best(fits)
        there = [found] if found else [key for key, _ in (mine.there[:1] if is_of_all else mine.there)]
        for kept in {kept for key in there for _, kept in self._keys(job, key)}:
            used[kept] += 1
        return found

    def _keys(self, job: Job, key: str) -> list[tuple[str, str]]:
        state = self._state
        return keys_of(state, job, "" if state.pcs[key].is_brain else key)
