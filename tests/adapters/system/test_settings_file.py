from __future__ import annotations

from pathlib import Path

import pytest

from tray_agent.adapters.system.settings_file import FILE_NAME, load
from tray_agent.core.settings import Settings


def said(app_dir: Path, environ: dict[str, str] | None = None) -> list[str]:
    """What is wrong, one line each."""
    with pytest.raises(ExceptionGroup) as caught:
        load(app_dir, environ or {})
    return [str(error) for error in caught.value.exceptions]


def write(folder: Path, text: str | bytes) -> None:
    content = text.encode("utf-8") if isinstance(text, str) else text
    (folder / FILE_NAME).write_bytes(content)


def test_without_a_file_and_an_environment_the_specification_holds(tmp_path: Path) -> None:
    assert load(tmp_path, {"PATH": "/bin", "TRAY_AGENT_RUN": "7", "TRAY_AGENT_APP_DIR": "x"}) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    write(tmp_path, 'max_concurrent = 3\nhistory = "local"\nbase_path = "automações"\n')

    settings = load(tmp_path, {"TRAY_AGENT_MAX_CONCURRENT": "7"})

    assert (settings.max_concurrent, settings.history, settings.base_path) == (7, "local", "automações")


def test_an_empty_variable_is_as_good_as_none(tmp_path: Path) -> None:
    write(tmp_path, "max_concurrent = 3\n")

    assert load(tmp_path, {"TRAY_AGENT_MAX_CONCURRENT": "", "EXCEL_FILENAME": ""}).max_concurrent == 3


def test_the_specified_name_of_the_registry_is_honoured_and_ours_wins(tmp_path: Path) -> None:
    write(tmp_path, 'excel_filename = "arquivo.xlsx"\n')

    assert load(tmp_path, {}).excel_filename == "arquivo.xlsx"
    assert load(tmp_path, {"EXCEL_FILENAME": "env.xlsx"}).excel_filename == "env.xlsx"
    both = {"EXCEL_FILENAME": "env.xlsx", "TRAY_AGENT_EXCEL_FILENAME": "ours.xlsx"}
    assert load(tmp_path, both).excel_filename == "ours.xlsx"


def test_a_file_as_notepad_writes_it_is_read(tmp_path: Path) -> None:
    write(tmp_path, b"\xef\xbb\xbfmax_concurrent = 3\r\nhistory = 'local'\r\n")

    assert load(tmp_path, {}).max_concurrent == 3


def test_every_wrong_value_is_named_with_its_place(tmp_path: Path) -> None:
    write(tmp_path, 'max_concurrent = 0\nsync = 3\n[history]\nsource = "local"\n')

    first, second, third, fourth = said(tmp_path, {"TRAY_AGENT_TIMEZONE": "Brasil"})

    assert first.startswith(f"configuração max_concurrent = 0 ({FILE_NAME}): valor não permitido; use ")
    assert "configuração sync = 3" in second
    assert f"configuração history = {{'source': 'local'}} ({FILE_NAME})" in third
    assert "configuração timezone = 'Brasil' (TRAY_AGENT_TIMEZONE)" in fourth


def test_what_the_environment_puts_right_is_not_complained_about(tmp_path: Path) -> None:
    write(tmp_path, "max_concurrent = 0\n")

    assert load(tmp_path, {"TRAY_AGENT_MAX_CONCURRENT": "2"}).max_concurrent == 2


@pytest.mark.parametrize("content", [b"max_concurrent = \n", b"caf\xe9 = 1\n", b"a = 1\na = 2\n", b"\0"])
def test_a_file_that_is_no_toml_is_one_line(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, content)

    (line,) = said(tmp_path)

    assert line.startswith(f"configuração {FILE_NAME} = ")
    assert line.endswith("use um arquivo TOML válido, em UTF-8")
    assert "\n" not in line


@pytest.mark.parametrize(
    "line",
    [
        r'base_path = "C:\Users\ana"',  # no TOML
        r'base_path = "C:\temp\novo"',  # TOML, with a tab and a line break in it
        r'excel_filename = "D:\registro.xlsx"',
        r'python = "C:\Python311\python.exe"',
        r'possible_roots = ["C:\temp"]',
    ],
)
def test_a_backslash_that_toml_takes_for_something_else_is_told_how_to_write(
    tmp_path: Path, line: str
) -> None:
    write(tmp_path, line)

    [one] = said(tmp_path)
    assert "entre aspas simples: 'C:\\pasta'" in one
    assert "\n" not in one

    write(tmp_path, line.replace('"', "'"))
    load(tmp_path, {})


def test_a_file_that_cannot_be_read_is_one_line(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()

    (line,) = said(tmp_path)

    assert line.endswith("use um arquivo que possa ser lido")
    assert str(tmp_path) in line


def test_an_application_folder_that_is_not_there_has_no_settings(tmp_path: Path) -> None:
    assert load(tmp_path / "gone", {}) == Settings()
