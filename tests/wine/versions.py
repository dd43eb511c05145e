"""Other versions of a built exe, made without building one."""

from __future__ import annotations

import hashlib
import lzma
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from tray_agent.adapters.versions.archive import (
    FOOTER,
    MAGIC,
    Entry,
    Package,
    archive_place,
    digest,
    encode,
    read,
)
from tray_agent.adapters.versions.packing import pack

MARK = "_internal/assets/outra-versao.txt"


def one_of_files(exe: Path, target: Path, version: str, files: Mapping[str, bytes]) -> Package:
    """Write ``target``: the launcher of ``exe``, and these files, one named as the exe, as its program."""
    content, start = exe.read_bytes(), read(exe).start
    with exe.open("rb") as opened:
        archive = content[archive_place(opened)[0] :]
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            Path(folder, name).write_bytes(text)
        pack(Path(folder), "tray-agent.exe", version, content[:start], archive, target)
    return read(target)


def another_version(exe: Path, target: Path, version: str) -> Package:
    """Write ``target``, which differs from ``exe`` by a file and by its version's number."""
    package = read(exe)
    content = exe.read_bytes()
    with exe.open("rb") as opened:
        archive = content[archive_place(opened)[0] :]
    blocks = content[package.start : package.start + sum(package.manifest.blocks)]
    text = version.encode()
    added = lzma.compress(text)
    entry = Entry(MARK, len(text), digest(text).hex(), len(package.manifest.blocks), 0, False)
    manifest = replace(
        package.manifest,
        version=version,
        blocks=(*package.manifest.blocks, len(added)),
        files=(*package.manifest.files, entry),
    )
    packed = encode(manifest)
    seen = hashlib.blake2b(blocks + added, digest_size=32)
    lengths = (len(blocks) + len(added), len(packed), len(archive))
    footer = FOOTER.pack(MAGIC, *lengths, seen.digest(), digest(packed), digest(archive))
    target.write_bytes(content[: package.start] + blocks + added + packed + footer + archive)
    return read(target)
