"""The way between the PCs of a team, tried from this end. In a child: TLS is large, a network may hang."""

from __future__ import annotations

import asyncio
import socket
import time
from pathlib import Path
from typing import Any

from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.radio_child import connect, context_of, sentence

_SECONDS = 6.0


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """``way``: how long a connection took (ms), or why there is none; ``own``: this PC's address now."""
    host, _, port = str(request["address"]).rpartition(":")
    said: dict[str, Any] = {"ok": True, "own": _own(host), "reached": False, "way": "", "milliseconds": 0}
    began = time.monotonic()
    try:
        socket.create_connection((host.strip("[]"), int(port)), _SECONDS).close()
        said["reached"] = True
        asyncio.run(asyncio.wait_for(_try(request), _SECONDS))
    except Exception as error:  # noqa: BLE001 - whatever the library raises
        said["way"] = sentence(error, [request["address"]])
    said["milliseconds"] = round((time.monotonic() - began) * 1000)
    return said


async def _try(request: dict[str, Any]) -> None:
    """Connect as what this PC is in its team, and hang up."""
    folder = Path(request["folder"])
    context = context_of(*(str(folder / name) for name in ("ca.pem", "me.pem", "me.key")))

    async def ignore() -> None:
        """It is over anyway."""

    name = subjects.server_name(str(request["team"]))
    client = await connect([request["address"]], context, name, ignore, _SECONDS)
    await client.close()


def _own(host: str) -> str:
    """Under which address this PC would speak to that one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect((host if host != "127.0.0.1" else "10.255.255.255", 9))
            return str(way.getsockname()[0])
        except OSError:
            return ""
