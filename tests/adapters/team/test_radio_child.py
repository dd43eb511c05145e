"""The radio's child where the library under it hangs: in connecting, in closing, without calling back."""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from tray_agent.adapters.team import radio_child
from tray_agent.adapters.team.channel import Channel

pytestmark = pytest.mark.integration

CHANNEL = Channel(("127.0.0.1:1",), "server", "ca", "me", "key", "team", "pc1", 0.05)


OVER: list[bool] = []


async def stubborn(*_: Any) -> Any:
    """What takes no end before the test's, not even when it is cancelled."""
    while not OVER:
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(0.05)


class Fallen:
    """A connection that broke: it says so when it is asked, calls nobody, and does not close."""

    is_connected = True

    async def subscribe(self, *_: Any, **__: Any) -> None:
        return

    async def flush(self) -> None:
        self.is_connected = False

    async def close(self) -> None:
        await stubborn()


def links(monkeypatch: pytest.MonkeyPatch, connect: Any, attempts: int) -> list[bool]:
    """What the child says of its connection until it has lost so many."""
    monkeypatch.setattr(radio_child, "connect", connect)
    monkeypatch.setattr(radio_child, "context_of", lambda *_: None)
    for name in ("_CONNECT_SECONDS", "_CLOSE_SECONDS"):
        monkeypatch.setattr(radio_child, name, 0.1)
    said = io.BytesIO()
    radio = radio_child._Radio(CHANNEL, said)

    async def some() -> None:
        for _ in range(attempts):
            await asyncio.wait({asyncio.ensure_future(radio._one_connection())}, timeout=5)
        OVER.append(True)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        await asyncio.gather(*others, return_exceptions=True)

    OVER.clear()
    asyncio.run(some())
    words = [line.split(b" ", 2) for line in said.getvalue().splitlines()]
    return [about == b"up" for word, about, _ in words if word == b"link"]


def test_a_connection_that_never_comes_about_is_given_up_and_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert links(monkeypatch, stubborn, 2) == [False, False]


def test_a_connection_that_broke_without_a_word_is_noticed_and_another_one_made(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def connect(*_: Any) -> Any:
        return Fallen()

    assert links(monkeypatch, connect, 2) == [True, False, True, False]


def test_the_child_loads_nothing_that_decides() -> None:
    """It costs each PC of a team its memory: the agent's core alone would be three megabytes of it."""
    said = "import sys, tray_agent.adapters.team.radio_child; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.split() if name.startswith("tray_agent.core")]
