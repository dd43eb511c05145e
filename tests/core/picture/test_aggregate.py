from __future__ import annotations

import itertools

import pytest

from tray_agent.core.model import CardState
from tray_agent.core.picture.aggregate import aggregate

ORDER = [CardState.ERROR, CardState.RUNNING, CardState.NO_DATA, CardState.SUCCESS]


@pytest.mark.parametrize(("first", "second"), list(itertools.combinations(ORDER, 2)))
def test_the_state_that_matters_more_wins(first: CardState, second: CardState) -> None:
    assert aggregate([second, CardState.SCHEDULED, first, CardState.IDLE]) is first


def test_waiting_in_the_queue_never_shows_on_the_icon() -> None:
    assert aggregate([CardState.SCHEDULED, CardState.IDLE]) is CardState.IDLE
    assert aggregate([CardState.SCHEDULED]) is CardState.IDLE


def test_without_cards_the_icon_is_idle() -> None:
    assert aggregate([]) is CardState.IDLE
