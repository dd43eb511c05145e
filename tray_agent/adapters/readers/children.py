"""Children of the agent that are this same program or one of the system's, and how each is started."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

_LOG_LIMIT = 1_000_000
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


def talk(command: Sequence[str], log: IO[bytes], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a child that is told and tells over its pipes, in a session (on Windows a group) of its own."""
    if sys.platform == "win32":
        flags, session = _NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP, False
    else:
        flags, session = 0, True
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=dict(environment),
        creationflags=flags,
        start_new_session=session,
    )


def opened_log(log: Path | None) -> IO[bytes]:
    """The log of such children, begun anew when it has grown; one that cannot be written stops nobody."""
    if log is not None:
        with contextlib.suppress(OSError):
            grown = log.exists() and log.stat().st_size > _LOG_LIMIT
            return log.open("wb" if grown else "ab")
    return Path(os.devnull).open("wb")
