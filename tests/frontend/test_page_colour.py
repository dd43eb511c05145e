"""Nothing is told by colour alone: strip, timeline and cards as the colour-blind see them, by pixels."""

from __future__ import annotations

import io
from typing import Any

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page

from tests.frontend import sample
from tests.frontend.conftest import OpenPage
from tests.frontend.test_page_cards import card

DEFICIENCIES = ["deuteranopia", "protanopia", "achromatopsia"]
KINDS = ["done", "failed", "no_data", "unknown", "running", "covered", "owed", "coming", "skipped"]
APART = 28
"""By how many of 255 steps of brightness a pixel must differ to count as another shape."""


def day() -> dict[str, Any]:
    """A job with one fire time of each kind, two hours apart, and none at 1h."""
    fires = [
        {"time": f"{2 * n:02}:00", "state": kind, "run": None, "reason": None} for n, kind in enumerate(KINDS)
    ]
    return sample.card("dia", schedule={"kind": "hours", "hours": [0]}, state="SUCCESS") | {"fires": fires}


def seen(page: Page, deficiency: str) -> None:
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": deficiency})


def picture(page: Page, box: dict[str, float]) -> Image.Image:
    return Image.open(io.BytesIO(page.screenshot(clip=box))).convert("L")  # type: ignore[arg-type]


def differing(one: Image.Image, other: Image.Image) -> int:
    """Pixels whose brightness differs, at the offset of at most one pixel where they differ least."""
    best = one.width * one.height
    for dx in (-1, 0, 1):
        moved = ImageChops.offset(other, dx, 0)
        table = ImageChops.difference(one, moved).crop((1, 0, one.width - 1, one.height)).histogram()
        best = min(best, sum(table[APART:]))
    return best


def cell_of_strip(strip: Locator, hour: int) -> dict[str, float]:
    box = strip.bounding_box()
    assert box is not None
    return {"x": box["x"] + hour * 11, "y": box["y"] + 1, "width": 11, "height": 17}


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_each_kind_of_hour_has_a_shape_of_its_own(open_page: OpenPage, deficiency: str, theme: Any) -> None:
    page = open_page(sample.snapshot([day()]), color_scheme=theme, reduced_motion="reduce")
    seen(page, deficiency)
    strip = card(page, "dia").locator(".strip")
    pictures = {kind: picture(page, cell_of_strip(strip, 2 * n)) for n, kind in enumerate(KINDS)}
    pictures["none"] = picture(page, cell_of_strip(strip, 1))
    for kind, one in pictures.items():
        for other, another in pictures.items():
            if kind < other:
                assert differing(one, another) >= 6, (kind, other)


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_a_failed_run_is_told_from_a_good_one_in_the_timeline(open_page: OpenPage, deficiency: str) -> None:
    runs = [
        sample.run(sample.at(3), sample.at(3, 1), "SUCCESS"),
        sample.run(sample.at(6), sample.at(6, 1), "ERROR"),
        sample.run(sample.at(9), sample.at(9, 1), "NO_DATA"),
    ]
    page = open_page(sample.snapshot([sample.card("dia", runs=runs)]), reduced_motion="reduce")
    page.get_by_role("button", name="Linha do tempo").click()
    seen(page, deficiency)
    pictures = []
    for bar in page.locator(".row .run-bar").all():
        box = bar.bounding_box()
        assert box is not None
        pictures.append(picture(page, box | {"width": 11.0}))
    good, bad, empty = pictures
    assert differing(good, bad) >= 6
    assert differing(good, empty) >= 6
    assert differing(bad, empty) >= 6


@pytest.mark.parametrize("deficiency", DEFICIENCIES)
def test_the_states_of_cards_are_told_by_their_drawing(open_page: OpenPage, deficiency: str) -> None:
    states = ["RUNNING", "SUCCESS", "ERROR", "NO_DATA", "SCHEDULED", "IDLE"]
    cards = [sample.card(state.lower(), state=state) for state in states]
    page = open_page(sample.snapshot(cards), reduced_motion="reduce")
    seen(page, deficiency)
    pictures = {}
    for state in states:
        box = card(page, state.lower()).locator(".disc").bounding_box()
        assert box is not None
        pictures[state] = picture(page, box)
    for state, one in pictures.items():
        for other, another in pictures.items():
            if state < other:
                assert differing(one, another) >= 10, (state, other)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_what_must_be_seen_stands_out_by_three_to_one(open_page: OpenPage, theme: Any) -> None:
    page = open_page(sample.snapshot(sample.known_cards()), color_scheme=theme)
    ratios = page.evaluate(
        """() => { const read = (text) => { const made = document.createElement("canvas").getContext("2d");
          made.fillStyle = text; made.fillRect(0, 0, 1, 1); return made.getImageData(0, 0, 1, 1).data; };
          const light = (text) => { const [r, g, b] = [...read(text)].slice(0, 3).map((each) => {
            const c = each / 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; });
            return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          return [...document.querySelectorAll("article")].map((each) => {
            const style = getComputedStyle(each);
            const [a, b] = [light(style.borderTopColor), light(style.backgroundColor)].sort((x, y) => y - x);
            return [each.dataset.state, (a + 0.05) / (b + 0.05)]; }); }"""
    )
    assert {state for state, ratio in ratios if ratio < 3} == set()
