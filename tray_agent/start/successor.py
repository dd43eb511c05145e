"""What was started in an agent's place, watched until it answers, or ended where it never does."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tray_agent.adapters.system.instance_lock import is_held
from tray_agent.adapters.versions import starting
from tray_agent.shell.channel.client import is_answered

if TYPE_CHECKING:
    import psutil

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 0.3
# What was started has left. On Windows it does so once the agent is up; elsewhere it is the agent itself.
_AFTER_ITS_END_SECONDS = 8.0 if sys.platform == "win32" else 0.0
_END_SECONDS = 10.0


class Successor:
    """The file that was started with ``again``, and the programs that it starts in turn until one is up.

    Raises OSError where it cannot be started.
    """

    def __init__(self, file: Path, again: Sequence[str], env: Mapping[str, str]) -> None:
        self._again = list(again)
        self._names = {file.name.casefold(), Path(sys.executable).name.casefold()}
        self._process = starting.leave([str(file), *again], env)
        self._seen: dict[int, psutil.Process] = {}

    def comes_up(self, data_dir: Path, seconds: float) -> bool:
        """Wait until an agent answers for the data folder; False once that will not happen any more, or has
        not within ``seconds``."""
        until, ended = time.monotonic() + seconds, False
        while time.monotonic() < until:
            if is_answered(data_dir):
                return True
            code = self._process.poll()
            if code is not None and not ended:
                ended = True
                if code:
                    _log.error("what was started in this agent's place ended with code %d", code)
                    return False
                until = min(until, time.monotonic() + _AFTER_ITS_END_SECONDS)
            self._look()
            threading.Event().wait(_LOOK_SECONDS)
        # Another start, of whatever version, may have been quicker: one that holds the folder is an agent.
        return ended and is_held(data_dir) and not self._left()

    def end(self) -> None:
        """End what hangs, so that it holds the data folder no longer. What it started for a job goes on."""
        import psutil

        for process in self._left():
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(self._seen.values(), _END_SECONDS)

    def _look(self) -> None:
        """Remember its processes while they can be told: on Windows the file starts the loader's second half,
        that one the unpacked program, and each may leave before the next."""
        import psutil

        with contextlib.suppress(psutil.Error):
            first = psutil.Process(self._process.pid)
            for process in (first, *first.children(recursive=True)):
                if process.pid not in self._seen and self._is_start(process):
                    self._seen[process.pid] = process

    def _is_start(self, process: psutil.Process) -> bool:
        """Not what an agent starts in turn: runs, readers, the dashboard have arguments of their own."""
        if process.pid == self._process.pid:
            return True
        return process.name().casefold() in self._names and process.cmdline()[1:] == self._again

    def _left(self) -> list[psutil.Process]:
        self._process.poll()  # so that one that has ended is not waited for
        return [each for each in self._seen.values() if each.is_running()]
