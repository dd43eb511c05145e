"""A folder for each version in the person's own data folder: made at once or not at all, mended, removed."""

from __future__ import annotations

import errno
import json
import os
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tray_agent.adapters.system.instance_lock import AlreadyRunning, InstanceLock
from tray_agent.adapters.system.os_faults import reason
from tray_agent.adapters.versions.archive import NotWhole, Package
from tray_agent.adapters.versions.patience import patiently
from tray_agent.adapters.versions.unpacking import Progress, is_whole, long, mend, unpack

ROOT_VARIABLE = "TRAY_AGENT_VERSIONS_DIR"
_DRAFT, _OLD, _LOCK, _ORIGIN = ".new", ".old", ".lock", ".json"
_SPARE_BYTES = 32 << 20
_LONGEST_PATH = (
    259  # characters; more only where the machine's policy allows it, which programs cannot rely on
)


class NoVersion(Exception):
    """The version could not be made ready; the text is one Portuguese sentence."""


def versions_root(environ: Mapping[str, str]) -> Path:
    """Where versions are unpacked: a folder of the person's own, on this machine."""
    named = environ.get(ROOT_VARIABLE)
    if named:
        return Path(named).absolute()
    local = environ.get("LOCALAPPDATA") if sys.platform == "win32" else None
    if local:
        return Path(local, "tray-agent", "versions")
    import platformdirs

    return Path(platformdirs.user_data_dir("tray-agent", appauthor=False), "versions")


class Store:
    """The versions below ``root``. Several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def folder(self, package: Package) -> Path:
        """Where the package's version lies, or will lie."""
        return self.root / package.identity

    def is_ready(self, package: Package) -> bool:
        """Whether the version can be started as it is."""
        return is_whole(package, self.folder(package))

    def ready(self, package: Package, progress: Progress = lambda _share: None) -> Path:
        """The version's folder, unpacked or mended where need be. Raises NoVersion."""
        folder = self.folder(package)
        if is_whole(package, folder):
            self._refuse_strange_owner(folder)
            return folder
        try:
            if long(folder).is_dir():
                self._make_root()
                mend(package, folder)
            else:
                self._refuse_long_path(package, folder)
                self._make_root()
                self._unpack(package, folder, progress)
        except NotWhole as broken:
            raise NoVersion(f"o arquivo {package.file} não está completo: {broken}.") from broken
        except OSError as error:
            raise NoVersion(_sentence(error, self.root)) from error
        if not is_whole(package, folder):
            raise NoVersion(
                f"a pasta {folder} não ficou completa: outro programa apaga o que é gravado nela "
                "(antivírus?); libere-a e inicie de novo."
            )
        return folder

    def mend(self, package: Package) -> int:
        """Compare every file's content and write anew what differs; how many did. Raises NoVersion."""
        try:
            return mend(package, self.folder(package))
        except NotWhole as broken:
            raise NoVersion(f"o arquivo {package.file} não está completo: {broken}.") from broken
        except OSError as error:
            raise NoVersion(_sentence(error, self.root)) from error

    def note_origin(self, package: Package) -> None:
        """Remember which file the version was started from: as long as it is that file, the version stays."""
        status = package.file.stat()
        wanted = {"file": str(package.file), "size": status.st_size, "changed": status.st_mtime_ns}
        note = self.root / f"{package.identity}{_ORIGIN}"
        try:
            if _json(note) != wanted:
                draft = note.with_name(f"{note.name}.{os.getpid()}{_DRAFT}")
                draft.write_text(json.dumps(wanted), encoding="utf-8")
                patiently(lambda: draft.replace(note), 2.0)
        except OSError:
            return  # a folder that cannot be written still runs what is in it

    def origin(self, identity: str) -> Path | None:
        """The file that a version was last started from."""
        file = _json(self.root / f"{identity}{_ORIGIN}").get("file")
        return Path(file) if isinstance(file, str) else None

    def sweep(self, keep: str, is_used: Callable[[Path], bool]) -> list[str]:
        """Remove drafts that nobody works on, and versions but ``keep`` that nothing runs from and whose file
        is gone or became another. Returns the identities removed."""
        removed = []
        for path in self._entries():
            if path.suffix in {_DRAFT, _LOCK} and path.is_dir():
                self._remove_draft(path.with_suffix(_DRAFT))  # killed early, a start leaves its lock alone
            elif path.suffix == _OLD:
                shutil.rmtree(long(path), ignore_errors=True)
            elif _is_identity(path.name) and path.name != keep and path.is_dir():
                if self._is_wanted(path.name) or is_used(path):
                    continue
                if _remove(path):
                    path.with_name(f"{path.name}{_ORIGIN}").unlink(missing_ok=True)
                    removed.append(path.name)
        return removed

    def _entries(self) -> Iterator[Path]:
        try:
            yield from sorted(self.root.iterdir())
        except OSError:
            return

    def _is_wanted(self, identity: str) -> bool:
        note = _json(self.root / f"{identity}{_ORIGIN}")
        try:
            status = Path(str(note["file"])).stat()
        except (KeyError, OSError, ValueError):
            return False
        return [status.st_size, status.st_mtime_ns] == [note.get("size"), note.get("changed")]

    def _make_root(self) -> None:
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._refuse_strange_owner(self.root)

    def _refuse_strange_owner(self, folder: Path) -> None:
        """What we run must be nobody else's to change. On Windows the profile's access list sees to that."""
        if sys.platform == "win32":
            return
        for each in (self.root, folder):
            status = each.lstat()
            if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
                raise NoVersion(
                    f"a pasta {each} pode ser alterada por outra pessoa; apague-a e inicie de novo."
                )

    def _unpack(self, package: Package, folder: Path, progress: Progress) -> None:
        self._refuse_full_disk(package)
        draft = self.root / f"{folder.name}.{os.urandom(6).hex()}{_DRAFT}"
        lock = _taken(draft)  # first: a draft that nobody holds is anybody's to remove
        try:
            draft.mkdir(mode=0o700)
            unpack(package, draft, progress)
            _place(draft, folder)
        finally:
            if draft.exists():
                shutil.rmtree(long(draft), ignore_errors=True)
            lock.release()
            shutil.rmtree(_lock_folder(draft), ignore_errors=True)

    def _refuse_long_path(self, package: Package, folder: Path) -> None:
        if sys.platform != "win32":
            return
        longest = max(len(each.path) for each in package.manifest.files) + len(str(folder)) + 1
        if longest > _LONGEST_PATH:
            raise NoVersion(
                f"o caminho {self.root} é longo demais para o Windows ({longest} caracteres; o máximo é "
                f"{_LONGEST_PATH}): defina {ROOT_VARIABLE} com uma pasta de nome mais curto."
            )

    def _refuse_full_disk(self, package: Package) -> None:
        needed = package.manifest.size + _SPARE_BYTES
        free = shutil.disk_usage(self.root).free
        if free < needed:
            raise NoVersion(
                f"falta espaço em {self.root}: são precisos {needed >> 20} MB e há {free >> 20} MB; "
                "libere espaço e inicie de novo."
            )

    def _remove_draft(self, draft: Path) -> None:
        """Take away what a killed start left; one that is at work holds its lock."""
        folder = _lock_folder(draft)
        lock = InstanceLock(folder)
        try:
            lock.acquire()
        except (AlreadyRunning, OSError):
            return
        shutil.rmtree(long(draft), ignore_errors=True)
        shutil.rmtree(folder, ignore_errors=True)  # before anybody else can take it, where that is possible
        lock.release()
        shutil.rmtree(folder, ignore_errors=True)


def _taken(draft: Path) -> InstanceLock:
    """The draft's lock, ours; a sweep may have it, or remove its folder, in this very moment."""
    for attempt in range(20):
        lock = InstanceLock(_lock_folder(draft))
        try:
            lock.acquire()
        except (AlreadyRunning, FileNotFoundError):
            threading.Event().wait(0.02 * attempt)
        else:
            return lock
    raise OSError(errno.EBUSY, "a pasta está em uso", str(draft))


def _place(draft: Path, folder: Path) -> None:
    """Give the finished draft its name; where another start was quicker, theirs is as good."""

    def rename() -> None:
        if not long(folder).exists():
            long(draft).rename(long(folder))

    try:
        patiently(rename)
    except OSError:
        if not long(folder).is_dir():
            raise


def _remove(folder: Path) -> bool:
    """Out of the way under another name first: a version is never there by half."""
    old = folder.with_name(f"{folder.name}.{os.getpid()}{_OLD}")
    try:
        long(folder).rename(long(old))
    except OSError:
        return False  # something runs from it or looks at it
    shutil.rmtree(long(old), ignore_errors=True)
    return True


def _lock_folder(draft: Path) -> Path:
    return draft.with_suffix(_LOCK)


def _is_identity(name: str) -> bool:
    return len(name) == 16 and all(each in "0123456789abcdef" for each in name)


def _json(file: Path) -> dict[str, object]:
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _sentence(error: OSError, root: Path) -> str:
    return (
        f"não foi possível preparar o programa em {error.filename or root} ({reason(error)}); "
        "libere a pasta ou o espaço e inicie de novo."
    )
