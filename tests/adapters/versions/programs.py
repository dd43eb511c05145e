"""Program files as the build makes them, with a small payload: real files, real folders."""

from __future__ import annotations

import random
import sys
from pathlib import Path

from tray_agent.adapters.versions.archive import COOKIE, COOKIE_MAGIC
from tray_agent.adapters.versions.packing import pack

STUB = b"the loader" * 100
PROGRAM = "agent.py"


def loader_archive(content: bytes = b"the loader's archive") -> bytes:
    """An archive whose end looks like PyInstaller's."""
    table = b"table"
    length = len(content) + len(table) + COOKIE.size
    return (
        content + table + COOKIE.pack(COOKIE_MAGIC, length, len(content), len(table), 311, b"python311.dll")
    )


def payload(folder: Path, *, seed: int = 1, count: int = 12, size: int = 20_000) -> Path:
    """A folder of files that pack badly, some text, an empty file, a name with blanks and accents."""
    chance = random.Random(seed)
    inner = folder / "_internal" / "dados de referência"
    inner.mkdir(parents=True)
    (folder / PROGRAM).write_text(f"print('versão {seed}')\n", encoding="utf-8")
    (folder / PROGRAM).chmod(0o755)
    for number in range(count):
        (inner / f"biblioteca {number}.dll").write_bytes(chance.randbytes(size))
    (inner / "vazio.txt").touch()
    (folder / "_internal" / "texto.json").write_text('{"ação": 1}' * 500, encoding="utf-8")
    if sys.platform != "win32":
        (folder / "_internal" / "libz.so.1").symlink_to("dados de referência/biblioteca 0.dll")
    return folder


def program_file(target: Path, folder: Path, *, version: str = "1.0.0") -> Path:
    """The one file with the folder as its payload."""
    pack(folder, PROGRAM, version, STUB, loader_archive(), target)
    return target
