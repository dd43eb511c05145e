from __future__ import annotations

import queue
import threading

import pytest

from tests.adapters.children import SECONDS, until
from tray_agent.adapters.runs.threads import SpareThreads


def test_work_is_done_although_every_other_work_blocks() -> None:
    threads, gate, done = SpareThreads("test"), threading.Event(), threading.Event()

    for _ in range(20):
        threads.do(gate.wait)
    threads.do(done.set)

    assert done.wait(SECONDS)
    gate.set()


def test_a_free_thread_is_used_again() -> None:
    threads = SpareThreads("test")
    said: queue.SimpleQueue[int] = queue.SimpleQueue()

    seen = set()
    for _ in range(50):
        threads.do(lambda: said.put(threading.get_ident()))
        seen.add(said.get(timeout=SECONDS))
        until(lambda: threads._free == 1)

    assert len(seen) == 1


def test_a_thread_without_work_ends_and_later_work_is_done_all_the_same() -> None:
    threads, done = SpareThreads("passing", spare_seconds=0.01), threading.Event()
    threads.do(lambda: None)
    until(lambda: not any(thread.name == "passing" for thread in threading.enumerate()))

    threads.do(done.set)

    assert done.wait(SECONDS)


def test_nothing_is_lost_between_threads_that_end_and_works_that_come() -> None:
    """Threads give up in the very moment in which they are counted on, or another takes what they saw."""
    threads = SpareThreads("test", spare_seconds=0.0005)
    said: queue.SimpleQueue[int] = queue.SimpleQueue()

    def give(first: int) -> None:
        for number in range(first, first + 500):
            threads.do(lambda number=number: said.put(number))  # type: ignore[misc]
            threading.Event().wait(0.0005 * (number % 3))

    givers = [threading.Thread(target=give, args=(first,)) for first in (0, 500)]
    for each in givers:
        each.start()

    assert sorted(said.get(timeout=SECONDS) for _ in range(1000)) == list(range(1000))


def test_what_another_thread_takes_first_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thread gives up, sees work that has just come, and another one takes it."""
    threads, done = SpareThreads("test", spare_seconds=0.0), threading.Event()

    class Snatched:
        """A queue that is never empty and never has anything."""

        def get(self, timeout: float | None = None) -> None:
            assert timeout is not None, "this would wait for ever, and everybody else with it"
            raise queue.Empty

        def get_nowait(self) -> None:
            raise queue.Empty

        def empty(self) -> bool:
            return False

    monkeypatch.setattr(threads, "_given", Snatched())

    threads.do(done.set)

    assert done.wait(SECONDS)
    until(lambda: threads._free == 0)
    assert threads._lock.acquire(timeout=SECONDS)


def test_a_work_that_fails_takes_no_other_with_it() -> None:
    threads, done, failed = SpareThreads("test"), threading.Event(), threading.Event()
    former, threading.excepthook = threading.excepthook, lambda args: failed.set()
    try:
        threads.do(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
        assert failed.wait(SECONDS)
    finally:
        threading.excepthook = former

    threads.do(done.set)

    assert done.wait(SECONDS)
