"""The exe as the Python of scripts, where the machine has none: ``sys.executable`` in a script is the exe.

Only scripts that the bundled interpreter runs get here, by an environment variable: a person who starts the
file starts the agent. What ``python`` does with a file, ``-m`` and ``-c`` is done here, and no more.
"""

from __future__ import annotations

import platform
import runpy
import sys
import types
from collections.abc import Callable
from pathlib import Path

from tray_agent.adapters.runs.run_script import run_as_main, speak_at_once

_ALONE = frozenset("bBdEiIOPqsSuvx")  # flags that mean nothing to an interpreter that already runs
_WITH_VALUE = frozenset("WX")
_WRONG_USE = 2


def main(arguments: list[str]) -> int:
    """Do what ``python`` would do with these arguments; its exit code."""
    speak_at_once()
    try:
        kind, what, rest = parse(arguments)
    except ValueError as error:
        print(error, file=sys.stderr)  # noqa: T201 - as python does
        return _WRONG_USE
    return run_as_main(_ACTIONS[kind](what, rest))


def parse(arguments: list[str]) -> tuple[str, str, list[str]]:
    """What is to be run (``file``, ``module``, ``code``, ``stdin`` or ``version``), which, and its arguments.

    Raises ValueError for what ``python`` would not take.
    """
    left = list(arguments)
    while left and left[0].startswith("-") and left[0] != "-":
        word = left.pop(0)
        if word in {"--version", "-V"}:
            return "version", "", []
        for at, flag in enumerate(word[1:], 1):
            if flag in "cm":
                value = word[at + 1 :] or (left.pop(0) if left else None)
                if value is None:
                    raise ValueError(f"Argument expected for the -{flag} option")
                return ("code" if flag == "c" else "module"), value, left
            if flag in _WITH_VALUE:
                if not word[at + 1 :] and left:
                    left.pop(0)
                break
            if flag not in _ALONE:
                raise ValueError(f"unknown option: {word}")
    if not left or left[0] == "-":
        return "stdin", "-", left[1:]
    return "file", left[0], left[1:]


def _file(name: str, rest: list[str]) -> Callable[[], object]:
    def run() -> None:
        sys.argv = [name, *rest]
        sys.path.insert(0, str(Path(name).absolute().parent))
        runpy.run_path(name, run_name="__main__")

    return run


def _module(name: str, rest: list[str]) -> Callable[[], object]:
    def run() -> None:
        sys.argv = ["-m", *rest]
        sys.path.insert(0, str(Path.cwd()))
        runpy.run_module(name, run_name="__main__", alter_sys=True)

    return run


def _code(text: str, rest: list[str], name: str = "-c") -> Callable[[], object]:
    def run() -> None:
        sys.argv = [name, *rest]
        sys.path.insert(0, "")
        module = types.ModuleType("__main__")
        sys.modules["__main__"] = module
        exec(compile(text, "<stdin>" if name == "-" else "<string>", "exec"), vars(module))  # noqa: S102

    return run


def _stdin(name: str, rest: list[str]) -> Callable[[], object]:
    return _code(sys.stdin.read() if sys.stdin else "", rest, name)


def _version(_name: str, _rest: list[str]) -> Callable[[], object]:
    return lambda: print(f"Python {platform.python_version()}")  # noqa: T201 - as python does


_ACTIONS: dict[str, Callable[[str, list[str]], Callable[[], object]]] = {
    "file": _file,
    "module": _module,
    "code": _code,
    "stdin": _stdin,
    "version": _version,
}
