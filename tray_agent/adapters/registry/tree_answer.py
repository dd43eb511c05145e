"""A walk as the reader child answers it: a line of JSON for each folder, with paths below the base."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tray_agent.adapters.registry.answer import problem_fields, problem_of
from tray_agent.adapters.registry.scripts import BaseGone, Folder, Walk, script_at
from tray_agent.adapters.registry.tree import Folders
from tray_agent.core.registry.linking import Skipped


def walked(base: str, known: str, script_folder: str) -> dict[str, Any]:
    """The child's part: the folders below ``base``, without them when the digest is the ``known`` one.

    ``tree`` says what became of it: its digest, or in Portuguese why the base cannot be read.
    """
    import hashlib  # here, for the agent needs none for this

    walk = Walk(Path(base), script_folder)
    try:
        folders = walk.everything()
    except BaseGone as gone:
        return {"tree": {"gone": str(gone)}}
    rows = [_fields(path[len(walk.root) :], folder, walk.root) for path, folder in folders.items()]
    digest = hashlib.blake2b(json.dumps(rows).encode(), digest_size=16).hexdigest()
    if digest == known:
        return {"tree": {"digest": digest, "same": True}}
    return {"tree": {"digest": digest}, "folders": rows}


def _fields(path: str, folder: Folder, root: str) -> list[Any]:
    fields: list[Any] = [path, folder.mtime_ns]
    if folder.scripts or folder.problems or folder.skipped or folder.unread:
        fields += [
            [[script.path[len(root) :], script.blank] for script in folder.scripts],
            [problem_fields(problem) for problem in folder.problems],
            [[each.key, each.why] for each in folder.skipped],
            [[script[len(root) :], mtime] for script, mtime in folder.blank],
            folder.unread,
        ]
    return fields


def folders_of(rows: Iterable[list[Any]], root: str) -> Folders:
    """The agent's part: the folders of an answer below the same base, each with those in it."""
    folders: Folders = {}
    inner: dict[str, list[str]] = {}
    for below, mtime, *rest in rows:
        path = root + below
        folders[path] = Folder(mtime, *_listing(rest, root)) if rest else Folder(mtime)
        if below:
            parent = path.rpartition(os.sep)[0]
            inner.setdefault(parent if parent in folders else root, []).append(path)
    for path, paths in inner.items():
        folders[path].folders = tuple(paths)
    return folders


def _listing(rest: list[Any], root: str) -> tuple[Any, ...]:
    scripts, problems, skipped, blank, unread = rest
    return (
        (),
        tuple(script_at(root + below, is_blank) for below, is_blank in scripts),
        tuple(map(problem_of, problems)),
        tuple(Skipped(key, why) for key, why in skipped),
        tuple((root + below, mtime) for below, mtime in blank),
        unread,
    )
