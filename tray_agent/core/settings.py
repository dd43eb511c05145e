"""The settings: names, defaults, limits; a plain mapping goes in, a value or every error comes out.

Reading ``tray_agent.toml`` and the environment is the work of ``adapters/system/settings_file.py``.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from tray_agent.core.resource_places import ResourcePlaces, resource_places

POSSIBLE_ROOTS = ("C6 CTVM LTDA, BANCO C6 S.A. e C6 HOLDING S.A", "Meu Drive/C6 CTVM", "C6 CTVM")
BASE_FOLDERS = (
    "Mensageria e Cargas Operacionais - 11.CelulaPython/graciliano/automacoes",
    "graciliano/automacoes",
)


class Settings(NamedTuple):
    """Every setting with the specification's value as its default. Paths are text, "" means "find it".

    A named tuple and no dataclass: every command needs it, and dataclasses cost 15 ms to import.
    """

    base_path: str = ""
    possible_roots: tuple[str, ...] = POSSIBLE_ROOTS
    base_folders: tuple[str, ...] = BASE_FOLDERS
    excel_filename: str = "registro_automacoes.xlsx"
    script_folder: str = "metodos"
    temp_dir: str = ""
    temp_folder: str = "C6_RPA_EXEC"
    history_copy: str = "automacoes_exec.xlsx"
    data_dir: str = ""
    credentials_dir: str = ""
    credentials_folder: str = "CELPY"
    loop_seconds: float = 1
    history: str = "bigquery"
    history_table: str = "datalab-pagamentos.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec"
    history_times: str = "auto"
    timezone: str = "America/Sao_Paulo"
    python: str = ""
    max_concurrent: int = 5
    discovery_seconds: float = 60
    sync_seconds: float = 300
    stop_grace_seconds: float = 2
    history_deadline_seconds: float = 60
    registry_deadline_seconds: float = 30
    full_walk_seconds: float = 300
    retention_days: int = 90
    log_limit_mb: float = 50
    logs_total_mb: float = 5000
    timeout_minutes: float = 0
    no_data_exit_code: int = 0
    awake: str = "display"
    notifications: bool = True
    resources: tuple[ResourcePlaces, ...] = ()
    notify_urls: tuple[str, ...] = ()
    notify_areas: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notify_deadline_seconds: float = 30
    update_seconds: float = 90
    team_port: int = 4222
    team_places: int = 5
    team_tags: tuple[str, ...] = ()
    team_server: str = ""
    team_server_folder: str = ""
    hold_seconds: float = 30
    signal_seconds: float = 5


class SettingError(ValueError):
    """One setting is wrong; the message names it, its value and what is allowed, in Portuguese.

    Of an address the value is left out but for its kind: it may hold a password.
    """

    def __init__(self, name: str, value: object, allowed: str, source: str = "") -> None:
        where = f" ({source})" if source else ""
        shown = _ADDRESS.sub(r"\1://…", repr(value))
        super().__init__(f"configuração {name} = {shown}{where}: valor não permitido; use {allowed}")


_ADDRESS = re.compile(r"\b([A-Za-z][A-Za-z0-9+.-]*)://[^\s'\"]*")
Check = Callable[[object], object]


def _text(value: object) -> str:
    if not isinstance(value, str) or any(sign < " " for sign in value):
        raise ValueError
    return value.strip()


def _name(value: object) -> str:
    text = _text(value)
    if not text:
        raise ValueError
    return text


def _folder(value: object) -> str:
    text = _name(value)
    if any(sign in text for sign in "/\\:") or text in {".", ".."}:
        raise ValueError
    return text


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.split(";")
    if not isinstance(value, list | tuple) or not value:
        raise ValueError
    return tuple(_name(item) for item in value)


def _number(low: float, high: float) -> Check:
    def check(value: object) -> float:
        number = (
            float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
        )
        if number is None or not math.isfinite(number) or not low <= number <= high:
            raise ValueError
        return number

    return check


def _whole(low: int, high: int) -> Check:
    def check(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int | str):
            raise ValueError
        number = int(value)
        if not low <= number <= high:
            raise ValueError
        return number

    return check


def _tags(value: object) -> tuple[str, ...]:
    """Names without a blank or a sign that the column ``pc`` uses; none is allowed."""
    found = value.replace(",", ";").split(";") if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError
    tags = tuple(_name(each) for each in found)
    if any(not tag.replace("-", "").replace("_", "").isalnum() for tag in tags):
        raise ValueError
    return tags


def _server(value: object) -> str:
    """HOST:PORT, or "" for the agent's own."""
    text = _text(value)
    host, colon, port = text.rpartition(":")
    if text and not (colon and host and port.isdecimal() and 0 < int(port) < 65536):
        raise ValueError
    return text


def _choice(*choices: str) -> Check:
    def check(value: object) -> str:
        text = _text(value).casefold()
        if text not in choices:
            raise ValueError
        return text

    return check


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    text = _text(value).casefold()
    if text not in {"true", "false", "1", "0", "sim", "não", "nao"}:
        raise ValueError
    return text in {"true", "1", "sim"}


def _zone(value: object) -> str:
    from zoneinfo import ZoneInfo

    text = _name(value)
    ZoneInfo(text)
    return text


def _table(value: object) -> str:
    text = _name(value).strip("`")
    parts = text.split(".")
    if len(parts) != 3 or not all(part.replace("-", "").replace("_", "").isalnum() for part in parts):
        raise ValueError
    return text


def _addresses(value: object) -> tuple[str, ...]:
    """Addresses as Apprise writes them, a list of them or one after the other with blanks between."""
    found = value.split() if isinstance(value, str) else value
    if not isinstance(found, list | tuple):
        raise ValueError
    if not all(isinstance(each, str) and _ADDRESS.fullmatch(each.strip()) for each in found):
        raise ValueError
    return tuple(dict.fromkeys(each.strip() for each in found))


def _addresses_of_areas(value: object) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table of addresses by area; from the environment the same as JSON."""
    if isinstance(value, str):
        value = json.loads(value)
    pairs = value.items() if isinstance(value, dict) else value
    if not isinstance(pairs, Iterable):
        raise ValueError
    return tuple((_name(area), _addresses(found)) for area, found in pairs)


IN_TOML = "com \\ entre aspas simples: 'C:\\pasta'"
_ANY_PATH = f"um caminho, {IN_TOML}"
_FOLDER_NAME = "o nome de uma pasta, sem barras"
_SECONDS = "um número de segundos de {} a {}"

RULES: dict[str, tuple[Check, str]] = {
    "base_path": (_text, _ANY_PATH),
    "possible_roots": (_texts, f"uma lista de pastas, separadas por ;, {IN_TOML}"),
    "base_folders": (_texts, f"uma lista de pastas, separadas por ;, {IN_TOML}"),
    "excel_filename": (_name, f"o nome ou o caminho absoluto de um arquivo .xlsx, {IN_TOML}"),
    "script_folder": (_folder, _FOLDER_NAME),
    "temp_dir": (_text, _ANY_PATH),
    "temp_folder": (_folder, _FOLDER_NAME),
    "history_copy": (_name, "o nome de um arquivo .xlsx"),
    "data_dir": (_text, _ANY_PATH),
    "credentials_dir": (_text, _ANY_PATH),
    "credentials_folder": (_folder, _FOLDER_NAME),
    "loop_seconds": (_number(0.05, 1), _SECONDS.format("0.05", 1)),
    "history": (_choice("bigquery", "local"), '"bigquery" ou "local"'),
    "history_table": (_table, '"projeto.conjunto.tabela"'),
    "history_times": (_choice("auto", "zoned", "local"), '"auto", "zoned" ou "local"'),
    "timezone": (_zone, 'um fuso horário IANA, como "America/Sao_Paulo"'),
    "python": (_text, f"o caminho de um interpretador Python, {IN_TOML}"),
    "max_concurrent": (_whole(1, 1000), "um número inteiro de 1 a 1000"),
    "discovery_seconds": (_number(0.2, 86400), _SECONDS.format("0.2", 86400)),
    "sync_seconds": (_number(0.2, 86400), _SECONDS.format("0.2", 86400)),
    "stop_grace_seconds": (_number(0, 3600), _SECONDS.format(0, 3600)),
    "history_deadline_seconds": (_number(0.2, 3600), _SECONDS.format("0.2", 3600)),
    "registry_deadline_seconds": (_number(0.2, 3600), _SECONDS.format("0.2", 3600)),
    "full_walk_seconds": (_number(0, 86400), _SECONDS.format(0, 86400)),
    "retention_days": (_whole(1, 3650), "um número inteiro de dias de 1 a 3650"),
    "log_limit_mb": (_number(0, 1e6), "um número de MB, ou 0 para não limitar"),
    "logs_total_mb": (_number(0, 1e7), "um número de MB, ou 0 para não limitar"),
    "timeout_minutes": (_number(0, 1e5), "um número de minutos, ou 0 para não limitar"),
    "no_data_exit_code": (_whole(0, 255), "um código de saída de 1 a 255, ou 0 para nenhum"),
    "awake": (_choice("display", "system", "off"), '"display", "system" ou "off"'),
    "notifications": (_switch, "true ou false"),
    "resources": (
        resource_places,
        'uma tabela: [resources], "SAP" = 1, "Excel" = {places = 1, per = "pc"}',
    ),
    "notify_urls": (_addresses, 'uma lista de endereços do Apprise, como ["msteams://…", "mailto://…"]'),
    "notify_areas": (_addresses_of_areas, 'uma tabela: [notify_areas], "Área" = ["msteams://…"]'),
    "notify_deadline_seconds": (_number(0.2, 600), _SECONDS.format("0.2", 600)),
    "update_seconds": (_number(1, 3600), _SECONDS.format(1, 3600)),
    "team_port": (_whole(1024, 65535), "uma porta de 1024 a 65535"),
    "team_places": (_whole(1, 1000), "um número inteiro de 1 a 1000"),
    "team_tags": (_tags, 'uma lista de etiquetas, letras e números, como ["sap", "excel"]'),
    "team_server": (_server, 'o endereço de um servidor NATS da equipe, como "nats.empresa:4222"'),
    "team_server_folder": (_text, _ANY_PATH),
    "hold_seconds": (_number(1, 600), _SECONDS.format(1, 600)),
    "signal_seconds": (_number(0.2, 60), _SECONDS.format("0.2", 60)),
}

NAMES: tuple[str, ...] = Settings._fields


def validate(given: Mapping[str, tuple[object, str]]) -> Settings:
    """Settings from ``name: (value, where it was given)``.

    Raises ``ExceptionGroup`` of :class:`SettingError`, one for each wrong value and unknown name.
    """
    values: dict[str, object] = {}
    errors: list[SettingError] = []
    for name, (value, source) in given.items():
        rule = RULES.get(name)
        if rule is None:
            errors.append(SettingError(name, value, "um destes nomes: " + ", ".join(NAMES), source))
            continue
        check, allowed = rule
        try:
            values[name] = check(value)
        except (ValueError, KeyError, TypeError, OSError, OverflowError):
            errors.append(SettingError(name, value, allowed, source))
    if errors:
        raise ExceptionGroup("settings", errors)
    return Settings(**values)  # type: ignore[arg-type]
