"""The channel's server against those who mean well and those who do not."""

from __future__ import annotations

import json
import math
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.shell.channel.peers import Agent, Raw, until
from tray_agent.shell.channel import control, peer, wire
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.client import Refused, connect
from tray_agent.shell.channel.control import ControlServer

QUICK = 1.0  # seconds in which a call must come back whatever others do; it needs less than a millisecond


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent(tmp_path, stranger_seconds=0.3, stall_seconds=0.3) as agent:
        yield agent


def answers_quickly(agent: Agent) -> bool:
    """Whether a newcomer that knows the key is connected and answered at once."""
    began = time.monotonic()
    with connect(agent.data_dir) as channel:
        channel.call("status")
    return time.monotonic() - began < QUICK


# --- the file ------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="Windows: the profile folder's access list decides")
def test_the_file_can_be_read_by_its_owner_alone_whatever_the_umask(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        with Agent(tmp_path / "new" / "folder") as agent:
            assert (agent.data_dir / wire.FILE_NAME).stat().st_mode & 0o777 == 0o600
            assert [path.name for path in agent.data_dir.iterdir()] == [wire.FILE_NAME]
    finally:
        os.umask(former)


def test_a_draft_that_a_crash_left_does_not_stop_the_next_start(tmp_path: Path) -> None:
    (tmp_path / f"{wire.FILE_NAME}.new").write_text("half")
    with Agent(tmp_path) as agent:
        assert answers_quickly(agent)


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
def test_the_key_is_not_written_through_a_link(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("mine")
    for name in (wire.FILE_NAME, f"{wire.FILE_NAME}.new"):
        (tmp_path / name).symlink_to(elsewhere)
    with Agent(tmp_path) as agent:
        assert answers_quickly(agent)
    assert elsewhere.read_text() == "mine"


def test_closing_takes_the_file_away_but_not_another_agents(tmp_path: Path) -> None:
    with Agent(tmp_path):
        pass
    assert not (tmp_path / wire.FILE_NAME).exists()
    with Agent(tmp_path):
        wire.write_place(tmp_path, wire.Place(1, bytes(32), 1))
    assert (tmp_path / wire.FILE_NAME).exists()


def test_a_start_that_cannot_write_leaves_nothing_behind_and_may_be_tried_again(tmp_path: Path) -> None:
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be")
    server = ControlServer(blocked, lambda *_: None)
    threads = threading.active_count()
    with pytest.raises(OSError):
        server.start()
    assert threading.active_count() == threads
    blocked.unlink()
    server.start()
    try:
        with connect(blocked) as channel:
            assert channel.call("ping")
    finally:
        server.close()


def test_a_server_can_be_closed_and_started_again_with_a_new_key(tmp_path: Path) -> None:
    agent = Agent(tmp_path)
    keys = set()
    for _ in range(3):
        with agent:
            assert answers_quickly(agent)
            place = wire.read_place(tmp_path)
            assert place is not None
            keys.add(place.key)
    assert len(keys) == 3
    agent.server.notify(1)  # to nobody: no error
    agent.server.close()


# --- requests ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["", "__class__", "run.stop", "Run", "exec", "answer", "run\n", "\ud800"])
def test_a_method_that_is_not_listed_never_reaches_the_agent(agent: Agent, method: str) -> None:
    with connect(agent.data_dir) as channel, pytest.raises(Refused) as refused:
        channel.call(method)
    assert refused.value.code == "unknown_method"
    assert agent.asked == []


def test_every_listed_method_but_ping_and_subscribe_reaches_the_agent(agent: Agent) -> None:
    with connect(agent.data_dir) as channel:
        for method in sorted(control.METHODS - {"ping", "subscribe"}):
            channel.call(method)
    assert {method for method, _ in agent.asked} == control.METHODS - {"ping", "subscribe"}


@pytest.mark.parametrize(
    "said",
    [
        b"\x00\xff\xfe\n",
        b"GET / HTTP/1.1\r\n",
        b"[]\n",
        b"{}\n",
        b'{"id":true,"method":"run"}\n',
        b'{"id":-1,"method":"run"}\n',
        b'{"id":1e3,"method":"run"}\n',
        b'{"id":99999999999999999999,"method":"run"}\n',
        b'{"id":1,"method":["run"]}\n',
        b'{"id":1,"method":"run","params":[]}\n',
        b'{"id":1,"method":"run","params":{"job":NaN}}\n',
        b'{"id":1,"method":"run","params":' + b"[" * 100_000 + b"\n",
        b'{"id":1,"method":"run","params":{"n":' + b"9" * 5_000 + b"}}\n",
        b"x" * (wire.MAX_LINE + 1),
    ],
)
def test_garbage_from_a_proven_peer_ends_its_connection_and_nothing_else(agent: Agent, said: bytes) -> None:
    with Raw(agent.data_dir) as raw:
        raw.sock.sendall(said)
        assert raw.is_closed()
    assert agent.asked == []
    assert answers_quickly(agent)


def test_a_request_as_long_as_the_limit_is_taken(agent: Agent) -> None:
    with connect(agent.data_dir) as channel:
        text = "x" * (wire.MAX_LINE - 200)
        assert channel.call("remember", preferences=text)["params"] == {"preferences": text}


def test_thousands_of_requests_at_once_are_answered_one_by_one(agent: Agent) -> None:
    wanted = 3_000
    with Raw(agent.data_dir) as raw:
        asking = threading.Thread(
            target=raw.say, args=[{"id": n, "method": "status", "params": {"n": n}} for n in range(wanted)]
        )
        asking.start()
        assert answers_quickly(agent)
        heard = [raw.hear() for _ in range(wanted)]
        asking.join(10)
    assert [message["id"] for message in heard] == list(range(wanted))


def test_only_so_many_requests_wait_for_an_answer_at_a_time(agent: Agent) -> None:
    agent.silent.add("status")
    with Raw(agent.data_dir) as raw:
        raw.say(*({"id": n, "method": "status"} for n in range(100)))
        until(lambda: len(agent.kept) == peer.MAX_WAITING)
        assert answers_quickly_otherwise(agent)
        assert len(agent.kept) == peer.MAX_WAITING
        agent.silent.clear()
        for respond in agent.kept:
            respond(Answer(True))
        assert {raw.hear()["id"] for _ in range(100)} == set(range(100))


def answers_quickly_otherwise(agent: Agent) -> bool:
    began = time.monotonic()
    with connect(agent.data_dir) as channel:
        channel.call("runs")
    return time.monotonic() - began < QUICK


def test_only_the_first_answer_to_a_request_counts(agent: Agent) -> None:
    agent.silent.add("status")
    with Raw(agent.data_dir) as raw:
        raw.say({"id": 7, "method": "status"})
        until(lambda: bool(agent.kept))
        for value in (1, 2, 3):
            agent.kept[0](Answer(True, value))
        raw.say({"id": 7, "method": "ping"})
        assert raw.hear() == {"id": 7, "ok": True, "data": 1}
        assert raw.hear()["data"] == {"pid": os.getpid()}


def test_an_answer_for_somebody_who_left_is_dropped(agent: Agent) -> None:
    agent.silent.add("status")
    with Raw(agent.data_dir) as raw:
        raw.say({"id": 1, "method": "status"})
        until(lambda: bool(agent.kept))
    agent.kept[0](Answer(True, "x" * 1_000_000))
    assert answers_quickly_otherwise(agent)


@pytest.mark.parametrize("value", [math.nan, object(), {1, 2}, {"a": object()}])
def test_an_answer_that_is_not_json_becomes_a_refusal(agent: Agent, value: Any) -> None:
    agent.answers["status"] = Answer(True, value)
    with connect(agent.data_dir) as channel, pytest.raises(Refused) as refused:
        channel.call("status")
    assert refused.value.code == "internal"


def test_an_answer_that_is_json_already_is_passed_as_it_is(agent: Agent) -> None:
    agent.answers["snapshot"] = Answer(True, b'{"version":3,"name":"a\xc3\xa7\xc3\xa3o"}')
    with connect(agent.data_dir) as channel:
        assert channel.call("snapshot") == {"version": 3, "name": "ação"}


def test_an_error_while_answering_is_a_refusal_and_the_channel_lives(tmp_path: Path) -> None:
    def fail(method: str, params: dict[str, Any], respond: control.Respond) -> None:
        raise KeyError("secret")

    server = ControlServer(tmp_path, fail)
    server.start()
    try:
        with connect(tmp_path) as channel:
            with pytest.raises(Refused) as refused:
                channel.call("status")
            assert refused.value.code == "internal"
            assert "secret" not in refused.value.text
            assert channel.call("ping")
    finally:
        server.close()


def test_the_agent_may_close_the_channel_while_it_answers(tmp_path: Path) -> None:
    def leave(method: str, params: dict[str, Any], respond: control.Respond) -> None:
        respond(Answer(True, "até logo"))
        server.close()

    server = ControlServer(tmp_path, leave)
    server.start()
    with connect(tmp_path) as channel:
        assert channel.call("quit") == "até logo"
        assert channel.closed.wait(5)


# --- events --------------------------------------------------------------------------------------------


def test_subscribers_are_counted_and_their_watcher_is_told(agent: Agent) -> None:
    counts: list[int] = []
    agent.server.watch_subscribers(counts.append)
    with connect(agent.data_dir) as one:
        one.listen(lambda _: None)
        one.listen(lambda _: None)
        with connect(agent.data_dir) as two:
            two.listen(lambda _: None)
            assert agent.server.subscribers == 2
    until(lambda: agent.server.subscribers == 0)
    until(lambda: counts == [1, 2, 1, 0])


def test_a_thousand_changes_are_few_events_and_the_last_is_among_them(agent: Agent) -> None:
    heard: list[int] = []
    with connect(agent.data_dir) as channel:
        channel.listen(lambda event: heard.append(event["version"]))
        for version in range(1, 1001):
            agent.server.notify(version)
        until(lambda: bool(heard) and heard[-1] == 1000)
    assert heard == sorted(heard)


def test_a_subscriber_that_does_not_read_owes_one_event_and_is_dropped(agent: Agent) -> None:
    with Raw(agent.data_dir, receive_buffer=4096) as deaf, connect(agent.data_dir) as other:
        other.listen(lambda _: None)
        deaf.say({"id": 1, "method": "subscribe"})
        until(lambda: agent.server.subscribers == 2)
        agent.answers["log"] = Answer(True, "x" * (8 << 20))
        deaf.say({"id": 2, "method": "log"})
        for version in range(2000):
            agent.server.notify(version)
        until(lambda: agent.server.subscribers == 1)
        assert answers_quickly(agent)
        assert other.call("ping")


def test_a_client_that_asks_for_much_and_reads_nothing_is_dropped(tmp_path: Path) -> None:
    with Agent(tmp_path, stall_seconds=60) as agent:
        agent.answers["log"] = Answer(True, b'"' + b"x" * (8 << 20) + b'"')
        agent.silent.add("status")
        with Raw(agent.data_dir, receive_buffer=4096) as deaf:
            deaf.say(*({"id": n, "method": "status"} for n in range(12)))
            until(lambda: len(agent.kept) == 12)
            for respond in agent.kept:
                respond(agent.answers["log"])
            assert deaf.is_closed()
        assert answers_quickly_otherwise(agent)


# --- strangers -----------------------------------------------------------------------------------------


def test_a_wrong_proof_ends_the_connection_before_anything_is_asked(agent: Agent) -> None:
    with Raw(agent.data_dir, prove=False) as raw:
        raw.say({"nonce": wire.new_nonce()})
        raw.hear()
        raw.say({"proof": "0" * 64}, {"id": 1, "method": "run", "params": {"job": "x"}})
        assert raw.is_closed()
    assert agent.asked == []


def test_the_agents_own_proof_sent_back_does_not_open_the_door(agent: Agent) -> None:
    with Raw(agent.data_dir, prove=False) as raw:
        raw.say({"nonce": wire.new_nonce()})
        raw.say({"proof": raw.hear()["proof"]})
        assert raw.is_closed()


@pytest.mark.parametrize("said", [b"", b"{", b'{"nonce":"', b'{"nonce":"' + b"a" * 64 + b'"}\n'])
def test_a_stranger_that_stops_half_way_is_dropped_in_time(agent: Agent, said: bytes) -> None:
    with Raw(agent.data_dir, prove=False) as raw:
        raw.sock.sendall(said)
        began = time.monotonic()
        assert raw.is_closed()
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "said", [b"x" * 600, b"\n", b"{}\n", b'{"nonce":5}\n', b'{"nonce":"' + b"\xc3\xa7" * 32 + b'"}\n']
)
def test_a_stranger_that_says_something_else_is_dropped_at_once(tmp_path: Path, said: bytes) -> None:
    with Agent(tmp_path, stranger_seconds=60) as agent, Raw(agent.data_dir, prove=False) as raw:
        raw.sock.sendall(said)
        assert raw.is_closed()


def test_a_thousand_strangers_do_not_slow_the_agent(tmp_path: Path) -> None:
    with Agent(tmp_path, stranger_seconds=60) as agent, ExitStack() as stack:
        place = wire.read_place(tmp_path)
        assert place is not None
        with connect(tmp_path) as known:
            for number in range(1000):
                sock = stack.enter_context(socket.create_connection(("127.0.0.1", place.port), 10))
                sock.sendall((b"", b'{"nonce":"', b'{"nonce":"' + b"a" * 64 + b'"}\n')[number % 3])
                if number % 100 == 0:
                    began = time.monotonic()
                    known.call("status")
                    assert time.monotonic() - began < QUICK
                    assert answers_quickly(agent)
            assert answers_quickly(agent)


def test_when_all_places_are_taken_another_client_is_sent_away_and_the_rest_work(agent: Agent) -> None:
    with ExitStack() as stack:
        known = [stack.enter_context(connect(agent.data_dir)) for _ in range(control.MAX_CLIENTS)]
        with Raw(agent.data_dir) as late:
            assert late.is_closed()
        assert all(channel.call("ping") for channel in known)
        known[0].close()
        until(lambda: answers_quickly(agent))


SCARCE = """
import resource, socket, sys
from pathlib import Path
from tests.shell.channel.peers import Agent
from tray_agent.shell.channel import wire
from tray_agent.shell.channel.client import connect
with Agent(Path(sys.argv[1])) as agent:
    port = wire.read_place(agent.data_dir).port
    spare = [socket.create_connection(("127.0.0.1", port)) for _ in range(60)]
    with connect(agent.data_dir) as channel:
        channel.call("status")
        taken = len(list(Path("/proc/self/fd").iterdir()))
        resource.setrlimit(resource.RLIMIT_NOFILE, (taken - 40, taken - 40))
        print("scarce", flush=True)
        sys.stdin.readline()
        assert channel.call("status")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="counts descriptors as Linux shows them")
def test_without_descriptors_left_strangers_give_way(tmp_path: Path) -> None:
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    serving = subprocess.Popen([sys.executable, "-c", SCARCE, str(tmp_path)], **pipes)
    with serving, ExitStack() as stack:
        assert serving.stdout is not None
        assert serving.stdout.readline() == b"scarce\n"
        for _ in range(100):
            place = wire.read_place(tmp_path)
            assert place is not None
            stack.enter_context(socket.create_connection(("127.0.0.1", place.port), 10))
        with connect(tmp_path) as channel:
            assert channel.call("status")
        assert serving.stdin is not None
        serving.stdin.write(b"\n")
        serving.stdin.flush()
        assert serving.wait(20) == 0


# --- anything ------------------------------------------------------------------------------------------

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=10,
)
requests = st.fixed_dictionaries(
    {},
    optional={
        "id": json_values,
        "method": st.sampled_from(sorted(control.METHODS)) | json_values,
        "params": json_values,
        "extra": json_values,
    },
)
lines = st.binary(max_size=200) | requests.map(lambda message: json.dumps(message).encode() + b"\n")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    with Agent(tmp_path_factory.mktemp("channel")) as agent:
        yield agent


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(said=st.lists(lines, max_size=5), prove=st.booleans())
def test_nothing_that_is_said_reaches_the_agent_but_listed_methods(
    lasting: Agent, said: list[bytes], prove: bool
) -> None:
    lasting.asked.clear()
    with Raw(lasting.data_dir, prove=prove) as raw:
        try:
            for piece in said:
                raw.sock.sendall(piece)
            raw.sock.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # dropped already
        assert raw.is_closed()
    assert all(method in control.METHODS and isinstance(params, dict) for method, params in lasting.asked)
    assert prove or not lasting.asked
    with connect(lasting.data_dir) as channel:
        assert channel.call("ping")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=50), max_size=20))
def test_lines_come_out_as_they_went_in_however_they_are_cut(pieces: list[bytes]) -> None:
    whole = b"".join(pieces)
    buffer = wire.Lines(10_000)
    found = []
    for piece in pieces:
        buffer.feed(piece)
        while (line := buffer.next()) is not None:
            found.append(line)
    assert found == whole.split(b"\n")[:-1]
