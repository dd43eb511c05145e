"""Which version was started, and which one runs: the file may have been replaced meanwhile."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from tray_agent import __version__
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.checks.check import Check
from tray_agent.shell.channel import wire
from tray_agent.shell.channel.client import ChannelError, connect


def look_at_program(places: Places) -> Iterator[Check]:
    """The version of the file that was started, and the running agent's where that is another."""
    if not program.is_frozen():
        return
    own = f"{__version__} ({program.unpacked_folder().name[:8]})"
    yield Check("Programa", True, f"versão {own}, de {program.started_file()}")
    running = _running_program(places)
    if running and running.get("running") != own:
        action = "Ele troca sozinho quando nada executar; para trocar já: tray-agent update."
        text = f"está na versão {running.get('running')}, iniciada de {running.get('file')}"
        yield Check("Agente em execução", False, text, action)


def _running_program(places: Places) -> dict[str, Any] | None:
    """What the running agent says of its version; None where none runs, or where it is this one that asks."""
    try:
        place = wire.read_place(places.data_dir)
        if place is None or place.pid == os.getpid():
            return None
        with connect(places.data_dir) as channel:
            said = channel.call("ping").get("program")
    except (ChannelError, OSError):
        return None
    return said if isinstance(said, dict) else None
