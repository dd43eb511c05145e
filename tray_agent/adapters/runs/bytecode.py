"""The scripts' compiled modules in the data folder, and what a full disk may have done to them.

Python replaces a compiled module by rename, and takes a write that the disk cut short for a whole one. Of a
module of the standard library cut like that no script begins any more, for good: the folder is taken away
then.
"""

from __future__ import annotations

import logging
import os
from contextlib import suppress
from pathlib import Path

_log = logging.getLogger(__name__)
_TAIL_BYTES = 1000
_CUT = (b"marshal data", b"_bootstrap_external")
_NO_INTERPRETER = b"Python path configuration:"  # what Python says where it could not even begin itself
BROKEN = "módulos compilados do Python estavam cortados (disco cheio) e foram apagados."


def mend(folder: Path, log: Path, exit_code: int | None) -> bool:
    """Take the folder away if a run failed of a module cut short; tells whether its script can have begun."""
    if exit_code != 1:
        return True
    try:
        with log.open("rb") as file:
            head = file.read(len(_NO_INTERPRETER))
            file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
            tail = file.read(_TAIL_BYTES)
    except OSError:
        return True
    if not all(sign in tail for sign in _CUT):
        return True
    _clear(folder)
    return head != _NO_INTERPRETER


def _clear(folder: Path) -> None:
    """Out of the way at once, for scripts begin meanwhile; then gone."""
    import shutil  # half a megabyte of archives and compressions, for a rare fault

    aside = folder.with_name(f"{folder.name}-{os.getpid()}-cortado")
    _log.warning("compiled modules were cut short: %s is made anew", folder)
    with suppress(OSError):
        shutil.rmtree(aside, ignore_errors=True)
        folder.rename(aside)
        shutil.rmtree(aside, ignore_errors=True)
