from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from tray_agent.adapters.system.places import find_places
from tray_agent.adapters.system.settings_file import FILE_NAME, load
from tray_agent.core.settings import Settings
from tray_agent.start.choosing import is_chosen, keep_folder_in, moved


@pytest.fixture
def app(tmp_path: Path) -> Path:
    folder = tmp_path / "app"
    folder.mkdir()
    return folder


@pytest.fixture
def base(tmp_path: Path) -> Path:
    folder = tmp_path / "Automações da célula"
    folder.mkdir()
    return folder


def kept(app: Path) -> dict[str, object]:
    return tomllib.loads((app / FILE_NAME).read_text(encoding="utf-8"))


def test_the_folder_and_the_registry_in_it_are_in_force_for_whoever_reads_next(app: Path, base: Path) -> None:
    assert keep_folder_in(app, str(base), {}) == ""
    places = find_places(app, load(app, {}))
    assert places.base_path() == (base, True)
    assert places.registry == base / "registro_automacoes.xlsx"


def test_a_registry_that_is_there_already_stays_the_registry(app: Path, base: Path) -> None:
    (app / "registro_automacoes.xlsx").touch()
    assert keep_folder_in(app, str(base), {}) == ""
    assert kept(app) == {"base_path": str(base)}


@pytest.mark.parametrize("variable", ["EXCEL_FILENAME", "TRAY_AGENT_EXCEL_FILENAME"])
def test_a_registry_that_somebody_has_named_stays_the_registry(app: Path, base: Path, variable: str) -> None:
    assert keep_folder_in(app, str(base), {variable: "registro_automacoes.xlsx"}) == ""
    assert kept(app) == {"base_path": str(base)}
    (app / FILE_NAME).write_text('excel_filename = "nosso.xlsx" # fica\n', encoding="utf-8")
    assert keep_folder_in(app, str(base), {}) == ""
    assert kept(app) == {"base_path": str(base), "excel_filename": "nosso.xlsx"}
    assert '"nosso.xlsx" # fica\n' in (app / FILE_NAME).read_text(encoding="utf-8")


def test_what_would_not_be_in_force_is_not_written(
    app: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = keep_folder_in(app, str(base), {"TRAY_AGENT_BASE_PATH": "/outra"})
    assert "variável de ambiente TRAY_AGENT_BASE_PATH" in said
    monkeypatch.setenv("OUTRA", "outra")
    dollar = base / "$OUTRA"
    dollar.mkdir()
    assert "$" in keep_folder_in(app, str(dollar), {})
    assert "não é uma pasta" in keep_folder_in(app, str(base / "falta"), {})
    assert "não é uma pasta" in keep_folder_in(app, "relativa", {})
    assert not (app / FILE_NAME).exists()


def test_a_file_that_says_something_wrong_is_left_alone_and_said(app: Path, base: Path) -> None:
    (app / FILE_NAME).write_text("max_concurrent = 0\n", encoding="utf-8")
    said = keep_folder_in(app, str(base), {})
    assert "max_concurrent = 0" in said
    assert said.endswith("Nada foi mudado.")
    (app / FILE_NAME).write_text('base_path = """\nx"""\n', encoding="utf-8")
    assert "ficou como estava: base_path está escrito" in keep_folder_in(app, str(base), {})


@pytest.mark.skipif(sys.platform == "win32", reason="a file that cannot be replaced, as POSIX has it")
def test_a_file_that_cannot_be_written_is_said_with_its_name(app: Path, base: Path) -> None:
    long = app / ("x" * 250)
    (app / FILE_NAME).symlink_to(long)  # so that its neighbour's name is too long for the disk

    said = keep_folder_in(app, str(base), {})

    assert said.startswith(f"{app / FILE_NAME} não pôde ser gravado (")
    assert said.endswith("Defina nele base_path, ou peça a quem cuida deste computador.")
    assert not long.exists()


def test_what_is_on_record_stays_where_it_is(app: Path, base: Path) -> None:
    places = find_places(app, Settings(data_dir="dados"))
    later = moved(places, Settings(base_path=str(base), data_dir="outra"))
    assert later.data_dir == app / "dados"
    assert later.base_path() == (base, True)


def test_a_folder_or_a_registry_that_is_named_is_chosen() -> None:
    assert not is_chosen(Settings())
    assert is_chosen(Settings(base_path="x"))
    assert is_chosen(Settings(excel_filename="nosso.xlsx"))
