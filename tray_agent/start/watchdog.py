"""Notices an engine that died or hangs: its last turn is too old although this process itself was running."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0  # three looks must fit into the time after which an engine hangs
HANGS_SECONDS = 30.0


class Watchdog:
    """A thread that looks at the engine every five seconds.

    ``last_turn`` is on the monotonic clock; ``replace`` gets the age in seconds and puts a new engine there.
    ``also`` is called at each look, for what is to be looked at as often.
    """

    def __init__(
        self,
        last_turn: Callable[[], float],
        replace: Callable[[float], None],
        look_seconds: float = LOOK_SECONDS,
        hangs_seconds: float = HANGS_SECONDS,
        also: Callable[[], None] = lambda: None,
    ) -> None:
        self._last_turn = last_turn
        self._replace = replace
        self._look_seconds = look_seconds
        self._hangs_seconds = hangs_seconds
        self._also = also
        self._done = threading.Event()

    def start(self) -> None:
        """Begin, on a daemon thread."""
        threading.Thread(target=self._watch, name="watchdog", daemon=True).start()

    def close(self) -> None:
        """End."""
        self._done.set()

    def _watch(self) -> None:
        looked = woke = time.monotonic()
        while not self._done.wait(self._look_seconds):
            now = time.monotonic()
            if now - looked > 3 * self._look_seconds:
                # The machine slept or this process was stopped: everybody's last turn is old.
                woke = now
            looked = now
            age = now - max(self._last_turn(), woke)
            if age <= self._hangs_seconds:
                self._look_also()
                continue
            _log.critical("the engine has not turned for %.0f s: replacing it", age)
            try:
                self._replace(age)
            except Exception:  # noqa: BLE001 - the top of a thread that must outlive any surprise
                _log.exception("the engine could not be replaced; tried again in %g s", self._look_seconds)

    def _look_also(self) -> None:
        try:
            self._also()
        except Exception:  # noqa: BLE001 - nor by this one
            _log.exception("a look failed")
