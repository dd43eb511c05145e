"""Keeps the machine awake for as long as the agent runs, and knows whether it lives on its battery.

What no program can prevent: a closed lid, the power button, an empty battery, a forced log-off.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

if sys.platform == "win32":
    import ctypes

log = logging.getLogger(__name__)

_CONTINUOUS, _SYSTEM, _DISPLAY = 0x80000000, 0x1, 0x2
_FLAGS = {"display": _CONTINUOUS | _SYSTEM | _DISPLAY, "system": _CONTINUOUS | _SYSTEM}
ASSERT_AGAIN_SECONDS = 60.0
_CLOSE_SECONDS = 2.0

Request = Callable[[int], int]


class KeepAwake:
    """``mode`` is ``display`` (machine and screen), ``system`` (machine only) or ``off``.

    ``request`` stands for Windows' SetThreadExecutionState: what it asks for holds while its thread lives,
    so that thread is ours and does nothing else.
    """

    def __init__(self, mode: str, request: Request | None = None) -> None:
        self._mode = mode
        self._request = request or _windows_request()
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self.failure = ""  # one Portuguese sentence once the system refused

    def start(self) -> None:
        """Stay awake from now on. Returns at once."""
        if self._mode not in _FLAGS or self._thread is not None:
            return
        hold = self._hold_by_request if self._request else self._hold_by_desktop
        self._thread = threading.Thread(target=hold, name="keep-awake", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let the machine sleep again."""
        self._done.set()
        if self._thread is not None:
            self._thread.join(_CLOSE_SECONDS)

    def _hold_by_request(self) -> None:
        assert self._request is not None  # noqa: S101 - the thread is started for a request only
        try:
            while True:
                self._note(self._request(_FLAGS[self._mode]) != 0)
                if self._done.wait(ASSERT_AGAIN_SECONDS):
                    return
        finally:
            self._request(_CONTINUOUS)

    def _hold_by_desktop(self) -> None:
        """Ask the desktop session. Without its bus the library could only fail: it is not even imported."""
        if not _has_session_bus():
            self._note(False)
            return
        try:
            from wakepy import keep

            mode = keep.presenting if self._mode == "display" else keep.running
            with mode(on_fail="pass") as entered:
                self._note(entered.active)
                if entered.active:
                    self._done.wait()
        except (ImportError, OSError, RuntimeError, ValueError):
            log.warning("keeping awake failed", exc_info=True)
            self._note(False)

    def _note(self, held: bool) -> None:
        refused = "" if held else "O sistema não aceitou manter o computador acordado."
        if refused != self.failure:
            log.warning("keep awake (%s): %s", self._mode, "refused" if refused else "held again")
        self.failure = refused


def _windows_request() -> Request | None:
    if sys.platform == "win32":
        call = ctypes.WinDLL("kernel32").SetThreadExecutionState
        call.argtypes, call.restype = [ctypes.c_uint32], ctypes.c_uint32
        return lambda flags: int(call(flags))
    return None


def _has_session_bus() -> bool:
    if os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return True
    folder = os.environ.get("XDG_RUNTIME_DIR")
    return bool(folder) and Path(folder or "", "bus").exists()


if sys.platform == "win32":

    class _PowerStatus(ctypes.Structure):
        """SYSTEM_POWER_STATUS."""

        _fields_ = (
            ("line", ctypes.c_uint8),
            ("battery", ctypes.c_uint8),
            ("percent", ctypes.c_uint8),
            ("saver", ctypes.c_uint8),
            ("life", ctypes.c_uint32),
            ("full_life", ctypes.c_uint32),
        )


def on_battery(supplies: Path = Path("/sys/class/power_supply")) -> bool | None:
    """Whether the machine runs on its battery just now; None where nothing tells."""
    if sys.platform == "win32":
        status = _PowerStatus()
        if not ctypes.WinDLL("kernel32").GetSystemPowerStatus(ctypes.byref(status)):
            return None
        return {0: True, 1: False}.get(status.line)
    try:
        lines = [
            _word(path) for path in supplies.glob("*/online") if _word(path.with_name("type")) == "Mains"
        ]
    except OSError:
        return None
    return "1" not in lines if lines else None


def _word(path: Path) -> str:
    return path.read_text(encoding="ascii").strip()
