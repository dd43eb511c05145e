"""Threads that may block for as long as they like, each used again for the next work once it is free."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from contextlib import suppress

_SPARE_SECONDS = 10.0


class SpareThreads:
    """Does every piece of work at once, on a thread of its own: one that became free, else a new one.

    Unlike a pool it never has work wait for another's end, and the program's end never waits for it. A
    thread without work ends after ten seconds.
    """

    def __init__(self, name: str, spare_seconds: float = _SPARE_SECONDS) -> None:
        self._name = name
        self._spare_seconds = spare_seconds
        self._given: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._free = 0  # threads that wait, less the works that are given and not taken yet

    def do(self, work: Callable[[], None]) -> None:
        """Have this done; from any thread. What the work raises ends its thread."""
        with self._lock:
            is_one_free = self._free > 0
            if is_one_free:
                self._free -= 1
                self._given.put(work)
        if not is_one_free:
            threading.Thread(target=self._work, args=(work,), name=self._name, daemon=True).start()

    def _work(self, given: Callable[[], None]) -> None:
        work: Callable[[], None] | None = given
        while work is not None:
            work()
            work = self._next()

    def _next(self) -> Callable[[], None] | None:
        """The next work that is given to a free thread; None after a while without any."""
        with self._lock:
            self._free += 1
        try:
            return self._given.get(timeout=self._spare_seconds)
        except queue.Empty:
            with self._lock:  # work may have come in this very moment, and another thread may be taking it
                with suppress(queue.Empty):
                    return self._given.get_nowait()
                self._free -= 1
            return None
