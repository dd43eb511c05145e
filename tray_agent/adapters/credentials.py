"""Where the key file for Google Cloud lies (product 1.4); nothing of Google's is asked."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
_FOLDER = "CELPY"


def find_credentials(
    environ: Mapping[str, str], appdata: str | None = None, configured_dir: str = ""
) -> Path | None:
    """The file that the variable names, else the first ``*.json`` by name in the first folder that has one.

    The folders are the configured one, or ``%APPDATA%/Roaming/CELPY`` and ``%APPDATA%/CELPY``. The file that
    the variable names need not exist.
    """
    named = environ.get(VARIABLE, "")
    if named:
        return Path(named)
    for folder in _folders(appdata, configured_dir):
        try:
            keys = sorted(each for each in folder.iterdir() if each.suffix.casefold() == ".json")
        except OSError:
            continue
        if keys:
            return keys[0]
    return None


def _folders(appdata: str | None, configured_dir: str) -> list[Path]:
    if configured_dir:
        return [Path(configured_dir).expanduser()]
    return [Path(appdata, "Roaming", _FOLDER), Path(appdata, _FOLDER)] if appdata else []
