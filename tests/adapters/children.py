"""Real processes for tests, and waiting for what they do."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from tests.builders import make_job, make_open_run
from tray_agent.adapters.runs.posix import PosixBackend
from tray_agent.adapters.runs.processes import ScriptProcesses
from tray_agent.core.messages import Message, RunExited, RunStopped
from tray_agent.core.model import Run

SECONDS = 30.0
M = TypeVar("M", bound=Message)


def until(condition: Callable[[], object], seconds: float = SECONDS) -> None:
    """Wait for something to come true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.01)


class Runs:
    """Scripts under the real processes port; what it posts is collected."""

    def __init__(self, folder: Path, command: Callable[[Path], Sequence[str]] | None = None) -> None:
        self.folder = folder
        self.posted: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self.environment: Mapping[str, str] = {"PATH": "/usr/bin:/bin"}
        self.processes = ScriptProcesses(
            self.posted.put,
            PosixBackend(),
            command or (lambda script: ["/bin/sh"]),
            lambda run: {**self.environment, "TRAY_AGENT_RUN": run.id},
        )

    def script(self, text: str, name: str = "pix.py") -> Path:
        """A script in a metodos folder; ``/bin/sh`` reads it unless told otherwise."""
        path = self.folder / "metodos" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def run(self, script: Path, run: str = "run-1") -> Run:
        """A run of that script, not held yet."""
        log = self.folder / "logs" / "pix" / f"{run}.log"
        return make_open_run(id=run, script=str(script), log=str(log), identity=None)

    def hold(self, run: Run) -> None:
        """Ask for the process."""
        self.processes.hold(run, make_job(path=run.script))

    def next(self, kind: type[M]) -> M:
        """The next message, which is of that kind."""
        message = self.posted.get(timeout=SECONDS)
        assert isinstance(message, kind), message
        return message

    def both(self) -> tuple[RunExited, RunStopped]:
        """What a stop ends in; either may come first."""
        posted = [self.posted.get(timeout=SECONDS) for _ in range(2)]
        posted.sort(key=lambda message: isinstance(message, RunStopped))
        exited, stopped = posted
        assert isinstance(exited, RunExited) and isinstance(stopped, RunStopped), posted
        return exited, stopped
