"""Children that are another program and must never outlive this one, however it ends."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import IO

from tray_agent.adapters.system import program

_GONE = 3


class Tied:
    """A child that ends with us. ``close`` ends it now."""

    def __init__(self, popen: subprocess.Popen[bytes], job: int | None = None) -> None:
        self.popen = popen
        self._job = job

    def close(self) -> None:
        """End it, if it is still there, and wait for its end."""
        self.popen.kill()
        self.popen.wait()
        if self._job is not None:
            _close_job(self._job)
            self._job = None


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    from tray_agent.adapters.system import windows_jobs

    _CREATE_SUSPENDED = 0x4

    def start_tied(argv: Sequence[str], environment: Mapping[str, str], output: IO[bytes]) -> Tied:
        """Start it, suspended until it belongs to a job that Windows ends with us. Raises OSError."""
        ntdll = ctypes.WinDLL("ntdll")
        ntdll.NtResumeProcess.argtypes = [wintypes.HANDLE]
        job = windows_jobs.new_job(windows_jobs.KILL_ON_CLOSE)
        try:
            popen = subprocess.Popen(
                list(argv),
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                creationflags=subprocess.CREATE_NO_WINDOW | _CREATE_SUSPENDED,
            )
        except OSError:
            windows_jobs.close(job)
            raise
        handle = int(popen._handle)  # type: ignore[attr-defined]
        try:
            windows_jobs.put_in(job, handle)
            if status := ntdll.NtResumeProcess(handle):
                raise OSError(f"NtResumeProcess: 0x{status & 0xFFFFFFFF:08X}")
        except OSError:
            popen.kill()
            windows_jobs.close(job)
            raise
        return Tied(popen, job)

    def _close_job(job: int) -> None:
        windows_jobs.close(job)

    def main(arguments: list[str]) -> int:
        """On Windows nobody needs it."""
        return 2

else:
    _PR_SET_PDEATHSIG, _SIGKILL = 1, 9

    def start_tied(argv: Sequence[str], environment: Mapping[str, str], output: IO[bytes]) -> Tied:
        """Start it by way of this program, which asks the kernel for it and becomes it. From a thread that
        lives as long as we: the kernel goes by the thread. Raises OSError."""
        command = program.command("--internal", "with-us", str(os.getpid()), *argv)
        return Tied(
            subprocess.Popen(
                command,
                env=program.environment(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )

    def _close_job(job: int) -> None:
        """There is none."""

    def main(arguments: list[str]) -> int:
        """``PARENT PROGRAM ARGUMENT…``: become that program, which ends with its parent. Raises OSError."""
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        if os.getppid() != int(arguments[0]):
            return _GONE  # it went while we came
        return os.execv(arguments[1], arguments[1:])  # noqa: S606 - an argument list of ours
