"""One agent per data folder: a lock file that the system frees when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
from pathlib import Path


class AlreadyRunning(Exception):
    """Another agent holds the data folder."""


class InstanceLock:
    """Holds the data folder until released. A file that is merely left over is not a lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "agent.lock"
        self._handle: int | None = None

    def acquire(self) -> None:
        """Take the folder. Raises AlreadyRunning, or OSError when the file can neither be made nor opened."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        handle = self._open()
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            raise AlreadyRunning(str(self._path.parent)) from error
        self._handle = handle

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            try:  # where nothing can be written just now, the file of an earlier agent will do
                return os.open(self._path, os.O_RDONLY)
            except OSError:
                raise error from None

    def release(self) -> None:
        """Give the folder back."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
