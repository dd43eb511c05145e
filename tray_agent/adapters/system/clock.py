"""The two clocks: the wall clock in the setting's zone, and seconds that only grow."""

from __future__ import annotations

import time
from datetime import datetime
from zoneinfo import ZoneInfo


class SystemClock:
    """The machine's clocks."""

    def __init__(self, timezone: str) -> None:
        self.zone = ZoneInfo(timezone)

    def now(self) -> datetime:
        """The present moment, aware, in the setting's zone."""
        return datetime.now(self.zone)

    def monotonic(self) -> float:
        """Seconds since some fixed moment."""
        return time.monotonic()
