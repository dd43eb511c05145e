"""A wall clock that a test sets, also while programs run: real time plus a shift, in a preload library.

Only CLOCK_REALTIME moves; waits and CLOCK_MONOTONIC stay the system's.
"""

from __future__ import annotations

import functools
import hashlib
import mmap
import os
import struct
import subprocess
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/Sao_Paulo")
_SOURCE = Path(__file__).with_name("clock.c")


@functools.cache
def library() -> Path:
    """The preload library, built when its source changed."""
    digest = hashlib.sha256(_SOURCE.read_bytes()).hexdigest()[:16]
    folder = Path(tempfile.gettempdir()) / f"tray-agent-e2e-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    built = folder / f"clock-{digest}.so"
    if not built.exists():
        fresh = built.with_suffix(f".{os.getpid()}")
        subprocess.run(
            ["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", fresh, _SOURCE], check=True
        )
        fresh.replace(built)
    return built


class Clock:
    """The wall clock of every program that is started with ``environment``."""

    def __init__(self, file: Path) -> None:
        file.write_bytes(struct.pack("=q", 0))
        with file.open("r+b") as opened:
            self._page = mmap.mmap(opened.fileno(), 8)
        self._shift = memoryview(self._page).cast("q")
        self.environment = {"LD_PRELOAD": str(library()), "E2E_CLOCK": str(file)}

    def set(self, text: str) -> None:
        """Make it this moment: ``2026-03-10 14:05`` and the like, in the zone of the setting."""
        moment = datetime.fromisoformat(text).replace(tzinfo=ZONE)
        self._shift[0] = round(moment.timestamp() * 1e9) - time.time_ns()

    def advance(self, **by: float) -> None:
        """Jump: ``hours=-3``, ``minutes=10``."""
        self._shift[0] += round(timedelta(**by).total_seconds() * 1e9)

    def now(self) -> datetime:
        """The present moment on this clock."""
        return datetime.fromtimestamp((time.time_ns() + self._shift[0]) / 1e9, ZONE)
