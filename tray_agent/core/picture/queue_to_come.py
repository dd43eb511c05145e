"""When what is to run will start: the places and what stands before it, played ahead. Pure.

An estimate, not a promise: each run is taken to last as long as the job's runs usually do.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from tray_agent.core.model import Job

UNKNOWN_SECONDS = 60.0
_MOST_EVENTS = 200_000
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """A run to be made: for which fire time, and not before ``ready``; wishes come in the queue's order."""

    job: Job
    fire: datetime
    ready: datetime


@dataclass(frozen=True, slots=True)
class Places:
    """What runs now (jobs and when each is likely to end), and what limits what starts."""

    most: int
    running: Sequence[tuple[Job, datetime]] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)


def starts_to_come(
    wishes: Iterable[Wish], places: Places, now: datetime
) -> dict[tuple[str, datetime], datetime]:
    """When each wish is likely to start, by job and fire time; a wish that would never start is missing."""
    played = _Play(places, now)
    for order, wish in enumerate(wishes):
        heapq.heappush(played.events, (max(wish.ready, now), 1, order, wish))
        played.ahead[wish.job.id].add(wish.fire)
    played.run()
    return played.starts


Event = tuple[datetime, int, int, Wish | Job]


class _Play:
    """The queue, played from event to event: ends of runs first, then what has become ready."""

    def __init__(self, places: Places, now: datetime) -> None:
        self.places = places
        self.events: list[Event] = []
        self.starts: dict[tuple[str, datetime], datetime] = {}
        self.ahead: dict[str, set[datetime]] = defaultdict(set)  # fire times of a job still to be served
        self._ready: dict[str, list[Wish]] = defaultdict(list)
        self._waiting: dict[str, None] = {}  # in order, each job once
        self._running: set[str] = set()
        self._used: Counter[str] = Counter()
        self._free = places.most
        for order, (job, end) in enumerate(places.running):
            self._take(job)
            heapq.heappush(self.events, (max(end, now + _SHORTEST), 0, order, job))

    def run(self) -> None:
        count = 0
        while self.events and count < _MOST_EVENTS:
            at = self.events[0][0]
            while self.events and self.events[0][0] == at:
                self._happen(heapq.heappop(self.events)[3])
                count += 1
            self._start_what_can(at)

    def _happen(self, what: Wish | Job) -> None:
        if isinstance(what, Wish):
            self._ready[what.job.id].append(what)
            if what.job.id not in self._running:
                self._waiting.setdefault(what.job.id)
            return
        self._free += 1
        self._running.discard(what.id)
        self._used.subtract(_resources(what))
        if self._ready[what.id]:
            self._waiting.setdefault(what.id)  # it enters anew, at the end

    def _take(self, job: Job) -> None:
        self._free -= 1
        self._running.add(job.id)
        self._used.update(_resources(job))

    def _start_what_can(self, at: datetime) -> None:
        """First come, first served; who waits for a resource keeps it from those behind."""
        if self._free <= 0 or not self._waiting:
            return
        reserved: Counter[str] = Counter()
        begun: list[str] = []
        for job_id in self._waiting:
            if self._free <= 0:
                break
            wish = self._ready[job_id][0]
            needed = _resources(wish.job)
            if self._waits_for_others(wish) or not self._are_free(needed, reserved):
                reserved.update(needed)
                continue
            self._ready[job_id].pop(0)
            begun.append(job_id)
            self._begin(wish, at)
        for job_id in begun:
            del self._waiting[job_id]

    def _begin(self, wish: Wish, at: datetime) -> None:
        self.starts[wish.job.id, wish.fire] = at
        self._take(wish.job)
        self.ahead[wish.job.id].discard(wish.fire)
        seconds = self.places.seconds.get(wish.job.id, UNKNOWN_SECONDS)
        end = at + max(_SHORTEST, timedelta(seconds=seconds))
        heapq.heappush(self.events, (end, 0, len(self.starts) + self.places.most, wish.job))

    def _are_free(self, needed: Sequence[str], reserved: Counter[str]) -> bool:
        return all(self._used[each] + reserved[each] < self.places.resources.get(each, 1) for each in needed)

    def _waits_for_others(self, wish: Wish) -> bool:
        return any(
            other in self._running or any(fire <= wish.fire for fire in self.ahead[other])
            for other in wish.job.policies.after
        )


def _resources(job: Job) -> list[str]:
    return [name.casefold() for name in job.policies.resources]
