"""Makes the one file; only the build and the tests do."""

from __future__ import annotations

import hashlib
import lzma
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tray_agent.adapters.versions.archive import FOOTER, MAGIC, Entry, Manifest, digest, encode

BLOCK_BYTES = 12 << 20
"""So much of the payload is packed together: larger packs better, smaller repairs and unpacks faster."""


_PRESET = 1  # the highest takes seven times as long for a tenth less


@dataclass
class _Block:
    files: list[tuple[str, Path]] = field(default_factory=list)
    size: int = 0


def pack(folder: Path, program: str, version: str, stub: bytes, archive: bytes, target: Path) -> int:
    """Write ``target``: the loader's ``stub``, the packed ``folder``, the loader's ``archive``.

    ``program`` is the path in the folder of what is to be started. Returns the bytes written.
    """
    names = sorted(path for path in folder.rglob("*") if path.is_symlink() or path.is_file())
    links = tuple(
        (path.relative_to(folder).as_posix(), path.readlink().as_posix())
        for path in names
        if path.is_symlink()
    )
    blocks = list(_blocks(folder, [path for path in names if not path.is_symlink()]))
    with ThreadPoolExecutor(os.cpu_count() or 1) as workers:
        packed = list(workers.map(_pack_block, blocks))
    entries = tuple(entry for number, block in enumerate(blocks) for entry in _entries(number, block))
    manifest = encode(Manifest(version, program, tuple(map(len, packed)), entries, links))
    seen = hashlib.blake2b(digest_size=32)
    for each in packed:
        seen.update(each)
    lengths = (sum(map(len, packed)), len(manifest), len(archive))
    footer = FOOTER.pack(MAGIC, *lengths, seen.digest(), digest(manifest), digest(archive))
    with target.open("wb") as file:
        return sum(file.write(part) for part in (stub, *packed, manifest, footer, archive))


def _blocks(folder: Path, files: list[Path]) -> Iterator[_Block]:
    """Like with like, as that packs best; a large file alone."""
    block = _Block()
    for path in sorted(files, key=lambda each: (each.suffix, each)):
        size = path.stat().st_size
        if block.files and block.size + size > BLOCK_BYTES:
            yield block
            block = _Block()
        block.files.append((path.relative_to(folder).as_posix(), path))
        block.size += size
    if block.files:
        yield block


def _pack_block(block: _Block) -> bytes:
    filters = [{"id": lzma.FILTER_X86}, {"id": lzma.FILTER_LZMA2, "preset": _PRESET}]
    packer = lzma.LZMACompressor(lzma.FORMAT_XZ, lzma.CHECK_CRC32, filters=filters)
    return b"".join([*(packer.compress(path.read_bytes()) for _name, path in block.files), packer.flush()])


def _entries(number: int, block: _Block) -> Iterator[Entry]:
    offset = 0
    for name, path in block.files:
        data = path.read_bytes()
        executable = bool(path.stat().st_mode & 0o100)
        yield Entry(name, len(data), digest(data).hex(), number, offset, executable)
        offset += len(data)
