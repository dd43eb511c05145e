"""A call that may hang, waited for so long and no longer."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Patience(Generic[T]):
    """Makes one call at a time on a thread of its own; one that hangs is waited for further the next time,
    never made twice. For one thread."""

    def __init__(self, name: str, call: Callable[[], T]) -> None:
        self._name = name
        self._call = call
        self._pending: queue.SimpleQueue[T | Exception] | None = None

    def result(self, seconds: float) -> T:
        """What the call gives, or raises. Raises TimeoutError while there is no answer."""
        if self._pending is None:
            self._pending = queue.SimpleQueue()
            threading.Thread(target=self._make, args=(self._pending,), name=self._name, daemon=True).start()
        try:
            answer = self._pending.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        self._pending = None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _make(self, answers: queue.SimpleQueue[T | Exception]) -> None:
        try:
            answers.put(self._call())
        except Exception as error:  # noqa: BLE001 - raised again where the answer is awaited
            answers.put(error)
