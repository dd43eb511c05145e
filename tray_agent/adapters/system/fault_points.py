"""Where a test has this process end hard, as a power cut would: the rows of a crash table, one by one.

``TRAY_AGENT_FAULT=point`` or ``point:N`` (the N-th time it is reached). Without it a point costs one look at
a variable of this module.
"""

from __future__ import annotations

import os
import sys

VARIABLE = "TRAY_AGENT_FAULT"
POINTS = frozenset(
    {
        "brain.after_hold",
        "brain.before_go",
        "brain.before_row",
        "brain.after_row",
        "brain.before_end_row",
        "brain.after_end_row",
        "brain.before_ack",
        "pc.after_held",
        "pc.before_row",
        "pc.after_row",
        "pc.after_let_go",
        "pc.before_end_row",
        "pc.after_end_row",
    }
)
_named, _, _times = os.environ.get(VARIABLE, "").partition(":")
_left = int(_times) if _times.isdecimal() else 1


def reach(point: str) -> None:
    """This point is reached: if it is the one that is named, this process is no more."""
    if point == _named:
        _end_at_last()


def _end_at_last() -> None:
    global _left  # noqa: PLW0603 - one count a process
    _left -= 1
    if _left > 0:
        return
    if sys.platform == "win32":
        import ctypes

        kernel = ctypes.WinDLL("kernel32")
        kernel.TerminateProcess(kernel.GetCurrentProcess(), 137)
    else:
        import signal

        os.kill(os.getpid(), signal.SIGKILL)
