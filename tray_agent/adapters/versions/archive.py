"""The form of the one file: PyInstaller's loader, our payload, the loader's archive, perhaps a signature.

The loader looks for its archive from the file's end backwards, so the payload lies in front of it, where it
costs the search nothing and whatever is appended (a signature) moves nothing. Right before that archive a
footer tells where the payload is: ``blocks | manifest | footer | loader's archive | signature``.
"""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from tray_agent.adapters.system.os_faults import reason
from tray_agent.adapters.versions.patience import patiently

MAGIC = b"TRAYPAK1"
FOOTER = struct.Struct("<8sQQQ32s32s32s")
"""Magic; bytes of blocks, manifest and loader's archive; digests of blocks, manifest and loader's archive."""
COOKIE = struct.Struct("!8sIIII64s")
"""PyInstaller's own, at the end of its archive: magic, its length, its table's place and length, and more."""
COOKIE_MAGIC = bytes((77, 69, 73, 12, 11, 10, 11, 14))  # as numbers: the search must not find this line

_TAIL = 1 << 20  # a signature with time stamps takes some ten thousand bytes
_CHUNK = 1 << 20
_ID_CHARACTERS = 16
_HELD_SECONDS = 10.0  # a virus scanner or a sync client may have the file for itself


class NotWhole(Exception):
    """The file is no complete program; the text is a Portuguese clause that says why."""


class NotRead(NotWhole):
    """The file could not be read just now, which says nothing of what is in it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of the payload. ``offset`` and ``size`` (bytes) are within its unpacked block."""

    path: str
    size: int
    digest: str
    block: int
    offset: int
    executable: bool


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a payload holds. ``blocks`` are the packed lengths (bytes), ``links`` are path and target."""

    version: str
    program: str
    blocks: tuple[int, ...]
    files: tuple[Entry, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def size(self) -> int:
        """The bytes of all files unpacked."""
        return sum(each.size for each in self.files)


@dataclass(frozen=True, slots=True)
class Package:
    """A program file that was read: which version it carries, and where."""

    file: Path
    identity: str
    start: int
    manifest: Manifest

    @property
    def version(self) -> str:
        """The version's number and which build of it."""
        return f"{self.manifest.version} ({self.identity[:8]})"

    def block_places(self) -> Iterator[tuple[int, int]]:
        """Offset in the file and packed length of each block."""
        at = self.start
        for length in self.manifest.blocks:
            yield at, length
            at += length


def digest(data: bytes | bytearray | memoryview) -> bytes:
    """Python computes this one without OpenSSL, faster than any other that it has."""
    return hashlib.blake2b(data, digest_size=32).digest()


def encode(manifest: Manifest) -> bytes:
    """The manifest as it lies in the file."""
    value = {
        "version": manifest.version,
        "program": manifest.program,
        "blocks": manifest.blocks,
        "files": [[e.path, e.size, e.digest, e.block, e.offset, e.executable] for e in manifest.files],
        "links": manifest.links,
    }
    return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 9)


def decode(data: bytes) -> Manifest:
    """Raises NotWhole for anything else than a manifest whose paths all stay inside the folder."""
    try:
        value: dict[str, Any] = json.loads(zlib.decompress(data))
        manifest = Manifest(
            version=str(value["version"]),
            program=str(value["program"]),
            blocks=tuple(int(each) for each in value["blocks"]),
            files=tuple(Entry(*each) for each in value["files"]),
            links=tuple((str(path), str(target)) for path, target in value["links"]),
        )
    except (ValueError, KeyError, TypeError, zlib.error):
        raise NotWhole("o índice do arquivo não se lê") from None
    linked = (str(PurePosixPath(path).parent / target) for path, target in manifest.links)
    for path in (manifest.program, *(e.path for e in manifest.files), *(path for path, _ in manifest.links)):
        if not _stays_inside(path):
            raise NotWhole("o índice do arquivo aponta para fora da pasta")
    if not all(_stays_inside(path, may_climb=True) for path in linked):
        raise NotWhole("o índice do arquivo aponta para fora da pasta")
    return manifest


def _stays_inside(path: str, *, may_climb: bool = False) -> bool:
    depth = 0
    if not path or "\\" in path or ":" in path or path.startswith("/"):
        return False
    for part in PurePosixPath(path).parts:
        depth += -1 if part == ".." else 1
        if depth < 0 or (part == ".." and not may_climb):
            return False
    return True


def read(file: Path) -> Package:
    """What a program file carries, from its footer and manifest. Raises NotWhole (NotRead for what cannot be
    read): the payload itself is not looked at (see :func:`check`)."""
    try:
        with patiently(lambda: file.open("rb"), _HELD_SECONDS) as opened:
            return _read(file, opened)
    except OSError as error:
        raise NotRead(f"não foi possível ler o arquivo ({reason(error)})") from error


def check(package: Package) -> None:
    """Read all of the file but the loader's first part, and compare. Raises NotWhole.

    The loader's first part (some hundred kilobytes) is left out since a signature changes bytes in it.
    """
    try:
        with patiently(lambda: package.file.open("rb"), _HELD_SECONDS) as opened:
            footer = _footer_at(opened, archive_place(opened)[0])
            _compare(opened, package.start, footer.blocks, footer.blocks_digest)
            _compare(opened, footer.end, footer.archive, footer.archive_digest)
    except OSError as error:
        raise NotRead(f"não foi possível ler o arquivo ({reason(error)})") from error


@dataclass(frozen=True, slots=True)
class _Footer:
    start: int
    end: int
    blocks: int
    manifest: int
    archive: int
    blocks_digest: bytes
    manifest_digest: bytes
    archive_digest: bytes


def _read(file: Path, opened: BinaryIO) -> Package:
    footer = _footer_at(opened, archive_place(opened)[0])
    opened.seek(footer.start + footer.blocks)
    packed = opened.read(footer.manifest)
    if digest(packed) != footer.manifest_digest:
        raise NotWhole("o índice do arquivo está danificado")
    manifest = decode(packed)
    if sum(manifest.blocks) != footer.blocks:
        raise NotWhole("o índice do arquivo não corresponde ao conteúdo")
    # The blocks' digest is part of the identity: the same names and sizes are not yet the same program.
    identity = digest(footer.manifest_digest + footer.blocks_digest).hex()[:_ID_CHARACTERS]
    return Package(file, identity, footer.start, manifest)


def archive_place(opened: BinaryIO) -> tuple[int, int]:
    """Start and end of the loader's archive: the last cookie whose numbers are possible."""
    size = opened.seek(0, 2)
    first = max(0, size - _TAIL)
    opened.seek(first)
    tail = opened.read()
    at = tail.rfind(COOKIE_MAGIC)
    while at >= 0:
        if at + COOKIE.size <= len(tail):
            _magic, length, table, table_length, _python, _library = COOKIE.unpack_from(tail, at)
            end = first + at + COOKIE.size
            if table + table_length + COOKIE.size == length and FOOTER.size < length + FOOTER.size <= end:
                return end - length, end
        at = tail.rfind(COOKIE_MAGIC, 0, at)
    raise NotWhole("o fim do arquivo falta")


def _footer_at(opened: BinaryIO, archive: int) -> _Footer:
    opened.seek(archive - FOOTER.size)
    found = opened.read(FOOTER.size)
    magic, blocks, manifest, length, *digests = FOOTER.unpack(found)
    if magic != MAGIC:
        raise NotWhole("não é um arquivo do tray-agent")
    start = archive - FOOTER.size - manifest - blocks
    if start < 0:
        raise NotWhole("o começo do arquivo falta")
    return _Footer(start, archive, blocks, manifest, length, *digests)


def _compare(opened: BinaryIO, start: int, length: int, expected: bytes) -> None:
    opened.seek(start)
    seen, left = hashlib.blake2b(digest_size=32), length
    while left:
        chunk = opened.read(min(_CHUNK, left))
        if not chunk:
            raise NotWhole("uma parte do arquivo falta")
        seen.update(chunk)
        left -= len(chunk)
    if seen.digest() != expected:
        raise NotWhole("o conteúdo do arquivo está danificado")
