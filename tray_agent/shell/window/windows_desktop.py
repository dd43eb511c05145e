"""What the window needs to know of Windows: the browser engine, the screens, who may come to the front.

Every library is loaded here anew: prototypes set on the shared ``ctypes.windll`` are everybody's.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress

APP_ID = "tray-agent.dashboard"
NO_ENGINE = 4  # how the window's process ends where there is no browser engine, after saying so
ANY_PROCESS = -1
_RUNTIME = r"Microsoft\EdgeUpdate\Clients\{F3017226-FE2A-4295-8BDF-00C3A9A7E4C5}"
_PLACES = (
    ("HKEY_CURRENT_USER", rf"SOFTWARE\{_RUNTIME}"),
    ("HKEY_LOCAL_MACHINE", rf"SOFTWARE\WOW6432Node\{_RUNTIME}"),
    ("HKEY_LOCAL_MACHINE", rf"SOFTWARE\{_RUNTIME}"),
)
_OLDEST = (86, 0, 622, 0)
_THEME = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Themes\Personalize"

ReadValue = Callable[[str, str, str], object]


def read_value(hive: str, key: str, name: str) -> object:
    """A value of the registry, or None where there is none."""
    if sys.platform != "win32":
        return None
    import winreg

    with suppress(OSError), winreg.OpenKey(getattr(winreg, hive), key) as opened:
        return winreg.QueryValueEx(opened, name)[0]
    return None


def webview2_version(read: ReadValue = read_value) -> str | None:
    """The version of the installed WebView2, or None when there is none that can be used."""
    for hive, key in _PLACES:
        version = read(hive, key, "pv")
        if isinstance(version, str) and _numbers(version) >= _OLDEST:
            return version
    return None


def prefers_dark(read: ReadValue = read_value) -> bool:
    """Whether the person asked Windows for dark programs."""
    return read("HKEY_CURRENT_USER", _THEME, "AppsUseLightTheme") == 0


def prepare_process() -> None:
    """Sharp pixels, and a place of its own in the task bar. Before any window."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").SetProcessDPIAware()
        ctypes.WinDLL("shell32").SetCurrentProcessExplicitAppUserModelID(ctypes.c_wchar_p(APP_ID))


def screens() -> list[tuple[int, int, int, int]]:
    """x, y, width and height of each screen in logical pixels."""
    found: list[tuple[int, int, int, int]] = []
    if sys.platform == "win32":
        import ctypes
        from ctypes import wintypes

        user32 = ctypes.WinDLL("user32")
        scale = (user32.GetDpiForSystem() or 96) / 96
        callback = ctypes.WINFUNCTYPE(
            wintypes.BOOL, wintypes.HMONITOR, wintypes.HDC, ctypes.POINTER(wintypes.RECT), wintypes.LPARAM
        )

        def note(_monitor: int, _dc: int, rect: ctypes._Pointer[wintypes.RECT], _param: int) -> int:
            left, top, right, bottom = (
                round(edge / scale) for edge in (rect[0].left, rect[0].top, rect[0].right, rect[0].bottom)
            )
            found.append((left, top, right - left, bottom - top))
            return 1

        user32.EnumDisplayMonitors.argtypes = [*(wintypes.HDC, ctypes.c_void_p, callback, wintypes.LPARAM)]
        user32.EnumDisplayMonitors(None, None, callback(note), 0)
    return found


def allow_foreground(pid: int = ANY_PROCESS) -> None:
    """Pass on the right to come to the front, which only whoever got the last click has."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("user32").AllowSetForegroundWindow(pid)


def say(text: str, title: str) -> None:
    """Tell the person something that cannot be told in the window, and wait until it was read."""
    if sys.platform == "win32":
        import ctypes

        error_in_front = 0x10 | 0x10000
        ctypes.WinDLL("user32").MessageBoxW(
            None, ctypes.c_wchar_p(text), ctypes.c_wchar_p(title), error_in_front
        )


def _numbers(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        return ()
