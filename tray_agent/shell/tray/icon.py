"""Draws the program's icons with Pillow, each size on its own pixel grid.

The tray's icon says its state twice: by the colour of the whole tile and by the shape of the mark at
its lower right. Play says that scheduling goes on, pause bars that it is suspended. Run as a module, in the
project's root, it draws ``assets/``.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageDraw

from tray_agent.core.model import CardState

APP_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)

Colour = tuple[int, int, int]
Point = tuple[float, float]

COLOURS: dict[CardState, Colour] = {
    CardState.ERROR: (208, 44, 63),
    CardState.RUNNING: (31, 111, 224),
    CardState.NO_DATA: (224, 168, 0),
    CardState.SUCCESS: (27, 143, 71),
    CardState.IDLE: (138, 145, 158),
}
WHITE: Colour = (255, 255, 255)
DARK: Colour = (34, 43, 62)
OVERSAMPLING = 8
FITTED_RADIUS = 4.5  # pixels: a mark this small is set pixel by pixel


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A square of ``size`` pixels, drawn ``OVERSAMPLING`` times larger; coordinates are in pixels."""

    size: int
    image: Image.Image
    draw: ImageDraw.ImageDraw

    @classmethod
    def blank(cls, size: int) -> _Canvas:
        image = Image.new("RGBA", (size * OVERSAMPLING,) * 2, (0, 0, 0, 0))
        return cls(size, image, ImageDraw.Draw(image))

    def tile(self, colour: Colour) -> None:
        """The rounded square over the whole icon."""
        edge = self.size * OVERSAMPLING - 1
        self.draw.rounded_rectangle((0, 0, edge, edge), round(0.22 * self.size) * OVERSAMPLING, colour)

    def disc(self, centre: Point, radius: float, colour: Colour) -> None:
        x, y = (value * OVERSAMPLING for value in centre)
        r = radius * OVERSAMPLING
        self.draw.ellipse((x - r, y - r, x + r - 1, y + r - 1), colour)

    def polygon(self, points: list[Point], colour: Colour) -> None:
        self.draw.polygon([(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points], colour)

    def box(self, left: float, top: float, width: float, height: float, colour: Colour) -> None:
        edges = (left, top, left + width, top + height)
        x, y, right, bottom = (round(edge * OVERSAMPLING) for edge in edges)
        self.draw.rectangle((x, y, right - 1, bottom - 1), colour)

    def pixels(self, rows: str, left: float, top: float, colour: Colour) -> None:
        """Rows of ``#`` and ``.``, separated by blanks: one character is one pixel."""
        for y, row in enumerate(rows.split()):
            for x, character in enumerate(row):
                if character == "#":
                    self.box(left + x, top + y, 1, 1, colour)

    def stroke(self, points: list[Point], width: float, colour: Colour) -> None:
        """A line through the points with round ends and joints."""
        scaled = [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in points]
        self.draw.line(scaled, colour, round(width * OVERSAMPLING), joint="curve")
        for point in points:
            self.disc(point, width / 2, colour)

    def finished(self) -> Image.Image:
        return self.image.reduce(OVERSAMPLING)


Mark = Callable[[_Canvas, Point, float, Colour], None]  # canvas, centre, the disc's radius, colour


@functools.cache
def tray_icon(state: CardState, suspended: bool, size: int) -> Image.Image:
    """The tray's icon, ``size`` pixels square. SCHEDULED looks like IDLE."""
    colour = COLOURS.get(state, COLOURS[CardState.IDLE])
    ink = DARK if state is CardState.NO_DATA else WHITE
    canvas = _Canvas.blank(size)
    canvas.tile(colour)
    mark = _MARKS.get(state)
    _play_or_pause(canvas, suspended, mark is not None, ink)
    if mark:
        _badge(canvas, mark, colour, ink)
    return canvas.finished()


@functools.cache
def app_icon(size: int) -> Image.Image:
    """The program's own icon, without a state: a clock where the tray's icon has its mark."""
    canvas = _Canvas.blank(size)
    canvas.tile(DARK)
    _play_or_pause(canvas, suspended=False, marked=True, ink=WHITE)
    _badge(canvas, _clock, DARK, WHITE)
    return canvas.finished()


def png(image: Image.Image) -> bytes:
    """The image as the bytes of a PNG file."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def write_assets(folder: Path) -> list[Path]:
    """Draw every file of ``assets/`` anew: the program's icon, and each state for the guide."""
    drawn = [app_icon(size) for size in APP_SIZES]
    ico = folder / "tray-agent.ico"
    drawn[-1].save(ico, sizes=[image.size for image in drawn], append_images=drawn[:-1])
    pictures = {"tray-agent.png": drawn[-1]}
    for state in COLOURS:
        pictures[f"state-{state.lower().replace('_', '-')}.png"] = tray_icon(state, False, 64)
    pictures["state-suspended.png"] = tray_icon(CardState.IDLE, True, 64)
    for name, image in pictures.items():
        (folder / name).write_bytes(png(image))
    return [ico, *(folder / name for name in pictures)]


def _play_or_pause(canvas: _Canvas, suspended: bool, marked: bool, ink: Colour) -> None:
    """In the upper left when a mark stands at the lower right, else in the middle and larger."""
    n = canvas.size
    height = round(n * (0.46 if marked else 0.6))
    if suspended:
        bar = max(2, round(height * 0.3))
        gap = max(1, round(height * (0.18 if marked else 0.26)))
        left, top = (round(n * 0.13),) * 2 if marked else ((n - 2 * bar - gap) // 2, (n - height) // 2)
        canvas.box(left, top, bar, height, ink)
        canvas.box(left + bar + gap, top, bar, height, ink)
    else:
        width = height * 0.88
        left, top = (round(n * 0.13),) * 2 if marked else (round(n * 0.54 - width / 2), (n - height) // 2)
        canvas.polygon([(left, top), (left, top + height), (left + width, top + height / 2)], ink)


def _badge(canvas: _Canvas, mark: Mark, colour: Colour, ink: Colour) -> None:
    """A disc that holds a mark, with a thin ring of the tile's colour around it."""
    n = canvas.size
    radius = round(n * 0.56) / 2
    inset = max(1, n // 20)
    middle = n - inset - radius
    canvas.disc((middle, middle), radius + max(1, n / 20), colour)
    canvas.disc((middle, middle), radius, ink)
    rows = _FITTED_MARKS.get(mark, "") if radius <= FITTED_RADIUS else ""
    if rows:
        across, down = len(rows.split()[0]), len(rows.split())
        canvas.pixels(rows, math.ceil(middle - across / 2), math.ceil(middle - down / 2), colour)
    else:
        mark(canvas, (middle, middle), radius, colour)


def _cross(canvas: _Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    r = radius * 0.44
    width = max(1.7, radius * 0.34)
    canvas.stroke([(x - r, y - r), (x + r, y + r)], width, colour)
    canvas.stroke([(x - r, y + r), (x + r, y - r)], width, colour)


def _arc(canvas: _Canvas, centre: Point, radius: float, colour: Colour) -> None:
    """Three quarters of a ring, open at the upper right, as on the cards."""
    x, y = centre
    r = radius * 0.52
    turns = [math.radians(degrees) for degrees in range(-10, 271, 10)]
    canvas.stroke([(x + r * math.cos(t), y + r * math.sin(t)) for t in turns], max(1.6, radius * 0.3), colour)


def _dash(canvas: _Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    thick = max(2, round(radius * 0.4))
    half = round(radius * 0.62 * 2) / 2
    canvas.box(x - half, round(y - thick / 2), half * 2, thick, colour)


def _check(canvas: _Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    r = radius * 0.5
    canvas.stroke(
        [(x - r, y + r * 0.05), (x - r * 0.2, y + r * 0.8), (x + r, y - r * 0.7)],
        max(1.7, radius * 0.34),
        colour,
    )


def _clock(canvas: _Canvas, centre: Point, radius: float, colour: Colour) -> None:
    x, y = centre
    r = radius * 0.56
    canvas.stroke([(x, y - r), (x, y), (x + r * 0.75, y)], max(1.3, radius * 0.24), colour)


_MARKS: dict[CardState, Mark] = {
    CardState.ERROR: _cross,
    CardState.RUNNING: _arc,
    CardState.NO_DATA: _dash,
    CardState.SUCCESS: _check,
}
_FITTED_MARKS: dict[Mark, str] = {
    _cross: "#...# .#.#. ..#.. .#.#. #...#",
    _arc: ".##.. #.... #...# #...# .###.",
    _dash: "##### #####",
    _check: ".....# ....## #..##. ####.. .##...",
}


if __name__ == "__main__":
    write_assets(Path("assets"))
