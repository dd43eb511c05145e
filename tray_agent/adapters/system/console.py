"""Somewhere to print: a windowed exe has no streams unless it is given some. Light, as it comes first."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TextIO

_PARENT = 0xFFFFFFFF
Terminal = Callable[[], TextIO | None]


def bind(log: Path, terminal: bool, attach: Terminal | None = None) -> None:
    """Make ``sys.stdout`` and ``sys.stderr`` usable, in UTF-8, whatever the program was started from.

    A pipe or file that was given stays. Otherwise a command (``terminal``) prints at the terminal it was
    typed in, and everything else goes to ``log``: an agent at a terminal would end with it.
    """
    for name in ("stdout", "stderr"):
        stream: TextIO | None = getattr(sys, name)
        if stream is None:
            found = (attach or parents_terminal)() if terminal else None
            setattr(sys, name, found or _opened(log))
        elif isinstance(stream, io.TextIOWrapper) and sys.platform == "win32" and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


def complain(text: str) -> None:
    """One line on stderr, whatever a name in it contains. That nobody can be told is no fault."""
    if sys.stderr is not None:
        with suppress(OSError, ValueError):
            print(f"tray-agent: {' '.join(text.split())}", file=sys.stderr, flush=True)  # noqa: T201


def _opened(log: Path) -> TextIO:
    """The log, or nowhere: without a place for its words the program still works."""
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("a", encoding="utf-8", errors="backslashreplace", buffering=1)
    except OSError:
        return Path("nul" if sys.platform == "win32" else "/dev/null").open(
            "w", encoding="utf-8", errors="backslashreplace"
        )


def parents_terminal() -> TextIO | None:
    """The console of the program that started this one, None without one."""
    if sys.platform != "win32":
        return None
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.AttachConsole.argtypes = [ctypes.c_uint32]
    already_attached = 5
    if not kernel.AttachConsole(_PARENT) and ctypes.get_last_error() != already_attached:
        return None
    try:
        # The console speaks UTF-16; Python translates for this name and this encoding only.
        return Path("CONOUT$").open("w", encoding="utf-8", errors="backslashreplace", buffering=1)
    except OSError:
        return None
