"""``tray-agent support-bundle FILE``: what helps to find a fault, in one zip, and no secret in it."""

from __future__ import annotations

import json
import os
import platform
import re
import sqlite3
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tray_agent import __version__
from tray_agent.adapters.history.credentials import find_credentials
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.notices.sender import kind_of
from tray_agent.adapters.system.places import Places
from tray_agent.checks.doctor import examine, render
from tray_agent.core.settings import Settings

_NEWEST_LOGS = 200
_LOG_BYTES = 500_000
_HIDDEN = b"[oculto]"


def make_bundle(settings: Settings, places: Places, target: Path) -> int:
    """Write the zip; how many files are in it. Raises OSError.

    The channel's key and the Google key are left out, and whatever the key file holds is blotted out wherever
    a log or setting repeats it.
    """
    secrets = _secrets(settings)
    with (
        open(target, "wb", opener=_private) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle,
    ):
        for name, content in _files(settings, places):
            for secret in secrets:
                content = content.replace(secret, _HIDDEN)  # noqa: PLW2901 - the same content, blotted
            bundle.writestr(name, content)
        return len(bundle.namelist())


def _private(path: str, flags: int) -> int:
    """Logs hold what the scripts printed: for who asked for the bundle, and whom he gives it to."""
    return os.open(path, flags, 0o600)


def _files(settings: Settings, places: Places) -> Iterator[tuple[str, bytes]]:
    about = {
        "version": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "executable": sys.executable,
    }
    yield "about.json", json.dumps(about, indent=2).encode()
    yield "settings.json", json.dumps(_without_addresses(settings), indent=2).encode()
    yield "doctor.txt", render(examine(settings, places), colour=False).encode()
    for log in sorted(places.data_dir.glob("agent.log*")):
        yield log.name, _end_of(log)
    journal = _journal(places)
    if journal:
        yield "journal.sql", journal
    for log in _newest(places.logs_dir):
        yield f"logs/{log.parent.name}/{log.name}", _end_of(log)


def _without_addresses(settings: Settings) -> dict[str, object]:
    """Of the addresses for notices only how many, and of which kinds: the rest of one may be a token."""
    return settings._asdict() | {
        "notify_urls": [kind_of(url) for url in settings.notify_urls],
        "notify_areas": {area: [kind_of(url) for url in urls] for area, urls in settings.notify_areas},
    }


def _addresses(settings: Settings) -> list[str]:
    """The addresses for notices, and the parts of them that a library might repeat by themselves."""
    urls = [*settings.notify_urls, *(url for _, found in settings.notify_areas for url in found)]
    rests = [url.partition("://")[2] for url in urls]
    parts = [part for rest in rests for part in re.split(r"[/@:?&=,;]", rest)]
    return [*urls, *rests, *(part for part in parts if len(part) >= 8)]


def _secrets(settings: Settings) -> list[bytes]:
    """What must be in no bundle, the longest first."""
    kept = {*_of_key_file(settings), *(text.encode() for text in _addresses(settings))}
    return sorted(kept, key=len, reverse=True)


def _of_key_file(settings: Settings) -> list[bytes]:
    """Every text of the key file that is long enough to be told apart, as it stands and as JSON writes it."""
    key = find_credentials(
        os.environ, os.environ.get("APPDATA"), settings.credentials_dir, settings.credentials_folder
    )
    try:
        values = json.loads(Path(key).read_text(encoding="utf-8-sig")).values() if key else []
    except (OSError, ValueError, AttributeError):
        return []
    secret = [value for value in values if isinstance(value, str) and len(value) >= 16]
    lines = [line for value in secret for line in value.splitlines() if len(line) >= 16]
    written = [json.dumps(value)[1:-1] for value in secret]
    kept = {text for text in (*secret, *lines, *written) if not text.startswith("http")}
    return [text.encode() for text in kept]


def _journal(places: Places) -> bytes:
    """The journal as SQL text, so that what it repeats of a secret can be found in it."""
    path = SqliteJournal(places.data_dir).path
    if not path.is_file():
        return b""
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            return "\n".join(connection.iterdump()).encode()
        finally:
            connection.close()
    except sqlite3.Error as error:
        return f"-- {error}".encode()


def _newest(logs: Path) -> list[Path]:
    def modified(log: Path) -> float:
        try:
            return log.stat().st_mtime
        except OSError:
            return 0.0

    return sorted(logs.glob("*/*.log"), key=modified, reverse=True)[:_NEWEST_LOGS]


def _end_of(log: Path) -> bytes:
    try:
        with log.open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _LOG_BYTES))
            return file.read()
    except OSError as error:
        return str(error).encode()
