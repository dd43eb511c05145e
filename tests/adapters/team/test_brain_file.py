from __future__ import annotations

import pytest

from tray_agent.adapters.team.brain_file import BrainFile


def brain(team: str, epoch: int, machine: str) -> BrainFile:
    return BrainFile("PC-A", team, epoch, machine=machine)


@pytest.mark.parametrize(
    ("own", "other", "yields"),
    [
        (brain("a", 1, "here"), brain("a", 1, "here"), False),
        (brain("a", 1, "here"), brain("a", 1, "there"), True),
        (brain("a", 1, ""), brain("a", 1, "there"), False),
        (brain("a", 1, "here"), brain("a", 1, ""), False),
        (brain("a", 2, "here"), brain("b", 1, "there"), False),
        (brain("a", 1, "here"), brain("b", 1, "there"), True),
        (brain("a", 1, "here"), brain("b", 2, "here"), True),
    ],
)
def test_of_two_brains_one_yields(own: BrainFile, other: BrainFile, yields: bool) -> None:
    assert own.yields_to(other) is yields
