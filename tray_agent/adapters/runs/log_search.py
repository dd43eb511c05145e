"""A word looked for in a whole log, of whatever size, in bounded memory and, question by question, time."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tray_agent.adapters.runs.log_keeper import read_cut

MOST_MATCHES = 200
BUDGET_BYTES = 128 * 1024 * 1024
LONGEST_WORD = 500
_BLOCK = 256 * 1024  # looking through it holds up the agent's other threads for a millisecond or two
_BEFORE, _AFTER = 120, 280


@dataclass(frozen=True, slots=True)
class Match:
    """The word in its place: a byte offset, the number of its line from 1, the line's text.

    Of a long line the text is what surrounds the word.
    """

    offset: int
    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one question found. With ``more`` the search goes on from ``next``, which is in ``line``."""

    matches: tuple[Match, ...]
    more: bool
    next: int
    line: int
    size: int


def search(path: Path, word: str, start: int = 0, line: int = 0, *, budget: int = BUDGET_BYTES) -> Found:
    """Where a word is from the offset ``start`` on, in whatever case.

    ``line`` is the number of the line at ``start`` as an earlier answer gave it; without it lines before are
    counted. Dropped parts of a runaway log are passed over. Raises OSError when there is no log.
    """
    with path.open("rb", buffering=0) as file:
        size = file.seek(0, 2)
        start = min(max(start, 0), size)
        if not line:
            line = 1 + _lines_before(file, start)
        if not word:
            return Found((), False, size, line, size)
        return _Search(file, size, read_cut(path), _pattern(word[:LONGEST_WORD]), line).run(start, budget)


class _Search:
    """One pass over a file: where it is, and what it has found."""

    def __init__(
        self,
        file: IO[bytes],
        size: int,
        cut: tuple[int, int] | None,
        pattern: re.Pattern[bytes] | bytes,
        line: int,
    ) -> None:
        self._file = file
        self._size = size
        self._cut = cut
        self._pattern = pattern
        self._overlap = (len(pattern) if isinstance(pattern, bytes) else LONGEST_WORD * 4) - 1
        self._line = line
        self._counted = 0
        self._resume = 0
        self._matches: list[Match] = []

    def run(self, start: int, budget: int) -> Found:
        self._counted = self._resume = at = start
        carry = b""
        while at < self._size:
            if at - start >= budget:
                return self._found(more=True, next_=max(self._resume, at - len(carry)))
            at, jumped = self._past_cut(at)
            carry = b"" if jumped else carry
            self._file.seek(at)
            block = carry + self._file.read(min(_BLOCK, self._room(at)))
            if len(block) == len(carry):
                break  # it became shorter meanwhile
            base = at - len(carry)
            if not self._look(block, base):
                return self._found(more=True, next_=self._resume)
            at = base + len(block)
            carry = block[-self._overlap :] if self._overlap else b""
        return self._found(more=False, next_=self._size)

    def _past_cut(self, at: int) -> tuple[int, bool]:
        if self._cut and self._cut[0] <= at < self._cut[1]:
            self._counted = self._resume = self._cut[1]
            return self._cut[1], True
        return at, False

    def _room(self, at: int) -> int:
        return self._cut[0] - at if self._cut and at < self._cut[0] else self._size - at

    def _look(self, block: bytes, base: int) -> bool:
        """Take one block's matches; False when there are enough."""
        look_in = block.lower() if isinstance(self._pattern, bytes) else block
        while True:
            place, end = self._next(look_in, max(self._resume - base, 0))
            if place < 0:
                break
            self._count(block, base, place)
            self._matches.append(Match(base + place, self._line, self._text(base + place)))
            self._resume = base + end
            if len(self._matches) >= MOST_MATCHES:
                self._count(block, base, end)
                return False
        self._count(block, base, len(block) - min(self._overlap, len(block)))
        return True

    def _next(self, block: bytes, where: int) -> tuple[int, int]:
        """Begin and end of the next match in a block; -1 without one."""
        if isinstance(self._pattern, bytes):
            place = block.find(self._pattern, where)
            return place, place + len(self._pattern)
        match = self._pattern.search(block, where)
        return match.span() if match else (-1, -1)

    def _count(self, block: bytes, base: int, until: int) -> None:
        """Have the number of the line at a place of the block."""
        if base + until > self._counted:
            self._line += block.count(b"\n", self._counted - base, until)
            self._counted = base + until

    def _text(self, offset: int) -> str:
        begin = max(0, offset - _BEFORE)
        self._file.seek(begin)
        around = self._file.read(_BEFORE + _AFTER)
        here = offset - begin
        first = around.rfind(b"\n", 0, here) + 1
        last = around.find(b"\n", here)
        return around[first : last if last >= 0 else len(around)].decode("utf-8", "ignore").strip("\r\0")

    def _found(self, *, more: bool, next_: int) -> Found:
        if next_ > self._counted:
            self._line += sum(piece.count(b"\n") for piece in _pieces(self._file, self._counted, next_))
        return Found(tuple(self._matches), more, next_, self._line, self._size)


def _pieces(file: IO[bytes], start: int, end: int) -> Iterator[bytes]:
    file.seek(start)
    while start < end:
        piece = file.read(min(_BLOCK, end - start))
        if not piece:
            return
        start += len(piece)
        yield piece


def _lines_before(file: IO[bytes], start: int) -> int:
    return sum(piece.count(b"\n") for piece in _pieces(file, 0, start))


def _pattern(word: str) -> re.Pattern[bytes] | bytes:
    """What to look for: plain letters in a lowered block, else each letter as either case is written."""
    if word.isascii():
        return word.lower().encode()
    return re.compile(b"".join(_either(letter) for letter in word))


def _either(letter: str) -> bytes:
    """A letter as either case is written: a class of last bytes where only they differ, which is quicker."""
    written = sorted({each.encode() for each in (letter, letter.lower(), letter.upper())})
    heads = {each[:-1] for each in written}
    if len(heads) == 1:
        return re.escape(heads.pop()) + b"[" + b"".join(re.escape(each[-1:]) for each in written) + b"]"
    return b"(?:" + b"|".join(map(re.escape, written)) + b")"
