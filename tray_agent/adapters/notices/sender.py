"""Sends notices from a thread of its own, each in a child with a deadline; what failed is tried again."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess

_log = logging.getLogger(__name__)
MODE = "notify"
KINDS = {"error": "failure", "recovered": "success", "hint": "info"}
RETRY_SECONDS = (60.0, 300.0)
MOST_WAITING = 100
_START_SECONDS = 15.0  # for the child and its imports on a busy morning


@dataclass(frozen=True, slots=True)
class Letter:
    """One notice on its way to some addresses. ``kind`` is Apprise's: failure, warning, success, info."""

    urls: tuple[str, ...]
    title: str
    body: str
    kind: str = "warning"
    attempts: int = 0


def kind_of(url: str) -> str:
    """All that may be told of an address: its scheme. What follows may be a token."""
    return url.partition("://")[0].lower()


def deliver(letter: Letter, reader: ReaderProcess, seconds: float) -> list[str]:
    """Send a letter now; for each address why it was not reached, or "". At most so long, and a start."""
    request = {
        "urls": letter.urls,
        "title": letter.title,
        "body": letter.body,
        "kind": letter.kind,
        "seconds": seconds,
    }
    try:
        results = reader.run(MODE, request, seconds + _START_SECONDS).get("results")
    except ReaderFailed as failed:
        return [str(failed)] * len(letter.urls)
    if not isinstance(results, list) or len(results) != len(letter.urls):
        return ["o envio não deu resposta"] * len(letter.urls)
    return [str(each) for each in results]


class Sender:
    """Takes letters from any thread and never blocks. ``on_trouble`` is told in Portuguese which kinds of
    addresses could not be reached, after every attempt was made, and "" once all are again."""

    def __init__(
        self,
        reader: Callable[[], ReaderProcess],
        seconds: float,
        on_trouble: Callable[[str], None],
        retry_seconds: Sequence[float] = RETRY_SECONDS,
    ) -> None:
        self._reader = reader
        self._seconds = seconds
        self._on_trouble = on_trouble
        self._retry_seconds = retry_seconds
        self._letters: queue.Queue[Letter] = queue.Queue(MOST_WAITING)
        self._later: list[tuple[float, Letter]] = []
        self._unreached: dict[str, str] = {}
        self._said = ""
        self._closed = False
        self._under_way: ReaderProcess | None = None
        self._thread: threading.Thread | None = None

    def send(self, letter: Letter) -> None:
        """Have a letter sent soon; with a hundred waiting already it is dropped, and the log says so."""
        if not letter.urls or self._closed:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._serve, name="notices", daemon=True)
            self._thread.start()
        try:
            self._letters.put_nowait(letter)
        except queue.Full:
            _log.warning("too many notices wait to be sent; dropped: %s", letter.title)

    def close(self, seconds: float = 0.0) -> None:
        """Send no more; what is under way has so long to end."""
        self._closed = True
        with suppress(queue.Full):  # then it is awake
            self._letters.put_nowait(Letter((), "", ""))
        if self._thread is not None and seconds:
            self._thread.join(seconds)
        under_way = self._under_way
        if under_way is not None:
            under_way.kill()

    def _serve(self) -> None:
        while not self._closed:
            letter = self._next()
            if letter is not None and not self._closed:
                self._send(letter)

    def _next(self) -> Letter | None:
        """The next letter: a new one, or one whose time to be tried again has come."""
        now = time.monotonic()
        self._later.sort(key=lambda each: each[0])
        if self._later and self._later[0][0] <= now:
            return self._later.pop(0)[1]
        wait = self._later[0][0] - now if self._later else 3600.0
        try:
            return self._letters.get(timeout=min(wait, 3600.0))
        except queue.Empty:
            return None

    def _send(self, letter: Letter) -> None:
        self._under_way = self._reader()
        try:
            results = deliver(letter, self._under_way, self._seconds)
        finally:
            self._under_way = None
        failed = {url: why for url, why in zip(letter.urls, results, strict=True) if why}
        for url in letter.urls:
            if url not in failed:
                self._unreached.pop(url, None)
        for url, why in failed.items():
            _log.warning("a notice to an address of kind %s was not sent: %s", kind_of(url), why)
        if failed and letter.attempts < len(self._retry_seconds):
            again = replace(letter, urls=tuple(failed), attempts=letter.attempts + 1)
            self._later.append((time.monotonic() + self._retry_seconds[letter.attempts], again))
        else:
            self._unreached |= failed
        self._tell_trouble()

    def _tell_trouble(self) -> None:
        kinds = sorted({f"{kind_of(url)} ({why})" for url, why in self._unreached.items()})
        trouble = f"Avisos não chegaram a: {', '.join(kinds)}." if kinds else ""
        if trouble != self._said:
            self._said = trouble
            self._on_trouble(trouble)
