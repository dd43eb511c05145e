"""A window that nobody sees: through it Windows tells an agent without an icon that the session ends.

A program without console and window is otherwise ended at log-off unasked, and no ``taskkill`` can ask it to.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import threading
from collections.abc import Callable

from tray_agent.shell.tray.windows import WM_CLOSE, WM_ENDSESSION, WM_QUERYENDSESSION

_log = logging.getLogger(__name__)
_CLASS = "tray-agent.session"
_START_SECONDS = 30.0


class SessionWindow:
    """``on_session_end`` and ``on_close`` are called on the window's thread; the first may take a second."""

    def __init__(self, on_session_end: Callable[[], None], on_close: Callable[[], None]) -> None:
        self._on_session_end = on_session_end
        self._on_close = on_close
        self._thread = threading.Thread(target=self._hold, name="session-window", daemon=True)

    def start(self) -> None:
        """Show nothing, and listen from now on. Elsewhere than on Windows there is nothing to hear."""
        if sys.platform == "win32":
            self._thread.start()

    def heard(self, message: int, given: int) -> int | None:
        """The answer to a window message, None for the system's own."""
        if message == WM_QUERYENDSESSION:
            return 1
        if message == WM_ENDSESSION:
            if given:
                self._on_session_end()
            return 0
        if message == WM_CLOSE:
            self._on_close()
            return 0
        return None

    def _hold(self) -> None:
        if sys.platform == "win32":
            try:
                self._listen()
            except OSError:
                _log.warning("no window: a log-off will not be heard", exc_info=True)

    if sys.platform == "win32":

        def _listen(self) -> None:
            from ctypes import wintypes

            user = ctypes.WinDLL("user32", use_last_error=True)
            result = ctypes.c_ssize_t
            four = (wintypes.HWND, wintypes.UINT, wintypes.WPARAM, wintypes.LPARAM)
            procedure = ctypes.WINFUNCTYPE(result, *four)
            user.DefWindowProcW.argtypes, user.DefWindowProcW.restype = four, result

            class WindowClass(ctypes.Structure):
                """WNDCLASSW."""

                _fields_ = (
                    ("style", wintypes.UINT),
                    ("procedure", procedure),
                    ("class_extra", ctypes.c_int),
                    ("window_extra", ctypes.c_int),
                    ("instance", wintypes.HINSTANCE),
                    ("icon", wintypes.HANDLE),
                    ("cursor", wintypes.HANDLE),
                    ("brush", wintypes.HANDLE),
                    ("menu", wintypes.LPCWSTR),
                    ("name", wintypes.LPCWSTR),
                )

            def hear(window: int, message: int, given: int, more: int) -> int:
                answer = self.heard(message, given)
                return int(user.DefWindowProcW(window, message, given, more)) if answer is None else answer

            kept = WindowClass(procedure=procedure(hear), name=_CLASS)
            user.CreateWindowExW.restype = wintypes.HWND
            if not user.RegisterClassW(ctypes.byref(kept)) or not user.CreateWindowExW(
                0, _CLASS, "tray-agent", 0, 0, 0, 0, 0, None, None, None, None
            ):
                raise ctypes.WinError(ctypes.get_last_error())
            message = wintypes.MSG()
            while user.GetMessageW(ctypes.byref(message), None, 0, 0) > 0:
                user.DispatchMessageW(ctypes.byref(message))
