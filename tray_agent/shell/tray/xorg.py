"""What the tray needs where there is no GTK: the library's plain X icon, with its faults mended."""

from __future__ import annotations

import select
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

LOOK_SECONDS = 0.25
EVENTS = 1 << 2 | 1 << 15 | 1 << 17  # button press, exposure, structure
_PLAIN = str.maketrans({"…": "...", "–": "-", "—": "-", "“": '"', "”": '"', "‘": "'", "’": "'", "•": "·"})


def latin_1(text: str) -> str:
    """The text in the characters that a window's name can have here: others are spelt plainly, or are "?"."""
    if text.isascii():
        return text
    spelt = "".join(map(_spelt, text.translate(_PLAIN)))
    return spelt.encode("latin-1", "replace").decode("latin-1")


def _spelt(character: str) -> str:
    """A character beyond Latin-1 without its accents, where that leaves anything."""
    if character <= "\xff":
        return character
    parts = unicodedata.normalize("NFKD", character)
    return "".join(part for part in parts if not unicodedata.combining(part)) or "?"


def xorg_icon(base: Any) -> Any:
    """The library's plain X icon class, which fails at a title beyond Latin-1, forgets to ask for mouse
    clicks, asks the tray twice for the same place, and sleeps through events that another thread's request
    has read from the connection."""

    class XorgIcon(base):  # type: ignore[misc]
        _title: str

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self._window.change_attributes(event_mask=EVENTS)

        def __del__(self) -> None:
            with suppress(Exception):  # one that was never finished has nothing to give back
                super().__del__()

        @property
        def title(self) -> str:
            return latin_1(self._title)

        @title.setter
        def title(self, value: str) -> None:
            if value != self._title:
                self._title = value
                if self.visible:
                    self._update_title()

        def _dock_window(self) -> None:
            if not self._systray_manager:
                super()._dock_window()

        def _events(self) -> Iterator[Any]:
            while True:
                while self._display.pending_events():
                    yield self._display.next_event()
                select.select([self._display.fileno()], [], [], LOOK_SECONDS)

    return XorgIcon
