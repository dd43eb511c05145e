"""The walk that finds scripts: ``.py`` files directly in a folder named ``metodos`` below the base path."""

from __future__ import annotations

import os
import stat
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tray_agent.adapters.system import os_faults
from tray_agent.adapters.system.blank import is_blank
from tray_agent.core.collation import displayed, match_key
from tray_agent.core.model import Problem, Script, Where
from tray_agent.core.registry.linking import Skipped

SCRIPT_FOLDER = "metodos"
_PRUNED = frozenset({"__pycache__", ".git", "node_modules"})
_SUFFIXES = frozenset({".py", ".PY", ".Py", ".pY"})
_VENV_FOLDERS = frozenset({"lib", "Lib"})
_CLOUD_ONLY = 0x00400000  # FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS: reading it downloads it first
_HIDDEN = ("~$", ".")
_SMALL = 1024  # bytes: a bigger script is not opened to see whether it is blank
# A change just after our look, within the file system's step of time, leaves the folder's time as it was.
_UNSETTLED_NS = 2_000_000_000


@dataclass(frozen=True, slots=True)
class ScriptsFound:
    """The scripts ordered by path, what is wrong with files and folders, and what was passed over."""

    scripts: tuple[Script, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()


@dataclass(slots=True)
class Folder:
    """One folder as last listed. ``mtime_ns`` is -1 where it must be listed again next time.

    ``blank`` are the blank scripts with their times: a folder's time does not tell that one was filled.
    ``unread``: it could not be listed, and its only problem says why.
    """

    mtime_ns: int
    folders: Sequence[str] = ()
    scripts: tuple[Script, ...] = ()
    problems: tuple[Problem, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    blank: tuple[tuple[str, int], ...] = ()
    unread: bool = False


class BaseGone(Exception):
    """The base path cannot be listed, or was emptied under us; the text says why, in Portuguese."""


class Walk:
    """Lists the folders below one base path; remembers nothing of them."""

    def __init__(self, base: Path, script_folder: str = SCRIPT_FOLDER) -> None:
        self.root = os.fspath(base)
        self._script_folder = script_folder.casefold()
        self._real = os.path.realpath(self.root)

    def everything(self) -> dict[str, Folder]:
        """Every folder with its listing, parents first. Raises :class:`BaseGone`."""
        walked: dict[str, Folder] = {}
        pending = [self.root]
        while pending:
            path = pending.pop()
            folder = self.folder(path)
            if folder is not None:
                walked[path] = folder
                pending += folder.folders
        return walked

    def folder(self, path: str) -> Folder | None:
        """One folder as it is now; None when it is not there. Raises :class:`BaseGone` if it is the base."""
        try:
            mtime = os.stat(path).st_mtime_ns  # noqa: PTH116 - a Path a folder would be the slower half of it
            folder = self._list(path)
        except OSError as error:
            if path == self.root:
                raise BaseGone(os_faults.reason(error, of_folder=True)) from error
            if isinstance(error, FileNotFoundError | NotADirectoryError):
                return None
            return Folder(-1, problems=(self._unreadable(path, error),), unread=True)
        folder.mtime_ns = -1 if abs(time.time_ns() - mtime) < _UNSETTLED_NS else mtime
        return folder

    def _unreadable(self, path: str, error: OSError) -> Problem:
        return Problem(
            Where.SCRIPT,
            f'a pasta "{self._below(path)}" não pôde ser lida: {os_faults.reason(error, of_folder=True)}',
            "Verifique as permissões da pasta e se a unidade está sincronizada.",
        )

    def _list(self, path: str) -> Folder:
        """One listing. Its loop sees every file of the tree, so it asks of most only if they are folders."""
        folders: list[str] = []
        closer: list[os.DirEntry[str]] = []
        pruned: list[str] = []
        holds_scripts = path.rpartition(os.sep)[2].casefold() == self._script_folder
        may_be_venv = False
        with os.scandir(path) as entries:
            for entry in entries:
                try:
                    is_folder = entry.is_dir()
                except OSError:  # a link that leads nowhere
                    is_folder = False
                if is_folder:
                    name = entry.name
                    if _is_link(entry):
                        closer.append(entry)
                    elif name in _PRUNED:
                        pruned.append(entry.path)
                    else:
                        folders.append(entry.path)
                        may_be_venv = may_be_venv or name in _VENV_FOLDERS
                elif (
                    holds_scripts and entry.name[-3:] in _SUFFIXES and entry.name.casefold() != "__init__.py"
                ):
                    closer.append(entry)
        if may_be_venv and Path(path, "pyvenv.cfg").exists():
            return Folder(-1, skipped=self._passed_over(path, "é um ambiente virtual"))
        folder = Folder(-1, tuple(folders))
        for each in pruned:
            folder.skipped += self._passed_over(each, "não é lida")
        if closer:
            self._look_closer(path, folder, closer)
        return folder

    def _passed_over(self, path: str, why: str) -> tuple[Skipped, ...]:
        """The scripts that would be found in a folder into which no walk goes."""
        within = f"{path}{os.sep}{self._script_folder}"
        try:
            with os.scandir(within) as entries:
                names = [entry.name for entry in entries]
        except OSError:
            return ()
        where = f'"{self._below(within)}": a pasta {_readable(path.rpartition(os.sep)[2])} {why}'
        return tuple(Skipped(match_key(name[:-3]), where) for name in names if name[-3:] in _SUFFIXES)

    def _look_closer(self, path: str, folder: Folder, entries: list[os.DirEntry[str]]) -> None:
        scripts: list[Script] = []
        problems: list[Problem] = []
        for entry in entries:
            is_link = _is_link(entry)
            if entry.name.startswith(_HIDDEN) and not entry.is_dir():
                key = match_key(entry.name[:-3].lstrip("~$."))
                folder.skipped += (Skipped(key, f'"{self._below(entry.path)}" é um arquivo oculto'),)
            elif is_link and not self._leads_inside(entry.path):
                problems.append(self._astray(entry.path))
            elif entry.is_dir():
                linked = self._linked_folder(entry)
                scripts += linked.scripts
                problems += linked.problems
                folder.blank += linked.blank
            elif not _is_text(entry.path):
                problems.append(self._no_text(entry.path))
            elif is_link or entry.is_file():
                blank = _blank_since(entry)
                if blank is not None:
                    folder.blank += ((entry.path, blank),)
                scripts.append(script_at(entry.path, blank is not None))
        cloud_only = sum(1 for script in scripts if _is_cloud_only(script.path))
        if cloud_only:
            problems.append(_cloud_only(self._below(path), cloud_only))
        folder.scripts, folder.problems = tuple(scripts), tuple(problems)

    def _linked_folder(self, entry: os.DirEntry[str]) -> Folder:
        """A folder inside is walked where it stands: only a link that names it ``metodos`` is news."""
        target = os.path.realpath(entry.path).rpartition(os.sep)[2]
        if entry.name.casefold() == self._script_folder != target.casefold():
            return self._list(entry.path)
        return Folder(-1)

    def _leads_inside(self, path: str) -> bool:
        try:
            target = os.path.realpath(path, strict=True)
        except OSError:
            return False
        root = os.path.normcase(self._real)
        return os.path.normcase(target).startswith(root.rstrip(os.sep) + os.sep) or target == root

    def _astray(self, path: str) -> Problem:
        target = _readable(os.path.realpath(path))
        if Path(path).exists():
            where = f"leva para fora da pasta de automações: {target}"
            action = "Troque o link pelo próprio arquivo ou pasta; o que está fora não é executado."
        else:
            where = f"não leva a lugar nenhum: {target} não existe"
            action = "Apague o link, ou ponha de volta o arquivo para o qual ele aponta."
        return Problem(Where.SCRIPT, f'o link "{self._below(path)}" {where}', action)

    def _no_text(self, path: str) -> Problem:
        return Problem(
            Where.SCRIPT,
            f'o caminho "{self._below(path)}" tem caracteres inválidos; o script não é executado',
            "Renomeie o arquivo ou a pasta.",
        )

    def _below(self, path: str) -> str:
        return _readable(os.path.relpath(path, self.root).replace(os.sep, "/"))


def _is_text(path: str) -> bool:
    """Whether a path can be written down: a name may be bytes that are no text, or half a character."""
    return path.isascii() or path == _readable(path)


def _readable(path: str) -> str:
    return os.fsencode(path).decode("utf-8", "replace")


def script_at(path: str, blank: bool) -> Script:
    """The script of that path."""
    # One string with the row of the registry, and mostly with the key.
    stem = sys.intern(path.rpartition(os.sep)[2][: -len(".py")])
    return Script(sys.intern(match_key(stem)), sys.intern(displayed(stem)), path, blank)


def _blank_since(entry: os.DirEntry[str]) -> int | None:
    """The time (ns) of a blank script, None of any other."""
    try:
        status = entry.stat()
        if status.st_size > _SMALL or _is_cloud_only(entry.path):
            return None
        if status.st_size and not is_blank(Path(entry.path)):
            return None
    except OSError:
        return None
    return status.st_mtime_ns


if sys.platform == "win32":

    def _is_link(entry: os.DirEntry[str]) -> bool:
        tag = entry.stat(follow_symlinks=False).st_reparse_tag
        return tag in {stat.IO_REPARSE_TAG_SYMLINK, stat.IO_REPARSE_TAG_MOUNT_POINT}

    def _is_cloud_only(path: str) -> bool:
        try:
            return bool(Path(path).stat().st_file_attributes & _CLOUD_ONLY)
        except OSError:
            return False

else:
    _is_link = os.DirEntry.is_symlink

    def _is_cloud_only(path: str) -> bool:
        return False


def _cloud_only(folder: str, count: int) -> Problem:
    files = "1 script está" if count == 1 else f"{count} scripts estão"
    return Problem(
        Where.SCRIPT,
        f'{files} só na nuvem na pasta "{folder}"',
        "Marque a pasta como “Sempre manter neste dispositivo”.",
    )
