"""Why a run ended badly, in one line from the end of its log (product 5.6)."""

from __future__ import annotations

import re
import signal
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

TAIL_BYTES = 8 * 1024
LONGEST = 160  # characters
_HEADER = "Traceback (most recent call last):"
_GROUP = "Exception Group "
_LEFT = re.compile(r"SystemExit(?:: (?P<code>-?\d+))?")
_SEQUENCE = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)


def read_reason(log: Path, exit_code: int | None) -> str:
    """The reason of a run that ended with this code; "" where it ended well or nobody saw the code."""
    if not exit_code:
        return ""
    return reason_of(_tail(log), exit_code)


def _tail(log: Path) -> str:
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            data = file.read(TAIL_BYTES)
    except OSError:
        return ""
    text = data.decode("utf-8", "replace")
    return text if size <= TAIL_BYTES else text.partition("\n")[2] or text


def reason_of(tail: str, exit_code: int) -> str:
    """The traceback's last line, else the last line of output, else what the exit code says."""
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", _SEQUENCE.sub("", tail))]
    found = _of_traceback(lines) or next((line for line in reversed(lines) if line.strip(" \0")), "")
    said = _plain(found)
    left = _LEFT.fullmatch(said)
    if left or not said:
        return _of_code(int(left["code"]) if left and left["code"] else exit_code)
    return said if len(said) <= LONGEST else said[: LONGEST - 1].rstrip() + "…"


def _of_traceback(lines: list[str]) -> str:
    """The line that names the exception of the last traceback, "" without one that is whole."""
    starts = [number for number, line in enumerate(lines) if line.endswith(_HEADER)]
    if not starts:
        return ""
    return next(_exceptions(lines[starts[-1] + 1 :], lines[starts[-1]].removesuffix(_HEADER)), "")


def _exceptions(lines: Iterable[str], before: str) -> Iterator[str]:
    """The lines below a traceback's header that are not its frames, which are indented; ``before`` is what
    stands before the header itself: nothing, an exception group's bars, or a log's own words."""
    bars = before.removesuffix(_GROUP)
    depth = 0 if bars.strip(" |+") else len(bars)
    for line in lines:
        rest = line if line[:depth].strip(" |+") else line[depth:]
        if rest and not rest[0].isspace():
            yield rest


def _plain(line: str) -> str:
    """Without what is not text: control characters, and what turns text around."""
    kept = "".join(" " if each == "\t" else each for each in line if each == "\t" or _is_text(each))
    return " ".join(kept.split())


def _is_text(character: str) -> bool:
    return unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


def _of_code(exit_code: int) -> str:
    if exit_code > 0xFFFF:  # Windows' own, as its documents write them
        return f"terminou com o código 0x{exit_code:08X}"
    if exit_code >= 0:
        return f"saiu com código {exit_code}"
    try:
        name = f" ({signal.Signals(-exit_code).name})"
    except ValueError:
        name = ""
    return f"terminou pelo sinal {-exit_code}{name}"
