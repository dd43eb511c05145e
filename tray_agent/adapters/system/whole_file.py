"""Files that are there whole or not at all."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

OURS_ALONE = 0o600


def put(path: Path, content: bytes, mode: int = OURS_ALONE) -> None:
    """Have a file with this content and these rights; nobody else sees it before it has them.

    Raises OSError; what was there before is still there then.
    """
    beside = path.with_name(f"{path.name}.{os.getpid()}.new")
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0)
    try:
        with os.fdopen(os.open(beside, flags, OURS_ALONE), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode != OURS_ALONE:
            beside.chmod(mode)
        beside.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
