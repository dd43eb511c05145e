"""When a job is due: a schedule is a value that answers two questions about one day.

Richer schedules (minutes, weekdays, business days) implement the same two questions; the plan asks no others.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ScheduleKind(StrEnum):
    """The specification's three kinds, as ``status --json`` names them."""

    ALL = "all"
    HOURS = "hours"
    MANUAL = "manual"
    RULE = "rule"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Full hours of every day at which a job is due. ``hours`` is sorted, each in 0…23."""

    kind: ScheduleKind
    hours: tuple[int, ...] = ()

    def due(self, moment: datetime) -> int:
        """How many fire times of the moment's day lie at or before it (the target)."""
        return bisect_right(self.hours, moment.hour)

    def next_after(self, moment: datetime) -> datetime | None:
        """The first fire time of the moment's day that lies after it, or None."""
        for hour in self.hours:
            if hour > moment.hour:
                return moment.replace(hour=hour, minute=0, second=0, microsecond=0)
        return None

    def fire_time(self, index: int, moment: datetime) -> datetime | None:
        """The fire time of the moment's day with that index (0 is the first), or None past the last."""
        if 0 <= index < len(self.hours):
            return moment.replace(hour=self.hours[index], minute=0, second=0, microsecond=0)
        return None


ALL_DAY = Schedule(ScheduleKind.ALL, tuple(range(24)))
MANUAL = Schedule(ScheduleKind.MANUAL)


def at_hours(hours: set[int]) -> Schedule:
    """A schedule of listed hours; without any it is manual. Raises ValueError outside 0…23."""
    if any(not 0 <= hour <= 23 for hour in hours):
        raise ValueError(f"hours outside 0..23: {sorted(hours)}")
    return Schedule(ScheduleKind.HOURS, tuple(sorted(hours))) if hours else MANUAL
