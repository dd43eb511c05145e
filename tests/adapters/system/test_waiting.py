from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from tests.adapters.children import SECONDS
from tray_agent.adapters.system.waiting import MainWait

# Another thread asks for the end; and the wait looks up by itself too rarely to be what ends it.
RUNG = """
import threading
from tray_agent.adapters.system.waiting import MainWait
wait, over = MainWait(), threading.Event()
def end():
    over.set()
    wait.ring()
threading.Timer(0.2, end).start()
wait.until(over.is_set)
print("over")
"""

# The signal is given to a thread that is not the main one, which alone runs the handler.
SIGNALLED = """
import signal, threading
from tray_agent.adapters.system.waiting import MainWait
wait, over = MainWait(), threading.Event()
signal.signal(signal.SIGTERM, lambda *_: over.set())
there = threading.Thread(target=lambda: threading.Event().wait(60), daemon=True)
there.start()
threading.Timer(0.2, lambda: signal.pthread_kill(there.ident, signal.SIGTERM)).start()
wait.until(over.is_set)
print("over")
"""


def said(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=SECONDS, check=True
    )
    return done.stdout.strip()


def test_it_is_over_when_somebody_rings() -> None:
    assert said(RUNG) == "over"


@pytest.mark.skipif(sys.platform == "win32", reason="there a signal has no thread")
def test_a_signal_that_another_thread_took_ends_it_too() -> None:
    assert said(SIGNALLED) == "over"


def test_what_is_over_is_not_waited_for_and_ringing_never_blocks() -> None:
    wait = MainWait()
    for _ in range(100_000):
        wait.ring()

    wait.until(lambda: True)

    looks: list[None] = []

    def is_over() -> bool:
        looks.append(wait.ring())
        return len(looks) == 3

    wait.until(is_over)
    wait.close()
    wait.ring()


def test_python_gets_its_signals_back() -> None:
    wait = MainWait()
    wait.until(lambda: True)
    wait.close()

    assert signal.set_wakeup_fd(-1) == -1
