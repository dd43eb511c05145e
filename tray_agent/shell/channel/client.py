"""The other end of the local channel: finds the agent of a data folder, proves the key, asks, listens."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tray_agent.shell.channel import wire
from tray_agent.shell.channel.methods import COMMANDS
from tray_agent.shell.channel.user import os_user

_NO_AGENT = "Nenhum agente está em execução; inicie-o com tray-agent."
_ATTEMPTS = 3


class ChannelError(Exception):
    """Something is wrong with the channel; ``text`` is one Portuguese sentence."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class NoAgent(ChannelError):
    """No agent of this data folder is there, or what is there cannot prove that it is one."""


class ChannelClosed(ChannelError):
    """The agent went away while something was asked."""


class Refused(ChannelError):
    """The agent (or this end, before sending) said no: ``code`` for programs, ``text`` for people."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code


class _Dropped(Exception):
    """The peer ended the connection while greeting: it may be worth another try."""


class _Call:
    """One request on its way."""

    __slots__ = ("answer", "done")

    def __init__(self) -> None:
        self.done = threading.Event()
        self.answer: dict[str, Any] | None = None


class Channel:
    """An authenticated connection to the agent. Calls may come from any thread but the listener's own."""

    def __init__(self, sock: socket.socket, lines: wire.Lines) -> None:
        self.closed = threading.Event()
        self._sock = sock
        self._lines = lines
        self._sending = threading.Lock()
        self._ids = itertools.count(1)
        self._calls: dict[int, _Call] = {}
        self._on_event: Callable[[dict[str, Any]], None] | None = None
        self._reader = threading.Thread(target=self._read, name="channel", daemon=True)
        self._reader.start()

    def call(self, method: str, timeout: float = 30.0, **params: Any) -> Any:
        """Ask, and wait for the answer at most ``timeout`` seconds. A command carries who asks it.

        Raises Refused (also with code "timeout" when no answer came) and ChannelClosed.
        """
        if threading.current_thread() is self._reader:
            raise RuntimeError("a listener must not wait for an answer that only it could read")
        if method in COMMANDS:
            params = {**params, "by": os_user()}
        call, identity = _Call(), next(self._ids)
        self._calls[identity] = call
        try:
            self._send({"id": identity, "method": method, "params": params})
            if not call.done.wait(timeout):
                raise Refused("timeout", f"O agente não respondeu em {timeout:g} s; tente de novo.")
        finally:
            self._calls.pop(identity, None)
        if call.answer is None:
            raise ChannelClosed("O agente encerrou a conexão antes de responder.")
        return _value(call.answer)

    def listen(self, on_event: Callable[[dict[str, Any]], None]) -> int | None:
        """Have ``on_event`` called with each event on the channel's thread; it must be quick.

        Returns the version of the agent's snapshot at that moment, if there is one.
        """
        self._on_event = on_event
        answer = self.call("subscribe")
        version = answer.get("version") if isinstance(answer, dict) else None
        return version if isinstance(version, int) else None

    def close(self) -> None:
        """End the connection; calls under way fail with ChannelClosed."""
        self._shut()
        if threading.current_thread() is not self._reader:
            self._reader.join(2.0)

    def __enter__(self) -> Channel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(self, message: dict[str, Any]) -> None:
        line = wire.encode(message) + b"\n"
        if len(line) > wire.MAX_LINE:
            raise Refused("too_large", "O pedido é grande demais para o agente.")
        with self._sending:
            if self.closed.is_set():
                raise ChannelClosed("O agente encerrou a conexão.")
            try:
                self._sock.sendall(line)
            except OSError as error:  # a time-out included: half a line cannot be taken back
                self._shut()
                raise ChannelClosed("O agente encerrou a conexão.") from error

    def _shut(self) -> None:
        with contextlib.suppress(OSError):  # the other end was first
            self._sock.shutdown(socket.SHUT_RDWR)

    def _read(self) -> None:
        try:
            while True:
                line = self._lines.next()
                if line is not None:
                    self._take(wire.decode(line))
                    continue
                try:
                    received = self._sock.recv(1 << 18)
                except TimeoutError:
                    continue
                if not received:
                    return
                self._lines.feed(received)
        except (OSError, ValueError):
            return
        finally:
            self.closed.set()
            self._sock.close()
            for call in list(self._calls.values()):
                call.done.set()

    def _take(self, message: dict[str, Any]) -> None:
        if "event" in message:
            if self._on_event is not None:
                self._on_event(message)
            return
        call = self._calls.get(message.get("id", 0))
        if call is not None:
            call.answer = message
            call.done.set()


def connect(data_dir: Path, timeout: float = 5.0) -> Channel:
    """Connect to the agent of a data folder. Raises NoAgent, or Refused for a file that is not safe."""
    deadline = time.monotonic() + timeout
    for _ in range(_ATTEMPTS):
        try:
            place = wire.read_place(data_dir)
        except wire.UnsafeChannelFile as error:
            raise Refused("unsafe_channel", str(error)) from error
        if place is None:
            raise NoAgent(_NO_AGENT)
        try:
            return _reach(place, deadline)
        except _Dropped:
            continue
    raise NoAgent(
        "Nenhum agente está em execução (a conexão foi encerrada antes da resposta); inicie-o com tray-agent."
    )


def unanswered(data_dir: Path) -> str:
    """What to do about an agent that holds the folder and does not answer."""
    pid = listening_process(data_dir)
    remedy = "veja tray-agent doctor" if pid is None else end_process(pid)
    return (
        "o agente está em execução, mas não responde; tente de novo em instantes; "
        f"se continuar assim, {remedy}"
    )


def end_process(pid: int) -> str:
    """What helps with an agent that hangs, as a clause."""
    return f"encerre o processo {pid} e inicie-o de novo"


def listening_process(data_dir: Path, timeout: float = 1.0) -> int | None:
    """The process of the folder's agent, answering or not; None where nothing listens as the folder says:
    then the number is a former agent's, and may be another program's by now."""
    try:
        place = wire.read_place(data_dir)
        if place is None:
            return None
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.settimeout(timeout)
            sock.connect((wire.HOST, place.port))
    except (wire.UnsafeChannelFile, OSError):
        return None
    return place.pid


def is_answered(data_dir: Path, timeout: float = 5.0) -> bool:
    """Whether the data folder has an agent that answers; one that this person may not ask counts as well."""
    try:
        with connect(data_dir, timeout) as channel:
            channel.call("ping", timeout)
    except Refused as refused:
        return refused.code != "timeout"
    except (ChannelError, OSError):
        return False
    return True


def _reach(place: wire.Place, deadline: float) -> Channel:
    # Not create_connection: it looks names up, and imports what that takes, for an address.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(_remaining(deadline))
        sock.connect((wire.HOST, place.port))
    except TimeoutError:
        sock.close()
        raise NoAgent("O agente não respondeu a tempo.") from None
    except OSError:
        sock.close()
        raise NoAgent(_NO_AGENT) from None
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        lines = _greet(sock, place, deadline)
    except BaseException:
        sock.close()
        raise
    sock.settimeout(30.0)
    lines.limit = 1 << 62
    return Channel(sock, lines)


def _greet(sock: socket.socket, place: wire.Place, deadline: float) -> wire.Lines:
    """Have the agent prove the key, then prove it ourselves. The key itself is never sent."""
    nonce = wire.new_nonce()
    lines = wire.Lines(wire.MAX_GREETING)
    try:
        sock.sendall(wire.encode({"nonce": nonce}) + b"\n")
        while (line := lines.next()) is None:
            sock.settimeout(_remaining(deadline))
            received = sock.recv(4096)
            if not received:
                raise _Dropped
            lines.feed(received)
        said = wire.decode(line)
    except TimeoutError:
        raise NoAgent("O agente não respondeu a tempo.") from None
    except OSError:
        raise _Dropped from None
    except ValueError:
        raise NoAgent("Na porta do agente responde outro programa; inicie o agente de novo.") from None
    theirs = said.get("nonce")
    if not isinstance(theirs, str) or not wire.is_nonce(theirs):
        raise NoAgent("Na porta do agente responde outro programa; inicie o agente de novo.")
    if not wire.is_proof(said.get("proof"), wire.prove(place.key, "agent", place.port, nonce, theirs)):
        raise NoAgent("Na porta do agente responde outro programa; inicie o agente de novo.")
    proof = wire.prove(place.key, "client", place.port, nonce, theirs)
    try:
        sock.sendall(wire.encode({"proof": proof}) + b"\n")
    except OSError:
        raise _Dropped from None
    return lines


def _remaining(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise NoAgent("O agente não respondeu a tempo.")
    return left


def _value(answer: dict[str, Any]) -> Any:
    if answer.get("ok") is True:
        return answer.get("data")
    error = answer.get("error")
    if not isinstance(error, dict):
        raise Refused("internal", "O agente deu uma resposta que não se entende.")
    raise Refused(str(error.get("code", "")), str(error.get("text", "")))
