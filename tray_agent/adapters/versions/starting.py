"""Runs what was unpacked: to its end, or until the agent in it is up.

A virus scanner may hold a program that was written a moment ago: each start is tried again for a while.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tray_agent.adapters.system.program import FILE_VARIABLE, READY_VARIABLE, outside_environment
from tray_agent.adapters.versions.patience import patiently
from tray_agent.adapters.versions.unpacking import long


def environment(file: Path, base: Mapping[str, str]) -> dict[str, str]:
    """What the unpacked program starts with: ``file`` is what the person started."""
    return outside_environment(base) | {FILE_VARIABLE: str(file)}


def run(program: Path, arguments: Sequence[str], env: Mapping[str, str]) -> int:
    """Run the program in this one's place; its exit code. Raises OSError when it cannot be started."""
    if sys.platform != "win32":
        words = [str(program), *arguments]
        patiently(lambda: os.execve(program, words, dict(env)))  # noqa: S606 - our own program
    with _started(program, arguments, env) as process:
        return process.wait()


def run_until_ready(program: Path, arguments: Sequence[str], env: Mapping[str, str]) -> tuple[bool, int]:
    """Start an agent and wait until it is up or has ended: whether it is up, and its exit code if not.

    Only Windows knows the difference: elsewhere the agent takes this process's place. Raises OSError.
    """
    if sys.platform != "win32":
        return False, run(program, arguments, env)
    import msvcrt

    reading, writing = os.pipe()
    try:
        handle = msvcrt.get_osfhandle(writing)
        os.set_handle_inheritable(handle, True)
        process = _started(program, arguments, {**env, READY_VARIABLE: str(handle)}, handle)
    finally:
        os.close(writing)
    with os.fdopen(reading, "rb") as word:
        if word.read(1):
            process.returncode = 0  # it lives on without us
            return True, 0
    return False, process.wait()


def answers(program: Path, env: Mapping[str, str], seconds: float = 120.0) -> bool:
    """Whether the program starts at all: it is asked for its version's number. Raises OSError."""
    _forget_own_libraries()
    nowhere = subprocess.DEVNULL
    command = [str(long(program)), "--version"]
    try:
        done = patiently(
            lambda: subprocess.run(
                command,
                env=dict(env),
                stdin=nowhere,
                stdout=nowhere,
                stderr=nowhere,
                timeout=seconds,
                check=False,
            ),
            program=long(program),
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0


def leave(command: Sequence[str], env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start another program that lives on without this one. Raises OSError."""
    flags = 0x00000200 | 0x08000000 if sys.platform == "win32" else 0  # its own group, no console window
    return patiently(
        lambda: subprocess.Popen(
            command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            creationflags=flags,
            start_new_session=sys.platform != "win32",
        ),
        program=Path(command[0]),
    )


def _started(
    program: Path, arguments: Sequence[str], env: Mapping[str, str], handle: int | None = None
) -> subprocess.Popen[bytes]:
    """With the streams that this process was given, and none where it was given none."""
    _forget_own_libraries()
    given = {name: number for number, name in enumerate(("stdin", "stdout", "stderr")) if _is_open(number)}
    options: dict[str, object] = {}
    if sys.platform == "win32":
        options["startupinfo"] = subprocess.STARTUPINFO()
        if handle is not None:
            options["startupinfo"] = subprocess.STARTUPINFO(lpAttributeList={"handle_list": [handle]})
    command = [str(long(program)), *arguments]
    return patiently(
        lambda: subprocess.Popen(command, env=dict(env), **given, **options),  # type: ignore[call-overload]
        program=long(program),
    )


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True


def _forget_own_libraries() -> None:
    """The loader's folder of libraries goes to children: the unpacked program has its own."""
    if sys.platform == "win32":
        import ctypes

        ctypes.WinDLL("kernel32").SetDllDirectoryW(None)
