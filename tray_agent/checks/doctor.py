"""``tray-agent doctor``: looks at each place and says ok or what to do. Runs with or without an agent."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from tray_agent.adapters.history.credentials import find_credentials
from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.notices.sender import kind_of
from tray_agent.adapters.runs.interpreter import Interpreters, NoInterpreter
from tray_agent.adapters.system import program
from tray_agent.adapters.system.instance_lock import is_held
from tray_agent.adapters.system.places import APP_DIR_VARIABLE, Places
from tray_agent.adapters.system.settings_file import PREFIX
from tray_agent.adapters.versions.store import ROOT_VARIABLE
from tray_agent.checks.check import Check
from tray_agent.checks.program_file import look_at_program
from tray_agent.checks.registry import look_at_registry, look_at_scripts
from tray_agent.checks.team import look_at_team
from tray_agent.core.settings import NAMES, Settings
from tray_agent.shell.channel.client import end_process, is_answered, listening_process

# Names of the agent's own that no setting bears: what it tells its children, and helps to develop it.
_OTHERS = (
    "RUN",
    "AS_PYTHON",
    "CHANNEL_DIR",
    "DEBUG_PORT",
    "BUILD_QT",
    "WINE_CACHE",
    "NATS_SERVER",
    "FAULT",
    "MACHINE",
)
_MARKS = {True: ("ok", "32"), False: ("!!", "31"), None: ("--", "90")}


def examine(settings: Settings, places: Places) -> list[Check]:
    """Every check, in the order in which things depend on each other. Takes as long as BigQuery does."""
    base, scripts = look_at_scripts(places)
    return [
        *look_at_program(places),
        _settings(places),
        _data(places),
        _agent(places),
        _temp(places),
        *base,
        *look_at_registry(settings, places, scripts),
        _interpreter(settings, places),
        *_history(settings, places),
        *_notices(settings),
        *look_at_team(settings, places),
    ]


def _settings(places: Places) -> Check:
    file = places.app_dir / "tray_agent.toml"
    text = f"{file}" if file.is_file() else f"valores padrão (não há {file})"
    unknown = unknown_variables(os.environ)
    if unknown:
        return Check(
            "Configuração",
            False,
            f"{text}; variáveis que nada configuram: {', '.join(unknown)}",
            "Corrija o nome da variável, ou apague-a: como está, ela não tem efeito.",
        )
    return Check("Configuração", True, text)


def _notices(settings: Settings) -> list[Check]:
    """How many addresses there are, and of which kinds: more of them is nobody's business."""
    urls = {*settings.notify_urls, *(url for _, found in settings.notify_areas for url in found)}
    if not urls:
        return []
    kinds = ", ".join(sorted({kind_of(url) for url in urls}))
    count = "1 endereço" if len(urls) == 1 else f"{len(urls)} endereços"
    return [Check("Avisos", True, f"{count} ({kinds}); para experimentar: tray-agent notify test")]


def unknown_variables(environ: Mapping[str, str]) -> list[str]:
    """The variables that look like settings and are none, each with the setting that was meant if one is
    alike."""
    import difflib

    known = {PREFIX + name.upper() for name in NAMES}
    between_ourselves = {program.FILE_VARIABLE, program.READY_VARIABLE, program.AS_PYTHON_VARIABLE}
    others = {PREFIX + name for name in _OTHERS}
    ours = known | others | between_ourselves | {APP_DIR_VARIABLE, ROOT_VARIABLE}
    found = []
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in ours:
            alike = difflib.get_close_matches(name.upper(), sorted(known), 1, 0.8)
            found.append(f"{name} (seria {alike[0]}?)" if alike else name)
    return found


def _data(places: Places) -> Check:
    trouble = ""
    try:
        places.data_dir.mkdir(parents=True, exist_ok=True)
        trouble = SqliteJournal(places.data_dir).writable()
    except OSError as error:
        trouble = f"{places.data_dir}: {error.strerror}"
    base = places.base_path()[0]
    if not trouble and places.data_dir.is_relative_to(base):
        text = f"{places.data_dir} fica dentro da pasta das automações"
        action = "Defina data_dir fora dela: uma pasta sincronizada não pode guardar o diário."
        return Check("Pasta de dados", False, text, action)
    if trouble:
        return Check("Pasta de dados", False, trouble, "Libere espaço ou permissão, ou defina data_dir.")
    damage = PastRuns(places.data_dir).trouble()
    if damage:
        action = "O que foi feito hoje está nele; enquanto não puder ser lido, nada é iniciado."
        return Check("Pasta de dados", False, damage, action)
    return Check("Pasta de dados", True, str(places.data_dir))


def _agent(places: Places) -> Check:
    """Whether one runs, and answers."""
    if not is_held(places.data_dir):
        return Check("Agente", None, "nenhum em execução; para iniciá-lo: tray-agent")
    if is_answered(places.data_dir):
        return Check("Agente", True, "em execução")
    pid = listening_process(places.data_dir)
    remedy = "resolva o que está marcado aqui com !!" if pid is None else end_process(pid)
    action = f"Tente de novo em instantes; se continuar assim, {remedy}."
    return Check("Agente", False, "em execução, mas não responde", action)


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
    key = find_credentials(
        os.environ, os.environ.get("APPDATA"), settings.credentials_dir, settings.credentials_folder
    )
    if key is None:
        action = "Copie a chave .json da conta de serviço para %APPDATA%/CELPY."
        yield Check("Credenciais", False, "nenhum arquivo de chave encontrado", action)
    else:
        exists = Path(key).is_file()
        yield Check(
            "Credenciais", exists, str(key), "" if exists else "O arquivo não existe; corrija o caminho."
        )
    from tray_agent.adapters.history.reader import read_once

    rows, text = read_once(settings, places.history_copy, program.environment(os.environ))
    # Without a key the text says what to do; network and permissions have nothing to do with it.
    yield read_check(rows, text) if key is not None or rows is not None else Check("BigQuery", False, text)


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
