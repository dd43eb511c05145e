"""A thread that reads when asked, once at a time; what is asked meanwhile is read once more afterwards."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime

_log = logging.getLogger(__name__)


class AskedThread:
    """Calls ``read(at)`` on a daemon thread of its own; ``broken`` gets what ``read`` should never raise."""

    def __init__(
        self, name: str, read: Callable[[datetime], None], broken: Callable[[datetime, Exception], None]
    ) -> None:
        self._name = name
        self._read = read
        self._broken = broken
        self._changed = threading.Condition()
        self._asked: datetime | None = None
        self._closed = False
        self._thread: threading.Thread | None = None

    def ask(self, at: datetime) -> None:
        """Read now, or once more after the read that is under way. Never blocks."""
        with self._changed:
            if self._closed:
                return
            self._asked = at
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Read nothing further. A read that is under way is not waited for."""
        with self._changed:
            self._closed = True
            self._changed.notify()

    def _serve(self) -> None:
        while True:
            with self._changed:
                while self._asked is None and not self._closed:
                    self._changed.wait()
                at, self._asked = self._asked, None
            if at is None or self._closed:
                return
            try:
                self._read(at)
            except Exception as error:  # noqa: BLE001 - the top of this thread: it must outlive any surprise
                _log.exception("%s", self._name)
                self._broken(at, error)


class NoReader:
    """Local history: there is nothing to read."""

    def ask(self, at: datetime) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""
