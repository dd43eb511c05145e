"""A tray on the real Windows library: sends itself what Windows sends, and writes down what came of it."""

from __future__ import annotations

import ctypes
import json
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tray_agent.core.model import CardState
from tray_agent.shell.tray.notices import CLOSED_TO_TRAY
from tray_agent.shell.tray.tray import Tray
from tray_agent.shell.tray.view import TrayView
from tray_agent.shell.tray.windows import small_icon_size

LIBRARY_NOTIFY = 0x400 + 11
SENT = {
    "query end": (0x11, 0),
    "not ended after all": (0x16, 0),
    "end": (0x16, 1),
    "suspend": (0x218, 0x4),
    "resume": (0x218, 0x12),
    "clock": (0x1E, 0),
    "display": (0x7E, 0),
    "close": (0x10, 0),
}
QUESTION = "Encerrar o agente"


def until(condition: Callable[[], Any], what: str) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true")
        time.sleep(0.02)


def main(report: Path) -> None:
    user32: Any = ctypes.WinDLL("user32")  # type: ignore[attr-defined,unused-ignore]
    arguments = (ctypes.c_void_p, ctypes.c_uint, ctypes.c_size_t, ctypes.c_ssize_t)
    user32.SendMessageW.argtypes = user32.PostMessageW.argtypes = arguments
    user32.SendMessageW.restype = ctypes.c_int  # the library's answers fill the lower half only
    user32.FindWindowW.argtypes, user32.FindWindowW.restype = (ctypes.c_wchar_p,) * 2, ctypes.c_void_p
    heard: list[str] = []
    seen: dict[str, Any] = {"heard": heard, "answers": {}}
    views = [TrayView(aggregate=state, tooltip=state.value) for state in CardState]
    shown = [views[-1]]
    tray = Tray(
        lambda: shown[0],
        lambda action: heard.append(action.value),
        on_wake=lambda: heard.append("wake"),
        on_session_end=lambda: heard.append("session end"),
        at_login=True,
    )

    def drive() -> None:
        until(lambda: tray._ready.is_set() and tray._icon.visible, "the icon")
        seen["size"] = small_icon_size()
        handles = []
        for view in views:
            shown[0] = view
            tray.changed()
            until(lambda view=view: tray._icon.title == view.tooltip, "the new view")  # type: ignore[misc]
            handles.append(bool(tray._icon._icon_handle))
        seen["handles"] = handles
        window = tray._icon._hwnd
        for name, (message, value) in SENT.items():
            seen["answers"][name] = user32.SendMessageW(window, message, value, 0)
        user32.PostMessageW(window, LIBRARY_NOTIFY, 0, 0x202)
        until(lambda: heard[-1] == "open", "the click")
        tray.say(CLOSED_TO_TRAY)
        tray.ask_quit(("envia_pix", "conciliação"), lambda choice: heard.append(choice.value))
        until(lambda: user32.FindWindowW(None, QUESTION), "the question")
        user32.PostMessageW(user32.FindWindowW(None, QUESTION), 0x10, 0, 0)
        until(lambda: heard[-1] == "cancel", "the answer")

    def drive_and_stop() -> None:
        try:
            drive()
        except Exception as error:  # noqa: BLE001 - the test reads it
            seen["error"] = repr(error)
        tray.stop()

    threading.Thread(target=drive_and_stop, daemon=True).start()
    tray.run()
    report.write_text(json.dumps(seen), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
