from __future__ import annotations

from pathlib import Path

from tray_agent.adapters.history.credentials import VARIABLE, find_credentials


def put(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("{}")
    return path


def test_the_variable_wins_even_when_its_file_is_missing(tmp_path: Path) -> None:
    put(tmp_path / "CELPY" / "a.json")
    found = find_credentials({VARIABLE: "/nada/chave.json"}, str(tmp_path))
    assert found == Path("/nada/chave.json")


def test_the_first_key_by_name_is_taken(tmp_path: Path) -> None:
    for name in ("c.json", "b.JSON", "a.txt"):
        put(tmp_path / "CELPY" / name)
    assert find_credentials({}, str(tmp_path)) == tmp_path / "CELPY" / "b.JSON"


def test_the_specifications_folder_goes_before_the_one_it_means(tmp_path: Path) -> None:
    put(tmp_path / "CELPY" / "a.json")
    first = put(tmp_path / "Roaming" / "CELPY" / "z.json")
    assert find_credentials({VARIABLE: ""}, str(tmp_path)) == first


def test_an_empty_folder_does_not_hide_the_next(tmp_path: Path) -> None:
    (tmp_path / "Roaming" / "CELPY").mkdir(parents=True)
    key = put(tmp_path / "CELPY" / "a.json")
    assert find_credentials({}, str(tmp_path)) == key


def test_a_configured_folder_stands_in_for_both(tmp_path: Path) -> None:
    put(tmp_path / "CELPY" / "a.json")
    key = put(tmp_path / "chaves" / "k.json")
    assert find_credentials({}, str(tmp_path), str(tmp_path / "chaves")) == key
    assert find_credentials({}, str(tmp_path), str(tmp_path / "nada")) is None


def test_without_a_folder_there_is_no_key() -> None:
    assert find_credentials({}) is None


def test_a_folder_that_is_named_like_a_key_is_none(tmp_path: Path) -> None:
    (tmp_path / "Roaming" / "CELPY" / "0.json").mkdir(parents=True)
    (tmp_path / "CELPY" / "0.json").mkdir(parents=True)
    assert find_credentials({}, str(tmp_path)) is None
    key = put(tmp_path / "CELPY" / "1.json")
    assert find_credentials({}, str(tmp_path)) == key
