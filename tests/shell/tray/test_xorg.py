from __future__ import annotations

import pytest

from tray_agent.shell.tray.xorg import latin_1


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Automações: lendo o registro…", "Automações: lendo o registro..."),
        ("1 em erro – “Zażółć”", '1 em erro - "Zazó?c"'),
        ("BigQuery · 2 na fila", "BigQuery · 2 na fila"),
        ("✓ 日本", "? ??"),
        ("\N{RIGHT-TO-LEFT OVERRIDE}x\N{ZERO WIDTH SPACE}", "?x?"),
        ("", ""),
    ],
)
def test_a_title_is_spelt_in_what_a_window_name_can_hold(text: str, plain: str) -> None:
    assert latin_1(text) == plain
    latin_1(text).encode("latin-1")
