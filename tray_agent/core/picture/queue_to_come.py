"""When what is to run will start: the places and what stands before it, played ahead. Pure.

An estimate, not a promise: each run is taken to last as long as the job's runs usually do, and to end well.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from tray_agent.core.model import Job
from tray_agent.core.policies import CatchUp

UNKNOWN_SECONDS = 60.0
MOST_EVENTS = 200_000
_SHORTEST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Wish:
    """A run to be made: for which fire time, and not before ``ready``; wishes come in the queue's order.

    One ``asked`` for by a person waits for no other job. After ``until`` it is wanted no more.
    """

    job: Job
    fire: datetime
    ready: datetime
    asked: bool = False
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Places:
    """What runs now (jobs and when each is likely to end), and what limits what starts.

    ``well`` are the jobs whose last run of a day ended well, as far as that has happened already.
    ``followers`` have no hours but those at which others end well; ``ends`` are how often a job did so on a
    day, ``followed`` how many of these a follower has had. ``stuck`` are fire times, by job, that are owed
    all day and not served.
    """

    most: int
    running: Sequence[tuple[Job, datetime]] = ()
    well: frozenset[tuple[date, str]] = frozenset()
    seconds: Mapping[str, float] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)
    followers: Sequence[Job] = ()
    ends: Mapping[tuple[date, str], int] = field(default_factory=dict)
    followed: Mapping[tuple[date, str], int] = field(default_factory=dict)
    stuck: Sequence[tuple[str, datetime]] = ()


@dataclass(frozen=True, slots=True)
class Starts:
    """When each wish is likely to start, by job and fire time; one that would never start is missing.

    ``known_until`` is the moment after which nothing is known any more: there was too much to play. ``lost``
    are the wishes that waited until they were wanted no more, by their policies.
    """

    at: dict[tuple[str, datetime], datetime]
    known_until: datetime | None = None
    lost: frozenset[tuple[str, datetime]] = frozenset()


def starts_to_come(wishes: Iterable[Wish], places: Places, now: datetime) -> Starts:
    """Play the queue ahead."""
    played = _Play(places, now)
    for order, wish in enumerate(wishes):
        heapq.heappush(played.events, (max(wish.ready, now), 1, order, wish))
        if not wish.asked:
            played.ahead[wish.job.id].add(wish.fire)
    known_until = played.run()
    return Starts(played.starts, known_until, frozenset(played.lost))


Event = tuple[datetime, int, int, Wish | Job]


class _Play:
    """The queue, played from event to event: ends of runs first, then what has become ready."""

    def __init__(self, places: Places, now: datetime) -> None:
        self.places = places
        self.events: list[Event] = []
        self.starts: dict[tuple[str, datetime], datetime] = {}
        self.ahead: dict[str, set[datetime]] = defaultdict(set)  # fire times of a job still to be served
        for job_id, fire in places.stuck:
            self.ahead[job_id].add(fire)
        self._ready: dict[str, list[Wish]] = defaultdict(list)
        self._waiting: dict[str, None] = {}  # in order, each job once
        self._running: dict[str, date] = {}  # and the day for which each run counts
        self._used: Counter[str] = Counter()
        self.lost: set[tuple[str, datetime]] = set()
        self._free = places.most
        self._well = set(places.well)
        self._ends, self._followed = Counter(places.ends), Counter(places.followed)
        for order, (job, end) in enumerate(places.running):
            self._take(job, now)
            heapq.heappush(self.events, (max(end, now + _SHORTEST), 0, order, job))

    def run(self) -> datetime | None:
        """Play to the end; or to the moment told, where that would take too long."""
        count = 0
        while self.events and count < MOST_EVENTS:
            at = self.events[0][0]
            while self.events and self.events[0][0] == at:
                self._happen(heapq.heappop(self.events)[3], at)
                count += 1
            self._start_what_can(at)
        return self.events[0][0] if self.events else None

    def _happen(self, what: Wish | Job, at: datetime) -> None:
        if isinstance(what, Wish):
            self._ready[what.job.id].append(what)
            if what.job.id not in self._running:
                self._waiting.setdefault(what.job.id)
            return
        self._free += 1
        day = self._running.pop(what.id)
        self._well.add((day, what.id))
        self._ends[day, what.id] += 1
        self._used.subtract(_resources(what))
        if self._ready[what.id]:
            self._waiting.setdefault(what.id)  # it enters anew, at the end
        for job in self.places.followers:
            if what.id in job.policies.after:
                self._follow(job, day, at)

    def _follow(self, job: Job, day: date, at: datetime) -> None:
        """Have a job run once for each time that all it follows ended well; it waits for nobody then."""
        if self._followed[day, job.id] < min(self._ends[day, other] for other in job.policies.after):
            self._followed[day, job.id] += 1
            self._happen(Wish(job, at, at, asked=True), at)

    def _take(self, job: Job, at: datetime) -> None:
        self._free -= 1
        self._running[job.id] = at.date()
        self._used.update(_resources(job))

    def _start_what_can(self, at: datetime) -> None:
        """First come, first served; who waits for a resource keeps it from those behind, who waits for other
        jobs is not in the queue yet."""
        if self._free <= 0 or not self._waiting:
            return
        reserved: Counter[str] = Counter()
        begun: list[str] = []
        for job_id in self._waiting:
            if self._free <= 0:
                break
            wish = self._next(job_id, at)
            if wish is None:
                begun.append(job_id)
                continue
            if self._waits_for_others(wish):
                continue
            needed = _resources(wish.job)
            if not self._are_free(needed, reserved):
                reserved.update(needed)
                continue
            self._ready[job_id].pop(0)
            begun.append(job_id)
            self._begin(wish, at)
        for job_id in begun:
            del self._waiting[job_id]

    def _next(self, job_id: str, at: datetime) -> Wish | None:
        """What a job that waits would start now; what its policies give up meanwhile is lost."""
        kept: list[Wish] = []
        for wish in self._ready[job_id]:
            newer = kept and wish.job.policies.catch_up is not CatchUp.ALL and not kept[-1].asked
            if newer:
                self._lose(kept.pop())
            if wish.until is not None and at > wish.until:
                self._lose(wish)
            else:
                kept.append(wish)
        self._ready[job_id] = kept
        return kept[0] if kept else None

    def _lose(self, wish: Wish) -> None:
        self.lost.add((wish.job.id, wish.fire))
        self.ahead[wish.job.id].discard(wish.fire)

    def _begin(self, wish: Wish, at: datetime) -> None:
        self.starts[wish.job.id, wish.fire] = at
        self._take(wish.job, at)
        self.ahead[wish.job.id].discard(wish.fire)
        seconds = self.places.seconds.get(wish.job.id, UNKNOWN_SECONDS)
        end = at + max(_SHORTEST, timedelta(seconds=seconds))
        heapq.heappush(self.events, (end, 0, len(self.starts) + self.places.most, wish.job))

    def _are_free(self, needed: Sequence[str], reserved: Counter[str]) -> bool:
        return all(self._used[each] + reserved[each] < self.places.resources.get(each, 1) for each in needed)

    def _waits_for_others(self, wish: Wish) -> bool:
        """Each must have made what it owes up to that fire time, and have ended well that day."""
        day = wish.fire.date()
        return not wish.asked and any(
            other in self._running
            or (day, other) not in self._well
            or any(fire <= wish.fire and fire.date() == day for fire in self.ahead[other])
            for other in wish.job.policies.after
        )


def _resources(job: Job) -> list[str]:
    return [name.casefold() for name in job.policies.resources]
