from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.team import orders as say
from tray_agent.core.team.orders import About, NotUnderstood, Order, Reply
from tray_agent.core.team.wire import encode, order_of, reply_of

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=20)
TEXTS = st.lists(TEXT, max_size=4).map(tuple)
WHOLE = st.integers(0, 2**40)
PIDS = st.lists(WHOLE, max_size=3).map(tuple)
SECONDS = st.floats(0, 1e6)
MOMENT = st.datetimes(
    datetime(2000, 1, 1),
    datetime(2100, 1, 1),
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=-3))]),
)
ABOUT = st.builds(
    About, TEXT, TEXT, TEXT, TEXT, TEXT, st.sampled_from(Trigger), st.dates(), MOMENT, TEXTS, WHOLE, TEXT
)
OUTCOME = st.sampled_from(Outcome)
BYTES = st.binary(max_size=60)
ORDERS = st.one_of(
    st.builds(say.Hello, MOMENT, TEXT, TEXT, TEXT),
    st.builds(say.Hold, ABOUT, TEXT, TEXT, st.none() | SECONDS),
    st.builds(say.Go, TEXT, st.dates(), MOMENT),
    st.builds(say.Drop, TEXT),
    st.builds(say.Stop, TEXT, SECONDS, OUTCOME),
    st.builds(say.Ask, TEXTS),
    st.builds(say.Ack, TEXTS),
    st.builds(say.ReadLog, TEXT, st.none() | WHOLE, WHOLE, TEXT),
)
REPLIES = st.one_of(
    st.builds(say.Presence, WHOLE, TEXTS, TEXT, MOMENT, TEXTS, TEXTS, TEXTS, WHOLE, TEXT, st.booleans()),
    st.builds(say.Held, TEXT, WHOLE, SECONDS, TEXT),
    st.builds(say.Refused, TEXT, TEXT, st.booleans(), st.booleans()),
    st.builds(say.Running, TEXT, WHOLE, SECONDS, ABOUT),
    st.builds(say.Never, TEXT, TEXT),
    st.builds(
        say.Exited,
        *(
            TEXT,
            st.none() | WHOLE,
            st.none() | SECONDS,
            MOMENT,
            OUTCOME,
            TEXT,
            PIDS,
            WHOLE,
            SECONDS,
            TEXT,
            ABOUT,
        ),
        *(WHOLE, WHOLE, BYTES, PIDS),
    ),
    st.builds(say.Stopped, TEXT, st.booleans(), PIDS),
    st.builds(say.Left, TEXT, PIDS),
    st.builds(say.LogPart, TEXT, TEXT, WHOLE, WHOLE, BYTES, PIDS, st.booleans()),
    st.builds(say.Outranked, WHOLE, TEXT),
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda each: st.lists(each, max_size=3) | st.dictionaries(TEXT, each, max_size=3),
    max_leaves=6,
)


@given(st.builds(Order, WHOLE, TEXT, ORDERS))
def test_every_order_comes_back_as_it_was(order: Order) -> None:
    assert order_of(json.loads(json.dumps(encode(order)))) == order


@given(st.builds(Reply, TEXT, TEXT, REPLIES))
def test_every_reply_comes_back_as_it_was(reply: Reply) -> None:
    assert reply_of(json.loads(json.dumps(encode(reply)))) == reply


@given(st.builds(Order, WHOLE, TEXT, ORDERS), st.data())
def test_a_message_in_which_anything_is_something_else_is_not_understood_and_never_raises(
    order: Order, data: st.DataObject
) -> None:
    message = encode(order)
    field = data.draw(st.sampled_from(sorted(message)))
    message[field] = data.draw(ANYTHING)
    if data.draw(st.booleans()):
        del message[field]

    assert isinstance(order_of(message), Order | NotUnderstood)
    assert isinstance(reply_of(message), Reply | NotUnderstood)


@given(st.dictionaries(TEXT, ANYTHING, max_size=4))
def test_whatever_is_no_message_is_not_understood(message: dict[str, Any]) -> None:
    assert isinstance(order_of(message), NotUnderstood)


def test_what_a_later_version_adds_is_passed_over_and_what_it_leaves_out_has_a_default() -> None:
    message = encode(Reply("book", "life", say.Presence(5, (), "1", at(), (), (), ())))
    del message["leaving"]
    message["colour"] = "green"

    assert isinstance(reply_of(message), Reply)


@pytest.mark.parametrize("kind", ["hold", "held", "none of ours", 7, None])
def test_an_order_is_no_reply_and_a_strange_kind_is_neither(kind: object) -> None:
    assert isinstance(order_of({"kind": kind, "epoch": 1, "brain": "b"}), NotUnderstood)
    assert isinstance(reply_of({"kind": kind, "book": "b", "instance": "i"}), NotUnderstood)
