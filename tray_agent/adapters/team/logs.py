"""The logs of runs on other PCs: their end comes with the run's, the rest is fetched while somebody looks.

What was fetched lies at the run's own log path, each byte at its place; a note beside it (``.part``) says
which bytes are there while some are missing. Reading goes by the note, so nobody takes a hole for text.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tray_agent.adapters.runs.log_files import LARGEST_PIECE_BYTES, PIECE_BYTES, LogPiece, read_piece
from tray_agent.adapters.runs.log_keeper import cut_note, read_cut
from tray_agent.adapters.runs.log_search import Found, search
from tray_agent.core.model import Run
from tray_agent.core.team.orders import Exited, LogPart, ReadLog

_log = logging.getLogger(__name__)
PART_BYTES = 256 * 1024
TAIL_BYTES = 64 * 1024
_ANSWER_SECONDS = 3.0
_SEARCH_BYTES = 512 * PART_BYTES
Span = tuple[int, int]


def part_note(log: Path) -> Path:
    """The file that says which bytes of a log are here, as ``[[start, end], …]``."""
    return log.with_name(log.name + ".part")


def joined(spans: list[Span]) -> list[Span]:
    """The same bytes in as few spans as can be, sorted."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        elif end > start:
            found.append((start, end))
    return found


def missing(spans: list[Span], start: int, end: int) -> list[Span]:
    """What of these bytes is in none of the spans."""
    found, at = [], start
    for begins, ends in spans:
        if begins > at and at < end:
            found.append((at, min(begins, end)))
        at = max(at, ends)
    return [*found, (at, end)] if at < end else found


@dataclass(slots=True)
class _Copy:
    """What is here of one log, and how long it is on its PC."""

    have: list[Span]
    size: int


class RemoteLogs:
    """Fetches pieces of logs; ``send`` has a PC asked. ``read`` and ``find`` may block."""

    def __init__(self, send: Callable[[str, ReadLog], None], is_elsewhere: Callable[[Run], bool]) -> None:
        self._send = send
        self._is_elsewhere = is_elsewhere
        self._lock = threading.Lock()
        self._asked: dict[str, queue.SimpleQueue[LogPart]] = {}
        self._number = 0
        self._life = os.urandom(4).hex()

    def hear(self, part: LogPart) -> None:
        """A PC sent a piece; from any thread."""
        waiting = self._asked.get(part.ask_id)
        if waiting is not None:
            waiting.put(part)

    def take_end(self, log: Path, end: Exited) -> None:
        """A run ended: keep the end of its log."""
        try:
            self._keep(log, end.tail_at, end.tail, end.size, end.cut, is_over=True)
        except OSError:
            _log.warning("the end of %s was not kept", log, exc_info=True)

    def read(self, run: Run, offset: int | None, limit: int = PIECE_BYTES) -> LogPiece:
        """As :func:`read_piece`; what is not here is fetched first, what cannot be had is a line that says
        so.

        Raises OSError where nothing is here.
        """
        log, limit = Path(run.log), min(limit, LARGEST_PIECE_BYTES)
        self._bring(run, log, offset, limit)
        copy = self._copy(log)
        if copy is None:
            return read_piece(log, offset, limit)
        start, gaps = _start(copy, offset, limit), _gaps(copy, offset, limit)
        if gaps and gaps[0][0] <= start:
            return self._told_missing(run, log, copy, gaps[0], start)
        if not gaps:
            return read_piece(log, offset, limit)
        return read_piece(log, start, gaps[0][0] - start)

    def find(self, run: Run, word: str, start: int, line: int) -> Found:
        """As :func:`search`, with all of the log fetched first that can be had."""
        log = Path(run.log)
        self._bring(run, log, 0, _SEARCH_BYTES)
        return search(log, word, start, line)

    def _told_missing(self, run: Run, log: Path, copy: _Copy, gap: Span, start: int) -> LogPiece:
        rest = missing(copy.have, gap[0], copy.size)[0]
        megabytes = f"{(rest[1] - start) / 1_000_000:.1f}".replace(".", ",")
        text = f"\n[… {megabytes} MB deste log estão no {run.pc}, que não responde …]\n"
        if rest[1] >= copy.size and run.outcome is None:
            return LogPiece(start, start, start, "")  # it grows there: asked again soon
        return LogPiece(copy.size, start, rest[1], text)

    def _bring(self, run: Run, log: Path, offset: int | None, limit: int) -> None:
        """Fetch what is missing of a part of a log, piece by piece, until it is here or nobody answers."""
        if not self._is_elsewhere(run):
            return
        copy, is_over = self._copy(log), run.outcome is not None
        if copy is None and log.exists():
            return  # all of it
        at = offset
        if copy is not None and is_over:
            gaps = _gaps(copy, offset, limit)
            if not gaps:
                return
            at = gaps[0][0]
        while True:
            part = self._fetch(run, at, min(limit, PART_BYTES))
            if part is None or part.missing:
                return
            copy = self._keep(log, part.offset, part.data, part.size, part.cut, is_over=is_over)
            if copy is None:
                return
            gaps = _gaps(copy, offset, limit)
            if not gaps or not part.data:
                return
            at = gaps[0][0]

    def _fetch(self, run: Run, offset: int | None, limit: int) -> LogPart | None:
        """One piece, or None where no answer comes."""
        answer: queue.SimpleQueue[LogPart] = queue.SimpleQueue()
        with self._lock:
            self._number += 1
            ask_id = f"{self._life}-{self._number}"
            self._asked[ask_id] = answer
        try:
            self._send(run.pc, ReadLog(run.id, offset, limit, ask_id))
            return answer.get(timeout=_ANSWER_SECONDS)
        except queue.Empty:
            return None
        finally:
            del self._asked[ask_id]

    def _copy(self, log: Path) -> _Copy | None:
        """What is here of a log; None where that is all or nothing."""
        try:
            if not log.exists():
                return None
            spans = json.loads(part_note(log).read_text(encoding="ascii"))
            size, *have = [(int(start), int(end)) for start, end in spans]
        except (OSError, ValueError, TypeError):
            return None
        return _Copy(have, size[1])

    def _keep(
        self, log: Path, offset: int, data: bytes, size: int, cut: tuple[int, ...], *, is_over: bool
    ) -> _Copy | None:
        """Put a piece where it belongs; None where nothing is missing any more. Raises OSError."""
        with self._lock:
            copy = self._copy(log)
            if copy is None and log.exists():
                return None
            copy = copy or _Copy([], 0)
            log.parent.mkdir(parents=True, exist_ok=True)
            with log.open("r+b" if log.exists() else "w+b") as file:
                file.seek(offset)
                file.write(data)
                if file.seek(0, 2) < size:
                    file.truncate(size)
            copy.size = max(size, copy.size)
            copy.have = joined([*copy.have, (offset, offset + len(data)), *_span(cut)])
            if cut and read_cut(log) != cut:
                cut_note(log).write_text(json.dumps(list(cut)), encoding="ascii")
            if is_over and not missing(copy.have, 0, copy.size):
                part_note(log).unlink(missing_ok=True)
                return None
            part_note(log).write_text(json.dumps([(0, copy.size), *copy.have]), encoding="ascii")
            return copy


def _start(copy: _Copy, offset: int | None, limit: int) -> int:
    return max(0, copy.size - limit) if offset is None else min(max(offset, 0), copy.size)


def _gaps(copy: _Copy, offset: int | None, limit: int) -> list[Span]:
    """What is not here of a part of a log."""
    start = _start(copy, offset, limit)
    return missing(copy.have, start, min(start + limit, copy.size))


def _span(cut: tuple[int, ...]) -> list[Span]:
    return [(cut[0], cut[1])] if len(cut) == 2 and 0 <= cut[0] < cut[1] else []


def read_bytes(log: Path, asked: ReadLog) -> LogPart:
    """A piece of a log of this PC, for another."""
    limit = max(1, min(asked.limit, PART_BYTES))
    try:
        with log.open("rb") as file:
            size = file.seek(0, 2)
            start = max(0, size - limit) if asked.offset is None else min(max(asked.offset, 0), size)
            file.seek(start)
            data = file.read(limit)
    except OSError:
        return LogPart(asked.run, asked.ask_id, 0, 0, b"", missing=True)
    return LogPart(asked.run, asked.ask_id, size, start, data, read_cut(log) or ())
