"""The folder of the automations, chosen by a person in the window.

The window's process asks by the system's own dialog and writes the answer into the application folder's
``tray_agent.toml``: no page and no message ever names a path. The agent is told to read that file again, and
is where it says from then on; nothing that runs is touched.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tray_agent.adapters.system import settings_file
from tray_agent.adapters.system.places import Places, app_folder, find_places
from tray_agent.core.messages import Refresh
from tray_agent.core.settings import Settings

if TYPE_CHECKING:
    from tray_agent.start.app import Agent

_CHOSEN = ("base_path", "excel_filename")
_REGISTRY_VARIABLES = ("EXCEL_FILENAME", f"{settings_file.PREFIX}EXCEL_FILENAME")
_BY_HAND = "Defina nele base_path, ou peça a quem cuida deste computador."


def keep_folder(chosen: str) -> str:
    """In the window's process: have the settings name the folder; why not, a sentence, or ""."""
    return keep_folder_in(app_folder(None, os.environ), chosen, os.environ)


def keep_folder_in(app_dir: Path, chosen: str, environ: Mapping[str, str]) -> str:
    """The same, of an application folder.

    The registry is the folder's own from then on, unless there is one where the agent looks for it, or
    somebody has named another.
    """
    folder = Path(chosen)
    if not folder.is_absolute() or not folder.is_dir():
        return f"{chosen} não é uma pasta deste computador."
    file = app_dir / settings_file.FILE_NAME
    try:
        before = settings_file.load(app_dir, environ)
    except ExceptionGroup as wrong:
        return f"{'; '.join(str(error) for error in wrong.exceptions)}. Nada foi mudado."
    values = {"base_path": str(folder)}
    named = any(environ.get(variable) for variable in _REGISTRY_VARIABLES)
    if _is_default(before) and not named and not find_places(app_dir, before).registry.is_file():
        values["excel_filename"] = str(folder / before.excel_filename)
    after = find_places(app_dir, before._replace(**values))  # type: ignore[arg-type]
    if after.base_path()[0] != folder:
        return f"O nome {chosen} tem sinais que uma configuração não guarda ($, ~, %). Escolha outra pasta."
    if environ.get(f"{settings_file.PREFIX}BASE_PATH"):
        return (
            f"A pasta vem da variável de ambiente {settings_file.PREFIX}BASE_PATH, "
            f"que vale mais do que {file.name}: mude-a lá."
        )
    from tray_agent.adapters.system import settings_edit

    try:
        settings_edit.keep(file, values)
    except settings_edit.NotKept as why:
        return f"{file} ficou como estava: {why}. {_BY_HAND}"
    except OSError as error:
        return f"{file} não pôde ser gravado ({error.strerror or error}). {_BY_HAND}"
    return ""


def take_up(agent: Agent) -> tuple[bool, str]:
    """In the agent: be where the settings say now, at once. Whether it is, and a sentence."""
    places = agent.places
    try:
        found = settings_file.load(places.app_dir, os.environ)
    except ExceptionGroup as wrong:
        return False, "; ".join(str(error) for error in wrong.exceptions)
    settings = agent.settings._replace(**{name: getattr(found, name) for name in _CHOSEN})
    agent.settings, agent.places = settings, moved(places, settings)
    agent.post(Refresh())
    base, is_there = agent.places.base_path()
    return is_there, f"Pasta das automações: {base}." if is_there else f"A pasta {base} não está acessível."


def moved(places: Places, settings: Settings) -> Places:
    """The places of these settings; what is on record stays where it is."""
    return find_places(places.app_dir, settings)._replace(data_dir=places.data_dir)


def is_chosen(settings: Settings) -> bool:
    """Whether somebody has said where the automations or their registry are."""
    return bool(settings.base_path) or not _is_default(settings)


def _is_default(settings: Settings) -> bool:
    return settings.excel_filename == Settings().excel_filename
