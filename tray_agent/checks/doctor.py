"""``tray-agent doctor``: looks at each place and says ok or what to do. Runs with or without an agent."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from tray_agent.adapters.history.credentials import find_credentials
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.runs.interpreter import Interpreters, NoInterpreter
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.checks.check import Check
from tray_agent.checks.registry import look_at_registry, look_at_scripts
from tray_agent.core.settings import Settings

_MARKS = {True: ("ok", "32"), False: ("!!", "31"), None: ("--", "90")}


def examine(settings: Settings, places: Places) -> list[Check]:
    """Every check, in the order in which things depend on each other. Takes as long as BigQuery does."""
    base, scripts = look_at_scripts(places)
    return [
        _settings(places),
        _data(places),
        _temp(places),
        *base,
        *look_at_registry(settings, places, scripts),
        _interpreter(settings, places),
        *_history(settings, places),
    ]


def _settings(places: Places) -> Check:
    file = places.app_dir / "tray_agent.toml"
    text = f"{file}" if file.is_file() else f"valores padrão (não há {file})"
    return Check("Configuração", True, text)


def _data(places: Places) -> Check:
    trouble = ""
    try:
        places.data_dir.mkdir(parents=True, exist_ok=True)
        trouble = SqliteJournal(places.data_dir).writable()
    except OSError as error:
        trouble = f"{places.data_dir}: {error.strerror}"
    if trouble:
        return Check("Pasta de dados", False, trouble, "Libere espaço ou permissão, ou defina data_dir.")
    return Check("Pasta de dados", True, str(places.data_dir))


def _temp(places: Places) -> Check:
    try:
        places.temp_dir.mkdir(parents=True, exist_ok=True)
        if not os.access(places.temp_dir, os.W_OK):
            raise PermissionError(13, "sem permissão de escrita")
    except OSError as error:
        text = f"{places.temp_dir}: {error.strerror}"
        return Check("Pasta temporária", False, text, "Libere a pasta, ou defina temp_dir.")
    return Check("Pasta temporária", True, str(places.temp_dir))


def _interpreter(settings: Settings, places: Places) -> Check:
    finder = Interpreters(settings.python, lambda: places.base_path()[0], program.is_frozen())
    try:
        found = finder.describe()
        if found.is_bundled:
            return Check(
                "Interpretador Python",
                None,
                "nenhum Python encontrado neste PC: os scripts rodam com o que vem no agente "
                f"(Python {found.version}), só com os pacotes dele, sem pip; para outros, instale "
                "um Python (python.org) ou indique um na configuração python",
            )
        return Check("Interpretador Python", True, found.text)
    except NoInterpreter as none:
        return Check("Interpretador Python", False, str(none), "Corrija python em tray_agent.toml.")


def _history(settings: Settings, places: Places) -> Iterator[Check]:
    if settings.history == "local":
        yield Check("Credenciais", None, "não usadas: histórico local")
        yield Check("BigQuery", None, "não usado: histórico local")
        return
    key = find_credentials(os.environ, os.environ.get("APPDATA"), settings.credentials_dir)
    if key is None:
        action = "Copie a chave .json da conta de serviço para %APPDATA%/CELPY."
        yield Check("Credenciais", False, "nenhum arquivo de chave encontrado", action)
    else:
        exists = Path(key).is_file()
        yield Check(
            "Credenciais", exists, str(key), "" if exists else "O arquivo não existe; corrija o caminho."
        )
    from tray_agent.adapters.history.reader import read_once

    yield read_check(*read_once(settings, places.history_copy, program.environment(os.environ)))


def read_check(rows: int | None, text: str) -> Check:
    """The BigQuery check: how many rows of today came back and what is wrong beside, or the cause."""
    if rows is None:
        return Check("BigQuery", False, text, "Verifique a rede, a chave e as permissões da tabela.")
    read = f"lido agora: {rows} {'execução' if rows == 1 else 'execuções'} hoje"
    if text:
        return Check("BigQuery", False, f"{read}; {text}", "O histórico foi lido; corrija o que está dito.")
    return Check("BigQuery", True, read)


def render(checks: list[Check], *, colour: bool) -> str:
    """The checks as text, one line each and what to do below it."""
    lines = []
    for check in checks:
        word, code = _MARKS[check.ok]
        mark = f"\x1b[{code}m{word}\x1b[0m" if colour else word
        lines.append(f"{mark}  {check.name}: {check.text}")
        if check.ok is False and check.action:
            lines.append(f"      → {check.action}")
    return "\n".join(lines)
