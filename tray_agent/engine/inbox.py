"""The engine's one inbox: what anybody posts, in the order in which it came; and answers to who asked."""

from __future__ import annotations

import logging
import queue
from collections.abc import Callable

from tray_agent.core import actions as act
from tray_agent.core.messages import Command, Message, Reply
from tray_agent.core.rules.answers import Actions

_log = logging.getLogger(__name__)


class Inbox:
    """Messages for the engine; ``put`` is for any thread, the rest for the engine's own."""

    def __init__(self) -> None:
        self._messages: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def put(self, message: Message) -> None:
        """Post a message."""
        self._messages.put(message)

    def wait(self, seconds: float) -> list[Message]:
        """Every message that is there, waiting that long for the first."""
        try:
            messages = [self._messages.get(timeout=seconds)]
        except queue.Empty:
            return []
        return messages + self._rest()

    def turn_away(self, said: str) -> None:
        """Answer the commands that came too late to be heeded."""
        for late in self._rest():
            if isinstance(late, Command):
                answer(late.reply, Reply(False, said))

    def _rest(self) -> list[Message]:
        messages: list[Message] = []
        try:
            while True:
                messages.append(self._messages.get_nowait())
        except queue.Empty:
            return messages


def answer_all(ordered: Actions) -> None:
    """Give every answer among the actions to who asked."""
    for action in ordered:
        if isinstance(action, act.Answer):
            answer(action.reply, action.value)


def answer(reply: Callable[[Reply], None], value: Reply) -> None:
    """Answer one who asked; who is gone harms nobody."""
    try:
        reply(value)
    except Exception:  # noqa: BLE001 - whoever asked may be gone; the engine is not
        _log.exception("a reply was not taken")
