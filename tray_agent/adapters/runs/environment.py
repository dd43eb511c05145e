"""The environment a script starts with: the person's own, without a trace of the agent's bundle."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tray_agent.core.settings import NAMES

# What a person may set of the agent's is left alone, so that `tray-agent status` inside a script reaches the
# agent that runs it; every other TRAY_AGENT_* name is the agent's own business, and so are the addresses for
# notices, which hold passwords.
_OURS = "TRAY_AGENT_"
_SECRET = ("notify_urls", "notify_areas")
_SETTINGS = frozenset(_OURS + name.upper() for name in (*NAMES, "app_dir") if name not in _SECRET)

_BUNDLE_PREFIXES = ("_PYI_", "_MEIPASS", "PYINSTALLER_", "PYTHONNET_")
_OTHER_PYTHON = frozenset({"PYTHONHOME", "PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__"})

RUN_MARK = "TRAY_AGENT_RUN"
AS_PYTHON = "TRAY_AGENT_AS_PYTHON"
"""Tells the exe that it was started as ``sys.executable`` of a script that it runs itself (product 4.4)."""

ATTEMPT = "ENV_EXEC_TENTATIVA"
"""Set for retries alone: 2 for the first, so that it counts the tries (schedules, 4.3)."""

_dll_directory = threading.Lock()


def child_environment(
    mode: str,
    foreign: Mapping[str, str],
    *,
    credentials: Path | None,
    pycache: Path,
    run_id: str,
    as_python: bool = False,
    attempt: int = 0,
) -> dict[str, str]:
    """The whole environment of one run, upon :func:`foreign_environment`, which is made once.

    ``mode`` is ``AGENDAMENTO`` or ``MANUAL``; ``credentials`` is used only where the person set none. What
    the script prints is UTF-8; the files it writes are in the encoding they have when it is run by hand.
    ``as_python``: the agent's own exe is its interpreter. ``attempt`` is 0 for a run that is no retry.
    """
    env = dict(foreign)
    env.pop(ATTEMPT, None)
    if attempt:
        env[ATTEMPT] = str(attempt + 1)
    if credentials is not None and not env.get("GOOGLE_APPLICATION_CREDENTIALS"):
        env["GOOGLE_APPLICATION_CREDENTIALS"] = str(credentials)
    if as_python:
        env[AS_PYTHON] = "1"
    return env | {
        "ENV_EXEC_MODE": mode,
        RUN_MARK: run_id,
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "PYTHONPYCACHEPREFIX": str(pycache),
    }


def foreign_environment(base: Mapping[str, str], frozen_root: str | None) -> dict[str, str]:
    """``base`` for a program that is not this one: nothing in it leads back into the bundle.

    ``frozen_root`` is the unpacked bundle, None when run from source.
    """
    env = {name: value for name, value in base.items() if not _is_ours(name.upper())}
    if frozen_root is None:
        return env
    # From source the scripts' Python is usually the agent's own, so PYTHONPATH means the same to both and
    # stays; the exe's interpreter is another one, for which nobody has checked what lies there.
    env.pop("PYTHONPATH", None)
    if sys.platform != "win32":
        _restore_library_path(env)
    cleaned = {name: _without(value, frozen_root) for name, value in env.items()}
    return {name: value for name, value in cleaned.items() if value is not None}


def _is_ours(name: str) -> bool:
    if name.startswith(_OURS):
        return name not in _SETTINGS
    return name.startswith(_BUNDLE_PREFIXES) or name in _OTHER_PYTHON


def _restore_library_path(env: dict[str, str]) -> None:
    """The bundle's launcher puts its own folder first and keeps what was there under another name."""
    former = env.pop("LD_LIBRARY_PATH_ORIG", None)
    if former:
        env["LD_LIBRARY_PATH"] = former
    else:
        env.pop("LD_LIBRARY_PATH", None)


def _without(value: str, root: str) -> str | None:
    """``value`` as a list of paths without those under ``root``; None when none is left."""
    if os.path.normcase(root) not in os.path.normcase(value):
        return value
    kept = [path for path in value.split(os.pathsep) if not _is_under(path, root)]
    return os.pathsep.join(kept) or None


def _is_under(path: str, root: str) -> bool:
    inner, outer = os.path.normcase(os.path.normpath(path)), os.path.normcase(os.path.normpath(root))
    return inner == outer or inner.startswith(outer.rstrip(os.sep) + os.sep)


def bundle_root() -> str | None:
    """The folder the exe unpacked itself into, None when run from source."""
    return getattr(sys, "_MEIPASS", None)


@contextmanager
def outside_bundle() -> Iterator[None]:
    """While a foreign program starts: Windows' DLL directory, which a child inherits, is not our bundle's.

    It is one for the whole process, hence the lock.
    """
    root = bundle_root()
    if sys.platform != "win32" or root is None:
        yield
        return
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    kernel.SetDllDirectoryW.argtypes = [ctypes.c_wchar_p]
    kernel.SetDllDirectoryW.restype = ctypes.c_int
    with _dll_directory:
        kernel.SetDllDirectoryW(None)
        try:
            yield
        finally:
            kernel.SetDllDirectoryW(root)
