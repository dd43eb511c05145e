"""What both ends of the local channel share: lines of JSON, the mutual proof, the file that says where."""

from __future__ import annotations

import hmac
import json
import os
import stat
import sys
import threading
from pathlib import Path
from typing import Any, NamedTuple

FILE_NAME = "channel.json"
CHANNEL_DIR = "TRAY_AGENT_CHANNEL_DIR"
"""The environment variable that tells a child of the agent in which folder the channel's file is."""
HOST = "127.0.0.1"
MAX_LINE = 1 << 20
"""The longest line (bytes) that the agent reads from an authenticated peer."""
MAX_GREETING = 512
"""The longest line (bytes) that either end reads before the other has proven the key."""
NONCE_BYTES = 32
KEY_BYTES = 32

_PLAIN = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_compact = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class UnsafeChannelFile(OSError):
    """The channel's file can be read or was made by somebody else; the text says so in Portuguese."""


class Place(NamedTuple):
    """Where an agent listens and what proves that it is the one."""

    port: int
    key: bytes
    pid: int


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def encode(value: Any) -> bytes:
    """One value as JSON in ASCII, without a line end. Raises TypeError or ValueError (NaN included)."""
    return _compact(value).encode("ascii")


def decode(line: bytes) -> dict[str, Any]:
    """One line as a JSON object. Raises ValueError for anything else, whatever its depth."""
    try:
        value = json.loads(line.decode("utf-8"), parse_constant=_no_constant)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


class Lines:
    """Bytes in, whole lines out; ``limit`` (bytes) bounds a line, and so what is kept."""

    __slots__ = ("_bytes", "_seen", "limit")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._bytes = bytearray()
        self._seen = 0

    def feed(self, received: bytes) -> None:
        """Keep what was received."""
        self._bytes += received

    def next(self) -> bytes | None:
        """The next whole line without its end, or None. Raises ValueError when a line is too long."""
        end = self._bytes.find(b"\n", self._seen)
        if end < 0:
            self._seen = len(self._bytes)
            if self._seen > self.limit:
                raise ValueError("line too long")
            return None
        if end > self.limit:
            raise ValueError("line too long")
        line = bytes(self._bytes[:end])
        del self._bytes[: end + 1]
        self._seen = 0
        return line


def prove(key: bytes, role: str, port: int, asker: str, answerer: str) -> str:
    """The proof (hex) that ``role`` ("agent" or "client") knows the key, bound to port and nonces."""
    said = f"tray-agent/1 {role} {port} {asker} {answerer}"
    return hmac.digest(key, said.encode("utf-8", "replace"), "sha256").hex()


def is_proof(given: Any, expected: str) -> bool:
    """Whether a proof is right, in constant time."""
    return isinstance(given, str) and given.isascii() and hmac.compare_digest(given, expected)


def is_nonce(value: Any) -> bool:
    """Whether a value has the shape of a nonce."""
    return isinstance(value, str) and len(value) == 2 * NONCE_BYTES and value.isascii() and value.isalnum()


def new_nonce() -> str:
    """A nonce nobody has seen (hex)."""
    return os.urandom(NONCE_BYTES).hex()


def write_place(data_dir: Path, place: Place) -> None:
    """Put the channel's file in place, readable by its owner alone. Raises OSError."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = data_dir / FILE_NAME
    draft = data_dir / f"{FILE_NAME}.new"
    draft.unlink(missing_ok=True)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _PLAIN
    descriptor = os.open(draft, flags, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(encode({"port": place.port, "key": place.key.hex(), "pid": place.pid}))
        _replace(draft, target)
        read_place(data_dir)  # a file that others can read is no secret: better no channel than that
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _replace(draft: Path, target: Path) -> None:
    """Put the draft in place. On Windows a reader of the old file blocks that for a moment."""
    for _ in range(20):
        try:
            draft.replace(target)
            return
        except PermissionError:
            if os.name == "posix":
                raise
            threading.Event().wait(0.05)
    draft.replace(target)


def read_place(data_dir: Path) -> Place | None:
    """Where the agent of this data folder listens, or None. Raises UnsafeChannelFile."""
    try:
        flags = os.O_RDONLY | _PLAIN
        descriptor = os.open(data_dir / FILE_NAME, flags)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UnsafeChannelFile(f"Não foi possível ler {data_dir / FILE_NAME}: {error.strerror}.") from error
    with os.fdopen(descriptor, "rb") as file:
        _check_owner(os.fstat(descriptor), data_dir / FILE_NAME)
        content = file.read(4096)
    try:
        said = decode(content)
        port, key, pid = said["port"], bytes.fromhex(said["key"]), said["pid"]
    except (ValueError, KeyError, TypeError):
        return None
    if type(port) is not int or type(pid) is not int or not 0 < port < 65536 or len(key) != KEY_BYTES:
        return None
    return Place(port, key, pid)


def _check_owner(status: os.stat_result, path: Path) -> None:
    if sys.platform == "win32":
        return  # the profile folder's access list decides there
    if not stat.S_ISREG(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o077:
        raise UnsafeChannelFile(
            f"O arquivo {path} pode ser lido ou alterado por outra pessoa; "
            "apague-o e inicie o agente de novo, com a pasta de dados só para o seu usuário."
        )


def remove_place(data_dir: Path, place: Place) -> None:
    """Take the channel's file away if it is still this agent's."""
    try:
        if read_place(data_dir) == place:
            (data_dir / FILE_NAME).unlink()
    except OSError:
        return
