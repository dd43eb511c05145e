"""One connection as the channel's server knows it: what it has proven, what it asked, what is owed to it."""

from __future__ import annotations

import socket
import time
from collections import deque
from typing import Any

from tray_agent.shell.channel import wire

MAX_WAITING = 32
"""Unanswered requests after which nothing more is read from a peer."""
OUT_HIGH = 4 << 20
"""Unsent bytes after which nothing more is read from a peer."""
OUT_LIMIT = 64 << 20
"""Unsent bytes at which a peer is given up."""
_CHUNK = 1 << 16


class Peer:
    """A connection with its buffers. Belongs to the server's thread; its socket never blocks."""

    __slots__ = (
        "_changed",
        "_nonces",
        "_out",
        "_place",
        "asked",
        "deadline",
        "lines",
        "mask",
        "proven",
        "sock",
        "stalled_at",
        "subscribed",
        "unsent",
        "waiting",
    )

    def __init__(self, sock: socket.socket, place: wire.Place, deadline: float) -> None:
        self.sock = sock
        self.deadline = deadline
        self.lines = wire.Lines(wire.MAX_GREETING)
        self.mask = 0
        self.proven = False
        self.subscribed = False
        self.asked = 0
        self.waiting: dict[int, int] = {}
        self.unsent = 0
        self.stalled_at: float | None = None
        self._place = place
        self._nonces: tuple[str, str] | None = None
        self._changed: int | None = None
        self._out: deque[memoryview] = deque()

    @property
    def busy(self) -> bool:
        """Whether so much is asked or owed that reading on would only make it more."""
        return len(self.waiting) >= MAX_WAITING or self.unsent > OUT_HIGH

    @property
    def owed(self) -> bool:
        """Whether something waits to be sent."""
        return bool(self._out)

    def greet(self, message: dict[str, Any]) -> bytes | None:
        """Go one step further in the mutual proof; the line to send, if any. Raises ValueError."""
        if self._nonces is None:
            asker = message.get("nonce")
            if not isinstance(asker, str) or not wire.is_nonce(asker):
                raise ValueError("no nonce")
            self._nonces = (asker, wire.new_nonce())
            proof = wire.prove(self._place.key, "agent", self._place.port, *self._nonces)
            return wire.encode({"nonce": self._nonces[1], "proof": proof}) + b"\n"
        expected = wire.prove(self._place.key, "client", self._place.port, *self._nonces)
        if not wire.is_proof(message.get("proof"), expected):
            raise ValueError("not proven")
        self.proven = True
        self.lines.limit = wire.MAX_LINE
        return None

    def ask(self, identity: Any) -> int:
        """Take a request's id; the ticket under which it is answered. Raises ValueError."""
        if type(identity) is not int or not 0 <= identity < 1 << 53:
            raise ValueError("no id")
        self.asked += 1
        self.waiting[self.asked] = identity
        return self.asked

    def receive(self) -> bool:
        """Read what is there. False when the peer is gone."""
        try:
            received = self.sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return True
        except OSError:
            return False
        self.lines.feed(received)
        return bool(received)

    def send(self, *pieces: bytes) -> bool:
        """Send a line, whole or in pieces, as much as the peer takes now. False when the peer is to be given
        up."""
        is_short = sum(map(len, pieces)) <= _CHUNK
        for piece in (b"".join(pieces),) if is_short else pieces:
            self._put(piece)
        return self.flush() and self.unsent <= OUT_LIMIT

    def change(self, version: int) -> bool:
        """Say that there is a newer snapshot; one that was not said yet is replaced."""
        self._changed = version
        return self.flush()

    def flush(self) -> bool:
        """Send what the peer takes without waiting for it. False when it is gone."""
        try:
            while self._out or self._changed is not None:
                if self._changed is not None and not self._out:
                    version, self._changed = self._changed, None
                    self._put(b'{"event":"changed","version":%d}\n' % version)
                self._send_some()
        except (BlockingIOError, InterruptedError):
            if self.stalled_at is None:
                self.stalled_at = time.monotonic()
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Forget everything owed and end the connection."""
        self._out.clear()
        self._changed = None
        self.waiting.clear()
        self.sock.close()

    def _put(self, line: bytes) -> None:
        self._out.append(memoryview(line))
        self.unsent += len(line)

    def _send_some(self) -> None:
        sent = self.sock.send(self._out[0][: 4 * _CHUNK])
        self.stalled_at = None
        self.unsent -= sent
        if sent == len(self._out[0]):
            self._out.popleft()
        else:
            self._out[0] = self._out[0][sent:]
