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
    """The argument list that starts this program with the given arguments."""
    if is_frozen():
        return [sys.executable, *arguments]
    return [sys.executable, "-m", "tray_agent", *arguments]


def environment(base: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for a child that is this same program (never for a script)."""
    env = dict(os.environ if base is None else base)
    if not is_frozen():
        former = env.get("PYTHONPATH")
        root = str(PACKAGE.parent)
        env["PYTHONPATH"] = os.pathsep.join([root, former]) if former else root
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
