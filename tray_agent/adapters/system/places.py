"""Where everything lies on this machine (product 1), from the settings and the environment."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from tray_agent.adapters.system import program
from tray_agent.core.settings import Settings

APP_DIR_VARIABLE = "TRAY_AGENT_APP_DIR"


def app_folder(given: str | None, environ: Mapping[str, str]) -> Path:
    """The application folder: as given, else the executable's, the source tree's root, or the current one."""
    named = given or environ.get(APP_DIR_VARIABLE)
    if named:
        return Path(named).expanduser().absolute()
    if program.is_frozen():
        return program.executable_folder()
    root = program.PACKAGE.parent
    return root if (root / "pyproject.toml").is_file() else Path.cwd()


class Places(NamedTuple):
    """The folders and files of one agent. Nothing is created by asking."""

    app_dir: Path
    data_dir: Path
    registry: Path
    home: Path
    settings: Settings

    @property
    def temp_dir(self) -> Path:
        """What may be lost: C6_RPA_EXEC in the temporary folder."""
        import tempfile

        given = self.settings.temp_dir
        return (self._absolute(given) if given else Path(tempfile.gettempdir())) / self.settings.temp_folder

    @property
    def logs_dir(self) -> Path:
        """One folder per job in it, one file per run in that."""
        return self.data_dir / "logs"

    @property
    def agent_log(self) -> Path:
        """The agent's own log."""
        return self.data_dir / "agent.log"

    @property
    def history_copy(self) -> Path:
        """The Excel copy of the history; may be lost."""
        return self.temp_dir / self.settings.history_copy

    def base_path(self) -> tuple[Path, bool]:
        """BASE_PATH as it resolves at this moment, and whether it exists. May block on a dead drive."""
        if self.settings.base_path:
            path = self._absolute(self.settings.base_path)
            return path, _is_there(path)
        roots = [self.home / root for root in self.settings.possible_roots]
        root = next((each for each in roots if _is_there(each)), roots[-1])
        candidates = [root / folder for folder in self.settings.base_folders]
        path = next((each for each in candidates if _is_there(each)), candidates[-1])
        return path, _is_there(path)

    def expected_base_path(self) -> Path:
        """BASE_PATH as it would be if nothing of it were there. Looks at no drive."""
        if self.settings.base_path:
            return self._absolute(self.settings.base_path)
        return self.home / self.settings.possible_roots[-1] / self.settings.base_folders[-1]

    def _absolute(self, text: str) -> Path:
        return _absolute(self.app_dir, text)


def find_places(app_dir: Path, settings: Settings) -> Places:
    """The places that the settings name; relative paths are relative to the application folder."""
    return Places(
        app_dir=app_dir,
        data_dir=_absolute(app_dir, settings.data_dir) if settings.data_dir else _user_data(),
        registry=_absolute(app_dir, settings.excel_filename),
        home=Path.home(),
        settings=settings,
    )


def _absolute(app_dir: Path, text: str) -> Path:
    return _expanded(app_dir, text) if "$" in text or "~" in text or "%" in text else _joined(app_dir, text)


@lru_cache(maxsize=16)
def _joined(app_dir: Path, text: str) -> Path:
    """What nothing outside can change; every start of a script asks where the base is."""
    return app_dir / text


def _expanded(app_dir: Path, text: str) -> Path:
    # Path.expanduser raises where there is no such user; here the path is then as it is written.
    return app_dir / os.path.expanduser(os.path.expandvars(text))  # noqa: PTH111


def _is_there(path: Path) -> bool:
    """Whether the folder is there; a drive that answers with an error is not."""
    try:
        return path.is_dir()
    except OSError:
        return False


def _user_data() -> Path:
    import platformdirs

    return Path(platformdirs.user_data_dir("tray-agent", appauthor=False))
