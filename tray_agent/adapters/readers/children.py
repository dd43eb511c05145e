"""Children of the agent that are this same program or one of the system's, run to their end."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping, Sequence

_NO_WINDOW = 0x08000000 if sys.platform == "win32" else 0  # subprocess names it on Windows only


def run_to_end(argv: Sequence[str], environment: Mapping[str, str], seconds: float = 60.0) -> int:
    """The exit code; -1 when it did not start or did not end in time."""
    try:
        return subprocess.run(
            argv,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            timeout=seconds,
            creationflags=_NO_WINDOW,
            check=False,
        ).returncode
    except (OSError, subprocess.TimeoutExpired):
        return -1


def spawn(argv: Sequence[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a child of this same program that lives on beside the agent (the dashboard)."""
    return subprocess.Popen(
        argv,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        creationflags=_NO_WINDOW,
    )
