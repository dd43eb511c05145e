"""The messages of a team as plain JSON, and back.

What was not understood, of whatever version, is a value that says so, never an exception. Times are ISO
texts, bytes base64; fields that this version does not know are passed over.
"""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date, datetime
from enum import Enum
from typing import Any

from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.team import orders as say
from tray_agent.core.team.orders import About, NotUnderstood, Order, OrderBody, Reply, ReplyBody

_LONGEST_TEXT = 20_000
_LONGEST_BYTES = 4_000_000
_MOST = 20_000

_ORDERS: dict[str, type] = {
    "hello": say.Hello,
    "hold": say.Hold,
    "go": say.Go,
    "drop": say.Drop,
    "stop": say.Stop,
    "ask": say.Ask,
    "ack": say.Ack,
    "log": say.ReadLog,
}
_REPLIES: dict[str, type] = {
    "presence": say.Presence,
    "held": say.Held,
    "refused": say.Refused,
    "running": say.Running,
    "never": say.Never,
    "exited": say.Exited,
    "stopped": say.Stopped,
    "left": say.Left,
    "log": say.LogPart,
    "outranked": say.Outranked,
}
_KINDS = {kind: name for table in (_ORDERS, _REPLIES) for name, kind in table.items()}


def encode(message: Order | Reply) -> dict[str, Any]:
    """A message as plain JSON values."""
    if isinstance(message, Order):
        head: dict[str, Any] = {"epoch": message.epoch, "brain": message.brain}
    else:
        head = {"book": message.book, "instance": message.instance}
    return {"kind": _KINDS[type(message.body)], **head, **_plain_fields(message.body)}


def order_of(message: Mapping[str, Any]) -> Order | NotUnderstood:
    """What the brain said."""
    try:
        body: OrderBody = _body(message, _ORDERS)
        return Order(_whole(message.get("epoch")), _text(message.get("brain")), body)
    except _Unfit as unfit:
        return NotUnderstood(str(message.get("kind"))[:50], str(unfit))


def reply_of(message: Mapping[str, Any]) -> Reply | NotUnderstood:
    """What a PC said."""
    try:
        body: ReplyBody = _body(message, _REPLIES)
        return Reply(_text(message.get("book")), _text(message.get("instance")), body)
    except _Unfit as unfit:
        return NotUnderstood(str(message.get("kind"))[:50], str(unfit))


class _Unfit(Exception):
    """A value is not what it must be."""


def _plain_fields(value: Any) -> dict[str, Any]:
    return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case bytes():
            return base64.b64encode(value).decode("ascii")
        case tuple():
            return [_plain(each) for each in value]
        case About():
            return _plain_fields(value)
    return value


def _body(message: Mapping[str, Any], known: Mapping[str, type]) -> Any:
    if not isinstance(message, Mapping):
        raise _Unfit("não é uma mensagem")
    kind = message.get("kind")
    made = known.get(kind) if isinstance(kind, str) else None
    if made is None:
        raise _Unfit("tipo desconhecido")
    return _value(made, message)


def _value(made: type, given: Mapping[str, Any]) -> Any:
    found: dict[str, Any] = {}
    for each in fields(made):
        if each.name not in given:
            if each.default is MISSING:
                raise _Unfit(f"falta {each.name}")
            continue
        try:
            found[each.name] = _READERS[str(each.type)](given[each.name])
        except _Unfit as unfit:
            raise _Unfit(f"{each.name}: {unfit}") from None
    return made(**found)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or "\0" in value:
        raise _Unfit("não é um texto")
    return value


def _whole(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 2**53:
        raise _Unfit("não é um número inteiro")
    return value


def _number(value: Any) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
        raise _Unfit("não é um número")
    return float(value)


def _yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _Unfit("não é sim ou não")
    return value


def _moment(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(value))
        moment.astimezone()  # one of the year 1 or 9999 has no place on the clock
    except (ValueError, OverflowError):
        raise _Unfit("não é um momento") from None
    if moment.tzinfo is None:
        raise _Unfit("não é um momento")
    return moment


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError:
        raise _Unfit("não é um dia") from None


def _bytes(value: Any) -> bytes:
    if not isinstance(value, str) or len(value) > _LONGEST_BYTES:
        raise _Unfit("não são bytes")
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise _Unfit("não são bytes") from None


def _one_of(kind: type[Enum]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        try:
            return kind(_text(value))
        except ValueError:
            raise _Unfit("palavra desconhecida") from None

    return read


def _many(each: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def read(value: Any) -> Any:
        if not isinstance(value, list | tuple) or len(value) > _MOST:
            raise _Unfit("não é uma lista")
        return tuple(each(one) for one in value)

    return read


def _or_none(each: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else each(value)


def _about(value: Any) -> About:
    if not isinstance(value, Mapping):
        raise _Unfit("não é uma execução")
    about: About = _value(About, value)
    return about


_READERS: dict[str, Callable[[Any], Any]] = {
    "str": _text,
    "int": _whole,
    "float": _number,
    "bool": _yes_or_no,
    "bytes": _bytes,
    "date": _day,
    "datetime": _moment,
    "Trigger": _one_of(Trigger),
    "Outcome": _one_of(Outcome),
    "About": _about,
    "tuple[str, ...]": _many(_text),
    "tuple[int, ...]": _many(_whole),
    "int | None": _or_none(_whole),
    "float | None": _or_none(_number),
    "datetime | None": _or_none(_moment),
}
"""How a field is read, by how its type is written."""
