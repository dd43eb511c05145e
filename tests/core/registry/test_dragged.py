from __future__ import annotations

import pytest

from tray_agent.core.registry.dragged import dragged


def told(*texts: str) -> tuple[str, ...]:
    return dragged(enumerate(texts, 2))


@pytest.mark.parametrize(
    "texts",
    [
        ("8, 12, 18", "8, 12, 19", "8, 12, 20"),
        ("1º dia útil 9h", "2º dia útil 9h", "3º dia útil 9h", "4º dia útil 9h"),
        ("dia 5 9h", "dia 6 9h", "dia 7 9h"),
        ("8", "9", "10"),
    ],
)
def test_schedules_that_were_counted_up_are_told(texts: tuple[str, ...]) -> None:
    (said,) = told(*texts)
    assert said.startswith(f"os agendamentos das linhas 2 a {len(texts) + 1} sobem de 1 em 1")
    assert f'"{texts[0]}" … "{texts[-1]}"' in said


@pytest.mark.parametrize(
    "texts",
    [
        ("8", "9"),
        ("8", "8", "8"),
        ("8", "10", "12"),
        ("8, 12", "9, 13", "10, 14"),
        ("8, 12", "8, 13", "9, 13"),
        ("8h", "9", "10h"),
        ("MANUAL", "MANUAL", "MANUAL"),
        (),
    ],
)
def test_other_schedules_are_not(texts: tuple[str, ...]) -> None:
    assert told(*texts) == ()


def test_lines_between_which_others_lie_do_not_adjoin() -> None:
    assert dragged([(2, "8"), (4, "9"), (6, "10")]) == ()


def test_what_rises_before_and_after_something_else_is_told_each() -> None:
    assert len(told("8", "9", "10", "MANUAL", "1", "2", "3", "4")) == 2
