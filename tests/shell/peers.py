"""A real channel server with scripted answers, and a way to wait for something to become true."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from tray_agent.shell.control import Answer, ControlServer, Respond


def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until something is true; AssertionError when it does not become so in time."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        pause.wait(0.005)


class Agent:
    """The server as the composition root would join it: answers from a table, else echoes the request."""

    def __init__(self, data_dir: Path, **limits: float) -> None:
        self.data_dir = data_dir
        self.answers: dict[str, Answer] = {}
        self.silent: set[str] = set()
        self.kept: list[Respond] = []
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.server = ControlServer(data_dir, self._answer, **limits)

    def _answer(self, method: str, params: dict[str, Any], respond: Respond) -> None:
        self.asked.append((method, params))
        if method in self.silent:
            self.kept.append(respond)
        else:
            respond(self.answers.get(method) or Answer(True, {"method": method, "params": params}))

    def __enter__(self) -> Agent:
        self.server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.close()
