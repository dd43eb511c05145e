"""The tree of scripts as last walked, and whether it is still so.

A folder's modification time tells whether its list of names changed, so an unchanged tree costs one stat a
folder. Drives whose folder times cannot be trusted are the reason for an occasional full walk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path

from tray_agent.adapters.registry.scripts import SCRIPT_FOLDER, BaseGone, Folder, ScriptsFound, Walk
from tray_agent.core.model import Script
from tray_agent.core.registry.wording import bounded

_FEW = 32
_LOOKS_AT_ONCE = 200

Folders = dict[str, Folder]


class ScriptTree:
    """The tree below one base path, remembered between walks. Not for two threads at once.

    ``digest`` names the walk that was taken, "" once a look has changed something of it. ``breathe`` is
    called every now and then during a look.
    """

    def __init__(
        self, base: Path, script_folder: str = SCRIPT_FOLDER, breathe: Callable[[], None] = lambda: None
    ) -> None:
        self.base = base
        self.script_folder = script_folder
        self._breathe = breathe
        self.root = os.fspath(base)
        self.digest = ""
        self._folders: Folders = {}
        self._found = ScriptsFound()

    def scan(self, full: bool = False) -> ScriptsFound:
        """What is there now, walked in this process where a look is not enough; ``full`` walks always.

        Raises :class:`BaseGone` when the base itself cannot be read.
        """
        found = None if full else self.look()
        return self.take(Walk(self.base, self.script_folder).everything()) if found is None else found

    def look(self) -> ScriptsFound | None:
        """What is there now, if a few listings are enough to know; None if it must be walked.

        The very same value while nothing changed. Raises :class:`BaseGone`.
        """
        changed = self._changed()
        if changed is None:
            return None
        if not changed:
            return self._found
        walk, folders = Walk(self.base, self.script_folder), dict(self._folders)
        for path in changed:
            if path in folders and not self._list_again(path, walk, folders):
                return None
        self.digest = ""
        return self._accept(folders)

    def unchanged(self) -> ScriptsFound:
        """What is there now that a walk has found just the same as before."""
        return self._found

    def take(self, walked: Folders, digest: str = "") -> ScriptsFound:
        """What a walk found. The very same value if it is nothing new. Raises :class:`BaseGone`."""
        known = {script.path: script for script in self._found.scripts}
        for path, folder in list(walked.items()):
            folder.scripts = tuple(_one_of(known, script) for script in folder.scripts)
            former = self._folders.get(path)
            if folder.unread and former is not None:
                walked[path] = _as_before(former, folder)
                self._keep(former.folders, walked)
        found = self._accept(walked)
        self.digest = digest
        return found

    def _changed(self) -> list[str] | None:
        """The folders that must be listed again; None when they are many, or nothing was walked yet."""
        if not self._folders:
            return None
        look = os.stat
        changed: list[str] = []
        known = iter(self._folders.items())
        while some := list(islice(known, _LOOKS_AT_ONCE)):
            for path, folder in some:
                try:
                    same = look(path).st_mtime_ns == folder.mtime_ns
                    if folder.blank and same:
                        same = all(look(script).st_mtime_ns == mtime for script, mtime in folder.blank)
                except OSError:
                    same = False
                if not same:
                    changed.append(path)
                    if len(changed) > _FEW:
                        return None
            if len(some) == _LOOKS_AT_ONCE:
                self._breathe()
        return changed

    def _list_again(self, path: str, walk: Walk, folders: Folders) -> bool:
        """List one folder anew; False when there are folders in it that were never walked."""
        former, folder = folders[path], walk.folder(path)
        if folder is None:
            _drop([path], folders)
            return True
        if folder.unread:
            folders[path] = _as_before(former, folder)
            return True
        if any(each not in folders for each in folder.folders):
            return False
        _drop(set(former.folders).difference(folder.folders), folders)
        folders[path] = folder
        return True

    def _keep(self, paths: Iterable[str], walked: Folders) -> None:
        """What was known below a folder that cannot be read just now."""
        pending = list(paths)
        while pending:
            path = pending.pop()
            former = self._folders.get(path)
            if former is not None and path not in walked:
                walked[path] = former
                pending += former.folders

    def _accept(self, folders: Folders) -> ScriptsFound:
        root = folders[self.root]
        if self._found.scripts and not (root.folders or root.scripts or root.problems):
            raise BaseGone("está vazia; a unidade pode estar desconectada")
        self._folders = folders
        found = _gathered(folders)
        if found != self._found:
            self._found = found
        return self._found


def _one_of(known: Mapping[str, Script], script: Script) -> Script:
    """The value that we hold already, if it is the same."""
    former = known.get(script.path)
    return former if former == script else script


def _as_before(former: Folder, unread: Folder) -> Folder:
    return Folder(-1, former.folders, former.scripts, unread.problems, former.skipped, unread=True)


def _drop(paths: Iterable[str], folders: Folders) -> None:
    pending = list(paths)
    while pending:
        folder = folders.pop(pending.pop(), None)
        if folder is not None:
            pending += folder.folders


def _gathered(folders: Mapping[str, Folder]) -> ScriptsFound:
    scripts = [each for folder in folders.values() for each in folder.scripts]
    scripts.sort(key=lambda script: script.path)
    problems = [each for folder in folders.values() for each in folder.problems]
    problems.sort(key=lambda problem: problem.what)
    skipped = [each for folder in folders.values() for each in folder.skipped]
    skipped.sort(key=lambda each: (each.key, each.why))
    return ScriptsFound(tuple(scripts), bounded(problems, "na pasta de automações"), tuple(skipped))
