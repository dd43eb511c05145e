"""The channel's client, against the real server and against impostors."""

from __future__ import annotations

import getpass
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.shell.channel.peers import Agent, until
from tray_agent.shell.channel import wire
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.client import ChannelClosed, NoAgent, Refused, connect
from tray_agent.shell.channel.user import os_user


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with Agent(tmp_path) as agent:
        yield agent


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[socket.socket]:
    """A program that took over the port of an agent that is gone."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        wire.write_place(tmp_path, wire.Place(port, bytes(range(32)), 1))
        yield listener


def play(listener: socket.socket, reply: bytes) -> tuple[threading.Thread, list[bytes]]:
    """Answer one connection with fixed bytes; what was received, until the other end gave up."""
    received: list[bytes] = []

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            received.append(connection.recv(4096))
            if reply:
                connection.sendall(reply)
            while more := connection.recv(4096):
                received.append(more)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread, received


def test_a_call_brings_what_the_agent_answered(agent: Agent) -> None:
    with connect(agent.data_dir) as channel:
        assert channel.call("status", deep={"a": [1, None, "ção"]}) == {
            "method": "status",
            "params": {"deep": {"a": [1, None, "ção"]}},
        }


def test_a_refusal_is_raised_with_code_and_text(agent: Agent) -> None:
    agent.answers["run"] = Answer(False, code="unknown_job", text="Não há automação com esse nome.")
    with connect(agent.data_dir) as channel, pytest.raises(Refused) as refused:
        channel.call("run", job="x")
    assert (refused.value.code, refused.value.text) == ("unknown_job", "Não há automação com esse nome.")


def test_calls_from_many_threads_get_their_own_answers(agent: Agent) -> None:
    got: dict[int, object] = {}
    with connect(agent.data_dir) as channel:
        threads = [
            threading.Thread(target=lambda n=n: got.update({n: channel.call("status", n=n)}))
            for n in range(40)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)
    assert got == {n: {"method": "status", "params": {"n": n}} for n in range(40)}


def test_a_call_without_an_answer_is_refused_after_its_time(agent: Agent) -> None:
    agent.silent.add("status")
    with connect(agent.data_dir) as channel:
        with pytest.raises(Refused) as refused:
            channel.call("status", timeout=0.05)
        assert refused.value.code == "timeout"
        assert channel.call("ping") == {"pid": os.getpid()}


def test_pending_calls_fail_when_the_agent_goes_away(agent: Agent) -> None:
    agent.silent.add("status")
    channel = connect(agent.data_dir)
    failures: list[Exception] = []

    def ask() -> None:
        try:
            channel.call("status")
        except ChannelClosed as error:
            failures.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    until(lambda: len(agent.kept) == 3)
    agent.server.close()
    for thread in threads:
        thread.join(5)
    assert len(failures) == 3
    assert channel.closed.wait(5)
    with pytest.raises(ChannelClosed):
        channel.call("ping")


def test_a_request_above_the_limit_is_refused_before_it_is_sent(agent: Agent) -> None:
    with connect(agent.data_dir) as channel:
        with pytest.raises(Refused) as refused:
            channel.call("remember", preferences="x" * wire.MAX_LINE)
        assert refused.value.code == "too_large"
        assert channel.call("ping")


def test_events_reach_the_listener_in_order(agent: Agent) -> None:
    events: list[dict[str, object]] = []
    with connect(agent.data_dir) as channel:
        agent.server.notify(6)
        assert channel.listen(events.append) == 6
        agent.server.notify(7)
        until(lambda: {"event": "changed", "version": 7} in events)
        agent.server.broadcast({"event": "raise"})
        agent.server.broadcast({"event": "close"})
        until(lambda: len(events) >= 3)
    assert events[-2:] == [{"event": "raise"}, {"event": "close"}]


def test_a_listener_that_asks_on_its_own_thread_is_told_so_instead_of_waiting_for_ever(agent: Agent) -> None:
    heard: list[Exception] = []
    with connect(agent.data_dir) as channel:

        def ask(_event: dict[str, object]) -> None:
            try:
                channel.call("ping")
            except RuntimeError as error:
                heard.append(error)

        channel.listen(ask)
        agent.server.broadcast({"event": "raise"})
        until(lambda: bool(heard))


def test_without_a_file_there_is_no_agent(tmp_path: Path) -> None:
    with pytest.raises(NoAgent):
        connect(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}",
        b"null",
        b'{"port":1',
        b'{"port":true,"key":"00","pid":1}',
        b'{"port":80,"key":"zz","pid":1}',
    ],
)
def test_a_file_that_says_nothing_means_no_agent(tmp_path: Path, content: bytes) -> None:
    wire.write_place(tmp_path, wire.Place(1, bytes(32), 1))
    (tmp_path / wire.FILE_NAME).write_bytes(content)
    with pytest.raises(NoAgent):
        connect(tmp_path)


def test_with_nothing_listening_there_is_no_agent(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    wire.write_place(tmp_path, wire.Place(port, bytes(32), 1))
    with pytest.raises(NoAgent):
        connect(tmp_path)


@pytest.mark.parametrize(
    "reply",
    [
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"{}\n",
        b"[" * 400 + b"\n",
        b"x" * 4096,
        b'{"nonce":"' + b"0" * 64 + b'","proof":"' + b"0" * 64 + b'"}\n',
        b'{"nonce":7,"proof":null}\n',
    ],
    ids=["http", "empty", "deep", "endless", "wrong-proof", "wrong-types"],
)
def test_a_program_that_took_the_port_is_no_agent_and_learns_nothing(
    tmp_path: Path, impostor: socket.socket, reply: bytes
) -> None:
    thread, received = play(impostor, reply)
    with pytest.raises(NoAgent):
        connect(tmp_path)
    thread.join(5)
    said = b"".join(received)
    assert bytes(range(32)).hex().encode() not in said
    assert said.count(b"\n") == 1  # the nonce, and never a proof or a request


def test_a_program_that_says_nothing_is_no_agent(tmp_path: Path, impostor: socket.socket) -> None:
    play(impostor, b"")
    with pytest.raises(NoAgent):
        connect(tmp_path, timeout=0.1)


def test_a_proof_made_for_another_port_is_worth_nothing(tmp_path: Path, agent: Agent) -> None:
    """A squatter that relays a client to the real agent, elsewhere, cannot pass for it."""
    real = wire.read_place(agent.data_dir)
    assert real is not None
    elsewhere = tmp_path / "other"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.write_place(elsewhere, wire.Place(listener.getsockname()[1], real.key, 1))

        def relay() -> None:
            connection, _ = listener.accept()
            with connection, socket.create_connection(("127.0.0.1", real.port)) as onward:
                onward.sendall(connection.recv(4096))
                connection.sendall(onward.recv(4096))
                connection.recv(4096)

        thread = threading.Thread(target=relay, daemon=True)
        thread.start()
        with pytest.raises(NoAgent):
            connect(elsewhere)
        thread.join(5)


@pytest.mark.skipif(os.name != "posix", reason="Windows: the profile folder's access list decides")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o622, 0o666])
def test_a_file_that_others_can_read_is_refused_in_one_line(agent: Agent, mode: int) -> None:
    (agent.data_dir / wire.FILE_NAME).chmod(mode)
    with pytest.raises(Refused) as refused:
        connect(agent.data_dir)
    assert refused.value.code == "unsafe_channel"
    assert "\n" not in refused.value.text
    assert wire.FILE_NAME in refused.value.text


@pytest.mark.skipif(os.name != "posix", reason="links need a privilege on Windows")
def test_a_file_that_is_a_link_or_no_file_is_refused(tmp_path: Path, agent: Agent) -> None:
    other = tmp_path / "linked"
    other.mkdir()
    (other / wire.FILE_NAME).symlink_to(agent.data_dir / wire.FILE_NAME)
    with pytest.raises(Refused):
        connect(other)
    pipe = tmp_path / "pipe"
    pipe.mkdir()
    os.mkfifo(pipe / wire.FILE_NAME, 0o600)
    with pytest.raises(Refused):
        connect(pipe)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_that_belongs_to_another_user_is_refused(agent: Agent) -> None:
    os.chown(agent.data_dir / wire.FILE_NAME, 12345, -1)
    with pytest.raises(Refused):
        connect(agent.data_dir)


def test_a_command_carries_the_person_who_gives_it_a_question_does_not(agent: Agent) -> None:
    person = getpass.getuser() if sys.platform != "win32" else os_user()
    with connect(agent.data_dir) as channel:
        assert channel.call("run", job="pix")["params"] == {"job": "pix", "by": person}
        assert channel.call("days", n=3)["params"] == {"n": 3}
    assert person


@pytest.mark.skipif(sys.platform == "win32", reason="Windows names its own user")
def test_the_account_is_named_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "somebody else")
    assert os_user() != "somebody else"


@pytest.mark.skipif(sys.platform != "win32", reason="needs Windows")
def test_a_windows_user_has_a_domain() -> None:
    assert "\\" in os_user()
