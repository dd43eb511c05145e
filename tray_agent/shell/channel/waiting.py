"""When what waits in the queue is likely to start, for a page that asks at every change."""

from __future__ import annotations

from time import monotonic

from tray_agent.core.shown import Snapshot
from tray_agent.shell.channel.schedules import Usual
from tray_agent.shell.views.snapshots import Json

_AGAIN_SECONDS = 1.0


class WaitingStarts:
    """Told to the minute. An answer holds for a second, and a job's usual duration until it has run again."""

    def __init__(self, outside: Usual) -> None:
        self._outside = outside
        self._usual: dict[str, tuple[int, float | None]] = {}  # with how many runs of the day had ended
        self._told: Json = {}
        self._until = 0.0

    def of(self, snapshot: Snapshot) -> Json:
        """ISO texts by job; nothing, and at no cost, while nobody waits."""
        if not snapshot.queue:
            self._usual, self._told, self._until = {}, {}, 0.0
        elif monotonic() >= self._until:
            self._told = self._look(snapshot)
            self._until = monotonic() + _AGAIN_SECONDS
        return self._told

    def _look(self, snapshot: Snapshot) -> Json:
        from tray_agent.core.picture.plan_starts import Means
        from tray_agent.core.picture.waiting import MOST, starts_of_waiting

        ended = {job: len(snapshot.facts[job].runs) for job in snapshot.queue[:MOST] if job in snapshot.facts}
        known = {job: kept for job, kept in self._usual.items() if ended.get(job) == kept[0]}
        missing = [job for job in ended if job not in known]
        found = self._outside.usual_seconds(missing) if missing else {}
        known |= {job: (ended[job], found.get(job)) for job in missing}
        self._usual = known
        seconds = {job: kept[1] for job, kept in known.items() if kept[1] is not None}
        starts = starts_of_waiting(snapshot, self._outside.now(), Means(seconds, self._outside.resources()))
        return {job: start.isoformat(timespec="minutes") for job, start in starts.items()}
