"""The tray icon: shows a view, turns clicks into actions, tells notices. The only importer of pystray,
inside a function: importing it needs a display."""

from __future__ import annotations

import functools
import logging
import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tray_agent.core.model import CardState
from tray_agent.core.picture.notices import Notice
from tray_agent.shell.tray.gtk import ask_on_gtk, gtk_icon, has_gtk, outlive_screen, without_gl
from tray_agent.shell.tray.icon import tray_icon
from tray_agent.shell.tray.menu import Entry, TrayAction, menu_entries
from tray_agent.shell.tray.notices import TEXT_UNITS, TITLE_UNITS, clip_utf16
from tray_agent.shell.tray.question import Choice, quit_question
from tray_agent.shell.tray.view import TrayView
from tray_agent.shell.tray.windows import see_true_pixels, windows_icon
from tray_agent.shell.tray.xorg import xorg_icon

if sys.platform == "win32":
    from tray_agent.shell.tray.question import ask_on_windows

PAUSE_SECONDS = 1.0  # between two changes of the icon
TICK_SECONDS = 3.0  # how often it is asked whether something is to be told
NOTICE_SECONDS = 5.0  # between two notifications
LOGIN_SECONDS = (10.0, 60.0)  # the taskbar may come after us
RESUME_SECONDS = (2.0, 15.0)
LARGEST = 64
GTK_PIXELS = 32  # it is drawn anew at the tray's own size, and what a larger canvas took is not given back

_LOST = "O ícone foi perdido: a tela não responde mais."

log = logging.getLogger(__name__)


class NoScreen(Exception):
    """There is nowhere to show an icon; the text is one Portuguese sentence."""


class IconFailed(NoScreen):
    """There is a screen, and the icon could not be shown on it, or was lost."""


def _nothing() -> None:
    """Nobody listens."""


def _nowhere(_job: str) -> None:
    """Nobody opens jobs."""


class Tray:
    """The icon in the notification area.

    ``view``, ``act``, ``open_job``, ``on_wake`` and ``on_session_end`` are called on the tray's threads and
    must return at once without raising; ``due`` (what is to be told now) is asked every few seconds.
    """

    def __init__(
        self,
        view: Callable[[], TrayView],
        act: Callable[[TrayAction], None],
        *,
        open_job: Callable[[str], None] = _nowhere,
        due: Callable[[], list[Notice]] = list,
        on_wake: Callable[[], None] = _nothing,
        on_session_end: Callable[[], None] = _nothing,
        at_login: bool = False,
    ) -> None:
        self._view = view
        self._act = act
        self._open_job = open_job
        self._due = due
        self._on_wake = on_wake
        self._on_session_end = on_session_end
        self._at_login = at_login
        self._icon: Any = None
        self._pystray: Any = None
        self._look: tuple[CardState, bool] | None = None
        self._notices: deque[Notice] = deque(maxlen=6)
        self._last_notice = -NOTICE_SECONDS
        self._last_job = ""
        self._appearances: deque[float] = deque()
        self._changed = threading.Event()
        self._ending = threading.Event()
        self._ready = threading.Event()
        self._failed = False
        self._asking = threading.Lock()
        self._writer = threading.Thread(target=self._write, name="tray-writer", daemon=True)

    def prepare(self) -> None:
        """Make the icon, not shown yet. Raises NoScreen, whatever the tray's library raised."""
        self._pystray = _load()
        try:
            self._make()
        except Exception as error:
            log.exception("the tray icon could not be made")
            raise _failed(error) from error

    def _make(self) -> None:
        see_true_pixels()
        view = self._view()
        icon_class = self._icon_class(self._pystray.Icon)
        self._look = (view.aggregate, bool(view.suspended))
        self._icon = icon_class(
            "tray-agent", tray_icon(*self._look, self._pixels()), view.tooltip, self._menu()
        )
        self._icon.drawn = functools.partial(tray_icon, *self._look)

    def run(self, go_on: Callable[[IconFailed], None] | None = None) -> None:
        """Show the icon until ``stop``; on the main thread. Raises NoScreen when it cannot be shown, or is
        lost. Where the platform would end the process then, ``go_on`` is called instead, and the process
        ends when it returns."""
        if self._icon is None:
            self.prepare()
        if go_on is not None and self._backend() == "gtk":
            outlive_screen(lambda: go_on(IconFailed(_LOST)))
        try:
            self._icon.run(setup=self._set_up)
        except Exception as error:  # whatever the platform's library raises
            self._failed = True
            with suppress(Exception):  # frees the library's set-up thread, which would wait for ever
                self._icon._mark_ready()
            log.exception("the tray icon ended")
            raise _failed(error) from error
        else:
            if not self._ending.is_set():
                raise IconFailed(_LOST)
        finally:
            self._ending.set()
            self._changed.set()
            if self._writer.is_alive():
                self._writer.join(PAUSE_SECONDS)

    def stop(self) -> None:
        """Take the icon away and let ``run`` return; from any thread, at any time."""
        self._ending.set()
        self._changed.set()
        if self._ready.is_set():
            with suppress(Exception):  # the screen may be gone, and its icon with it
                self._icon.stop()

    def changed(self) -> None:
        """The view may have changed; from any thread, as often as you like."""
        self._changed.set()

    def say(self, notice: Notice) -> None:
        """Tell the person something about what they just did, next of all; from any thread.

        The switch is for what comes by itself (``due``), not for this.
        """
        self._notices.appendleft(notice)
        self._changed.set()

    def ask_quit(self, running: tuple[str, ...], then: Callable[[Choice], None]) -> None:
        """Ask what becomes of the running jobs; ``then`` gets the answer on another thread.

        While the question stands, another is not asked. Where nothing can ask, the jobs finish.
        """
        if not self._asking.acquire(blocking=False):
            return

        def answered(choice: Choice) -> None:
            self._asking.release()
            then(choice)

        question = quit_question(running)
        if sys.platform == "win32":
            threading.Thread(
                target=lambda: answered(ask_on_windows(question)), name="quit-question", daemon=True
            ).start()
        elif self._backend() == "gtk" and self._ready.is_set():
            ask_on_gtk(question, answered)
        else:
            answered(Choice.FINISH)

    # What Windows tells (tray_windows.Listener)

    def session_ends(self) -> None:
        """The session ends: whoever listens persists now."""
        log.info("the session ends")
        self._on_session_end()

    def woke(self, resumed: bool) -> None:
        """The machine resumed or the clock was set."""
        log.info("resumed" if resumed else "the clock was set")
        if resumed:
            now = time.monotonic()
            self._appearances.extend(now + seconds for seconds in RESUME_SECONDS)
        self._on_wake()

    def redraw(self) -> None:
        """The screen changed: the icon is drawn anew at its size."""
        self._look = None
        self._changed.set()

    def close(self) -> None:
        """Another program asked us to close, as an installer does."""
        self._act(TrayAction.QUIT)

    # On the library's threads

    def _set_up(self, _icon: Any) -> None:
        self._ready.set()
        if self._failed:
            return
        if self._ending.is_set():
            self._icon.stop()
            return
        if self._at_login:
            now = time.monotonic()
            self._appearances.extend(now + seconds for seconds in LOGIN_SECONDS)
        self._changed.set()
        self._writer.start()

    def _menu(self) -> Any:
        return self._pystray.Menu(self._items)

    def _items(self) -> list[Any]:
        return [self._item(entry) for entry in menu_entries(self._view())]

    def _item(self, entry: Entry) -> Any:
        if not entry.text:
            return self._pystray.Menu.SEPARATOR
        if entry.inner:
            return self._pystray.MenuItem(entry.text, self._pystray.Menu(*map(self._item, entry.inner)))
        if entry.action is None:
            return self._pystray.MenuItem(entry.text, None, enabled=False)
        action, checked, job = entry.action, entry.checked, entry.job

        def pressed(_icon: Any, _item: Any) -> None:
            if job:
                self._open_job(job)
            else:
                self._act(action)

        checks = None if checked is None else lambda _item: checked
        return self._pystray.MenuItem(entry.text, pressed, checked=checks, default=entry.default)

    def on_notice(self) -> None:
        """The notice that is on the screen was clicked: to the job it is about, or as a click on the icon."""
        if self._last_job:
            self._open_job(self._last_job)
        else:
            self._act(TrayAction.OPEN)

    # On the writer's thread: nobody else changes the icon

    def _write(self) -> None:
        while not self._ending.is_set():
            has_changed = self._changed.wait(TICK_SECONDS)
            self._changed.clear()
            try:
                self._turn(time.monotonic())
            except Exception:  # the next turn tries again
                log.exception("the icon could not be brought up to date")
            if has_changed:
                self._ending.wait(PAUSE_SECONDS)

    def _turn(self, now: float) -> None:
        """Bring the icon up to date; seconds of a monotonic clock."""
        view = self._view()
        look = (view.aggregate, bool(view.suspended))
        if look != self._look:
            self._draw(look)
        self._icon.title = view.tooltip
        if not self._icon.visible:
            self._icon.visible = True
        self._appear_again(now)
        self._tell(view.notifications, now)

    def _draw(self, look: tuple[CardState, bool]) -> None:
        self._look = look
        try:
            self._icon.drawn = functools.partial(tray_icon, *look)
            self._icon.icon = tray_icon(*look, self._pixels())
        except Exception:
            self._look = None
            raise

    def _appear_again(self, now: float) -> None:
        due = [moment for moment in tuple(self._appearances) if moment <= now]
        for moment in due:
            self._appearances.remove(moment)
        if due and hasattr(self._icon, "add_again"):
            self._icon.add_again()

    def _tell(self, wanted: bool, now: float) -> None:
        due = self._due()
        if wanted:
            self._notices.extend(due)
        if self._notices and self._icon.HAS_NOTIFICATION and now - self._last_notice >= NOTICE_SECONDS:
            self._last_notice = now
            notice = self._notices.popleft()
            self._last_job = notice.jobs[0] if notice.jobs else ""
            log.info("notification: %s: %s", notice.title, notice.text)
            self._icon.notify(clip_utf16(notice.text, TEXT_UNITS), clip_utf16(notice.title, TITLE_UNITS))

    def _icon_class(self, base: Any) -> Any:
        backend = self._backend()
        if backend == "win32":
            return windows_icon(base, self)
        if backend == "gtk":
            return gtk_icon(base)
        return xorg_icon(base) if backend == "xorg" else base

    def _pixels(self) -> int:
        """The size of the image that the library gets."""
        return GTK_PIXELS if self._backend() == "gtk" else LARGEST

    def _backend(self) -> str:
        return str(self._pystray.Icon.__module__).rpartition("._")[2]


def _failed(error: Exception) -> IconFailed:
    return IconFailed(f"O ícone não pôde ser mostrado ({type(error).__name__}: {error}).")


def _load() -> Any:
    """The tray library, with the backend that suits this machine. Raises NoScreen."""
    if sys.platform not in {"win32", "darwin"}:
        if not os.environ.get("DISPLAY"):
            raise NoScreen("Não há tela (DISPLAY) para mostrar o ícone.")
        os.environ.setdefault("PYSTRAY_BACKEND", "gtk" if has_gtk() else "xorg")
    try:
        with without_gl():
            import pystray
    except Exception as error:  # the display libraries raise types of their own
        raise NoScreen(f"Não foi possível usar a tela para mostrar o ícone ({error}).") from error
    return pystray
