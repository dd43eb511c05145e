"""A small window that says how far unpacking is, if it takes longer than a second. Windows only."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

AFTER_SECONDS = 1.0
_REFRESH_SECONDS = 0.1
_WIDTH, _HEIGHT = 480, 90
_GUI_FONT, _SET_FONT = 17, 0x0030


class Splash:
    """``with Splash(...) as splash``: give ``splash.progress`` to what takes its time."""

    def __init__(self, *, shown: bool) -> None:
        self._share = 0.0
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        if shown and sys.platform == "win32":
            self._thread = threading.Thread(target=self._show, name="splash", daemon=True)

    def progress(self, share: float) -> None:
        """How much (0 to 1) is done; on any thread."""
        self._share = max(self._share, share)

    @property
    def text(self) -> str:
        """What the window says just now."""
        return f"\nPreparando o tray-agent para o primeiro uso desta versão…\n\n{self._share:.0%}"

    def __enter__(self) -> Splash:
        if self._thread is not None:
            self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join(2.0)

    def _show(self) -> None:
        if not self._over.wait(AFTER_SECONDS) and sys.platform == "win32":
            self._hold_window()

    if sys.platform == "win32":

        def _hold_window(self) -> None:
            import ctypes
            from ctypes import wintypes

            user = ctypes.WinDLL("user32")
            user.CreateWindowExW.restype = wintypes.HWND
            user.SetWindowTextW.argtypes = [wintypes.HWND, wintypes.LPCWSTR]
            user.DestroyWindow.argtypes = [wintypes.HWND]
            user.SendMessageW.argtypes = [wintypes.HWND, wintypes.UINT, wintypes.HANDLE, wintypes.LPARAM]
            stock = ctypes.WinDLL("gdi32").GetStockObject
            stock.restype = wintypes.HANDLE
            topmost_tool, visible_popup_border = 0x8 | 0x80, 0x90800000
            centred_text = 0x1
            left = (user.GetSystemMetrics(0) - _WIDTH) // 2
            top = (user.GetSystemMetrics(1) - _HEIGHT) // 2
            window = user.CreateWindowExW(
                topmost_tool,
                "STATIC",
                self.text,
                wintypes.DWORD(visible_popup_border | centred_text),
                *(left, top, _WIDTH, _HEIGHT, None, None, None, None),
            )
            user.SendMessageW(window, _SET_FONT, stock(_GUI_FONT), 1)
            message = wintypes.MSG()
            while not self._over.wait(_REFRESH_SECONDS):
                user.SetWindowTextW(window, self.text)
                while user.PeekMessageW(ctypes.byref(message), None, 0, 0, 1):
                    user.DispatchMessageW(ctypes.byref(message))
            user.DestroyWindow(window)
