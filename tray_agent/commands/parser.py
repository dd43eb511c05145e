"""The command line's arguments: a parser that speaks Portuguese, the exit codes, how a refusal is said."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
from typing import Any, cast

from tray_agent.adapters.system.console import complain
from tray_agent.commands import output

DONE, FAILED, WRONG, NO_AGENT = 0, 1, 2, 3
_REQUIRED = "the following arguments are required: "

_IN_PORTUGUESE = (
    (_REQUIRED, "falta "),
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

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        self._given = list(args or ())
        return super().parse_known_args(args, namespace)

    def error(self, message: str) -> Any:
        remedy = self._with_a_dash(message) or "veja tray-agent --help"
        for english, portuguese in _IN_PORTUGUESE:
            message = message.replace(english, portuguese)
        complained(f"uso incorreto ({message}); {remedy}", WRONG)
        sys.exit(WRONG)

    def _with_a_dash(self, message: str) -> str:
        """How a name or a value that begins with ``-``, and so was taken for an option, is given; or ""."""
        option = re.fullmatch("argument ([^ :/]+).*: expected one argument", message)
        given = self._given
        if option and option[1] in given[:-1]:
            value = given[given.index(option[1]) + 1]
            return f"um valor que começa com - vai depois de =: {option[1]}={value}"
        if message.startswith("unrecognized arguments: ") and self._subparsers:
            every = cast("dict[str, Parser]", self._subparsers._group_actions[0].choices)
            command = next((every[word] for word in given if word in every), None)
            return command._with_a_dash(_REQUIRED) if command else ""
        word = next(
            (each for each in given if each[:1] == "-" and each not in self._option_string_actions), ""
        )
        before = [each for each in given if each[:1] != "-"]
        wanted = [each for each in self._actions if not each.option_strings]
        if word and message.startswith(_REQUIRED) and len(before) < len(wanted):
            way = " ".join([self.prog, *before, "--", word])
            return f"um nome que começa com - vem depois de --: {way}"
        return ""


def parted(arguments: list[str]) -> tuple[list[str], list[str] | None]:
    """What is for us, and what stands behind ``run NAME --`` for the script; None without ``--``.

    Where no name stands before the first ``--``, what follows it is the name, whatever it begins with.
    """
    words = arguments[2:] if arguments[:1] == ["--app-dir"] else arguments
    if "--" not in words or next((word for word in words if not word.startswith("-")), "") != "run":
        return arguments, None
    at = words.index("--")
    if all(word.startswith("-") for word in words[words.index("run") + 1 : at]):
        if "--" not in words[at + 1 :]:
            return arguments, None
        at = words.index("--", at + 1)
    at += len(arguments) - len(words)
    return arguments[:at], arguments[at + 1 :]


def complained(text: str, code: int) -> int:
    """Say in one line, whatever a name in it contains, why a command was not done."""
    complain(output.harmless(" ".join(text.splitlines())))
    return code
