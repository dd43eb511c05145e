"""A reader is background work: where the processors are wanted, scripts and the agent itself come first."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

LESS = 5
"""A third of what others get. Not less: a reader has a deadline, also beside scripts that compute all day."""


def step_back() -> None:
    """Have this process yield to others. Not on Windows, where it would get nothing at all beside them."""
    if sys.platform == "win32":
        return
    os.nice(LESS)
    # Linux may share the time out among sessions first, and this process has one of its own.
    with contextlib.suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(LESS), encoding="ascii")
