"""``tray-agent registry new FILE``: a registry to begin with, written by a child (openpyxl is heavy)."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from tray_agent.adapters.system import program
from tray_agent.adapters.system.console import complain

_DONE, _EXISTS, _NOT_WRITTEN = 0, 4, 5  # of the child
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
        complain(refusal)
        return 1
    code = run_to_end(program.command("--internal", "make-registry", str(path)), program.environment())
    if code != _DONE:
        known = {
            _EXISTS: _exists(path),
            _NOT_WRITTEN: f"{path} não pôde ser gravado; veja permissão e espaço",
        }
        complain(known.get(code, f"não foi possível criar {path}"))
        return 1
    print(f"Registro modelo criado em {path}")
    return 0


def _refusal(path: Path) -> str:
    if path.suffix.casefold() != ".xlsx":
        return f"o nome do registro precisa terminar em .xlsx: {path.name}"
    if path.exists() or path.is_symlink():
        return _exists(path)
    if not path.parent.is_dir():
        return f"a pasta {path.parent} não existe"
    return ""


def _exists(path: Path) -> str:
    return f"{path} já existe; escolha outro nome, ou mova o arquivo"


def make_registry(path: str) -> int:
    """The child's part. Returns the exit code, by which the command tells what went wrong."""
    from tray_agent.adapters.registry.model_workbook import write_model

    try:
        write_model(Path(path))
    except FileExistsError:
        return _EXISTS
    except OSError:
        return _NOT_WRITTEN
    return _DONE
