"""Tries a file operation again for as long as a virus scanner or an indexer may hold the file."""

from __future__ import annotations

import errno
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
SECONDS = 30.0
_HELD_ON_WINDOWS = {5, 32, 33}  # access denied, sharing violation, part of the file locked
_HELD = {errno.EBUSY, errno.ETXTBSY, errno.EAGAIN}
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 1.0


def patiently(action: Callable[[], T], seconds: float = SECONDS, program: Path | None = None) -> T:
    """Do it, again while another program has the file, for at most ``seconds``. Raises OSError.

    A ``program`` that is there but is said not to be found is held too: so Wine puts it.
    """
    pause, until = _FIRST_PAUSE, time.monotonic() + seconds
    while True:
        try:
            return action()
        except OSError as error:
            is_there = isinstance(error, FileNotFoundError) and program is not None and program.is_file()
            if not (is_held(error) or is_there) or time.monotonic() >= until:
                raise
        threading.Event().wait(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


def is_held(error: OSError) -> bool:
    """Whether another program has the file just now, so that a moment later may do."""
    if error.errno in _HELD:
        return True
    if sys.platform != "win32":
        return False
    # What ``open`` raises there has the C library's number alone, one for all three.
    return error.winerror in _HELD_ON_WINDOWS or (error.winerror is None and error.errno == errno.EACCES)
