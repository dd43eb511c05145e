"""The two clocks: the wall clock in the setting's zone, and seconds that only grow."""

from __future__ import annotations

import sys
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


def awake_or_not() -> float:
    """Seconds since some fixed moment, those in which the machine slept among them."""
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.GetTickCount64.restype = ctypes.c_uint64
        return float(kernel.GetTickCount64()) / 1000
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
