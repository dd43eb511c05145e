"""The agent's own log: a file that is put aside when it is long, with a few former ones beside it."""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path


class RotatingFile(logging.FileHandler):
    """Begins ``path`` anew at so many bytes; ``path.1`` is the newest of at most ``former`` files put aside.

    As the standard library's, whose module costs a resident program half a megabyte (pickle, sockets).
    A file that cannot be put aside is written on; one that cannot be opened (a full or read-only disk) costs
    the record, never its sender.
    """

    def __init__(self, path: Path, most_bytes: int, former: int) -> None:
        super().__init__(path, encoding="utf-8", errors="backslashreplace", delay=True)
        self._most_bytes = most_bytes
        self._former = former

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record. Called with the handler's lock held."""
        with suppress(OSError, ValueError):
            if self._is_long():
                self._put_aside()
        try:
            super().emit(record)
        except OSError:  # opening it is not caught there
            self.handleError(record)

    def _is_long(self) -> bool:
        path = Path(self.baseFilename)
        return path.is_file() and path.stat().st_size >= self._most_bytes

    def _put_aside(self) -> None:
        stream, self.stream = self.stream, None  # opened again when it is needed
        if stream is not None:
            stream.close()
        names = [self.baseFilename, *(f"{self.baseFilename}.{n}" for n in range(1, self._former + 1))]
        for name, older in zip(reversed(names[:-1]), reversed(names[1:]), strict=True):
            if Path(name).exists():
                os.replace(name, older)  # noqa: PTH105
