"""The runs' logs as text: the newest end at once, then on from an offset; the bytes are the script's own."""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from tray_agent.adapters.runs.log_keeper import read_cut

PIECE_BYTES = 64 * 1024
LARGEST_PIECE_BYTES = 1024 * 1024
_LONGEST_CHARACTER = 4


@dataclass(frozen=True, slots=True)
class LogPiece:
    """A piece of a log: ``start`` and ``end`` are byte offsets, ``size`` is the file's."""

    size: int
    start: int
    end: int
    text: str


def read_piece(path: Path, offset: int | None, limit: int = PIECE_BYTES) -> LogPiece:
    """The log from ``offset`` on, at most ``limit`` bytes; the last ones from a line's start for None.

    A piece never ends within a character. What was dropped of a runaway log is one line that says so.
    Raises OSError when there is no log.
    """
    limit = max(_LONGEST_CHARACTER, min(limit, LARGEST_PIECE_BYTES))
    cut = read_cut(path)
    with path.open("rb") as file:
        size = file.seek(0, 2)
        start = max(0, size - limit) if offset is None else min(max(offset, 0), size)
        note = ""
        if cut and cut[0] <= start < cut[1]:
            note, start = _cut_line(cut), min(cut[1], size)
        elif cut and start < cut[0]:
            limit = min(limit, cut[0] - start)
        file.seek(start)
        block = file.read(limit)
    if offset is None and start > 0 and not note:
        skipped = _to_line_start(block)
        start, block = start + skipped, block[skipped:]
    end = start + len(block)
    text, used = _decode(block, final=end >= size or (cut is not None and end == cut[0]))
    return LogPiece(size, start, start + used, note + text)


def _to_line_start(block: bytes) -> int:
    """How many bytes come before the first whole line; within an endless one, before a whole character."""
    end_of_line = block.find(b"\n", 0, -1)
    if end_of_line >= 0:
        return end_of_line + 1
    return next((at for at, byte in enumerate(block[:_LONGEST_CHARACTER]) if byte & 0xC0 != 0x80), 0)


def _cut_line(cut: tuple[int, int]) -> str:
    megabytes = (cut[1] - cut[0]) / 1_000_000
    return f"\n[… {megabytes:.1f} MB do meio deste log foram descartados …]\n".replace(".", ",")


def _decode(block: bytes, *, final: bool) -> tuple[str, int]:
    """Text and how many bytes it took; a character cut off at the end waits for its rest."""
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    text = decoder.decode(block, final=False)
    pending = len(decoder.getstate()[0])
    if final and pending == len(block) and pending:
        return decoder.decode(b"", final=True), len(block)
    return text, len(block) - pending
