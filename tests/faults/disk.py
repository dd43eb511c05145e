"""Small disks of a seed's own, in a namespace of its own: filled, made read-only, covered, uncovered."""

from __future__ import annotations

import ctypes
import os
import shutil
from pathlib import Path

_READ_ONLY, _REMOUNT, _BIND, _MOVE, _DETACH = 1, 32, 4096, 8192, 2
_PAGE = 4096


def _mount(source: str, target: Path, kind: str, flags: int, options: str = "") -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    words = [text.encode() for text in (source, str(target), kind)]
    if libc.mount(*words, ctypes.c_ulong(flags), options.encode()):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


def _unmount(target: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.umount2(str(target).encode(), _DETACH):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), str(target))


class Disk:
    """A disk in memory at ``folder``. Raises OSError where mounting is not permitted."""

    def __init__(self, folder: Path, megabytes: float) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        _mount("tmpfs", folder, "tmpfs", 0, f"size={int(megabytes * 1024)}k,mode=0700")
        self._ballast = folder / "ballast"
        self._is_covered = self._is_read_only = False

    def fill(self, leave_bytes: int = 0) -> None:
        """Leave only that many bytes free."""
        for _ in range(3):  # somebody writes and frees meanwhile
            free = shutil.disk_usage(self.folder).free - leave_bytes
            if free < _PAGE:
                return
            try:
                with self._ballast.open("ab", buffering=0) as file:
                    file.write(bytes(free))
            except OSError:
                continue

    def free(self) -> None:
        """Give the space back."""
        self._ballast.unlink(missing_ok=True)

    def make_read_only(self) -> None:
        """Truly where nobody has a file open for writing, else for everybody who opens one from now on."""
        if self._is_read_only or self._is_covered:
            return
        try:
            _mount("tmpfs", self.folder, "tmpfs", _REMOUNT | _READ_ONLY)
            self._is_read_only = True
        except OSError:
            # Made aside and moved over: on the spot somebody may open a file before it is read-only.
            aside = self.folder.with_name(self.folder.name + "-read-only")
            aside.mkdir(exist_ok=True)
            _mount(str(self.folder), aside, "none", _BIND)
            _mount("none", aside, "none", _REMOUNT | _BIND | _READ_ONLY)
            _mount(str(aside), self.folder, "none", _MOVE)
            self._is_covered = True

    def make_writable(self) -> None:
        """Undo :meth:`make_read_only`."""
        if self._is_covered:
            _unmount(self.folder)
        if self._is_read_only:
            _mount("tmpfs", self.folder, "tmpfs", _REMOUNT)
        self._is_covered = self._is_read_only = False


def can_mount(folder: Path) -> bool:
    """Whether disks can be mounted here: tries beside ``folder``."""
    probe = folder.with_name(folder.name + "-probe")
    try:
        Disk(probe, 1)
    except OSError:
        return False
    return True


class Cover:
    """An empty folder where a drive was mounted; what lies below is out of reach until it is lifted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        _mount("tmpfs", folder, "tmpfs", 0, "size=64k")

    def lift(self) -> None:
        """Mount the drive again, so to speak."""
        _unmount(self._folder)
