"""The radio's child: speaks NATS for its agent, and ends with it. Lines on stdin and stdout: see ``radio``.

It decides nothing, reads nothing and keeps nothing: what cannot be said at once is dropped. Every connection
is a new client, so that nothing depends on how the library takes one up again.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import os
import ssl
import sys
import threading
import time
from collections.abc import Coroutine
from typing import IO, Any

import nats
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.channel import Channel

_CONNECT_SECONDS = 10.0
_CLOSE_SECONDS = 2.0
_RETRY_SECONDS = 1.0
_REFUSED_SECONDS = 5.0
_RELOAD_SECONDS = 5.0
_STUCK_SECONDS = 30.0  # more than an attempt, its end and the pause after it take together
_OUT_OF_DATE = {9, 10}  # OpenSSL: not yet valid, expired
_PIECE_BYTES = 1 << 16


def main() -> int:
    """Serve one agent until it goes. Returns the exit code, or leaves at once when the agent went."""
    orders = os.fdopen(os.dup(0), "rb", buffering=0)  # what follows the first line is another's to read
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # whatever a library prints goes to the log
    first = orders.readline()
    if not first:
        return 3
    values = json.loads(first)
    values["servers"] = tuple(values["servers"])
    radio = _Radio(Channel(**values), answers)
    asyncio.run(radio.serve(orders))
    return 0


class _Radio:
    def __init__(self, channel: Channel, answers: IO[bytes]) -> None:
        self._channel = channel
        self._answers = answers
        self._client: Client | None = None
        self._system: Client | None = None
        self._lost = asyncio.Event()
        self._moved = time.monotonic()
        self._begun = b""

    async def serve(self, orders: io.FileIO) -> None:
        loop = asyncio.get_running_loop()
        if sys.platform == "win32":
            threading.Thread(target=self._listen, args=(orders, loop), name="agent", daemon=True).start()
        else:
            loop.add_reader(orders, self._read, orders)
        signal = asyncio.create_task(self._signal())
        try:
            while True:
                await self._one_connection()
        finally:
            signal.cancel()

    def _listen(self, orders: io.FileIO, loop: asyncio.AbstractEventLoop) -> None:
        """On a thread of its own: Windows' pipes know no asyncio. The end of the agent is ours."""
        try:
            for line in io.BufferedReader(orders):
                loop.call_soon_threadsafe(self._take, line)
        finally:
            os._exit(0)

    def _read(self, orders: io.FileIO) -> None:
        """The agent has said something: on the loop itself, for every change of thread costs a start its
        time."""
        said = orders.read(_PIECE_BYTES)
        if not said:
            os._exit(0)
        *lines, self._begun = (self._begun + said).split(b"\n")
        for line in lines:
            self._take(line)

    async def _signal(self) -> None:
        """Say that all is well for as long as connections come and go, or one is looked after: who hangs in
        the library does not say so, and is made anew."""
        while True:
            if time.monotonic() - self._moved < _STUCK_SECONDS:
                self._say("signal")
            await asyncio.sleep(self._channel.signal_seconds)

    async def _one_connection(self) -> None:
        """Connect, stay as long as it holds, and wait a moment before the next."""
        self._lost, self._moved = asyncio.Event(), time.monotonic()
        pause = quick = min(_RETRY_SECONDS, max(0.2, self._channel.signal_seconds))
        try:
            await _within(_CONNECT_SECONDS, self._connect())
            self._say("link", "up")
            await self._stays()
            self._say("link", "down", "a conexão com o cérebro caiu".encode())
        except Exception as error:  # noqa: BLE001 - whatever the library raises is one more failed attempt
            why = sentence(error, self._channel.servers)
            pause = _REFUSED_SECONDS if why.startswith("o cérebro") else quick
            self._say("link", "down", " ".join(why.split()).encode())
            print(f"{time.monotonic():.1f} no connection: {error!r}", file=sys.stderr, flush=True)  # noqa: T201
        await self._leave()
        await asyncio.sleep(pause)

    async def _stays(self) -> None:
        """Until the connection is lost. The library may hang in closing it, and never call back: what it says
        of its connections is looked at with every signal, too."""
        while not self._lost.is_set():
            self._moved = time.monotonic()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._lost.wait(), self._channel.signal_seconds)
            clients = (self._client, self._system)
            if any(client is not None and not client.is_connected for client in clients):
                return

    async def _connect(self) -> None:
        channel = self._channel
        self._client = await connect(
            channel.servers,
            context_of(channel.authority, channel.certificate, channel.key),
            channel.server_name,
            self._gone,
            channel.signal_seconds,
        )
        if channel.pc:
            await self._client.subscribe(subjects.to_pc(channel.team, channel.pc), cb=self._from_brain)
        else:
            await self._client.subscribe(subjects.from_pc(channel.team, "*"), cb=self._from_pc)
            await self._client.subscribe(f"{subjects.JOIN}.*", cb=self._from_invited)
        await self._client.flush()
        if channel.system_certificate:
            context = context_of(channel.authority, channel.system_certificate, channel.system_key)
            self._system = await connect(
                channel.servers, context, channel.server_name, self._gone, channel.signal_seconds
            )
            await self._system.subscribe(subjects.GONE, cb=self._went)
            await self._system.flush()

    async def _gone(self) -> None:
        self._lost.set()

    async def _leave(self) -> None:
        clients, self._client, self._system = (self._client, self._system), None, None
        for client in clients:
            if client is not None:
                with contextlib.suppress(Exception):
                    await _within(_CLOSE_SECONDS, client.close())

    async def _from_brain(self, message: Msg) -> None:
        self._pass_on("heard", "", message)

    async def _from_pc(self, message: Msg) -> None:
        self._pass_on("heard", message.subject.rpartition(".")[2], message)

    async def _from_invited(self, message: Msg) -> None:
        self._pass_on("asked", message.subject.rpartition(".")[2], message)

    async def _went(self, message: Msg) -> None:
        """The server says who went: much sooner than by their silence."""
        with contextlib.suppress(ValueError, KeyError, TypeError):
            client = json.loads(message.data)["client"]
            pc = subjects.key_of_user(self._channel.team, client["user"])
            if pc and client.get("name") != subjects.LOOK:
                self._say("gone", pc)

    def _pass_on(self, what: str, who: str, message: Msg) -> None:
        if b"\n" not in message.data:  # else somebody means to say more than one line
            self._say(what, who, message.data)

    def _take(self, line: bytes) -> None:
        """An order of the agent, on the loop. What cannot be said now is dropped."""
        word, about, data = line.rstrip(b"\n").split(b" ", 2)
        client, channel, whom = self._client, self._channel, about.decode()
        if word == b"reload":
            asyncio.get_running_loop().create_task(self._reload(whom))
        elif client is not None and client.is_connected:
            if word == b"joined":
                subject = f"{subjects.JOINED}.{whom}"
            elif channel.pc:
                subject = subjects.from_pc(channel.team, channel.pc)
            else:
                subject = subjects.to_pc(channel.team, whom)
            asyncio.get_running_loop().create_task(_publish(client, subject, data))

    async def _reload(self, number: str) -> None:
        system = self._system
        with contextlib.suppress(Exception):
            assert system is not None  # noqa: S101 - without a connection there is no confirmation
            server = system._server_info["server_id"]  # the library has no public way to it
            answer = await system.request(f"$SYS.REQ.SERVER.{server}.RELOAD", b"", timeout=_RELOAD_SECONDS)
            if "error" not in json.loads(answer.data):
                self._say("reloaded", number)

    def _say(self, word: str, about: str = "", data: bytes = b"") -> None:
        try:
            self._answers.write(b"%b %b %b\n" % (word.encode(), about.encode(), data))
        except OSError:
            os._exit(0)  # the agent is gone


async def _within(seconds: float, what: Coroutine[Any, Any, None]) -> None:
    """Await it for so long. What does not end when it is cancelled, as the library's connecting and closing
    sometimes do not, is left behind. Raises TimeoutError, and what it raises."""
    task = asyncio.ensure_future(what)
    await asyncio.wait({task}, timeout=seconds)
    if task.done():
        task.result()
        return
    task.cancel()
    task.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    raise TimeoutError


async def _publish(client: Client, subject: str, data: bytes) -> None:
    with contextlib.suppress(Exception):
        await client.publish(subject, data)


async def connect(
    servers: tuple[str, ...] | list[str],
    context: ssl.SSLContext,
    server_name: str,
    gone: Any,
    signal_seconds: float,
    calls_itself: str | None = None,
) -> Client:
    """One connection to whichever answers; it is never taken up again by itself.

    Raises what the library does.
    """

    seen: list[Exception] = []

    async def remember(error: Exception) -> None:
        seen[:] = [error]  # what the library raises in the end is only that there is no server left

    try:
        return await nats.connect(
            [f"tls://{each}" for each in servers],
            name=calls_itself,
            tls=context,
            tls_hostname=server_name,
            tls_handshake_first=True,
            allow_reconnect=False,
            max_reconnect_attempts=1,
            reconnect_time_wait=0.2,
            connect_timeout=5,
            ping_interval=max(1, round(signal_seconds)),
            max_outstanding_pings=2,
            error_cb=remember,
            disconnected_cb=gone,
            closed_cb=gone,
        )
    except nats.errors.NoServersError:
        if seen:
            raise seen[0] from None
        raise


def context_of(authority: str, certificate: str, key: str) -> ssl.SSLContext:
    """TLS 1.3 with this certificate, towards a server that this authority certified. Raises OSError."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_verify_locations(cafile=authority)
    context.load_cert_chain(certificate, key)
    return context


def sentence(error: BaseException, servers: tuple[str, ...] | list[str]) -> str:
    """Why there is no connection, in Portuguese; "o cérebro …" where it answered and refuses."""
    where = " ou ".join(servers)
    text = f"{error!r} {error}".casefold()
    if isinstance(error, ssl.SSLCertVerificationError) and error.verify_code in _OUT_OF_DATE:
        return f"o certificado de {where} está fora da validade, ou o relógio deste PC está errado"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"quem atende em {where} não é o cérebro desta equipe"
    refused = "authorization violation", "unknown_ca", "unknown ca", "certificate_required", "bad_certificate"
    if any(sign in text for sign in refused):
        return "o cérebro não reconhece este PC (foi removido da equipe, ou a equipe é outra)"
    if isinstance(error, ConnectionRefusedError):
        return f"ninguém atende em {where}: o agente do cérebro está parado, ou a porta é outra"
    if "getaddrinfo" in text or "name or service" in text or "gaierror" in text:
        return f"o nome em {where} não é conhecido na rede"
    if isinstance(error, TimeoutError | nats.errors.TimeoutError):
        return f"{where} não responde (rede, VPN ou firewall)"
    return f"sem conexão com {where} ({type(error).__name__})"
