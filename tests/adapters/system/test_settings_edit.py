from __future__ import annotations

import os
import sys
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.adapters.system.settings_edit import NotKept, keep

FOLDER = r"C:\Users\maria\Automações"
LINE = f"base_path = '{FOLDER}'\n"


LINES = (
    *("# x\n", "\n", "[resources]\n", "base_path = 'a'\n", 'a.base_path = "b"\n'),
    *("k = [1,\n", "]\n", '"""\n', "z = '''\n", "'''\n"),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "tray_agent.toml"


def kept(file: Path, text: str | bytes, value: str = FOLDER) -> str:
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    keep(file, {"base_path": value})
    return file.read_bytes().decode()


def test_a_file_that_is_not_there_is_made(file: Path) -> None:
    keep(file, {"base_path": FOLDER, "excel_filename": rf"{FOLDER}\registro.xlsx"})

    assert file.read_text(encoding="utf-8") == f"{LINE}excel_filename = '{FOLDER}\\registro.xlsx'\n"
    assert [each.name for each in file.parent.iterdir()] == ["tray_agent.toml"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", LINE),
        ("# só comentários", f"# só comentários\n{LINE}"),
        ("# nosso\nsync_seconds = 60  # um minuto\n", f"# nosso\nsync_seconds = 60  # um minuto\n{LINE}"),
        (
            'base_path = "antiga"  # a da equipe\nhistory = "local"\n',
            f"base_path = '{FOLDER}'  # a da equipe\nhistory = \"local\"\n",
        ),
        ("'base_path'='x'", f"'base_path'='{FOLDER}'"),
        (
            'history = "local"\n\n# lugares\n[resources]\nSAP = 1\n',
            f'history = "local"\n{LINE}\n# lugares\n[resources]\nSAP = 1\n',
        ),
        (
            'team_tags = [\n  "a",\n]\n[resources]\nbase_path = 1\n',
            f'team_tags = [\n  "a",\n]\n{LINE}[resources]\nbase_path = 1\n',
        ),
        ("[resources]\nSAP = 1\n", f"{LINE}[resources]\nSAP = 1\n"),
        ('python = """\n[x]\nbase_path = "y"\n"""\n', f'python = """\n[x]\nbase_path = "y"\n"""\n{LINE}'),
        ('history = "local"\r\n', f'history = "local"\r\n{LINE[:-1]}\r\n'),
        ('\ufeffhistory = "local"\n', f'\ufeffhistory = "local"\n{LINE}'),
    ],
)
def test_every_other_line_stays_as_it_is(file: Path, before: str, after: str) -> None:
    assert kept(file, before) == after
    assert kept(file, after) == after


@pytest.mark.parametrize("value", ["/dados/d'água", "/a\tb", 'C:\\"x"', "/é ü ✓", "/x\\n"])
def test_any_name_of_a_folder_comes_back_as_it_is(file: Path, value: str) -> None:
    assert tomllib.loads(kept(file, "", value)) == {"base_path": value}


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.lists(st.sampled_from(LINES), max_size=8))
def test_a_file_says_nothing_but_that_value_anew_or_is_left_alone(
    tmp_path_factory: pytest.TempPathFactory, value: str, lines: list[str]
) -> None:
    file = tmp_path_factory.mktemp("any") / "tray_agent.toml"
    before = "".join(lines).encode()
    file.write_bytes(before)
    try:
        keep(file, {"base_path": value})
    except NotKept:
        assert file.read_bytes() == before
    else:
        after = file.read_bytes().decode()
        assert tomllib.loads(after) == {**tomllib.loads(before.decode()), "base_path": value}
        others = [
            [line for line in text.split("\n") if "base_path" not in line]
            for text in (before.decode(), after)
        ]
        assert others[0] == others[1]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"base_path = 'a\n", "TOML válido"),
        (b"base_path = '\xe9'\n", "UTF-8"),
        (b'base_path = """\na"""\n', "só uma pessoa"),
    ],
)
def test_what_cannot_be_changed_safely_stays(file: Path, content: bytes, why: str) -> None:
    with pytest.raises(NotKept, match=why):
        kept(file, content)
    assert file.read_bytes() == content


@pytest.mark.skipif(sys.platform == "win32", reason="names of POSIX")
def test_a_name_that_no_text_can_hold_is_refused(file: Path) -> None:
    with pytest.raises(NotKept, match="nome da pasta"):
        kept(file, "", os.fsdecode(b"/a\xff"))


@pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")
def test_a_link_and_the_mode_stay(file: Path, tmp_path: Path) -> None:
    real = tmp_path / "shared.toml"
    real.write_text("", encoding="utf-8")
    real.chmod(0o664)
    file.symlink_to(real)

    keep(file, {"base_path": FOLDER})

    assert file.is_symlink()
    assert real.read_text(encoding="utf-8") == LINE
    assert real.stat().st_mode & 0o777 == 0o664


@pytest.mark.skipif(sys.platform == "win32", reason="a folder that cannot be written, as POSIX has it")
def test_a_folder_that_cannot_be_written_is_told_and_nothing_is_left(tmp_path: Path) -> None:
    file = tmp_path / "tray_agent.toml"
    file.mkdir()

    with pytest.raises(OSError, match="directory"):
        keep(file, {"base_path": FOLDER})
    assert [each.name for each in tmp_path.iterdir()] == ["tray_agent.toml"]
