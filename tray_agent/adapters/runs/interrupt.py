"""A throw-away process that sends Ctrl+C into another process's hidden console, for nobody else's ears.

Run as ``python -I -S interrupt.py PID``; it must need nothing but the standard library. A console belongs to
a whole process: doing this in the agent would let the Ctrl+C reach the agent and what it starts meanwhile.
"""

from __future__ import annotations

import sys
import time
from enum import IntEnum
from typing import Protocol


class Sent(IntEnum):
    """The exit code: what became of the request."""

    YES = 0
    WRONG_USAGE = 2
    GONE = 10  # there is no such process
    NO_CONSOLE = 11  # it has none, so it cannot be asked this way
    REFUSED = 12  # Windows would not, at this or at any attempt


ACCESS_DENIED, INVALID_HANDLE, GEN_FAILURE, INVALID_PARAMETER, PIPE_NOT_CONNECTED = 5, 6, 31, 87, 233
ATTEMPTS = 10


def bell_name(pid: int) -> str:
    """The event that a script without a console waits for instead (see ``run_script``)."""
    return f"Local\\tray-agent-interrupt-{pid}"


class Console(Protocol):
    """The four calls. ``attach`` and ``send`` answer Windows' error number, 0 for success."""

    def leave(self) -> None:
        """Let go of the console this process has, if any."""
        ...

    def attach(self, pid: int) -> int:
        """Take a seat at that process's console."""
        ...

    def ignore(self) -> None:
        """Be deaf to Ctrl+C oneself."""
        ...

    def send(self) -> int:
        """Ctrl+C to all at the console."""
        ...


def interrupt(pid: int, console: Console, pause: float = 0.05) -> Sent:
    """Send Ctrl+C to the processes at ``pid``'s console. ``pause`` (seconds) is what Windows needs between
    changing who listens and the event, which is lost otherwise; it lasts twice that after the event."""
    error = ACCESS_DENIED
    for _attempt in range(ATTEMPTS):
        console.leave()
        error = console.attach(pid)
        if error not in {ACCESS_DENIED, PIPE_NOT_CONNECTED}:
            break
        time.sleep(pause)  # nothing to wait on: the console is opening or closing
    if error:
        return _meaning(error)
    console.ignore()
    time.sleep(pause)
    error = console.send()
    time.sleep(2 * pause)  # the event travels through this process's seat
    console.leave()
    return _meaning(error)


def _meaning(error: int) -> Sent:
    if error == 0:
        return Sent.YES
    if error == INVALID_PARAMETER:
        return Sent.GONE
    return Sent.NO_CONSOLE if error in {INVALID_HANDLE, GEN_FAILURE} else Sent.REFUSED


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class WindowsConsole:
        """The console calls of Windows."""

        def __init__(self) -> None:
            self._kernel = ctypes.WinDLL("kernel32", use_last_error=True)
            self._kernel.AttachConsole.argtypes = [wintypes.DWORD]
            self._kernel.SetConsoleCtrlHandler.argtypes = [ctypes.c_void_p, wintypes.BOOL]
            self._kernel.GenerateConsoleCtrlEvent.argtypes = [wintypes.DWORD, wintypes.DWORD]

        def leave(self) -> None:
            self._kernel.FreeConsole()

        def attach(self, pid: int) -> int:
            return 0 if self._kernel.AttachConsole(pid) else ctypes.get_last_error() or GEN_FAILURE

        def ignore(self) -> None:
            self._kernel.SetConsoleCtrlHandler(None, True)

        def send(self) -> int:
            # Group 0 is everybody at the console: to a single group it reports success and arrives nowhere.
            return (
                0 if self._kernel.GenerateConsoleCtrlEvent(0, 0) else ctypes.get_last_error() or GEN_FAILURE
            )


def main(arguments: list[str]) -> int:
    """Exit code of :class:`Sent` for the process id in ``arguments``."""
    if sys.platform == "win32" and len(arguments) == 1 and arguments[0].isdecimal():
        return interrupt(int(arguments[0]), WindowsConsole())
    return Sent.WRONG_USAGE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
