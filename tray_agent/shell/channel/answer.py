"""What the agent answers over the local channel, and its form on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tray_agent.shell.channel import wire


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request. ``value`` is JSON-able, or JSON in one line already: ``bytes``, or
    :class:`Pieces` where it is long.

    A refusal has ``ok`` False, a ``code`` for programs and one Portuguese sentence for people.
    """

    ok: bool
    value: Any = None
    code: str = ""
    text: str = ""


class Unknown(Exception):
    """A question about something the engine does not know; the text is for the person."""


INTERNAL = Answer(False, code="internal", text="O agente falhou ao responder; veja o log do agente.")


class Pieces(tuple[bytes, ...]):
    """A long line in pieces: whole, and copied from one hand to the next, it would leave the agent grown."""

    __slots__ = ()


def frame(answer: Answer) -> Pieces:
    """The members of an answer beside its id. Raises TypeError or ValueError when the value is not JSON."""
    if not answer.ok:
        return Pieces([b'"ok":false,"error":', wire.encode({"code": answer.code, "text": answer.text})])
    value = answer.value
    if isinstance(value, Pieces):
        return Pieces([b'"ok":true,"data":', *value])
    return Pieces([b'"ok":true,"data":', value if isinstance(value, bytes) else wire.encode(value)])
