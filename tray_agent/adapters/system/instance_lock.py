"""One agent per data folder: a lock file that the system frees when its holder ends, however it ends."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import datetime
from enum import Enum
from pathlib import Path


class AlreadyRunning(Exception):
    """Another agent holds the data folder."""


class Hold(Enum):
    """What :meth:`InstanceLock.look` found."""

    OURS = "ours"
    TAKEN_AGAIN = "taken again"  # the file had been deleted; nobody else has taken the folder since
    OUT_OF_REACH = "out of reach"  # the folder was moved, or its drive is gone
    LOST = "lost"  # another agent holds the folder now


class InstanceLock:
    """Holds the data folder until released. A file that is merely left over is not a lock."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "agent.lock"
        self._handle: int | None = None
        self.last_seen: float | None = None
        """When an earlier holder was last heard of (epoch s); None without one, or before it was taken."""

    def acquire(self) -> None:
        """Take the folder. Raises AlreadyRunning, or OSError when the file can neither be made nor opened."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        last_seen = _modified(self._path)
        handle = self._open()
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            raise AlreadyRunning(str(self._path.parent)) from error
        self._handle = handle
        self.last_seen = last_seen

    def away(self, now: datetime) -> tuple[datetime, datetime] | None:
        """Since when, until now, there was no holder; None where nobody knows of an earlier one."""
        seen = self.last_seen
        if seen is None or seen >= now.timestamp():
            return None
        return datetime.fromtimestamp(seen, now.tzinfo), now

    def touch(self, now: float) -> None:
        """Be heard of at this moment (epoch s). A disk that refuses is no matter."""
        if self._handle is not None:
            with suppress(OSError):
                os.utime(self._path, (now, now))

    def look(self) -> Hold:
        """Whether the folder is still ours. A lock file that was deleted, with or without its folder, is made
        again: unseen, a second agent would work beside this one. Raises OSError where it cannot be made."""
        handle = self._handle
        if handle is None or self._is_ours(handle):
            return Hold.OURS
        if os.fstat(handle).st_nlink:  # it exists under another name: the folder was moved, or lies elsewhere
            return Hold.OUT_OF_REACH
        try:
            self.acquire()
        except AlreadyRunning:
            return Hold.LOST
        os.close(handle)
        return Hold.TAKEN_AGAIN

    def _is_ours(self, handle: int) -> bool:
        if sys.platform == "win32":
            return True  # nobody can delete a file that is open
        try:
            return os.path.samestat(os.fstat(handle), self._path.stat())
        except OSError:
            return False

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


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def is_held(folder: Path) -> bool:
    """Whether an agent holds the folder, without touching the lock: an agent that starts in this very moment
    must not find it taken. False where the system does not tell."""
    path = folder / "agent.lock"
    try:
        if sys.platform == "win32":
            path.rename(path)  # refused while anybody has it open
            return False
        status = path.stat()
        with open("/proc/locks", encoding="ascii") as locks:  # noqa: PTH123 - a Path is slower
            return any(f":{status.st_ino} " in line and " FLOCK " in line for line in locks)
    except PermissionError:
        return sys.platform == "win32"
    except (OSError, ValueError):
        return False


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int) -> None:
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(handle: int) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
