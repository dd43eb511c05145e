"""When what a plan has ahead is likely to start: what runs now, the queue, retries and fire times. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from tray_agent.core.history.last import verdict
from tray_agent.core.history.status import WELL, state_of
from tray_agent.core.model import CardState, Mark
from tray_agent.core.picture.queue_to_come import UNKNOWN_SECONDS, Places, Starts, Wish, starts_to_come
from tray_agent.core.rules.owed import follows
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.core.standing import HoldKind


@dataclass(frozen=True, slots=True)
class Means:
    """What is known beside the snapshot: usual durations in seconds by job, places of each resource."""

    seconds: Mapping[str, float] = field(default_factory=dict)
    resources: Mapping[str, int] = field(default_factory=dict)


def starts_of(
    snapshot: Snapshot,
    owed: Sequence[Wish],
    coming: Sequence[Wish],
    means: Means,
    now: datetime,
    stuck: Sequence[tuple[str, datetime]] = (),
) -> Starts:
    """When each wish is likely to start, and those that wait in the queue because a person asked."""
    ranks = {job: rank for rank, job in enumerate(snapshot.queue)}
    order = {job: place for place, job in enumerate(snapshot.order)}
    has_debt = {wish.job.id for wish in owed}
    first = [*owed, *(wish for wish in _asked(snapshot, now) if wish.job.id not in has_debt)]
    first.sort(key=lambda wish: (ranks.get(wish.job.id, len(ranks)), wish.fire, order.get(wish.job.id, 0)))
    if snapshot.pcs:  # until a PC comes nobody knows
        first = [wish for wish in first if not waits_for_pc(snapshot.facts[wish.job.id])]
    later = sorted(coming, key=lambda wish: (wish.fire, order.get(wish.job.id, 0)))
    places = replace(places_of(snapshot, now, means), stuck=stuck)
    return starts_to_come([*first, *later], places, now)


def waits_for_pc(facts: JobFacts) -> bool:
    """Whether no PC is there that may run it: nobody knows when one comes."""
    return facts.held is not None and facts.held.kind is HoldKind.PC


def queue_starts(snapshot: Snapshot, starts: Starts) -> Iterator[tuple[str, datetime | None]]:
    """Each job of the queue, next first, and when its run is likely to start."""
    earliest: dict[str, datetime] = {}
    for (job, _), at in starts.at.items():
        earliest[job] = min(at, earliest.get(job, at))
    return ((job, earliest.get(job)) for job in snapshot.queue)


def _asked(snapshot: Snapshot, now: datetime) -> Iterator[Wish]:
    """What waits in the queue; nothing is taken from it while everything is suspended."""
    if not snapshot.paused:
        for job in snapshot.queue:
            yield Wish(snapshot.facts[job].job, now, now, asked=True)


def places_of(snapshot: Snapshot, now: datetime, means: Means) -> Places:
    """What runs now and until when it likely does, and what limits what starts."""
    running = []
    for facts in snapshot.facts.values():
        if facts.active is not None:
            seconds = facts.usual_seconds or means.seconds.get(facts.job.id, UNKNOWN_SECONDS)
            running.append((facts.job, facts.active.started + timedelta(seconds=seconds)))
    well = frozenset((snapshot.day, facts.job.id) for facts in snapshot.facts.values() if _ended_well(facts))
    followers = [] if snapshot.paused else [each.job for each in snapshot.facts.values() if _follows(each)]
    followed = {(snapshot.day, job.id): len(snapshot.facts[job.id].fires) for job in followers}
    ends: dict[tuple[date, str], int] = {}
    for job in followers:  # its fire times are that many good ends of each, whatever else is known of them
        for other in snapshot.facts.keys() & set(job.policies.after):
            seen = max(_good_ends(snapshot.facts[other]), followed[snapshot.day, job.id])
            ends[snapshot.day, other] = max(seen, ends.get((snapshot.day, other), 0))
    return Places(
        snapshot.max_concurrent, running, well, means.seconds, means.resources, followers, ends, followed
    )


def _follows(facts: JobFacts) -> bool:
    """Whether a job will run by itself whenever those that it follows end well."""
    pausing = facts.pausing
    held = facts.removed or facts.job.policies.unread or (pausing is not None and pausing.until is None)
    return follows(facts.job) and not held


def _good_ends(facts: JobFacts) -> int:
    """How many of the day's runs ended well."""
    return sum(_state_of(mark) in WELL for mark in facts.marks)


def _state_of(mark: Mark) -> CardState | None:
    if mark.run is None:
        return state_of(mark.row.status if mark.row else None)
    return verdict(mark.run, mark.row, 0) if mark.run.outcome else None


def _ended_well(facts: JobFacts) -> bool:
    last = facts.last_run
    return facts.active is None and last is not None and state_of(last.status) in WELL
