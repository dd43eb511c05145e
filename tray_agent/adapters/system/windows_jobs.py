"""Job objects of Windows: what bounds a process and all that it starts. Nothing here works elsewhere."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes
from functools import cache
from typing import Any

KILL_ON_CLOSE, PROCESS_MEMORY = 0x2000, 0x100
_EXTENDED_LIMITS = 9


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
        ("other_memory", ctypes.c_size_t * 3),
    )


def new_job(flags: int, process_memory: int = 0) -> int:
    """A job with limits (``process_memory`` in bytes), nobody in it yet; its handle. Raises OSError."""
    job = int(_done(_kernel().CreateJobObjectW(None, None)))
    try:
        limit(job, flags, process_memory)
    except OSError:
        close(job)
        raise
    return job


def limit(job: int, flags: int, process_memory: int = 0) -> None:
    """Have these limits hold in the place of those before. Raises OSError."""
    limits = _Limits(flags=flags, process_memory=process_memory)
    size = ctypes.sizeof(limits)
    _done(_kernel().SetInformationJobObject(job, _EXTENDED_LIMITS, ctypes.byref(limits), size))


def put_in(job: int, process: int | None = None) -> None:
    """Put a process (its handle; None for this one) into a job, for good. Raises OSError."""
    handle = _kernel().GetCurrentProcess() if process is None else process
    _done(_kernel().AssignProcessToJobObject(job, handle))


def close(job: int) -> None:
    """Give the handle back; with ``KILL_ON_CLOSE`` the last one ends who is in it."""
    _kernel().CloseHandle(job)


def _done(result: Any) -> Any:
    if sys.platform == "win32" and not result:
        raise ctypes.WinError(ctypes.get_last_error())
    return result


@cache
def _kernel() -> Any:
    if sys.platform != "win32":
        raise OSError("only on Windows")
    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    handle, flag, pointer = wintypes.HANDLE, wintypes.BOOL, ctypes.c_void_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "CreateJobObjectW": (handle, [pointer, wintypes.LPCWSTR]),
        "SetInformationJobObject": (flag, [handle, ctypes.c_int, pointer, wintypes.DWORD]),
        "AssignProcessToJobObject": (flag, [handle, handle]),
        "GetCurrentProcess": (handle, []),
        "CloseHandle": (flag, [handle]),
    }
    for name, (result, arguments) in signatures.items():
        call = getattr(kernel, name)
        call.restype, call.argtypes = result, arguments
    return kernel
