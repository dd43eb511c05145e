from __future__ import annotations

import logging
import queue
import threading
from datetime import datetime, timedelta

import pytest

from tray_agent.adapters.readers.asking import AskedThread

AT = datetime(2026, 3, 10, 14, 5)
SECONDS = 10


class Reads:
    """Collects what is read, and holds each read until told to go on."""

    def __init__(self) -> None:
        self.begun: queue.Queue[datetime] = queue.Queue()
        self.go_on = threading.Semaphore(0)
        self.broken: queue.Queue[Exception] = queue.Queue()
        self.fails = False
        self.thread = AskedThread("asked", self.read, lambda _at, error: self.broken.put(error))

    def read(self, at: datetime) -> None:
        self.begun.put(at)
        assert self.go_on.acquire(timeout=SECONDS)
        if self.fails:
            raise ValueError("surpresa")


def test_what_is_asked_during_a_read_is_read_once_more_afterwards() -> None:
    reads = Reads()
    reads.thread.ask(AT)
    assert reads.begun.get(timeout=SECONDS) == AT
    for minutes in (1, 2, 3):
        reads.thread.ask(AT + timedelta(minutes=minutes))
    reads.go_on.release()
    assert reads.begun.get(timeout=SECONDS) == AT + timedelta(minutes=3)
    reads.go_on.release()
    reads.thread.ask(AT)
    assert reads.begun.get(timeout=SECONDS) == AT
    reads.thread.close()
    reads.go_on.release()
    assert reads.begun.empty()


def test_a_surprise_is_reported_and_the_next_ask_is_served(caplog: pytest.LogCaptureFixture) -> None:
    reads = Reads()
    reads.fails = True
    reads.go_on.release()
    with caplog.at_level(logging.CRITICAL):
        reads.thread.ask(AT)
        assert isinstance(reads.broken.get(timeout=SECONDS), ValueError)
    reads.fails = False
    reads.go_on.release()
    reads.begun.get(timeout=SECONDS)
    reads.thread.ask(AT)
    assert reads.begun.get(timeout=SECONDS) == AT
    reads.thread.close()


def test_a_closed_thread_reads_nothing_further() -> None:
    reads = Reads()
    reads.thread.close()
    reads.thread.ask(AT)
    assert reads.begun.empty()
