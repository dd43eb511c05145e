"""What the agent answers over the local channel, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tray_agent.shell.channel import wire


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. ``value`` is JSON-able, or ``bytes`` that already are JSON in one line.

    A refusal has ``ok`` False, a ``code`` for programs and one Portuguese sentence for people.
    """

    ok: bool
    value: Any = None
    code: str = ""
    text: str = ""


class Unknown(Exception):
    """A question about something the engine does not know; the text is for the person."""


INTERNAL = Answer(False, code="internal", text="O agente falhou ao responder; veja o log do agente.")


def frame(answer: Answer) -> bytes:
    """The members of an answer beside its id. Raises TypeError or ValueError when the value is not JSON."""
    if not answer.ok:
        return b'"ok":false,"error":' + wire.encode({"code": answer.code, "text": answer.text})
    value = answer.value if isinstance(answer.value, bytes) else wire.encode(answer.value)
    return b'"ok":true,"data":' + value
