"""Where the window was: what is remembered of it, and whether that still makes sense."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

MIN_SIZE = (700, 480)
DEFAULT_SIZE = (1240, 800)
_MAX = 20_000
_GRIP = 80
"""How much of the window's upper edge (logical pixels) a screen must show for a person to take hold of it."""


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle in logical pixels."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Geometry:
    """A window's size, its place (None: wherever the system puts it) and whether it fills the screen."""

    width: int = DEFAULT_SIZE[0]
    height: int = DEFAULT_SIZE[1]
    x: int | None = None
    y: int | None = None
    maximized: bool = False

    def to_json(self) -> dict[str, Any]:
        """As it is remembered."""
        place = {} if self.x is None or self.y is None else {"x": self.x, "y": self.y}
        return {"width": self.width, "height": self.height, "maximized": self.maximized, **place}

    def fitted(self, screens: Iterable[Area]) -> Geometry:
        """The same without a place if no screen would show enough of it, and never larger than its screen."""
        known = list(screens)
        for screen in known:
            if _can_be_gripped(self, screen):
                return replace(
                    self, width=min(self.width, screen.width), height=min(self.height, screen.height)
                )
        width = min([self.width, *(screen.width - _GRIP for screen in known[:1])])
        height = min([self.height, *(screen.height - _GRIP for screen in known[:1])])
        return replace(self, x=None, y=None, width=width, height=height)


def read_geometry(remembered: Any) -> Geometry:
    """What was remembered, as far as it is sound."""
    if not isinstance(remembered, dict):
        return Geometry()
    width = _whole(remembered.get("width"), MIN_SIZE[0]) or DEFAULT_SIZE[0]
    height = _whole(remembered.get("height"), MIN_SIZE[1]) or DEFAULT_SIZE[1]
    x, y = _whole(remembered.get("x"), -_MAX), _whole(remembered.get("y"), -_MAX)
    if x is None or y is None:
        x = y = None
    return Geometry(width, height, x, y, remembered.get("maximized") is True)


def _whole(value: Any, least: int) -> int | None:
    return value if type(value) is int and least <= value <= _MAX else None


def _can_be_gripped(window: Geometry, screen: Area) -> bool:
    if window.x is None or window.y is None:
        return False
    left, right = max(window.x, screen.x), min(window.x + window.width, screen.x + screen.width)
    return right - left >= _GRIP and screen.y <= window.y <= screen.y + screen.height - _GRIP
