"""The tray icon's manners on Windows, where the tray library has none: it must not veto a log-off,
hear of resume and clock changes, show a fresh menu, and draw the icon at the screen's own size."""

from __future__ import annotations

import ctypes
import logging
import sys
from collections.abc import Callable
from ctypes import c_int, c_uint, c_void_p
from typing import Any, Protocol

from tray_agent.shell.tray.icon import png

WM_CLOSE = 0x0010
WM_QUERYENDSESSION = 0x0011
WM_ENDSESSION = 0x0016
WM_TIMECHANGE = 0x001E
WM_DISPLAYCHANGE = 0x007E
WM_RBUTTONUP = 0x0205
WM_POWERBROADCAST = 0x0218
BALLOON_CLICKED = 0x0405
RESUMED = (0x7, 0x12)  # PBT_APMRESUMESUSPEND, PBT_APMRESUMEAUTOMATIC
SM_CXSMICON = 49
ICON_FORMAT = 0x00030000

log = logging.getLogger(__name__)
Manners = dict[int, Callable[[int, int], int]]


class Listener(Protocol):
    """Who is told of what Windows says. Every method returns at once."""

    def session_ends(self) -> None:
        """The session ends now: persist, tell the children."""
        ...

    def woke(self, resumed: bool) -> None:
        """The machine resumed, or else the clock was set."""
        ...

    def redraw(self) -> None:
        """The screen's resolution changed."""
        ...

    def on_notice(self) -> None:
        """The notification on the screen was clicked."""
        ...

    def close(self) -> None:
        """Another program asked the agent to close."""
        ...


def manners(listener: Listener) -> Manners:
    """The answers to window messages, by the message's number."""

    def allow_end(_w: int, _l: int) -> int:
        return 1

    def end_session(w: int, _l: int) -> int:
        if w:
            listener.session_ends()
        return 0

    def change_power(w: int, _l: int) -> int:
        if w in RESUMED:
            listener.woke(resumed=True)
        return 1

    def change_time(_w: int, _l: int) -> int:
        listener.woke(resumed=False)
        return 0

    def change_display(_w: int, _l: int) -> int:
        listener.redraw()
        return 0

    def close(_w: int, _l: int) -> int:
        listener.close()
        return 0

    return {
        WM_QUERYENDSESSION: allow_end,
        WM_ENDSESSION: end_session,
        WM_POWERBROADCAST: change_power,
        WM_TIMECHANGE: change_time,
        WM_DISPLAYCHANGE: change_display,
        WM_CLOSE: close,
    }


def windows_icon(base: Any, listener: Listener, handle: Callable[[bytes, int], int] | None = None) -> Any:
    """The tray library's icon class with our manners. ``handle`` makes an icon handle from a PNG."""

    class WindowsIcon(base):  # type: ignore[misc]
        """``drawn`` gives the image at a size in pixels."""

        drawn: Callable[[int], Any] | None = None

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._icon_handle: int | None = None
            self._message_handlers.update(manners(listener))

        def _on_notify(self, wparam: int, lparam: int) -> None:
            if lparam == WM_RBUTTONUP:
                self._update_menu()  # here, on the menu's own thread, and never from another
            if lparam == BALLOON_CLICKED:
                listener.on_notice()
            super()._on_notify(wparam, lparam)

        def _assert_icon_handle(self) -> None:
            if self._icon_handle or self.drawn is None:
                super()._assert_icon_handle()
                return
            size = small_icon_size()
            try:
                self._icon_handle = (handle or icon_handle)(png(self.drawn(size)), size)
            except OSError as error:
                log.warning("icon of %s px refused, falling back: %s", size, error)
                super()._assert_icon_handle()

        def add_again(self) -> None:
            """Add an icon that the taskbar may have lost; one that is there stays as it is."""
            if self.visible:
                self._show()

    return WindowsIcon


def small_icon_size() -> int:
    """The pixels of a tray icon at the screen's scale."""
    if sys.platform == "win32":
        measure = ctypes.WinDLL("user32").GetSystemMetrics
        measure.argtypes, measure.restype = (c_int,), c_int
        size: int = measure(SM_CXSMICON)
        return size or 16
    return 16


def icon_handle(data: bytes, size: int) -> int:
    """A handle made from a PNG without a file in between. Raises OSError."""
    if sys.platform == "win32":
        make = ctypes.WinDLL("user32", use_last_error=True).CreateIconFromResourceEx
        make.argtypes = (ctypes.c_char_p, c_uint, c_int, c_uint, c_int, c_int, c_uint)
        make.restype = c_void_p
        made: int | None = make(data, len(data), True, ICON_FORMAT, size, size, 0)
        if not made:
            raise ctypes.WinError(ctypes.get_last_error())
        return made
    raise OSError("icon handles exist on Windows only")


def see_true_pixels() -> None:
    """Tell Windows, before anything is shown, that we draw at the screen's own scale."""
    if sys.platform == "win32":
        try:
            ctypes.WinDLL("shcore").SetProcessDpiAwareness(1)
        except (OSError, AttributeError):
            ctypes.WinDLL("user32").SetProcessDPIAware()
