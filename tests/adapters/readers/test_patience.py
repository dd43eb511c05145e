from __future__ import annotations

import threading

import pytest

from tray_agent.adapters.readers.patience import Patience

SECONDS = 20


def test_what_a_call_gives_or_raises_comes_back() -> None:
    calls = iter([7, ValueError("x"), 8])

    def call() -> int:
        value = next(calls)
        if isinstance(value, Exception):
            raise value
        return value

    patience = Patience("test", call)
    assert patience.result(SECONDS) == 7
    with pytest.raises(ValueError, match="x"):
        patience.result(SECONDS)
    assert patience.result(SECONDS) == 8


def test_a_call_that_hangs_is_waited_for_further_and_never_made_twice() -> None:
    may_end = threading.Event()
    made: list[int] = []

    def call() -> int:
        made.append(len(made))
        assert may_end.wait(SECONDS)
        return len(made)

    patience = Patience("test", call)
    for _ in range(3):
        with pytest.raises(TimeoutError):
            patience.result(0.01)
    may_end.set()
    assert patience.result(SECONDS) == 1
    assert patience.result(SECONDS) == 2
