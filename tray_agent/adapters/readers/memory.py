"""How much memory a reader child may take: what a forged or runaway answer asks beyond it fails in there."""

from __future__ import annotations

import os
import sys

LIMIT_BYTES = 1_500_000_000
"""A history of 200,000 rows, the most that is read, takes 0.5 GB with its Excel copy; a usual day 0.2 GB."""
TOO_MUCH = "a leitura precisaria de mais memória do que se permite (1,5 GB)"

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def limit(most_bytes: int = LIMIT_BYTES) -> None:
    """Bound this process, before it imports anything large. Where the system cannot, nothing changes."""
    for name in _ONE_THREAD:  # each thread of a mathematics library reserves some 40 MB, whatever it does
        os.environ.setdefault(name, "1")
    try:
        _bound(most_bytes)
    except (OSError, ValueError):
        return  # a smaller limit is in force, or this system has none


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _EXTENDED_LIMITS, _PROCESS_MEMORY = 9, 0x100

    class _Limits(ctypes.Structure):
        """JOBOBJECT_EXTENDED_LIMIT_INFORMATION."""

        _fields_ = (
            ("times", ctypes.c_int64 * 2),
            ("flags", ctypes.c_uint32),
            ("working_set", ctypes.c_size_t * 2),
            ("active_processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t),
            ("priority", ctypes.c_uint32 * 2),
            ("io", ctypes.c_uint64 * 6),
            ("process_memory", ctypes.c_size_t),
            ("others", ctypes.c_size_t * 3),
        )

    def _bound(most_bytes: int) -> None:
        """A job of its own for this process; its handle is kept by the process's life."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateJobObjectW.restype = wintypes.HANDLE
        kernel.CreateJobObjectW.argtypes = [ctypes.c_void_p, wintypes.LPCWSTR]
        kernel.SetInformationJobObject.argtypes = [
            wintypes.HANDLE,
            ctypes.c_int,
            ctypes.c_void_p,
            wintypes.DWORD,
        ]
        kernel.AssignProcessToJobObject.argtypes = [wintypes.HANDLE, wintypes.HANDLE]
        kernel.GetCurrentProcess.restype = wintypes.HANDLE
        job = kernel.CreateJobObjectW(None, None)
        limits = _Limits(flags=_PROCESS_MEMORY, process_memory=most_bytes)
        size = ctypes.sizeof(limits)
        if not (
            job
            and kernel.SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size)
            and kernel.AssignProcessToJobObject(job, kernel.GetCurrentProcess())
        ):
            raise ctypes.WinError(ctypes.get_last_error())

else:

    def _bound(most_bytes: int) -> None:
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
