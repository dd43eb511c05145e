"""How this program starts itself again: the only place that may name ``sys.executable`` as the agent."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[2]
FILE_VARIABLE = "TRAY_AGENT_FILE"
"""Names the file that a person started to what was unpacked from it."""
READY_VARIABLE = "TRAY_AGENT_READY"
"""The handle at which the launcher waits for the agent's word that it is up."""
AS_PYTHON_VARIABLE = "TRAY_AGENT_AS_PYTHON"
"""Set for scripts that the bundled interpreter runs: what they start as ``sys.executable`` is Python."""
_BUNDLE_PREFIXES = ("_PYI_", "_MEIPASS", "PYINSTALLER_")


def is_frozen() -> bool:
    """Whether this is the built exe and not Python running the package."""
    return bool(getattr(sys, "frozen", False))


def started_file() -> Path:
    """The file that people start: the built exe names it to what it unpacked; from source the interpreter."""
    named = os.environ.get(FILE_VARIABLE) if is_frozen() else None
    return Path(named) if named else Path(sys.executable)


def unpacked_folder() -> Path:
    """Where what runs lies: one folder for each version of the built exe."""
    return Path(sys.executable).parent


def executable_folder() -> Path:
    """Where the file that people start lies."""
    return started_file().parent


def outside_environment(base: Mapping[str, str]) -> dict[str, str]:
    """``base`` without what a built exe tells its own children: for another exe, or for ours started anew."""
    env = {name: value for name, value in base.items() if not name.upper().startswith(_BUNDLE_PREFIXES)}
    if is_frozen() and sys.platform != "win32":
        former = env.pop("LD_LIBRARY_PATH_ORIG", None)
        env.pop("LD_LIBRARY_PATH", None)
        env.update({"LD_LIBRARY_PATH": former} if former else {})
    for name in (READY_VARIABLE, AS_PYTHON_VARIABLE, FILE_VARIABLE):
        env.pop(name, None)
    return env


def command(*arguments: str) -> list[str]:
    """The argument list that starts this program with the given arguments.

    From source by the path of its file and with ``-P``: unlike ``-m`` this imports nothing from the folder in
    which the program happens to stand, which is often the one where a team keeps its scripts.
    """
    if is_frozen():
        return [sys.executable, *arguments]
    return [sys.executable, "-P", str(PACKAGE / "__main__.py"), *arguments]


def tell_ready() -> None:
    """Tell the launcher that waits, if one does, that the agent is up: it may leave."""
    told = os.environ.pop(READY_VARIABLE, "")
    if sys.platform != "win32" or not told.isdecimal():
        return
    import msvcrt

    try:
        descriptor = msvcrt.open_osfhandle(int(told), os.O_WRONLY)
        os.write(descriptor, b"1")
        os.close(descriptor)
    except OSError:
        return  # it did not wait


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
