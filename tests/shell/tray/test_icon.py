from __future__ import annotations

import colorsys
import itertools
from collections import Counter
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tray_agent.core.model import CardState
from tray_agent.shell.tray.icon import APP_SIZES, COLOURS, app_icon, png, tray_icon, write_assets

SIZES = (16, 20, 24, 32, 64)
STATES = list(COLOURS)
ASSETS = Path(__file__).parents[3] / "assets"


def opaque(image: Image.Image) -> Counter[tuple[int, int, int]]:
    colours = image.getcolors(image.width * image.height)
    assert colours is not None
    return Counter({colour[:3]: count for count, colour in colours if colour[3] == 255})


@pytest.mark.parametrize(
    ("state", "suspended", "size"), list(itertools.product(STATES, (False, True), SIZES))
)
def test_the_exact_colour_of_the_state_fills_most_of_the_icon(
    state: CardState, suspended: bool, size: int
) -> None:
    colour, count = opaque(tray_icon(state, suspended, size)).most_common(1)[0]
    assert colour == COLOURS[state]
    assert count > 0.38 * size * size


def test_the_colours_are_what_people_call_red_blue_yellow_green_and_grey() -> None:
    hues = {state: colorsys.rgb_to_hsv(*(part / 255 for part in rgb)) for state, rgb in COLOURS.items()}
    degrees = {state: hue * 360 for state, (hue, _, _) in hues.items()}
    assert degrees[CardState.ERROR] > 345
    assert 205 < degrees[CardState.RUNNING] < 235
    assert 40 < degrees[CardState.NO_DATA] < 60
    assert 120 < degrees[CardState.SUCCESS] < 150
    assert hues[CardState.IDLE][1] < 0.15


@pytest.mark.parametrize("size", SIZES)
def test_every_pair_of_states_can_be_told_apart_without_colour(size: int) -> None:
    """Drawn in one colour, the marks alone still differ."""
    shapes = {}
    for state, suspended in itertools.product(STATES, (False, True)):
        image = tray_icon(state, suspended, size).convert("RGB")
        tile = Image.new("RGB", image.size, COLOURS[state])
        difference = ImageChops.difference(image, tile).convert("L")
        shapes[state, suspended] = difference.point(lambda value: 255 if value > 60 else 0)
    for (one, first), (other, second) in itertools.combinations(shapes.items(), 2):
        differing = sum(1 for value in ImageChops.difference(first, second).tobytes() if value)
        assert differing >= 8, (one, other)


@pytest.mark.parametrize("size", SIZES)
def test_a_suspended_icon_shows_two_upright_bars(size: int) -> None:
    row = tray_icon(CardState.IDLE, True, size).crop((0, size // 2, size, size // 2 + 1)).tobytes()
    white = [row[i : i + 3] == b"\xff\xff\xff" for i in range(0, len(row), 4)]
    assert [is_white for is_white, _ in itertools.groupby(white)] == [False, True, False, True, False]


@pytest.mark.parametrize("size", SIZES)
def test_the_edges_are_crisp_and_the_corners_are_clear(size: int) -> None:
    image = tray_icon(CardState.SUCCESS, False, size)
    assert image.size == (size, size)
    assert image.getpixel((0, 0))[3] < 128  # type: ignore[index]
    assert image.getpixel((size // 2, 0)) == (*COLOURS[CardState.SUCCESS], 255)
    assert image.getpixel((0, size // 2)) == (*COLOURS[CardState.SUCCESS], 255)


def test_scheduled_looks_like_idle() -> None:
    assert (
        tray_icon(CardState.SCHEDULED, False, 32).tobytes() == tray_icon(CardState.IDLE, False, 32).tobytes()
    )


def test_a_png_holds_the_image() -> None:
    assert png(app_icon(16)).startswith(b"\x89PNG\r\n")


def test_the_files_in_assets_are_what_the_program_draws(tmp_path: Path) -> None:
    for path in write_assets(tmp_path):
        with Image.open(path) as drawn, Image.open(ASSETS / path.name) as kept:
            assert drawn.info.get("sizes") == kept.info.get("sizes"), path.name
            difference = ImageChops.difference(drawn.convert("RGBA"), kept.convert("RGBA"))
        worst = max(high for _, high in difference.getextrema())  # type: ignore[misc]
        assert worst <= 24, path.name  # another Pillow may round an edge otherwise


def test_the_program_icon_holds_every_size_windows_asks_for() -> None:
    with Image.open(ASSETS / "tray-agent.ico") as icon:
        assert icon.info["sizes"] == {(size, size) for size in APP_SIZES}
