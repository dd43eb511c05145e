"""The main thread's wait for the end of the program, without looking up every second."""

from __future__ import annotations

import contextlib
import select
import signal
import socket
from collections.abc import Callable

_LONGEST_SECONDS = 60.0


class MainWait:
    """A wait that :meth:`ring` and every signal end at once, whichever thread the system gave the signal to.

    Python runs a signal's handler on the main thread. A wait for a lock lets it sleep: on Linux when another
    thread took the signal, on Windows always. So it waits for a socket, which Python writes to at a signal.
    """

    def __init__(self) -> None:
        self._hears, self._rings = socket.socketpair()
        self._hears.setblocking(False)
        self._rings.setblocking(False)

    def ring(self) -> None:
        """Have the wait look again; from any thread, also when nobody waits."""
        with contextlib.suppress(OSError):  # full: it rings already; closed: nobody waits
            self._rings.send(b"\0")

    def until(self, is_over: Callable[[], bool]) -> None:
        """Wait until it is over, and has been rung for. On the main thread only."""
        former = signal.set_wakeup_fd(self._rings.fileno(), warn_on_full_buffer=False)
        try:
            while not is_over():
                select.select([self._hears], [], [], _LONGEST_SECONDS)
                with contextlib.suppress(BlockingIOError):
                    while self._hears.recv(4096):
                        continue
        finally:
            signal.set_wakeup_fd(former)

    def close(self) -> None:
        """Nobody waits any more; ringing is still allowed."""
        self._hears.close()
        self._rings.close()
