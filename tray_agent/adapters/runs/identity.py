"""Which process is which: a pid counts only with its creation time, since the system reuses pids.

On Linux the creation time is read as seconds since boot, which setting the clock does not change; it is
worth something only together with :func:`boot_id`. On Windows it is absolute and fixed.
"""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from pathlib import Path

from tray_agent.core.model import Identity

_TOLERANCE_SECONDS = 0.02
_LOOK_SECONDS = 0.2


def boot_id() -> str:
    """What tells this boot of the machine from every other; "" where nothing does."""
    if sys.platform == "win32":
        return ""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


if sys.platform == "win32":

    def created(pid: int) -> float | None:
        """When a process was created (epoch s), or None when there is none."""
        import psutil

        try:
            return psutil.Process(pid).create_time()
        except psutil.Error:
            return None

    def boot_seconds() -> float | None:
        """No clock here dates processes by the boot."""
        return None

    def created_since(before: float | None) -> float | None:
        """Not known without asking the process."""
        return None

    def age(identity: Identity) -> float:
        """How long ago the process was created (s); wrong by what the clock was set meanwhile."""
        return time.time() - identity.created

    def wait_end(identity: Identity) -> int | None:
        """Wait until a process has ended; its exit code when the system still tells it."""
        import psutil

        try:
            process = psutil.Process(identity.pid)
            if not _is_that(identity, process.create_time()):
                return None
            code: int | None = process.wait()
        except psutil.Error:
            return None
        return code

else:
    _STAT_BYTES = 4096  # some fifty numbers and a name of 64 bytes at most
    _TICKS = os.sysconf("SC_CLK_TCK")

    def created(pid: int) -> float | None:
        """When a process was created (s since boot), or None when there is none or it is a zombie.

        Raises OSError when the system does not tell, as where no descriptors are left.
        """
        try:
            status = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
        except (FileNotFoundError, ProcessLookupError):
            return None
        try:
            stat = os.read(status, _STAT_BYTES)
        except ProcessLookupError:
            return None
        finally:
            os.close(status)
        # The second field is the name in brackets and may hold blanks and brackets itself.
        fields = stat[stat.rindex(b")") + 2 :].split()
        return None if fields[0] in (b"Z", b"X") else int(fields[19]) / _TICKS

    def boot_seconds() -> float | None:
        """The clock by which the system dates processes (s since boot), None where there is none."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else None

    def created_since(before: float | None) -> float | None:
        """When a process was created that did not exist ``before`` (:func:`boot_seconds`) and exists now.

        None where that moment has passed from one of the system's ticks (10 ms) to the next: then the process
        must be asked. Asking one that is becoming a program waits until it has, half a millisecond or more.
        """
        after = boot_seconds()
        if before is None or after is None or int(before * _TICKS) != int(after * _TICKS):
            return None
        return int(before * _TICKS) / _TICKS

    def age(identity: Identity) -> float | None:
        """How long ago the process was created (s), whatever was done to the clock; None where unknown."""
        now = boot_seconds()
        return None if now is None else now - identity.created

    def open_pidfd(identity: Identity) -> int | None:
        """A handle on exactly this process, or None when it is gone. The caller closes it."""
        try:
            handle = os.pidfd_open(identity.pid)
        except OSError:
            return None
        with contextlib.suppress(OSError):  # who cannot be told for certain is not signalled
            if _is_that(identity, created(identity.pid)):
                return handle
        os.close(handle)
        return None

    def wait_end(identity: Identity) -> int | None:
        """Wait until a process that is not our child has ended; nobody tells its exit code."""
        while is_alive(identity):
            handle = open_pidfd(identity)
            if handle is None:  # it has just ended, or there is no handle to be had: ask again
                time.sleep(_LOOK_SECONDS)
                continue
            try:
                waiting = select.poll()  # select() refuses numbers from 1024 on
                waiting.register(handle, select.POLLIN)
                waiting.poll()
            finally:
                os.close(handle)
        return None


def same_moment(one: float, other: float) -> bool:
    """Whether two creation times are the same process's."""
    return abs(one - other) <= _TOLERANCE_SECONDS


def is_alive(identity: Identity) -> bool:
    """Whether exactly this process is there (a zombie is not). Where the system does not tell, it is."""
    try:
        moment = created(identity.pid)
    except OSError:
        return True
    return _is_that(identity, moment)


def _is_that(identity: Identity, moment: float | None) -> bool:
    return moment is not None and same_moment(moment, identity.created)
