"""``tray-agent registry new FILE``: a registry to begin with, written by a child (openpyxl is heavy)."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from tray_agent.adapters.system import program

_TEXT = "cria um registro modelo (.xlsx) com as colunas, exemplos e as abas Feriados e Paradas"


def add_to(add: Callable[..., argparse.ArgumentParser]) -> None:
    """Put the command into the command line; ``add`` takes its name, its text and what does it."""
    command = add("registry", _TEXT, _run)
    command.add_argument("what", metavar="new", choices=("new",), help="cria um arquivo novo")
    command.add_argument("file", metavar="ARQUIVO", help="o arquivo .xlsx a criar; nunca sobrescreve")


def _run(options: argparse.Namespace, *_: object) -> int:
    from tray_agent.adapters.readers.children import run_to_end

    path = Path(options.file).absolute()
    refusal = _refusal(path)
    if refusal:
        print(f"tray-agent: {refusal}", file=sys.stderr)
        return 1
    code = run_to_end(program.command("--internal", "make-registry", str(path)), program.environment())
    if code != 0:
        if code < 0:
            print(f"tray-agent: não foi possível criar {path}", file=sys.stderr)
        return 1
    print(f"Registro modelo criado em {path}")
    return 0


def _refusal(path: Path) -> str:
    if path.suffix.casefold() != ".xlsx":
        return f"o nome do registro precisa terminar em .xlsx: {path.name}"
    if path.exists() or path.is_symlink():
        return f"{path} já existe; escolha outro nome, ou mova o arquivo"
    if not path.parent.is_dir():
        return f"a pasta {path.parent} não existe"
    return ""


def make_registry(path: Path) -> int:
    """The child's part. Returns the exit code; says in one line what went wrong."""
    from tray_agent.adapters.registry.model_workbook import write_model
    from tray_agent.adapters.system import os_faults

    try:
        write_model(path)
    except FileExistsError:
        print(f"tray-agent: {path} já existe; escolha outro nome", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"tray-agent: {path} não pôde ser criado: {os_faults.reason(error)}", file=sys.stderr)
        return 1
    return 0
