"""The agent's end of the local channel: one thread that authenticates, frames, and passes requests on.

It runs nothing itself: every request reaches ``answer``, which must not block and responds when it can.
"""

from __future__ import annotations

import contextlib
import itertools
import logging
import os
import selectors
import socket
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tray_agent.shell.channel import wire
from tray_agent.shell.channel.answer import INTERNAL, Answer, Pieces, frame
from tray_agent.shell.channel.methods import METHODS
from tray_agent.shell.channel.peer import Peer

__all__ = ["METHODS", "Answer", "ControlServer", "Respond"]

MAX_CLIENTS = 64
MAX_STRANGERS = 256  # with the clients well below the 512 sockets that Windows' select() takes
STRANGER_SECONDS = 5.0
STALL_SECONDS = 30.0
_ACCEPTS_A_TURN = 64
_FULL_PAUSE = 0.5

_log = logging.getLogger(__name__)


Respond = Callable[[Answer], None]
Answerer = Callable[[str, dict[str, Any], Respond], None]


class ControlServer:
    """Listens on loopback for those who can prove the key in the data folder.

    ``answer(method, params, respond)`` is called on the server's thread and must return at once;
    ``respond`` may be called later, from any thread; only its first call counts.
    """

    def __init__(
        self,
        data_dir: Path,
        answer: Answerer,
        *,
        stranger_seconds: float = STRANGER_SECONDS,
        stall_seconds: float = STALL_SECONDS,
    ) -> None:
        self._data_dir = data_dir
        self._answer = answer
        self._stranger_seconds = stranger_seconds
        self._stall_seconds = stall_seconds
        self._orders: deque[Callable[[], None]] = deque()
        self._strangers: dict[Peer, None] = {}
        self._clients: dict[Peer, None] = {}
        self._version: int | None = None
        self._announcing = False
        self._subscribers = 0
        self._on_subscribers: Callable[[int], None] = lambda _count: None
        self._stopping = False
        self._resume_accepting: float | None = None
        self._thread: threading.Thread | None = None
        self._place: wire.Place | None = None

    @property
    def subscribers(self) -> int:
        """How many peers listen for events just now."""
        return self._subscribers

    def watch_subscribers(self, on_count: Callable[[int], None]) -> None:
        """Have ``on_count`` called with the number of subscribers when it changes, on the server's thread."""
        self._on_subscribers = on_count

    @property
    def data_dir(self) -> Path:
        """The folder in which the channel's file is."""
        return self._data_dir

    @property
    def port(self) -> int:
        """The port listened on; 0 when not started."""
        return self._place.port if self._place else 0

    def start(self) -> None:
        """Listen, and say where in the data folder. Raises OSError; it may then be tried again."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
            listener.setblocking(False)
            listener.bind((wire.HOST, 0))
            listener.listen(128)
            place = wire.Place(listener.getsockname()[1], os.urandom(wire.KEY_BYTES), os.getpid())
            wire.write_place(self._data_dir, place)
        except OSError:
            listener.close()
            raise
        self._listener = listener
        self._bell, self._rope = socket.socketpair()
        self._bell.setblocking(False)
        self._rope.setblocking(False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(listener, selectors.EVENT_READ)
        self._selector.register(self._bell, selectors.EVENT_READ)
        self._stopping = False
        self._announcing = False
        self._place = place
        self._thread = threading.Thread(target=self._serve, name="control", daemon=True)
        self._thread.start()

    def say_where_again(self) -> bool:
        """Where the channel's file does not say where we listen any more, put it there anew; tells whether it
        did. From any thread but the server's. Raises OSError."""
        place = self._place
        if place is None or self._stopping:
            return False
        try:
            if wire.read_place(self._data_dir) == place:
                return False
        except wire.UnsafeChannelFile:
            _log.warning("the channel's file is not ours any more", exc_info=True)
        wire.write_place(self._data_dir, place)
        if self._stopping:  # it may have been taken away in between, at the end
            wire.remove_place(self._data_dir, place)
        return True

    def close(self) -> None:
        """Send what is ready, end every connection, take the file away. Waits at most 2 s."""
        if self._thread is None:
            return
        self._order(self._stop)
        if self._thread is not threading.current_thread():
            self._thread.join(2.0)
        self._thread = None

    def notify(self, version: int) -> None:
        """Tell subscribers that there is a newer snapshot; many at once are one. From any thread."""
        self._version = version  # first: who subscribes now is answered with it
        if self._subscribers and not self._announcing:
            self._announcing = True
            self._order(self._announce)

    def broadcast(self, event: dict[str, Any]) -> None:
        """Send an event ("raise", "show", "close") to every subscriber. From any thread."""
        line = wire.encode(event) + b"\n"
        self._order(lambda: self._send_all(line))

    # --- any thread ---------------------------------------------------------------------------------

    def _order(self, order: Callable[[], None]) -> None:
        """Have the server's thread do something."""
        if self._place is None:
            return
        self._orders.append(order)
        with contextlib.suppress(OSError):  # full: it rings already; closed: nobody is there to do it
            self._rope.send(b"\0")

    def _responder(self, peer: Peer, ticket: int, method: str) -> Respond:
        def respond(answer: Answer) -> None:
            try:
                line = frame(answer)
            except (TypeError, ValueError):
                _log.exception("the answer to %s is not JSON", method)
                line = frame(INTERNAL)
            self._order(lambda: self._answered(peer, ticket, line))

        return respond

    # --- the server's thread ------------------------------------------------------------------------

    def _serve(self) -> None:
        while not self._stopping:
            for key, mask in self._selector.select(self._timeout()):
                if key.fileobj is self._listener:
                    self._accept()
                elif key.fileobj is self._bell:
                    self._hear()
                else:
                    self._serve_peer(key.data, mask)
            self._obey()
            self._scan(time.monotonic())
        self._end()

    def _timeout(self) -> float | None:
        """Seconds until something is due; None sleeps until somebody calls."""
        due = [peer.stalled_at + self._stall_seconds for peer in self._clients if peer.stalled_at is not None]
        for stranger in self._strangers:
            due.append(stranger.deadline)
            break  # in order of arrival
        if self._resume_accepting is not None:
            due.append(self._resume_accepting)
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _hear(self) -> None:
        try:
            while self._bell.recv(4096):
                pass
        except (BlockingIOError, InterruptedError):
            return

    def _obey(self) -> None:
        for _ in range(len(self._orders)):
            self._orders.popleft()()

    def _scan(self, now: float) -> None:
        """Drop strangers that said nothing in time and clients that do not read."""
        late = []
        for stranger in self._strangers:
            if stranger.deadline > now:
                break
            late.append(stranger)
        late += [
            peer
            for peer in self._clients
            if peer.stalled_at is not None and peer.stalled_at + self._stall_seconds <= now
        ]
        for peer in late:
            self._drop(peer)
        if self._resume_accepting is not None and self._resume_accepting <= now:
            self._resume_accepting = None
            self._selector.register(self._listener, selectors.EVENT_READ)

    def _accept(self) -> None:
        place = self._place
        if place is None:
            return
        for _ in range(_ACCEPTS_A_TURN):
            try:
                sock, _address = self._listener.accept()
            except (BlockingIOError, InterruptedError, ConnectionError):
                return
            except OSError:  # no descriptors left
                self._do_without()
                return
            sock.setblocking(False)
            with contextlib.suppress(OSError):  # gone already: the first read says so
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if len(self._strangers) >= MAX_STRANGERS:
                self._make_room()
            peer = Peer(sock, place, time.monotonic() + self._stranger_seconds)
            self._strangers[peer] = None
            self._watch(peer)

    def _make_room(self, places: int = 1) -> None:
        """Let the oldest strangers go: whoever is honest needed a millisecond and is through."""
        for stranger in list(itertools.islice(self._strangers, places)):
            self._drop(stranger)

    def _do_without(self) -> None:
        """Half of the strangers go; when there are none, nobody new is taken for a moment."""
        if self._strangers:
            self._make_room((len(self._strangers) + 1) // 2)
            return
        self._selector.unregister(self._listener)
        self._resume_accepting = time.monotonic() + _FULL_PAUSE

    def _watch(self, peer: Peer) -> None:
        """Have the selector read unless too much is asked already, and write while something is owed."""
        if not self._knows(peer):
            return
        mask = (0 if peer.busy else selectors.EVENT_READ) | (selectors.EVENT_WRITE if peer.owed else 0)
        if mask == peer.mask:
            return
        if not peer.mask:
            self._selector.register(peer.sock, mask, peer)
        elif not mask:
            self._selector.unregister(peer.sock)
        else:
            self._selector.modify(peer.sock, mask, peer)
        peer.mask = mask

    def _knows(self, peer: Peer) -> bool:
        return peer in self._clients or peer in self._strangers

    def _drop(self, peer: Peer) -> None:
        if not self._knows(peer):
            return
        self._strangers.pop(peer, None)
        self._clients.pop(peer, None)
        if peer.subscribed:
            self._count(-1)
        if peer.mask:
            self._selector.unregister(peer.sock)
            peer.mask = 0
        peer.close()

    def _count(self, change: int) -> None:
        self._subscribers += change
        self._on_subscribers(self._subscribers)

    def _keep(self, peer: Peer, alive: bool) -> None:
        if alive:
            self._watch(peer)
        else:
            self._drop(peer)

    def _serve_peer(self, peer: Peer, mask: int) -> None:
        if mask & selectors.EVENT_WRITE and self._knows(peer):
            self._keep(peer, peer.flush())
        if mask & selectors.EVENT_READ and self._knows(peer):
            if peer.receive():
                self._take_lines(peer)
            else:
                self._drop(peer)

    def _take_lines(self, peer: Peer) -> None:
        try:
            while not peer.busy:
                line = peer.lines.next()
                if line is None:
                    break
                self._take(peer, wire.decode(line))
        except ValueError:  # garbage: it does not speak this protocol
            self._drop(peer)
        self._watch(peer)

    def _take(self, peer: Peer, message: dict[str, Any]) -> None:
        if peer.proven:
            self._request(peer, message)
            return
        line = peer.greet(message)
        if line is not None:
            self._keep(peer, peer.send(line))
        elif len(self._clients) < MAX_CLIENTS:
            self._strangers.pop(peer, None)
            self._clients[peer] = None
        else:
            self._drop(peer)

    def _request(self, peer: Peer, message: dict[str, Any]) -> None:
        method, params = message.get("method"), message.get("params", {})
        if not isinstance(method, str) or not isinstance(params, dict):
            raise ValueError("not a request")
        respond = self._responder(peer, peer.ask(message.get("id")), method)
        if method not in METHODS:
            respond(Answer(False, code="unknown_method", text="O agente não conhece esse comando."))
        elif method == "ping":
            respond(Answer(True, {"pid": os.getpid()}))
        elif method == "subscribe":
            if not peer.subscribed:
                peer.subscribed = True
                self._count(1)
            respond(Answer(True, {"version": self._version}))
        else:
            self._ask(method, params, respond)

    def _ask(self, method: str, params: dict[str, Any], respond: Respond) -> None:
        try:
            self._answer(method, params, respond)
        except Exception:  # noqa: BLE001 - one request that cannot be answered must not end the channel
            _log.exception("answering %s failed", method)
            respond(INTERNAL)

    def _answered(self, peer: Peer, ticket: int, line: Pieces) -> None:
        identity = peer.waiting.pop(ticket, None)
        if identity is None:
            return  # answered before, or gone
        self._keep(peer, peer.send(b'{"id":%d,' % identity, *line, b"}\n"))
        if self._knows(peer):
            self._take_lines(peer)

    def _announce(self) -> None:
        self._announcing = False  # before reading the version: whoever is later announces again
        version = self._version
        if version is None:
            return
        for peer in [peer for peer in self._clients if peer.subscribed]:
            self._keep(peer, peer.change(version))

    def _send_all(self, line: bytes) -> None:
        for peer in [peer for peer in self._clients if peer.subscribed]:
            self._keep(peer, peer.send(line))

    def _stop(self) -> None:
        self._stopping = True

    def _end(self) -> None:
        if self._place is not None:
            wire.remove_place(self._data_dir, self._place)
            self._place = None
        for peer in [*self._strangers, *self._clients]:
            self._drop(peer)
        self._selector.close()
        self._orders.clear()
        for sock in (self._listener, self._bell, self._rope):
            sock.close()
