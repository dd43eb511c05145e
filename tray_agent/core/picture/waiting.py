"""When what waits in the queue is likely to start, for whoever asks at every change. Pure."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.picture.plan_starts import Means, places_of
from tray_agent.core.picture.queue_to_come import Wish, starts_to_come
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.core.standing import LATER

MOST = 200
"""So many waiting jobs are told when they start; those behind them would be guesses of guesses."""


def starts_of_waiting(snapshot: Snapshot, now: datetime, means: Means) -> dict[str, datetime]:
    """When the first jobs of the queue are likely to start; none while nothing may be taken from it.

    The queue alone is played: what is due meanwhile comes behind it. So this is what the plan says too.
    """
    if snapshot.blocked:
        return {}
    waiting = [snapshot.facts[job] for job in snapshot.queue[:MOST] if job in snapshot.facts]
    wishes = [
        Wish(facts.job, now, ready, asked=not facts.owed)
        for facts in waiting
        if (ready := _ready(facts, now)) is not None
    ]
    starts = starts_to_come(wishes, places_of(snapshot, now, means), now)
    return {job: start for (job, _), start in starts.at.items()}


def _ready(facts: JobFacts, now: datetime) -> datetime | None:
    """From when on it may start; None where nobody knows. That it waits for others is played."""
    held = facts.held
    return now if held is None or held.kind in LATER else held.until
