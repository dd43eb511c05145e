"""A daemon thread that delivers what was put last under each name, however long a delivery takes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

_log = logging.getLogger(__name__)


class Outbox:
    """Keeps the newest value of each name until ``deliver`` takes them all, on one thread of its own.

    With ``quiet_seconds`` it waits until nothing was put for so long.
    """

    def __init__(
        self, name: str, deliver: Callable[[dict[str, Any]], None], quiet_seconds: float = 0.0
    ) -> None:
        self._deliver = deliver
        self._quiet_seconds = quiet_seconds
        self._pending: dict[str, Any] = {}
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def put(self, name: str, value: Any) -> None:
        """Have a value delivered, instead of an older one of that name. Never waits for a delivery."""
        with self._changed:
            self._pending[name] = value
            self._changed.notify()

    def stop(self, seconds: float) -> None:
        """Deliver what is pending and end; wait for that at most so long."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(seconds)

    def _run(self) -> None:
        while (pending := self._take()) is not None:
            try:
                self._deliver(pending)
            except Exception:  # noqa: BLE001 - a window that closes meanwhile fails in ways of its platform's own
                _log.warning("a delivery failed", exc_info=True)

    def _take(self) -> dict[str, Any] | None:
        """All that is pending, once there is something and it is quiet; None at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._stopping)
            while self._quiet_seconds and not self._stopping and self._changed.wait(self._quiet_seconds):
                continue
            pending, self._pending = self._pending, {}
            return None if self._stopping and not pending else pending
