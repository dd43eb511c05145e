"""A real channel server with scripted answers, raw connections to it, and a way to wait for something."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tray_agent.shell.channel import wire
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.control import ControlServer, Respond


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true; AssertionError when it does not become so in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        pause.wait(0.005)


class Agent:
    """The server as the composition root would join it: answers from a table, else echoes the request."""

    def __init__(self, data_dir: Path, **limits: float) -> None:
        self.data_dir = data_dir
        self.answers: dict[str, Answer] = {}
        self.silent: set[str] = set()
        self.kept: list[Respond] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.server = ControlServer(data_dir, self._answer, **limits)

    def _answer(self, method: str, params: dict[str, Any], respond: Respond) -> None:
        self.asked.append((method, params))
        if method in self.silent:
            self.kept.append(respond)
        else:
            respond(self.answers.get(method) or Answer(True, {"method": method, "params": params}))

    def __enter__(self) -> Agent:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()


class Raw:
    """A connection that says whatever a test wants. With ``prove`` it has shown that it knows the key."""

    def __init__(self, data_dir: Path, *, prove: bool = True, receive_buffer: int = 0) -> None:
        place = wire.read_place(data_dir)
        assert place is not None
        self.sock = socket.socket()
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(10)
        self.sock.connect(("127.0.0.1", place.port))
        self._lines = wire.Lines(1 << 30)
        if prove:
            nonce = wire.new_nonce()
            self.say({"nonce": nonce})
            theirs = self.hear()["nonce"]
            self.say({"proof": wire.prove(place.key, "client", place.port, nonce, theirs)})

    def say(self, *messages: Any) -> None:
        self.sock.sendall(b"".join(wire.encode(message) + b"\n" for message in messages))

    def hear(self) -> dict[str, Any]:
        """The next message; AssertionError when the other end closed instead."""
        while (line := self._lines.next()) is None:
            received = self.sock.recv(1 << 16)
            assert received, "closed"
            self._lines.feed(received)
        return wire.decode(line)

    def is_closed(self) -> bool:
        """Whether the other end closes, reading until it does."""
        try:
            while self.sock.recv(1 << 20):
                pass
        except TimeoutError:
            return False
        except OSError:
            return True
        return True

    def __enter__(self) -> Raw:
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()
