"""What keeps the window to its page and the page to its bridge, over what pywebview itself allows."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tray_agent.shell.window.bridge import BRIDGE_METHODS

DEBUG_PORT = "TRAY_AGENT_DEBUG_PORT"
RENDERERS = frozenset({"edgechromium", "qtwebengine"})
# With these, whoever can set a variable of ours could drive the page.
_FOREIGN_SWITCHES = (
    "QTWEBENGINE_CHROMIUM_FLAGS",
    "QTWEBENGINE_REMOTE_DEBUGGING",
    "WEBVIEW2_ADDITIONAL_BROWSER_ARGUMENTS",
    "WEBVIEW2_BROWSER_EXECUTABLE_FOLDER",
    "WEBVIEW2_PIPE_FOR_SCRIPT_DEBUGGER",
    "WEBVIEW2_USER_DATA_FOLDER",
    "WEBVIEW2_WAIT_FOR_SCRIPT_DEBUGGER",
)

_log = logging.getLogger(__name__)


def prepare_environment(environ: Any) -> None:
    """Drop switches that open the engine to others, and choose the engine where there is a choice."""
    for name in _FOREIGN_SWITCHES:
        environ.pop(name, None)
    environ.setdefault("PYWEBVIEW_LOG", "WARNING")
    if sys.platform != "win32":
        environ["QT_API"] = "pyside6"
        environ["PYWEBVIEW_GUI"] = "qt"
        if os.geteuid() == 0:
            environ["QTWEBENGINE_DISABLE_SANDBOX"] = "1"  # Chromium refuses to start as root with it


def debug_port(environ: Any) -> int | None:
    """The port on which tests may drive the page. A built exe has none."""
    value = environ.get(DEBUG_PORT, "")
    if getattr(sys, "frozen", False) or not (value.isascii() and value.isdigit()):
        return None
    return int(value) if 0 < int(value) < 65536 else None


def guard_calls(util: ModuleType) -> Callable[..., None]:
    """Let only the bridge's literal names through pywebview's dispatch, which would resolve any dotted name.

    To be called before the platform's module is imported, since that copies the name. Raises RuntimeError
    when pywebview is not the one this was written for.
    """
    dispatch = getattr(util, "js_bridge_call", None)
    if not callable(dispatch):
        raise RuntimeError("pywebview has no js_bridge_call to guard")
    if any(name.startswith("webview.platforms.") for name in sys.modules):
        raise RuntimeError("pywebview's platform was imported before it could be guarded")

    def js_bridge_call(window: Any, func_name: Any, param: Any, value_id: Any) -> None:
        if (
            isinstance(func_name, str)
            and func_name in BRIDGE_METHODS
            and isinstance(param, list)
            and isinstance(value_id, str)
            and value_id.replace("-", "").isalnum()
        ):
            dispatch(window, func_name, param, value_id)
        else:
            _log.warning("the page called what it may not: %.80r", func_name)

    util.js_bridge_call = js_bridge_call  # type: ignore[attr-defined]
    return js_bridge_call


def is_guarded(guard: Callable[..., None]) -> bool:
    """Whether every platform module that was imported uses the guard."""
    platforms = [module for name, module in sys.modules.items() if name.startswith("webview.platforms.")]
    return all(getattr(module, "js_bridge_call", guard) is guard for module in platforms)


def lock_navigation(renderer: str, native: Any, is_own: Callable[[str], bool]) -> None:
    """Refuse whatever would lead the window away from its page. On the GUI thread."""
    if renderer == "edgechromium":

        def starting(_sender: Any, args: Any) -> None:
            if not is_own(str(args.Uri)):
                args.Cancel = True

        native.webview.NavigationStarting += starting
        return

    def requested(request: Any) -> None:
        if not is_own(request.url().toString()):
            request.reject()

    page = native.webview.page()
    page.navigationRequested.connect(requested)
    page.nav_handler = None  # what createWindow() returns: no new windows
    settings = page.settings()
    settings.setAttribute(settings.WebAttribute.JavascriptCanOpenWindows, False)
