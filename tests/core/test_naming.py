from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.core.naming import slug


@pytest.mark.parametrize("text", ["envia_pix", "a-1", "X" * 60])
def test_a_name_that_every_file_system_takes_stays_as_it_is(text: str) -> None:
    assert slug(text) == text


@pytest.mark.parametrize(
    ("text", "begins"),
    [
        ("ação diária", "acao_diaria-"),
        ("CON", "CON-"),
        ("lpt9", "lpt9-"),
        ("../..", "_____-"),
        ("", "-"),
        ("日本", "-"),
    ],
)
def test_any_other_name_is_made_plain_and_marked(text: str, begins: str) -> None:
    assert re.fullmatch(re.escape(begins) + "[0-9a-f]{8}", slug(text))


@given(st.text(), st.text())
def test_different_names_stay_different_plain_and_short(first: str, second: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,60}", slug(first))
    assert (slug(first) == slug(second)) == (first == second)


def test_a_long_name_is_cut() -> None:
    assert len(slug("x" * 61)) == 60
