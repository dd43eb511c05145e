"""The command line's arguments: a parser that speaks Portuguese, the exit codes, how a refusal is said."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from typing import Any

from tray_agent.adapters.system.console import complain
from tray_agent.commands import output

DONE, FAILED, WRONG, NO_AGENT = 0, 1, 2, 3

_IN_PORTUGUESE = (
    ("the following arguments are required: ", "falta "),
    ("unrecognized arguments: ", "argumentos desconhecidos: "),
    ("invalid choice: ", "valor inválido: "),
    ("choose from ", "use um destes: "),
    ("expected one argument", "falta o valor"),
    ("ignored explicit argument", "não leva valor:"),
    ("not allowed with argument", "não vai com"),
    ("argument ", ""),
)


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)  # without a width it imports what nobody else needs

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "uso: " if prefix is None else prefix)


def _columns() -> int:
    """The terminal's width, as ``shutil`` tells it, which costs every command 2 ms and half a megabyte."""
    with contextlib.suppress(KeyError, ValueError):
        if (columns := int(os.environ["COLUMNS"])) > 0:
            return columns
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or 80  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):
        return 80


class Parser(argparse.ArgumentParser):
    """An argument parser that speaks Portuguese, and whose complaint is one line."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, add_help=False, allow_abbrev=False, formatter_class=_Help)
        self._positionals.title, self._optionals.title = "comando", "opções"
        self.add_argument("-h", "--help", action="help", help="mostra esta ajuda e termina")

    def error(self, message: str) -> Any:
        for english, portuguese in _IN_PORTUGUESE:
            message = message.replace(english, portuguese)
        complained(f"uso incorreto ({message}); veja tray-agent --help", WRONG)
        sys.exit(WRONG)


def parted(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """What is for us, and what stands behind ``run NAME --`` for the script; None without ``--``."""
    words = arguments[2:] if arguments[:1] == ["--app-dir"] else arguments
    if "--" not in words or next((word for word in words if not word.startswith("-")), "") != "run":
        return arguments, None
    at = len(arguments) - len(words) + words.index("--")
    return arguments[:at], arguments[at + 1 :]


def complained(text: str, code: int) -> int:
    """Say in one line, whatever a name in it contains, why a command was not done."""
    complain(output.harmless(" ".join(text.splitlines())))
    return code
