"""Many PCs in one process, for the scale of a team: connections with certificates of their own to the real
server, the protocol's words, and no scripts: a "run" is a moment that passes.

``python -m benchmarks.simulated_pcs TEAM_FOLDER PORT COUNT SECONDS [SIGNAL_SECONDS]`` until it is ended; it
prints a line when all are connected. ``members`` puts them into the brain's ``team.json`` first.
"""

from __future__ import annotations

import asyncio
import json
import os
import ssl
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tray_agent import __version__
from tray_agent.adapters.team import keys, subjects
from tray_agent.adapters.team.membership import Member, MembershipFile
from tray_agent.core.model import Outcome
from tray_agent.core.team import orders as say
from tray_agent.core.team import wire

TAG = "sim"


def members(data: Path, count: int, places: int) -> None:
    """Put so many PCs into a brain's team; its agent must not be up."""
    file = MembershipFile(data)
    membership = file.read()
    assert membership is not None
    made = tuple(Member(f"SIM-{n:05d}", f"sim-{n:05d}", f"{n:08x}", places, (TAG,)) for n in range(count))
    file.write(replace(membership, members=made))


class _Pc:
    """One of them."""

    def __init__(self, key: str, team: str, seconds: float, places: int) -> None:
        self.key, self.team, self.seconds, self.places = key, team, seconds, places
        self.book, self.instance = os.urandom(8).hex(), os.urandom(8).hex()
        self.about: dict[str, say.About] = {}
        self.held: dict[str, None] = {}
        self.running: dict[str, float] = {}
        self.ended: dict[str, tuple[float, datetime]] = {}
        self.starts = 0
        self.life = ""
        self.epoch, self.brain = 0, ""
        self.client: Any = None

    async def connect(self, port: int, context: ssl.SSLContext) -> None:
        import nats

        self.client = await nats.connect(
            f"tls://127.0.0.1:{port}",
            tls=context,
            tls_hostname=subjects.server_name(self.team),
            tls_handshake_first=True,
            max_reconnect_attempts=-1,
            connect_timeout=60,
        )
        await self.client.subscribe(subjects.to_pc(self.team, self.key), cb=self._heard)
        await self.tell()

    async def tell(self) -> None:
        """That it is there."""
        presence = say.Presence(
            self.places,
            (TAG,),
            __version__,
            datetime.now(UTC),
            tuple(self.held),
            tuple(self.running),
            tuple(self.ended),
            self.epoch,
            self.brain,
        )
        await self._say(presence)

    async def _say(self, body: say.ReplyBody) -> None:
        text = json.dumps(wire.encode(say.Reply(self.book, self.instance, body)))
        await self.client.publish(subjects.from_pc(self.team, self.key), text.encode())

    async def _heard(self, message: Any) -> None:
        order = wire.order_of(json.loads(message.data))
        assert isinstance(order, say.Order), order
        self.epoch, self.brain = order.epoch, order.brain
        await self._heed(order.body)

    async def _heed(self, body: say.OrderBody) -> None:
        match body:
            case say.Hello(life=life):
                if life != self.life:
                    self.life = life
                    await self.tell()
            case say.Hold(about=about, sha256=sha256):
                self.about[about.run] = about
                self.held[about.run] = None
                await self._say(say.Held(about.run, 1, 1.0, sha256))
            case say.Go(run):
                if self.held.pop(run, 0) is None:
                    self.starts += 1
                    self.running[run] = time.monotonic()
                    await self._say(say.Running(run, 1, 1.0, self.about[run]))
                    asyncio.get_running_loop().call_later(self.seconds, self._end, run)
            case say.Drop(run) if run not in self.running and run not in self.ended:
                self.held.pop(run, None)
                await self._say(say.Never(run))
            case say.Ask(runs):
                for run in runs:
                    await self._stands(run)
            case say.Ack(runs):
                for run in runs:
                    self.ended.pop(run, None)
                    self.about.pop(run, None)

    async def _stands(self, run: str) -> None:
        if run in self.running:
            await self._say(say.Running(run, 1, 1.0, self.about[run]))
        elif run in self.ended:
            await self._exited(run)
        elif run not in self.held:
            await self._say(say.Never(run))

    def _end(self, run: str) -> None:
        began = self.running.pop(run)
        self.ended[run] = time.monotonic() - began, datetime.now(UTC)
        asyncio.get_running_loop().create_task(self._exited(run))

    async def _exited(self, run: str) -> None:
        seconds, ended = self.ended[run]
        about = self.about[run]
        await self._say(
            say.Exited(run, 0, seconds, ended, Outcome.ENDED, "", (), 1, 1.0, "", about, 4, 0, b"fim\n")
        )


def _context(folder: Path, team: str, member: Member, into: Path) -> ssl.SSLContext:
    """The keys of one PC, made and signed here as the brain does."""
    private, request = keys.certificate_request()
    key, user = member.key, subjects.pc_user(team, member.key, member.id)
    (into / f"{key}.key").write_bytes(private)
    (into / f"{key}.pem").write_text(keys.sign(folder, user, request), encoding="ascii")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(folder / "ca.pem")
    context.load_cert_chain(into / f"{key}.pem", into / f"{key}.key")
    return context


async def _live(folder: Path, port: int, count: int, seconds: float, signal: float) -> None:
    file = MembershipFile(folder.parent)
    membership = file.read()
    assert membership is not None
    team = membership.team
    chosen = membership.members[:count]
    pcs = [_Pc(each.key, team, seconds, each.places) for each in chosen]
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as into:
        for pc, member in zip(pcs, chosen, strict=True):
            await pc.connect(port, _context(folder, team, member, Path(into)))
    print(f"connected {len(pcs)} in {time.monotonic() - began:.1f} s", flush=True)
    while True:
        step = signal / len(pcs)
        for pc in pcs:
            await pc.tell()
            await asyncio.sleep(step)


if __name__ == "__main__":
    numbers = sys.argv[2:]
    asyncio.run(
        _live(
            Path(sys.argv[1]),
            int(numbers[0]),
            int(numbers[1]),
            float(numbers[2]),
            float(numbers[3]) if len(numbers) > 3 else 5.0,
        )
    )
