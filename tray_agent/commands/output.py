"""What commands print: that nobody can be told ends them quietly, and a terminal obeys no foreign sign."""

from __future__ import annotations

import os
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

# C0 but tab and line feed, DEL, C1; and what turns text around or is not seen.
_SIGNS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
_PICTURES = 0x2400  # "␀": the pictures of C0 follow in their order


def have_streams() -> None:
    """Somewhere to print for who was started without: nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - to the end


def is_lost(error: OSError) -> bool:
    """Whether what was printed found nobody: a pipe or terminal closed, a disk full. Faults of files that a
    command works with name the file."""
    return error.filename is None


def give_up() -> None:
    """Print nowhere from now on: else Python would complain at its end of what is still to be written."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def finish() -> None:
    """Print what is still to be printed, here, where a reader that went away is no surprise."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        give_up()


def harmless(text: str) -> str:
    """A foreign text for a terminal: what it would obey is shown instead. Line ends and tabs stay."""
    return _SIGNS.sub(_picture, text) if _SIGNS.search(text) else text


def all_harmless(value: Any) -> Any:
    """Every text within an answer, made harmless."""
    if isinstance(value, str):
        return harmless(value)
    if isinstance(value, list):
        return [all_harmless(each) for each in value]
    if isinstance(value, dict):
        return {name: all_harmless(each) for name, each in value.items()}
    return value


def _picture(found: re.Match[str]) -> str:
    number = ord(found[0])
    if number < 0x20:
        return chr(_PICTURES + number)
    return "␡" if number == 0x7F else f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"


class LogText:
    """A log's pieces, one after the other, for a terminal: ``\\r\\n`` is a line end also where a piece ends
    in between."""

    def __init__(self) -> None:
        self._held = ""

    def piece(self, text: str) -> str:
        """A piece as it is shown; a carriage return at its end waits for what follows."""
        text = self._held + text
        self._held = "\r" if text.endswith("\r") else ""
        return harmless(text.removesuffix(self._held).replace("\r\n", "\n"))

    def rest(self) -> str:
        """What still waits, at the end."""
        held, self._held = self._held, ""
        return harmless(held)
