"""Sets values in a person's ``tray_agent.toml`` and leaves every other line as it is.

What comes out is read again before it replaces the file: where it says anything else than before, but for the
values, it is not written.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tray_agent.adapters.system.whole_file import OURS_ALONE, put

_BOM = "\ufeff"
_VALUE = r"""(?:"(?:[^"\\]|\\.)*"|'[^']*')"""


class NotKept(Exception):
    """A file that stays as it is; the message says why, a sentence without its file."""


def keep(path: Path, values: Mapping[str, str]) -> None:
    """Have the file say these texts, whole or not at all; a missing one is made.

    Raises NotKept where it cannot be changed safely, OSError where it cannot be read or written.
    """
    path = path.resolve()  # a link stays one
    try:
        content, mode = path.read_bytes(), path.stat().st_mode
    except FileNotFoundError:
        content, mode = b"", OURS_ALONE
    try:
        text = content.decode("utf-8")
        for name, value in values.items():
            text = _with(text, name, value)
        written = text.encode("utf-8")
    except UnicodeDecodeError:
        raise NotKept("ele não está em UTF-8") from None
    except UnicodeEncodeError:
        raise NotKept("o nome da pasta tem sinais que não cabem nele") from None
    put(path, written, mode & 0o777)


def _with(text: str, name: str, value: str) -> str:
    """The text with one value set. The first of the ways to do so that changes nothing else."""
    import tomllib

    bom, body = (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)
    try:
        wanted = {**tomllib.loads(body), name: value}
    except (ValueError, RecursionError):
        raise NotKept("ele não é um arquivo TOML válido") from None
    for tried in _ways(body, name, _literal(value)):
        with contextlib.suppress(ValueError):
            if tomllib.loads(tried) == wanted:
                return bom + tried
    raise NotKept(f"{name} está escrito nele de um modo que só uma pessoa pode mudar")


def _ways(text: str, name: str, literal: str) -> Iterator[str]:
    lines = text.splitlines(keepends=True)
    end = "\r\n" if lines and lines[0].endswith("\r\n") else "\n"
    there = re.compile(rf"""(\s*(?:{name}|"{name}"|'{name}')\s*=\s*){_VALUE}(?=\s*(?:\#|$))""")
    for at, line in enumerate(lines):
        found = there.match(line)
        if found:
            yield "".join([*lines[:at], found[1] + literal + line[found.end() :], *lines[at + 1 :]])
    for at in [*_before_tables(lines), len(lines)]:
        before = "".join(lines[:at])
        if before and not before.endswith("\n"):
            before += end
        yield f"{before}{name} = {literal}{end}{''.join(lines[at:])}"


def _before_tables(lines: list[str]) -> Iterator[int]:
    """Where values of no table may end: before a table's head, the remarks above it and the blank lines."""
    for head, line in enumerate(lines):
        if line.lstrip().startswith("["):
            at = head
            while at and lines[at - 1].lstrip().startswith("#"):
                at -= 1
            while at and not lines[at - 1].strip():
                at -= 1
            yield at


def _literal(value: str) -> str:
    """As a person would write a path of Windows, where that is possible."""
    if "'" in value or not value.isprintable():
        return json.dumps(value, ensure_ascii=False)
    return f"'{value}'"
