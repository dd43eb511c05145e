"""The network between a PC and the brain, as a TCP proxy of ours: black hole, reset, delay.

It forwards bytes and knows nothing of TLS or NATS. What was sent into a black hole arrives when it is lifted,
as TCP's own repetitions would bring it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

_BLOCK = 65536
_NO_LINGER = struct.pack("ii", 1, 0)  # closing sends a reset


class Proxy:
    """Listens on a port of its own and forwards to ``port`` of this machine. Its methods are for any thread.

    ``listen`` is that port of its own, 0 for any. ``forwarded`` counts the bytes that passed, both ways
    together, ``accepted`` the connections that there were.
    """

    def __init__(self, port: int, listen: int = 0) -> None:
        self._to = port
        self.port = listen
        self.forwarded = self.accepted = 0
        self._delay = 0.0
        self._pairs: set[tuple[asyncio.StreamWriter, asyncio.StreamWriter]] = set()
        self._loop = asyncio.new_event_loop()
        self._open = asyncio.Event()
        self._open.set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)
        self._thread.start()
        self._server = self._do(self._listen()).result(10)

    def aim(self, port: int) -> None:
        """Forward what connects from now on to another port."""
        self._to = port

    def black_hole(self) -> None:
        """Let nothing through any more; whoever connects is neither refused nor answered."""
        self._do(self._shut()).result(10)

    def lift(self) -> None:
        """End a black hole."""
        self._do(self._unshut()).result(10)

    def reset(self) -> None:
        """Break every connection as a router does that forgot it."""
        self._do(self._break()).result(10)

    def delay(self, seconds: float) -> None:
        """Have every block arrive later by that much; 0 for none."""
        self._delay = seconds

    def connections(self) -> int:
        """How many connections there are."""
        return len(self._pairs)

    def close(self) -> None:
        """End it and every connection."""
        self._do(self._end()).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, Any]) -> Future[Any]:
        return asyncio.run_coroutine_threadsafe(what, self._loop)

    async def _listen(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _shut(self) -> None:
        self._open.clear()

    async def _unshut(self) -> None:
        self._open.set()

    async def _break(self) -> None:
        for pair in list(self._pairs):
            for side in pair:
                _reset(side)

    async def _end(self) -> None:
        self._server.close()
        await self._break()
        here = asyncio.current_task()
        tasks = [each for each in asyncio.all_tasks() if each is not here]
        for each in tasks:
            each.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._open.wait()
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
        except OSError:
            _reset(writer)
            return
        pair = (writer, far_writer)
        self._pairs.add(pair)
        self.accepted += 1
        try:
            ways = [self._pump(reader, far_writer), self._pump(far_reader, writer)]
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._pairs.discard(pair)
            for side in pair:
                side.transport.abort()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while block := await reader.read(_BLOCK):
                await self._open.wait()
                if self._delay:
                    await asyncio.sleep(self._delay)
                writer.write(block)
                await writer.drain()
                self.forwarded += len(block)
        with suppress(OSError, RuntimeError):
            if writer.can_write_eof():
                writer.write_eof()


def _reset(side: asyncio.StreamWriter) -> None:
    with suppress(OSError):  # it may be closed already
        side.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
    side.transport.abort()
