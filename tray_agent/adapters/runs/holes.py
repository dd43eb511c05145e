"""Gives a part of a file back to the disk while somebody else writes at its end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_BLOCK = 4096

if sys.platform == "win32":
    import ctypes
    import msvcrt
    from ctypes import wintypes

    _SET_SPARSE, _SET_ZERO_DATA = 0x000900C4, 0x000980C8

    def give_back(path: Path, start: int, end: int) -> bool:
        """Free the bytes from ``start`` to ``end``; they read as zeros. False where the disk cannot."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.DeviceIoControl.argtypes = [
            wintypes.HANDLE,
            wintypes.DWORD,
            ctypes.c_void_p,
            wintypes.DWORD,
            ctypes.c_void_p,
            wintypes.DWORD,
            ctypes.POINTER(wintypes.DWORD),
            ctypes.c_void_p,
        ]
        span = (ctypes.c_longlong * 2)(start, end)
        done = wintypes.DWORD()
        with path.open("r+b") as file:
            handle = msvcrt.get_osfhandle(file.fileno())
            if not kernel.DeviceIoControl(handle, _SET_SPARSE, None, 0, None, 0, done, None):
                return False
            freed = kernel.DeviceIoControl(
                handle, _SET_ZERO_DATA, span, ctypes.sizeof(span), None, 0, done, None
            )
        return bool(freed)

else:
    _KEEP_SIZE, _PUNCH_HOLE = 1, 2

    def give_back(path: Path, start: int, end: int) -> bool:
        """Free the bytes from ``start`` to ``end``; they read as zeros. False where the disk cannot."""
        import ctypes

        start = -(-start // _BLOCK) * _BLOCK
        if end <= start:
            return False
        libc = ctypes.CDLL(None, use_errno=True)
        if not hasattr(libc, "fallocate"):
            return False
        libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
        handle = os.open(path, os.O_RDWR)
        try:
            return bool(libc.fallocate(handle, _KEEP_SIZE | _PUNCH_HOLE, start, end - start) == 0)
        finally:
            os.close(handle)
