"""The proxy of these tests: a black hole swallows nothing for good, a reset is one, a delay delays."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, suppress

import pytest

from tests.team.proxy import Proxy


class Echo:
    """A server that sends back what it gets."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                each = self._socket.accept()[0]
                threading.Thread(target=self._echo, args=(each,), daemon=True).start()

    @staticmethod
    def _echo(each: socket.socket) -> None:
        with suppress(OSError), each:
            while block := each.recv(4096):
                each.sendall(block)

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def proxy() -> Iterator[Proxy]:
    with closing(Echo()) as echo, closing(Proxy(echo.port)) as made:
        yield made


@pytest.fixture
def other() -> Iterator[Echo]:
    with closing(Echo()) as echo:
        yield echo


def connected(proxy: Proxy) -> socket.socket:
    made = socket.create_connection(("127.0.0.1", proxy.port), timeout=10)
    made.sendall(b"a")
    assert made.recv(1) == b"a"
    return made


def test_what_is_sent_into_a_black_hole_arrives_when_it_is_lifted(proxy: Proxy) -> None:
    with connected(proxy) as one:
        proxy.black_hole()
        one.sendall(b"b")
        one.settimeout(0.3)
        with pytest.raises(TimeoutError):
            one.recv(1)

        proxy.lift()
        one.settimeout(10)
        assert one.recv(1) == b"b"


def test_who_connects_into_a_black_hole_is_neither_refused_nor_answered(proxy: Proxy) -> None:
    proxy.black_hole()
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=0.3) as one:
        one.sendall(b"a")
        with pytest.raises(TimeoutError):
            one.recv(1)

        proxy.lift()
        one.settimeout(10)
        assert one.recv(1) == b"a"


def test_a_reset_breaks_every_connection_and_the_next_one_works(proxy: Proxy) -> None:
    with connected(proxy) as one:
        proxy.reset()
        with pytest.raises(ConnectionResetError):
            one.recv(1)
    with connected(proxy):
        pass


def test_a_delay_delays_and_nothing_is_lost(proxy: Proxy) -> None:
    with connected(proxy) as one:
        proxy.delay(0.2)
        began = time.monotonic()
        one.sendall(b"b")
        assert one.recv(1) == b"b"
        assert time.monotonic() - began >= 0.4  # there and back

        proxy.delay(0)
        one.sendall(b"c" * 200_000)
        got = 0
        while got < 200_000:
            got += len(one.recv(65536))


def test_a_server_that_is_gone_is_a_broken_connection_and_another_can_take_its_place(
    proxy: Proxy, other: Echo
) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as shut:
        gone = shut.getsockname()[1]
    proxy.aim(gone)
    with (
        socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as one,
        pytest.raises(ConnectionResetError),
    ):
        one.recv(1)

    proxy.aim(other.port)
    with connected(proxy):
        assert proxy.connections() == 1
