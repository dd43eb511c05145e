"""Where the key file for Google Cloud lies (product 1.4); nothing of Google's is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from tray_agent.adapters.system import os_faults

VARIABLE = "GOOGLE_APPLICATION_CREDENTIALS"
FOLDER = "CELPY"


def find_credentials(
    environ: Mapping[str, str],
    appdata: str | None = None,
    configured_dir: str = "",
    folder_name: str = FOLDER,
) -> Path | None:
    """The file that the variable names, else the first ``*.json`` by name in the first folder that has one.

    The folders are the configured one, or those of ``folder_name`` in ``%APPDATA%/Roaming`` and
    ``%APPDATA%``. The file that the variable names need not exist.
    """
    named = environ.get(VARIABLE, "")
    if named:
        return Path(named)
    for folder in _folders(appdata, configured_dir, folder_name):
        try:
            keys = sorted(
                each for each in folder.iterdir() if each.suffix.casefold() == ".json" and each.is_file()
            )
        except OSError:
            continue
        if keys:
            return keys[0]
    return None


def _folders(appdata: str | None, configured_dir: str, name: str) -> list[Path]:
    if configured_dir:
        return [Path(configured_dir).expanduser()]
    return [Path(appdata, "Roaming", name), Path(appdata, name)] if appdata else []


class KeyFault(Exception):
    """The key file cannot be a key; the text is one Portuguese sentence."""


def check_key(key: Path) -> None:
    """Look at the key file before the client does, whose words help nobody. Raises :class:`KeyFault`."""
    if key.is_dir():
        raise KeyFault(f"a chave do Google Cloud {key} é uma pasta; informe o arquivo .json")
    try:
        content = key.read_bytes()
    except OSError as error:
        raise KeyFault(
            f"a chave do Google Cloud {key} não pode ser lida: {os_faults.reason(error)}"
        ) from error
    if content.startswith(b"\xef\xbb\xbf"):
        raise KeyFault(f"a chave do Google Cloud {key} começa com BOM; salve-a em UTF-8 sem BOM")
    try:
        fields = json.loads(content)
    except ValueError as error:
        raise KeyFault(f"a chave do Google Cloud {key} não é um JSON válido; baixe-a de novo") from error
    if not isinstance(fields, dict) or "type" not in fields:
        raise KeyFault(f"o arquivo {key} não é uma chave do Google Cloud; use a chave da conta de serviço")
