"""What the keeper of a PC has done for it: its radio, the place of a script, the ends and pieces of logs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from tray_agent.adapters.runs.threads import SpareThreads
from tray_agent.adapters.system.fault_points import reach
from tray_agent.adapters.team.logs import TAIL_BYTES, read_bytes
from tray_agent.core.messages import ScriptPlaced
from tray_agent.core.model import Run
from tray_agent.core.ports import Post, Radio
from tray_agent.core.team.orders import ReadLog, ReplyBody

_log = logging.getLogger(__name__)


class Station:
    """Nothing here blocks who asks. ``base`` is the base path now and whether it is there; it may block."""

    def __init__(self, post: Post, base: Callable[[], tuple[Path, bool]]) -> None:
        self._post = post
        self._base = base
        self._radio: Radio | None = None
        self._threads = SpareThreads("keeper")

    def use(self, radio: Radio) -> None:
        """Speak by this radio from now on."""
        self._radio = radio

    def send(self, message: Mapping[str, Any]) -> None:
        """Say this to the brain."""
        kind = message.get("kind")
        if kind == "held":
            reach("pc.after_held")  # and before it is said: once it is, the brain may have its row
        if kind == "running":
            reach("pc.after_let_go")
        if self._radio is not None:
            self._radio.send("", message)

    def place(self, run: str, path: str) -> None:
        """Find a run's script below the base path; posts ScriptPlaced."""
        self._threads.do(partial(self._place, run, path))

    def tail(self, run: Run) -> tuple[int, int, bytes, tuple[int, ...]]:
        """The end of a run's log: its size, where the end begins, the end, what was cut out of its middle."""
        part = read_bytes(Path(run.log), ReadLog(run.id, None, TAIL_BYTES, ""))
        return part.size, part.offset, part.data, part.cut

    def read_log(self, run: Run, asked: ReadLog, speak: Callable[[ReplyBody], None]) -> None:
        """Have a piece of a log said."""
        self._threads.do(lambda: speak(read_bytes(Path(run.log), asked)))

    def _place(self, run: str, path: str) -> None:
        base, is_there = self._base()
        self._post(ScriptPlaced(run, str(base / path) if path else "", str(base), is_there))
