"""Fills a folder with a package's files, finds what is wrong with one, and mends it."""

from __future__ import annotations

import errno
import lzma
import os
import stat
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tray_agent.adapters.versions.archive import Entry, NotWhole, Package, digest
from tray_agent.adapters.versions.patience import patiently

Progress = Callable[[float], None]
"""Told the share (0 to 1) that is done, on any thread."""

_LOADABLE = frozenset({".dll", ".exe", ".pyd", ".so", ".py", ".pyc", ".pyw", ".zip", ".pth", ".manifest"})
_THREADS = 2  # the unpacking of one block while the files of another are written
_NOTHING: Progress = lambda _share: None  # noqa: E731


def unpack(package: Package, folder: Path, progress: Progress = _NOTHING) -> None:
    """Write every file of the package into a new folder. Raises OSError, and NotWhole for a damaged file."""
    for parent in sorted({Path(each.path).parent for each in package.manifest.files}):
        long(folder / parent).mkdir(parents=True, exist_ok=True)
    _write(package, folder, package.manifest.files, progress, is_new=True)
    for path, target in package.manifest.links:
        _link(folder / path, target)


def mend(package: Package, folder: Path) -> int:
    """Write anew what is missing or differs, by its content, and take away what does not belong there.

    Files that are right stay untouched, since a process may be running from them. Returns how many were not.
    Raises OSError, NotWhole.
    """
    wrong = [each for each in package.manifest.files if not _is_right(folder / each.path, each)]
    planted = strangers(package, folder)
    for name in planted:
        patiently(long(folder / name).unlink)
    for each in wrong:
        long(folder / each.path).parent.mkdir(parents=True, exist_ok=True)
    _write(package, folder, wrong)
    broken = [each for each in package.manifest.links if not _is_link(folder / each[0], each[1])]
    for path, target in broken:
        _link(folder / path, target)
    return len(planted) + len(wrong) + len(broken)


def is_whole(package: Package, folder: Path) -> bool:
    """Whether every file is there in its size, and nothing that a program could load beside them."""
    seen = dict(_listed(folder))
    expected = {each.path: each.size for each in package.manifest.files}
    links = dict(package.manifest.links)
    if any(seen.get(path) != size for path, size in expected.items()):
        return False
    if not all(_is_link(folder / path, target) for path, target in links.items()):
        return False
    return not any(_is_loadable(name) for name in seen if name not in expected and name not in links)


def strangers(package: Package, folder: Path) -> list[str]:
    """Files in the folder that a program could load and that are none of the package's."""
    own = {each.path for each in package.manifest.files} | {path for path, _ in package.manifest.links}
    return [name for name, _size in _listed(folder) if name not in own and _is_loadable(name)]


def _is_loadable(name: str) -> bool:
    return Path(name).suffix.lower() in _LOADABLE or ".so." in name


def _listed(folder: Path, above: str = "") -> Iterator[tuple[str, int]]:
    """Every file below, with its size (-1 for what is no plain file); links are never followed."""
    try:
        with os.scandir(long(folder)) as entries:
            found = list(entries)
    except OSError:
        return
    for entry in found:
        name = f"{above}{entry.name}"
        if entry.is_dir(follow_symlinks=False):
            yield from _listed(folder / entry.name, f"{name}/")
        else:
            plain = entry.is_file(follow_symlinks=False)
            yield name, entry.stat(follow_symlinks=False).st_size if plain else -1


def _is_right(path: Path, entry: Entry) -> bool:
    try:
        if path.is_symlink() or long(path).stat().st_size != entry.size:
            return False
        return digest(long(path).read_bytes()).hex() == entry.digest
    except OSError:
        return False


class _Writing:
    """Unpacks blocks and writes their wanted entries, on as many threads as call :meth:`work`."""

    def __init__(
        self,
        package: Package,
        folder: Path,
        wanted: dict[int, list[Entry]],
        progress: Progress,
        *,
        is_new: bool,
    ) -> None:
        self._package = package
        self._is_new = is_new
        self._folder = folder
        self._wanted = wanted
        self._progress = progress
        self._places = list(package.block_places())
        # The largest last, to be taken first, so that all threads end at about the same time.
        self._left = sorted(wanted, key=lambda number: self._places[number][1])
        self._total = sum(each.size for held in wanted.values() for each in held) or 1
        self._done = 0
        self._lock = threading.Lock()
        self.failure: Exception | None = None

    def work(self) -> None:
        """Take blocks until none is left or one failed."""
        while self.failure is None:
            with self._lock:
                if not self._left:
                    return
                number = self._left.pop()
            try:
                self._unpack(number)
            except (OSError, NotWhole, MemoryError) as error:
                self.failure = error

    def _unpack(self, number: int) -> None:
        unpacked = memoryview(_block(self._package, *self._places[number]))
        for entry in self._wanted[number]:
            content = unpacked[entry.offset : entry.offset + entry.size]
            if len(content) != entry.size:
                raise NotWhole("o conteúdo do arquivo está danificado")
            write = _put_new if self._is_new else _put
            write(self._folder / entry.path, content, entry)
            with self._lock:
                self._done += entry.size
                self._progress(self._done / self._total)


def _write(
    package: Package,
    folder: Path,
    entries: Iterable[Entry],
    progress: Progress = _NOTHING,
    *,
    is_new: bool = False,
) -> None:
    """Unpack the blocks that hold the entries, and write the entries."""
    wanted: dict[int, list[Entry]] = {}
    for entry in entries:
        wanted.setdefault(entry.block, []).append(entry)
    writing = _Writing(package, folder, wanted, progress, is_new=is_new)
    helpers = [threading.Thread(target=writing.work, daemon=True) for _ in range(_THREADS - 1)]
    for helper in helpers:
        helper.start()
    writing.work()
    for helper in helpers:
        helper.join()
    if isinstance(writing.failure, MemoryError):
        raise OSError(errno.ENOMEM, "falta memória") from writing.failure
    if writing.failure is not None:
        raise writing.failure


def _block(package: Package, offset: int, length: int) -> bytes:
    with long(package.file).open("rb") as opened:
        opened.seek(offset)
        packed = opened.read(length)
    try:
        return lzma.decompress(packed, lzma.FORMAT_XZ)
    except (lzma.LZMAError, EOFError):
        raise NotWhole("o conteúdo do arquivo está danificado") from None


def _put_new(path: Path, content: memoryview, entry: Entry) -> None:
    """Write into a folder that is nobody's yet."""
    with patiently(lambda: long(path).open("xb")) as file:
        file.write(content)
    if entry.executable and sys.platform != "win32":
        path.chmod(0o755)


def _put(path: Path, content: memoryview, entry: Entry) -> None:
    """Write beside and put in place, so that a file is never there by half."""
    draft = long(path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.new"))
    try:
        with patiently(lambda: draft.open("wb")) as file:
            file.write(content)
        draft.chmod(0o755 if entry.executable else 0o644)
        patiently(lambda: draft.replace(long(path)))
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to(target)


def _is_link(path: Path, target: str) -> bool:
    try:
        return stat.S_ISLNK(path.lstat().st_mode) and path.readlink() == Path(target)
    except OSError:
        return False


def long(path: Path) -> Path:
    """The path in the form in which Windows takes more than 260 characters."""
    text = str(path)
    if sys.platform != "win32" or len(text) < 240 or text.startswith("\\\\?\\"):
        return path
    text = str(path.absolute())
    return Path(f"\\\\?\\UNC\\{text[2:]}" if text.startswith("\\\\") else f"\\\\?\\{text}")
