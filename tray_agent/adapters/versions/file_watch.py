"""Notices that the file from which the agent was started became another, and whether that one is whole."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tray_agent.adapters.versions.archive import NotRead, NotWhole, Package, check, read


class FileState(StrEnum):
    """What lies in the place of the file that the agent was started from."""

    SAME = "same"
    ANOTHER = "another"  # a complete program of another version
    BROKEN = "broken"  # half synced, cut off, no program at all, or not to be read
    CHANGING = "changing"  # it changed a moment ago, or another program has it: not looked into yet
    GONE = "gone"


_LOOKS_UNREAD = 3  # so often a file may be somebody else's before that is said


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found. ``package`` for ANOTHER, ``trouble`` (a Portuguese clause) for BROKEN."""

    state: FileState
    package: Package | None = None
    trouble: str = ""


class FileWatch:
    """Looks at one file; reads it only when it changed and was then left alone until the next look."""

    def __init__(self, file: Path, identity: str) -> None:
        self.file = file
        self._identity = identity
        self._seen: tuple[int, int] | None = None
        self._judged: tuple[int, int] | None = None
        self._last = Look(FileState.SAME)
        self._unread = 0

    def look(self) -> Look:
        """Look once. May block where the file lies on a drive that does not answer."""
        try:
            status = self.file.stat()
        except OSError:
            self._seen = self._judged = None
            return Look(FileState.GONE)
        now = (status.st_size, status.st_mtime_ns)
        if now == self._judged:
            return self._last
        if now != self._seen:
            self._seen = now
            return Look(FileState.CHANGING)
        try:
            self._last, self._judged, self._unread = self._read(), now, 0
        except NotRead as held:  # the next look tries again, whether or not the file changes
            self._unread += 1
            if self._unread < _LOOKS_UNREAD:
                return Look(FileState.CHANGING)
            return Look(FileState.BROKEN, trouble=str(held))
        return self._last

    def _read(self) -> Look:
        try:
            package = read(self.file)
            check(package)
        except NotRead:
            raise
        except NotWhole as broken:
            return Look(FileState.BROKEN, trouble=str(broken))
        if package.identity == self._identity:
            return Look(FileState.SAME)
        return Look(FileState.ANOTHER, package)
