from __future__ import annotations

import pytest

from tray_agent.core.collation import displayed, match_key, plain_key, portuguese_key, script_key


@pytest.mark.parametrize(
    "ordered",
    [
        ["Ação", "acao2", "Acoes", "Bônus", "Cadastro", "Câmbio", "Cambios", "Época", "Sem área", "Zona"],
        ["a", "A", "á", "Á", "à", "â", "ã", "b"],
        ["envia pix", "envia_pix", "envia-pix", "envia.pix", "envia1", "envia2", "enviapix"],
        ["_x", "-x", "1x", "ç", "x", "z"],
        ["robo 1", "robo 10", "robo 2"],
        ["", "0", "9", "a"],
        ["cote", "coté", "côte", "côté"],
    ],
)
def test_names_sort_as_portuguese_sorts_them(ordered: list[str]) -> None:
    shuffled = ordered[::-1]
    shuffled.sort(key=portuguese_key)
    assert shuffled == ordered


def test_signs_outside_the_known_ones_have_a_place_too() -> None:
    assert sorted(["a", "1", "§", "_"], key=portuguese_key) == ["_", "§", "1", "a"]


def test_letters_that_grow_in_lower_case_keep_the_key_whole() -> None:
    assert portuguese_key("İ")[0] == portuguese_key("i")[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Cadastro  de\tcontas ", "Cadastro de contas"),
        ("Mensageria\u00a0", "Mensageria"),
        ("pi\u200bx\ufeff", "pix"),
        ("linha_x000D_\nseguinte", "linha seguinte"),
        ("Ca\u0302mbio nº 1", "Câmbio nº 1"),
        ("a\x07b", "a b"),
        ("x\u202eyp.\u202c\u2066z\u2069", "xyp.z"),
        ("a\u200b\u200d\u2060\u00ad\u180e\u034f\ufe0f\u3164\u115f\uffa0\U000e0101b", "ab"),
        ("\x1b[31mErro\x1b[0m\x9b2J", "[31mErro [0m 2J"),
        ("a\ud800b", "a\ufffdb"),
        ("a\u2028b\u2029c", "a b c"),
    ],
)
def test_displayed_text_keeps_its_signs_and_drops_what_nobody_sees(text: str, expected: str) -> None:
    assert displayed(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Envia_PIX", " envia_pix\u00a0"),
        ("Ca\u0302mbio", "CÂMBIO"),
        ("straße", "STRASSE"),
        ("ﬁm", "fim"),
    ],
)
def test_two_spellings_of_one_name_share_their_key(one: str, other: str) -> None:
    assert match_key(one) == match_key(other)


def test_accents_distinguish_names_but_not_headers() -> None:
    assert match_key("horários") != match_key("horarios")
    assert plain_key("Horários") == plain_key("HORARIOS")


@pytest.mark.parametrize("text", ["envia_pix", "Envia_Pix.py", " ENVIA_PIX.PY ", "envia_pix .py"])
def test_a_scripts_key_is_the_same_with_or_without_its_suffix(text: str) -> None:
    assert script_key(text) == "envia_pix"


def test_only_one_suffix_is_taken_off() -> None:
    assert script_key("a.py.py") == "a.py"
