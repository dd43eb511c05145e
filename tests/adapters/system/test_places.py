from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places, app_folder, find_places
from tray_agent.core.settings import BASE_FOLDERS, POSSIBLE_ROOTS, Settings


def places(tmp_path: Path, **settings: object) -> Places:
    found = find_places(tmp_path / "app", Settings(**settings))  # type: ignore[arg-type]
    return found._replace(home=tmp_path / "home")


def folder(tmp_path: Path, *parts: str) -> Path:
    path = tmp_path.joinpath("home", *parts)
    path.mkdir(parents=True)
    return path


class TestBasePath:
    def test_the_first_root_that_exists_and_the_first_folder_in_it(self, tmp_path: Path) -> None:
        expected = folder(tmp_path, POSSIBLE_ROOTS[1], BASE_FOLDERS[0])
        folder(tmp_path, POSSIBLE_ROOTS[1], BASE_FOLDERS[1])
        folder(tmp_path, POSSIBLE_ROOTS[2], BASE_FOLDERS[0])

        assert places(tmp_path).base_path() == (expected, True)

    def test_the_second_folder_when_the_first_is_not_there(self, tmp_path: Path) -> None:
        expected = folder(tmp_path, POSSIBLE_ROOTS[0], BASE_FOLDERS[1])

        assert places(tmp_path).base_path() == (expected, True)

    def test_a_root_that_exists_wins_although_its_folders_do_not(self, tmp_path: Path) -> None:
        root = folder(tmp_path, POSSIBLE_ROOTS[0])
        folder(tmp_path, POSSIBLE_ROOTS[1], BASE_FOLDERS[0])

        assert places(tmp_path).base_path() == (root / BASE_FOLDERS[1], False)

    def test_without_any_root_it_is_the_last_one(self, tmp_path: Path) -> None:
        assert places(tmp_path).base_path() == (tmp_path / "home" / "C6 CTVM" / BASE_FOLDERS[1], False)

    def test_what_is_expected_before_any_look_is_what_a_look_at_nothing_gives(self, tmp_path: Path) -> None:
        for given in ({}, {"base_path": "automações"}):
            assert places(tmp_path, **given).expected_base_path() == places(tmp_path, **given).base_path()[0]

    def test_a_drive_that_is_mounted_later_is_seen(self, tmp_path: Path) -> None:
        found = places(tmp_path)
        assert not found.base_path()[1]

        expected = folder(tmp_path, POSSIBLE_ROOTS[2], BASE_FOLDERS[0])

        assert found.base_path() == (expected, True)

    def test_a_setting_names_another_relative_to_the_application(self, tmp_path: Path) -> None:
        (tmp_path / "app" / "automações").mkdir(parents=True)

        assert places(tmp_path, base_path="automações").base_path() == (tmp_path / "app" / "automações", True)
        assert places(tmp_path, base_path=str(tmp_path)).base_path() == (tmp_path, True)
        assert not places(tmp_path, base_path=str(tmp_path / "gone")).base_path()[1]

    def test_a_file_is_no_base_path(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()

        assert not places(tmp_path, base_path=str(tmp_path / "file")).base_path()[1]

    @pytest.mark.parametrize("name", ["x" * 5000, "~nobody-of-this-name/automacoes"], ids=["long", "nobody"])
    def test_what_the_system_does_not_even_take_as_a_path_does_not_exist(
        self, tmp_path: Path, name: str
    ) -> None:
        assert not places(tmp_path, base_path=name).base_path()[1]
        assert not places(tmp_path, possible_roots=(name,)).base_path()[1]
        assert not places(tmp_path, base_folders=(name,)).base_path()[1]

    def test_variables_and_the_home_folder_are_meant(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("AUTOMATION_DRIVE", str(tmp_path))
        assert places(tmp_path, base_path="$AUTOMATION_DRIVE").base_path() == (tmp_path, True)
        assert places(tmp_path, base_path="~").base_path() == (Path.home(), True)


class TestFiles:
    def test_the_registry_is_in_the_application_folder_unless_its_path_is_whole(self, tmp_path: Path) -> None:
        assert places(tmp_path).registry == tmp_path / "app" / "registro_automacoes.xlsx"
        assert places(tmp_path, excel_filename="outro.xlsx").registry == tmp_path / "app" / "outro.xlsx"
        assert places(tmp_path, excel_filename=str(tmp_path / "x.xlsx")).registry == tmp_path / "x.xlsx"

    def test_what_may_be_lost_is_in_the_temporary_folder(self, tmp_path: Path) -> None:
        temporary = Path(tempfile.gettempdir())

        assert places(tmp_path).temp_dir == temporary / "C6_RPA_EXEC"
        assert places(tmp_path).history_copy == temporary / "C6_RPA_EXEC" / "automacoes_exec.xlsx"
        assert places(tmp_path, temp_dir="t").temp_dir == tmp_path / "app" / "t" / "C6_RPA_EXEC"

    @pytest.mark.skipif(sys.platform != "linux", reason="each system has its own place")
    def test_what_may_not_be_lost_is_in_the_users_data_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.delenv("XDG_DATA_HOME", raising=False)

        found = places(tmp_path)

        assert found.data_dir == tmp_path / ".local" / "share" / "tray-agent"
        assert found.logs_dir == found.data_dir / "logs"
        assert found.agent_log == found.data_dir / "agent.log"
        assert not found.data_dir.exists()

    def test_a_setting_names_another_data_folder(self, tmp_path: Path) -> None:
        assert places(tmp_path, data_dir="data").data_dir == tmp_path / "app" / "data"


class TestApplicationFolder:
    def test_the_command_line_wins_then_the_environment(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        environ = {"TRAY_AGENT_APP_DIR": str(tmp_path / "env")}

        assert app_folder("given", environ) == tmp_path / "given"
        assert app_folder(None, environ) == tmp_path / "env"

    def test_from_source_it_is_the_projects_root(self) -> None:
        assert (app_folder(None, {}) / "pyproject.toml").is_file()

    def test_installed_it_is_the_current_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(program, "PACKAGE", tmp_path / "site-packages" / "tray_agent")
        monkeypatch.chdir(tmp_path)

        assert app_folder(None, {}) == tmp_path

    def test_frozen_it_is_the_executables_folder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "frozen", True, raising=False)
        monkeypatch.setattr(sys, "executable", str(tmp_path / "tray-agent.exe"))

        assert app_folder(None, {}) == tmp_path
