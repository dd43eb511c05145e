from __future__ import annotations

import pytest

from tray_agent.shell.tray.notices import CLOSED_TO_TRAY, clip_utf16


@pytest.mark.parametrize(
    ("text", "units", "clipped"),
    [
        ("curto", 5, "curto"),
        ("comprido", 5, "comp…"),
        ("ab 😀😀", 7, "ab 😀😀"),
        ("ab 😀😀", 6, "ab 😀…"),
        ("ab 😀😀", 5, "ab…"),
        ("ação é", 4, "açã…"),
        ("", 0, ""),
    ],
)
def test_a_text_is_cut_to_utf16_units(text: str, units: int, clipped: str) -> None:
    assert clip_utf16(text, units) == clipped
    assert len(clipped.encode("utf-16-le")) // 2 <= units


def test_a_lone_surrogate_from_a_file_name_does_no_harm() -> None:
    assert clip_utf16("x\udce9" * 40, 9).endswith("…")


def test_the_hint_at_the_first_close_fits() -> None:
    assert len(CLOSED_TO_TRAY.title) <= 63
    assert len(CLOSED_TO_TRAY.text) <= 255
