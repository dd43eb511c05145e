"""The hidden mode that runs a script with the Python inside the exe, where the machine has no other.

It must look to the script like ``python script.py``: only the packages of the exe are there.
"""

from __future__ import annotations

import io
import os
import runpy
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path

from tray_agent.adapters.runs.interrupt import bell_name

_INTERRUPTED = 0xC000013A - 2**32 if sys.platform == "win32" else 130  # Windows' own, as a signed number


def main(arguments: list[str]) -> int:
    """Run ``arguments[0]`` as ``__main__`` with the rest as its arguments; the exit code is the script's."""
    if not arguments:
        return 2
    script = Path(arguments[0]).absolute()
    speak_at_once()
    _listen_for_the_bell()
    sys.argv = [str(script), *arguments[1:]]
    sys.path.insert(0, str(script.parent))

    def run() -> None:
        os.chdir(script.parent)
        runpy.run_path(str(script), run_name="__main__")

    return run_as_main(run)


def run_as_main(action: Callable[[], object]) -> int:
    """Run what stands for a whole program; the exit code that the interpreter would end with."""
    try:
        action()
    except SystemExit as left:
        return _exit_code(left.code)
    except KeyboardInterrupt:
        traceback.print_exc()
        return _INTERRUPTED
    except BaseException:  # noqa: BLE001 - a windowed exe would show a dialog and wait for nobody
        traceback.print_exc()
        return 1
    return 0


def _exit_code(code: object) -> int:
    """As the interpreter does: no code is success, a text is printed and is a failure."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    print(code, file=sys.stderr)  # noqa: T201 - the script's own last words
    return 1


def speak_at_once() -> None:
    """The exe ignores PYTHONUNBUFFERED and PYTHONIOENCODING, so what they ask for is done here."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            raw = io.FileIO(stream.fileno(), "w", closefd=False)
            setattr(sys, name, io.TextIOWrapper(raw, "utf-8", "backslashreplace", write_through=True))


def _listen_for_the_bell() -> None:
    """A windowed exe has no console and gets no Ctrl+C: an event with its pid in the name means the same.

    Raising SIGINT from this thread wakes the main thread even from a sleep.
    """
    if sys.platform != "win32":
        return
    import ctypes
    from ctypes import wintypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.CreateEventW.argtypes = [ctypes.c_void_p, wintypes.BOOL, wintypes.BOOL, wintypes.LPCWSTR]
    kernel.CreateEventW.restype = wintypes.HANDLE
    kernel.WaitForSingleObject.argtypes = [wintypes.HANDLE, wintypes.DWORD]
    event = kernel.CreateEventW(None, False, False, bell_name(os.getpid()))

    def listen() -> None:
        forever = 0xFFFFFFFF
        while kernel.WaitForSingleObject(event, forever) == 0:
            signal.raise_signal(signal.SIGINT)

    if event:
        threading.Thread(target=listen, name="bell", daemon=True).start()
