"""Where settings come from: ``tray_agent.toml`` in the application folder, the environment wins."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tray_agent.core.settings import IN_TOML, NAMES, SettingError, Settings, validate

FILE_NAME = "tray_agent.toml"
PREFIX = "TRAY_AGENT_"


def load(app_dir: Path, environ: Mapping[str, str]) -> Settings:
    """The settings in force. Raises ExceptionGroup of SettingError with everything that is wrong."""
    in_file = {name: (value, FILE_NAME) for name, value in _from_file(app_dir / FILE_NAME).items()}
    return validate({**in_file, **_from_environment(environ)})


def _from_file(path: Path) -> dict[str, object]:
    text = ""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        import tomllib  # most commands find no file, and its import is a tenth of theirs

        return dict(tomllib.loads(text))
    except FileNotFoundError:
        return {}
    except RecursionError:
        wrong = SettingError(FILE_NAME, "listas dentro de listas", "nome = valor em cada linha", str(path))
    except ValueError as error:  # neither TOML nor UTF-8
        allowed = "um arquivo TOML válido, em UTF-8" + (f"; caminhos {IN_TOML}" if "\\" in text else "")
        wrong = SettingError(FILE_NAME, str(error), allowed, str(path))
    except OSError as error:
        wrong = SettingError(FILE_NAME, str(error.strerror), "um arquivo que possa ser lido", str(path))
    raise ExceptionGroup("settings", [wrong])


def _from_environment(environ: Mapping[str, str]) -> dict[str, tuple[object, str]]:
    """Only variables that name a setting count; an empty one is as good as none."""
    found: dict[str, tuple[object, str]] = {}
    if environ.get("EXCEL_FILENAME"):
        found["excel_filename"] = (environ["EXCEL_FILENAME"], "EXCEL_FILENAME")
    for name in NAMES:
        variable = PREFIX + name.upper()
        if environ.get(variable):
            found[name] = (environ[variable], variable)
    return found
