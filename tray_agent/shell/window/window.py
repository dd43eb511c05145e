"""The dashboard's process: one pywebview window on the page, joined to the agent by the local channel.

Nothing of value lives here. It may be killed at any moment and ends by itself when the agent goes away.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

from tray_agent.shell.channel.client import Channel, ChannelError, NoAgent, Refused, connect
from tray_agent.shell.channel.wire import CHANNEL_DIR
from tray_agent.shell.window import qt_desktop, windows_desktop
from tray_agent.shell.window.bridge import WINDOW_PREFERENCES, Bridge
from tray_agent.shell.window.geometry import MIN_SIZE, Area, Geometry, read_geometry
from tray_agent.shell.window.lockdown import (
    RENDERERS,
    debug_port,
    guard_calls,
    is_guarded,
    lock_navigation,
    prepare_environment,
)
from tray_agent.shell.window.outbox import Outbox
from tray_agent.shell.window.pages import PageServer
from tray_agent.shell.window.windows_desktop import NO_ENGINE

TITLE = "Automações – tray-agent"

CLOSED, FAILED, USAGE, NO_AGENT, NOT_LOADED, WENT_ASTRAY = 0, 1, 2, 3, 5, 6  # 4 is NO_ENGINE

SHOWN_SECONDS = 20.0
LOADED_SECONDS = 15.0
GONE_SECONDS = 4.0
LEAVE_SECONDS = 3.0
QUIET_SECONDS = 0.5

_LIGHT, _DARK = "#f5f6f9", "#14171c"
_NO_WEBVIEW2 = (
    "O painel precisa do Microsoft Edge WebView2 Runtime, que não está instalado neste computador. "
    "Peça ao suporte para instalá-lo; o agente e as automações continuam funcionando sem o painel."
)

_log = logging.getLogger(__name__)


KeepFolder = Callable[[str], str]
"""Puts on record which folder a person chose: why it could not be, or ""."""


def run(arguments: list[str], keep_folder: KeepFolder) -> int:
    """Show the dashboard until it is closed: FRONTEND_FOLDER and, if there is one, ICON_FILE.

    The agent's data folder is in TRAY_AGENT_CHANNEL_DIR. Once a window was shown the process ends in here,
    with 0, or 5 when the page did not load or died, 6 when it went astray. Without a window an exit code is
    returned: 1 failed, 2 wrong usage, 3 no agent, 4 no browser engine (the person was told).
    """
    data_dir = os.environ.get(CHANNEL_DIR, "")
    if not 1 <= len(arguments) <= 2 or not data_dir:
        _log.error("usage: %s set, FRONTEND_FOLDER [ICON_FILE]", CHANNEL_DIR)
        return USAGE
    with PageServer(Path(arguments[0])) as pages:
        if "/index.html" not in pages.files:
            _log.error("no index.html in %s", arguments[0])
            return FAILED
        icon = arguments[1] if len(arguments) > 1 else None
        return _run(Path(data_dir), pages, icon, keep_folder)


def _run(data_dir: Path, pages: PageServer, icon: str | None, keep_folder: KeepFolder) -> int:
    if sys.platform == "win32":
        windows_desktop.prepare_process()
        if windows_desktop.webview2_version() is None:
            windows_desktop.say(_NO_WEBVIEW2, TITLE)
            return NO_ENGINE
    try:
        channel = connect(data_dir)
    except ChannelError as error:
        _log.error("%s", error.text)
        return NO_AGENT if isinstance(error, NoAgent) else FAILED
    prepare_environment(os.environ)
    pages.start()
    return _Window(channel, pages, icon, keep_folder).show()


class _Window:
    """The window and its threads. GUI callbacks never wait; nothing is held while the GUI is called."""

    def __init__(
        self, channel: Channel, pages: PageServer, icon: str | None, keep_folder: KeepFolder
    ) -> None:
        self._channel = channel
        self._pages = pages
        self._icon = icon
        self._keep_folder = keep_folder
        self._closing = threading.Event()
        self._parted = threading.Event()
        self._minimized = False
        self._maximized = False
        self._geometry = Geometry()
        self._color = _LIGHT
        self._window: Any = None
        self._page = Outbox("page", self._dispatch)
        self._orders = Outbox("window", self._obey)
        self._places = Outbox("geometry", self._remember, quiet_seconds=QUIET_SECONDS)

    def show(self) -> int:
        """Open the window and end the process when it is closed; returns only when no window came up."""
        import webview
        from webview import util

        self._guard = guard_calls(util)
        webview.settings.update(
            {
                "ALLOW_DOWNLOADS": False,
                "ALLOW_FILE_URLS": False,
                "IGNORE_SSL_ERRORS": False,
                "OPEN_DEVTOOLS_IN_DEBUG": False,
                "OPEN_EXTERNAL_LINKS_IN_BROWSER": False,
                "REMOTE_DEBUGGING_PORT": debug_port(os.environ),
            }
        )
        try:
            self._create(webview)
            self._channel.listen(self._hear)
            threading.Thread(target=self._watch_channel, name="gone", daemon=True).start()
            threading.Thread(target=self._watch_loading, name="loading", daemon=True).start()
            webview.start(private_mode=True, debug=False, icon=self._icon)
        except ChannelError:
            return NO_AGENT
        except webview.WebViewException:
            _log.exception("the window could not be opened")
            return self._no_engine()
        if not self._window.events.shown.is_set():
            return self._no_engine()
        self._parted.wait(LEAVE_SECONDS)
        return _leave(CLOSED)

    def _preferences(self) -> dict[str, Any]:
        try:
            preferences = self._channel.call("preferences", timeout=5.0)
        except Refused as error:
            _log.warning("no preferences: %s", error.text)
            return {}
        return preferences if isinstance(preferences, dict) else {}

    def _create(self, webview: Any) -> None:
        preferences = self._preferences()
        self._geometry = read_geometry(preferences.get(WINDOW_PREFERENCES)).fitted(_screens(webview))
        self._maximized = self._geometry.maximized
        self._color = _background(preferences.get("theme"))
        self._window = webview.create_window(
            TITLE,
            f"{self._pages.origin}/index.html{_theme_query(preferences.get('theme'))}",
            js_api=Bridge(self._call, self._choose_file, self._choose_folder),
            width=self._geometry.width,
            height=self._geometry.height,
            x=self._geometry.x,
            y=self._geometry.y,
            min_size=MIN_SIZE,
            maximized=self._geometry.maximized,
            background_color=self._color,
            text_select=True,
            zoomable=True,
        )
        events = self._window.events
        events.initialized += self._on_initialized
        events.before_show += self._on_before_show
        events.loaded += self._on_loaded
        events.closed += self._on_closed
        events.minimized += self._on_minimized
        events.maximized += self._on_maximized
        events.restored += self._on_restored
        events.resized += self._on_resized
        events.moved += self._on_moved

    def _choose_file(self, name: str) -> str | None:
        """Where the person wants a workbook to be; None for nowhere. On the bridge's thread."""
        import webview

        chosen = self._window.create_file_dialog(
            webview.FileDialog.SAVE, save_filename=name, file_types=("Planilha do Excel (*.xlsx)",)
        )
        return chosen if isinstance(chosen, str) else chosen[0] if chosen else None

    def _choose_folder(self) -> str | None:
        """Have the person choose where the automations are, and keep it; see ``ChooseFolder``.

        On the bridge's thread.
        """
        import webview

        chosen = self._window.create_file_dialog(webview.FileDialog.FOLDER)
        return self._keep_folder(chosen if isinstance(chosen, str) else chosen[0]) if chosen else None

    def _is_own(self, url: str) -> bool:
        return url.startswith(f"{self._pages.origin}/")

    # --- GUI thread ---------------------------------------------------------------------------------

    def _on_initialized(self, renderer: str) -> bool:
        """False gives up: an engine that cannot show the page, or one that is not guarded."""
        self._renderer = renderer
        return renderer in RENDERERS and is_guarded(self._guard)

    def _on_before_show(self) -> None:
        native = self._window.native
        lock_navigation(self._renderer, native, self._is_own)
        if self._renderer == "qtwebengine":
            page = native.webview.page()
            page.renderProcessTerminated.connect(lambda *_: _leave(NOT_LOADED))
            qt_desktop.add_zoom_keys(native)
            page.setBackgroundColor(self._color)  # pywebview colours the window alone, and Qt's page is white

    # --- threads of pywebview's ---------------------------------------------------------------------

    def _on_loaded(self) -> None:
        url = self._window.get_current_url()
        if url is not None and not self._is_own(url):
            _log.error("the window went astray: %.200r", url)
            _leave(WENT_ASTRAY)

    def _on_closed(self) -> None:
        self._closing.set()
        _leave_after(2 * LEAVE_SECONDS)
        self._places.stop(LEAVE_SECONDS / 2)
        self._channel.close()
        self._parted.set()

    def _on_minimized(self) -> None:
        self._minimized = True

    def _on_maximized(self) -> None:
        self._minimized, self._maximized = False, True
        self._places.put("maximized", (True,))

    def _on_restored(self) -> None:
        self._minimized = self._maximized = False
        self._places.put("maximized", (False,))

    def _on_resized(self, width: int, height: int) -> None:
        self._places.put("size", (width, height))

    def _on_moved(self, x: int, y: int) -> None:
        self._places.put("place", (x, y))

    def _call(self, method: str, **params: Any) -> Any:
        """The page's question goes to the agent, but for what concerns this window alone."""
        if method != "title":
            return self._channel.call(method, **params)
        self._orders.put("title", f"{params['text']} – tray-agent")
        return {}

    # --- threads of our own -------------------------------------------------------------------------

    def _hear(self, event: dict[str, Any]) -> None:
        """An event of the agent, on the channel's thread."""
        name = str(event.get("event"))
        (self._orders if name in ("raise", "close") else self._page).put(name, event)

    def _dispatch(self, pending: dict[str, Any]) -> None:
        """Tell the page. May hang for ever when the page is gone: its thread has nothing else to do."""
        for event in pending.values():
            script = f'window.dispatchEvent(new CustomEvent("agent", {{detail: {json.dumps(event)}}}))'
            self._window.run_js(script)

    def _obey(self, pending: dict[str, Any]) -> None:
        if "close" in pending:
            self._close()
            return
        if "title" in pending:
            self._window.set_title(pending["title"])
        if "raise" not in pending:
            return
        if self._minimized:
            (self._window.maximize if self._maximized else self._window.restore)()
        self._window.show()
        if self._renderer == "qtwebengine":
            native = self._window.native
            native.create_window_trigger.emit(lambda: (native.raise_(), native.activateWindow()))

    def _close(self) -> None:
        _leave_after(LEAVE_SECONDS)
        self._window.destroy()

    def _remember(self, pending: dict[str, Any]) -> None:
        """Remember size and place, but of a window that fills the screen only that it does."""
        known = replace(self._geometry, maximized=self._maximized)
        if not self._maximized and not self._minimized:
            width, height = pending.get("size", (known.width, known.height))
            x, y = pending.get("place", (known.x, known.y))
            known = replace(known, width=width, height=height, x=x, y=y)
        if known != self._geometry:
            self._geometry = known
            self._channel.call("remember", preferences={WINDOW_PREFERENCES: known.to_json()}, timeout=2.0)

    def _watch_channel(self) -> None:
        """Without an agent there is nothing to show: say so, then go."""
        self._channel.closed.wait()
        if self._closing.is_set():
            return
        self._page.put("gone", {"event": "gone"})
        if not self._closing.wait(GONE_SECONDS):
            self._close()

    def _watch_loading(self) -> None:
        events = self._window.events
        if not events.shown.wait(SHOWN_SECONDS) or not events.loaded.wait(LOADED_SECONDS):
            _log.error("the page was not loaded in time")
            _leave(NOT_LOADED)

    def _no_engine(self) -> int:
        _log.error("there is no browser engine for the dashboard")
        windows_desktop.say(_NO_WEBVIEW2, TITLE)
        return NO_ENGINE


def _leave(code: int) -> NoReturn:
    """End the process without waiting for pywebview's threads, which may wait for a page that is gone."""
    logging.shutdown()
    os._exit(code)


def _leave_after(seconds: float) -> None:
    """End the process then, whatever the GUI does meanwhile."""
    timer = threading.Timer(seconds, _leave, [CLOSED])
    timer.daemon = True
    timer.start()


def _screens(webview: Any) -> list[Area]:
    if sys.platform == "win32":
        return [Area(*screen) for screen in windows_desktop.screens()]
    return [Area(screen.x, screen.y, screen.width, screen.height) for screen in webview.screens]


def _theme_query(theme: Any) -> str:
    """The chosen theme as part of the page's address, so that its first paint is right already."""
    return f"?theme={theme}" if theme in ("dark", "light") else ""


def _background(theme: Any) -> str:
    """What is seen before the page is: no flash of the other theme."""
    dark = theme == "dark" or (theme != "light" and windows_desktop.prefers_dark())
    return _DARK if dark else _LIGHT
