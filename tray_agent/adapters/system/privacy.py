"""What the agent writes is its user's alone, where the system has no access lists to see to it."""

from __future__ import annotations

import logging
import os
import stat
import sys
from collections.abc import Iterable
from pathlib import Path

_log = logging.getLogger(__name__)
_OTHERS = 0o077


def write_privately() -> int:
    """From now on nobody else may read what this process makes; returns the former umask, which is what the
    person's scripts are to have. On Windows the profile's access list does this, and nothing changes."""
    return 0o022 if sys.platform == "win32" else os.umask(_OTHERS)


def close_to_others(folder: Path, holds: Iterable[Path]) -> None:
    """Take others' rights to a folder away, unless one of ``holds``, which they may need, lies in it."""
    if sys.platform == "win32":
        return
    try:
        status = folder.stat()
        if not status.st_mode & _OTHERS or status.st_uid != os.geteuid():
            return
        inside = [str(path) for path in holds if path == folder or folder in path.parents]
        if inside:
            _log.warning("the data folder stays open to others, since it holds %s", ", ".join(inside))
            return
        folder.chmod(stat.S_IMODE(status.st_mode) & ~_OTHERS)
    except OSError:
        _log.warning("the data folder could not be closed to others", exc_info=True)
