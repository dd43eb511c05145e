"""``tray-agent notify test``: a notice to every address that is set, and what became of each."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from tray_agent.adapters.notices.sender import Letter, deliver, kind_of
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.core.settings import Settings

_TITLE = "Teste de aviso do tray-agent"
_TEXT = "Se esta mensagem chegou, os avisos desta equipe chegam aqui."


def test(settings: Settings, places: Places, say: Callable[[str], None]) -> bool:
    """Send, and say of each address whether it was reached, by its kind alone. Whether all were."""
    named = [
        *((url, "todas as áreas") for url in settings.notify_urls),
        *((url, area) for area, urls in settings.notify_areas for url in urls),
    ]
    reader = ReaderProcess(program.environment(os.environ), places.data_dir / "readers.log")
    body = f"{_TEXT}\ntray-agent em {socket.gethostname()}"
    letter = Letter(tuple(url for url, _ in named), _TITLE, body, "info")
    results = deliver(letter, reader, settings.notify_deadline_seconds)
    for place, ((url, whose), trouble) in enumerate(zip(named, results, strict=True), 1):
        say(f"{place}. {kind_of(url)} ({whose}): {trouble or 'enviado'}")
    return not any(results)
