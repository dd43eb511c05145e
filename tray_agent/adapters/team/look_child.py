"""The way between the PCs of a team, tried from this end. In a child: TLS is large, a network may hang."""

from __future__ import annotations

import asyncio
import json
import socket
import ssl
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography import x509
from nats.aio.client import Client
from nats.aio.msg import Msg

from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.radio_child import connect, context_of, sentence

_SECONDS = 6.0


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """``way``: how long a connection took (ms), or why there is none; ``own``: this PC's address now.

    ``heard`` is by how many seconds the clock of each PC that spoke is ahead of this one's, by its key; of
    the brain, "", how far this one is ahead of the brain's. ``server_good`` and ``own_good`` are until when
    the certificates are good (ISO) and for how many days more, None for one that was not seen.
    """
    address = str(request["address"])
    host, _, port = address.rpartition(":")
    folder = Path(request["folder"])
    said: dict[str, Any] = {"ok": True, "own": _own(host), "reached": False, "way": "", "milliseconds": 0}
    said |= {"heard": {}, "server_good": None, "own_good": _good(folder / "me.pem")}
    began = time.monotonic()
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
        said["reached"] = True
        said["server_good"] = _shown(host.strip("[]"), int(port))
        asyncio.run(_try(request, folder, said, began))
    except Exception as error:  # noqa: BLE001 - whatever the library raises
        said["way"] = sentence(error, [address])
    said["milliseconds"] = said["milliseconds"] or round((time.monotonic() - began) * 1000)
    return said


async def _try(request: dict[str, Any], folder: Path, said: dict[str, Any], began: float) -> None:
    """Connect as what this PC is in its team, listen to who else is there, and hang up."""
    context = context_of(*(str(folder / name) for name in ("ca.pem", "me.pem", "me.key")))

    async def ignore() -> None:
        """It is over anyway."""

    team = str(request["team"])
    server = subjects.server_name(team)
    opening = connect([str(request["address"])], context, server, ignore, _SECONDS, subjects.LOOK)
    client = await asyncio.wait_for(opening, _SECONDS)
    said["milliseconds"] = round((time.monotonic() - began) * 1000)
    try:
        await _listen(client, request, said["heard"])
    finally:
        await client.close()


async def _listen(client: Client, request: dict[str, Any], heard: dict[str, float]) -> None:
    """Wait until everybody who is expected has spoken, for some signals at the most."""
    team, pc, expected = str(request["team"]), str(request["pc"]), set(request["expected"])
    everybody = asyncio.Event()

    async def hear(message: Msg) -> None:
        with suppress(ValueError, KeyError, TypeError):
            now = datetime.fromisoformat(json.loads(message.data)["now"])
            ahead = (now - datetime.now(UTC)).total_seconds()
            heard[message.subject.rpartition(".")[2] if not pc else ""] = -ahead if pc else ahead
        if expected <= heard.keys():
            everybody.set()

    await client.subscribe(subjects.to_pc(team, pc) if pc else subjects.from_pc(team, "*"), cb=hear)
    await client.flush()
    if expected:
        with suppress(TimeoutError):
            await asyncio.wait_for(everybody.wait(), float(request["seconds"]))


def _shown(host: str, port: int) -> list[Any] | None:
    """Until when the certificate is good that is shown there, whoever made it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # whether it is the right one comes next
    context.verify_mode = ssl.CERT_NONE
    with (
        suppress(OSError),
        socket.create_connection((host, port), _SECONDS) as plain,
        context.wrap_socket(plain) as secured,
    ):
        return _good_until(x509.load_der_x509_certificate(secured.getpeercert(binary_form=True) or b""))
    return None


def _good(path: Path) -> list[Any] | None:
    """Until when a certificate of this PC's is good; None for one that cannot be read."""
    with suppress(OSError, ValueError):
        return _good_until(x509.load_pem_x509_certificate(path.read_bytes()))
    return None


def _good_until(certificate: x509.Certificate) -> list[Any]:
    until = certificate.not_valid_after_utc
    return [until.isoformat(), (until - datetime.now(UTC)).days]


def _own(host: str) -> str:
    """Under which address this PC would speak to that one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect((host if host != "127.0.0.1" else "10.255.255.255", 9))
            return str(way.getsockname()[0])
        except OSError:
            return ""
