"""How this program starts itself again: the only place that may name ``sys.executable`` as the agent."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]


def is_frozen() -> bool:
    """Whether this is the built exe and not Python running the package."""
    return bool(getattr(sys, "frozen", False))


def executable_folder() -> Path:
    """Where the built exe lies; from source where the interpreter does."""
    return Path(sys.executable).parent


def command(*arguments: str) -> list[str]:
    """The argument list that starts this program with the given arguments.

    From source by the path of its file and with ``-P``: unlike ``-m`` this imports nothing from the folder in
    which the program happens to stand, which is often the one where a team keeps its scripts.
    """
    if is_frozen():
        return [sys.executable, *arguments]
    return [sys.executable, "-P", str(PACKAGE / "__main__.py"), *arguments]


def environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child that is this same program (never for a script)."""
    env = dict(os.environ if base is None else base)
    if "PYTHONPATH" in env:  # what is empty or relative in it means the current folder
        kept = [path for path in env.pop("PYTHONPATH").split(os.pathsep) if Path(path).is_absolute()]
        if kept:
            env["PYTHONPATH"] = os.pathsep.join(kept)
    return env


def resource(*parts: str) -> Path:
    """A read-only file that ships with the program: ``frontend`` and ``assets`` live in the bundle when
    frozen, in the package when installed, beside the package in the source tree."""
    bundle = getattr(sys, "_MEIPASS", None)
    roots = [Path(bundle)] if bundle else [PACKAGE, PACKAGE.parent]
    for root in roots:
        if root.joinpath(*parts).exists():
            return root.joinpath(*parts)
    return roots[-1].joinpath(*parts)
