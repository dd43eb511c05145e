"""What the tray needs of GTK on Linux: an icon drawn at the tray's size, a fresh menu, a dialog.

The only importer of gi, which is there only where the system provides it.
"""

from __future__ import annotations

import ctypes
import importlib.util
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from tray_agent.shell.tray.question import ANSWERS, Choice, Question

log = logging.getLogger(__name__)


def has_gtk() -> bool:
    """Whether GTK 3 can be used from this Python."""
    if importlib.util.find_spec("gi") is None:
        return False
    try:
        import gi

        gi.require_version("Gtk", "3.0")
    except (ImportError, ValueError):
        return False
    return True


@contextmanager
def without_gl() -> Iterator[None]:
    """GTK started in here leaves OpenGL alone: a tray has no use for it, and it costs 55 MB."""
    former = os.environ.get("GDK_GL")
    os.environ["GDK_GL"] = "disable"
    try:
        yield
    finally:  # the children's environment is none of our business
        if former is None:
            del os.environ["GDK_GL"]
        else:
            os.environ["GDK_GL"] = former


class _NoNotifier:
    """Stands in where there is no notification service."""

    def notify(self, *_: object) -> None:
        pass

    def hide(self) -> None:
        pass


def _glib() -> Any:
    """GLib, which is there wherever the library's GTK icon is."""
    from gi.repository import GLib

    return GLib


_Library: Any = object  # the icon class itself is known only where there is a display


class _GtkManners(_Library):  # type: ignore[misc]
    """What is put over the library's GTK icon class: drawn at the tray's own size, safe without a bus.

    ``drawn`` gives the image at a size in pixels.
    """

    drawn: Callable[[int], Any] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._pixels = 32
        self._menu_handle = None
        super().__init__(*args, **kwargs)
        self._status_icon.connect("size-changed", self._on_size_changed)

    def _initialize(self) -> None:
        interrupt = signal.getsignal(signal.SIGINT)
        try:
            super()._initialize()
        except _glib().Error as error:
            log.warning("no notification service: %s", error)
            self._notifier = _NoNotifier()
            self._mark_ready()
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGINT, interrupt)  # the library has put its own in place

    def _finalize(self) -> None:
        try:
            super()._finalize()
        except _glib().Error as error:
            log.info("no notification to take away: %s", error)

    def _on_size_changed(self, _status_icon: Any, size: int) -> bool:
        if size != self._pixels and size > 0:
            self._pixels = size
            self._update_icon()
        return True

    def _update_icon(self) -> None:
        """From memory. The library goes by way of a PNG file, whose writer and reader cost a megabyte."""
        if self.drawn is not None:
            self._icon = self.drawn(self._pixels)
        self._icon_valid = True
        _glib().idle_add(self._take_image, self._icon)

    def _take_image(self, image: Any) -> bool:
        """Runs on GTK's thread, once."""
        from gi.repository import GdkPixbuf

        pixels, size = _glib().Bytes.new(image.tobytes()), image.size
        rgb = GdkPixbuf.Colorspace.RGB
        self._status_icon.set_from_pixbuf(
            GdkPixbuf.Pixbuf.new_from_bytes(pixels, rgb, True, 8, *size, 4 * size[0])
        )
        return False

    def _show(self) -> None:
        super()._show()
        self._update_title()

    def _update_title(self) -> None:
        super()._update_title()
        _glib().idle_add(self._status_icon.set_tooltip_text, self.title)

    def _notify(self, message: str, title: str | None = None) -> None:
        self._remove_fs_icon()
        self._update_fs_icon()  # a notification names its icon by a file
        super()._notify(_glib().markup_escape_text(message), title)  # the service reads markup

    def _update_menu(self) -> None:
        """The menu is made when it is opened."""

    def _on_status_icon_popup_menu(self, *event: Any) -> None:
        former, self._menu_handle = self._menu_handle, self._create_menu(self.menu)
        if former is not None:
            former.destroy()
        super()._on_status_icon_popup_menu(*event)

    def add_again(self) -> None:
        """An icon is never lost here."""


def gtk_icon(base: Any) -> Any:
    """The tray library's GTK icon class with our manners over it."""
    return type("GtkIcon", (_GtkManners, base), {})


def outlive_screen(go_on: Callable[[], None]) -> None:
    """Where the X server goes away, have ``go_on`` called on the main thread, whose work is then its work
    alone: GTK would end this process at once, with nobody asked, and after the call it still must."""

    def lost(_display: int) -> int:
        if threading.current_thread() is not threading.main_thread():
            threading.Event().wait()  # whoever returns from here ends the process
        try:
            go_on()
        except BaseException:  # nothing may be raised into the library
            log.exception("the agent without its screen ended")
        logging.shutdown()
        os._exit(0)

    global _lost  # noqa: PLW0603 - the library keeps its address for as long as the process lives
    _lost = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p)(lost)
    try:
        ctypes.CDLL("libX11.so.6").XSetIOErrorHandler(_lost)
    except (OSError, AttributeError):
        log.warning("the end of the screen will be the agent's", exc_info=True)


_lost: Any = None


def ask_on_gtk(question: Question, then: Callable[[Choice], None]) -> None:
    """Show the question; ``then`` gets the answer on GTK's thread. Callable from any thread."""
    from gi.repository import GLib

    GLib.idle_add(_show_dialog, question, then)


def _show_dialog(question: Question, then: Callable[[Choice], None]) -> None:
    from gi.repository import Gtk

    dialog = Gtk.MessageDialog(
        message_type=Gtk.MessageType.WARNING, text=question.heading, secondary_text=question.text
    )
    dialog.set_title(question.title)
    for number, (_, words) in reversed(list(enumerate(ANSWERS))):
        dialog.add_button(words, number)
    dialog.set_default_response(ANSWERS.index((Choice.FINISH, dict(ANSWERS)[Choice.FINISH])))

    def responded(_dialog: Any, number: int) -> None:
        dialog.destroy()
        then(ANSWERS[number][0] if 0 <= number < len(ANSWERS) else Choice.CANCEL)

    dialog.connect("response", responded)
    dialog.set_keep_above(True)
    dialog.present()
