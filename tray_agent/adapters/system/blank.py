"""Whether a script has nothing in it, as the stub that a sync client leaves, or a file torn by a crash."""

from __future__ import annotations

from pathlib import Path

_BLANKS = b"\0 \t\r\n\f\v\xef\xbb\xbf"
_PIECE = 65_536


def is_blank(path: Path) -> bool:
    """Whether there is nothing but blanks and zero bytes in the file. Raises OSError."""
    with path.open("rb", buffering=0) as file:
        while piece := file.read(_PIECE):
            if not has_nothing(piece):
                return False
    return True


def has_nothing(content: bytes) -> bool:
    """Whether there is nothing but blanks and zero bytes in it."""
    return not content.strip(_BLANKS)
