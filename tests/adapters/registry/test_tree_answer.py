from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pytest

from tests.adapters.registry.test_scripts import put, settle
from tray_agent.adapters.registry.scripts import Walk
from tray_agent.adapters.registry.tree import ScriptTree
from tray_agent.adapters.registry.tree_answer import folders_of, walked


def crossed(base: Path, known: str = "") -> dict[str, object]:
    """What the child answers, as the agent reads it."""
    answer: dict[str, object] = json.loads(json.dumps(walked(str(base), known, "metodos")))
    return answer


def test_a_walk_comes_back_as_it_was(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a/b/metodos/Um.PY",
        "metodos/três.py",
        "metodos/.oculto.py",
        "node_modules/metodos/x.py",
        "c/d",
    )
    (tmp_path / "metodos/oco.py").write_bytes(b"")
    settle(tmp_path)
    answer = crossed(tmp_path)
    folders = folders_of(answer["folders"], str(tmp_path))  # type: ignore[arg-type]
    here = Walk(tmp_path).everything()
    assert list(folders) == list(here)
    for path, folder in here.items():
        assert sorted(folders[path].folders) == sorted(folder.folders)
        assert folders[path].scripts == folder.scripts
        assert folders[path].skipped == folder.skipped
        assert folders[path].blank == folder.blank
        assert folders[path].mtime_ns == folder.mtime_ns
    assert ScriptTree(tmp_path).take(folders) == ScriptTree(tmp_path).scan()


@pytest.mark.skipif(sys.platform == "win32", reason="names as POSIX has them")
def test_names_that_are_no_text_and_links_come_back_as_well(tmp_path: Path) -> None:
    put(tmp_path, "comum/x.py")
    bad = os.fsdecode(os.fsencode(tmp_path / "metodos") + b"/ru\xff")
    Path(bad, "metodos").mkdir(parents=True)
    put(tmp_path, "metodos/y.py")
    Path(bad, "metodos/z.py").write_bytes(b"pass")
    (tmp_path / "a").mkdir()
    (tmp_path / "a/metodos").symlink_to(tmp_path / "comum", target_is_directory=True)
    answer = crossed(tmp_path)
    folders = folders_of(answer["folders"], str(tmp_path))  # type: ignore[arg-type]
    assert ScriptTree(tmp_path).take(folders) == ScriptTree(tmp_path).scan()


def test_a_walk_that_finds_the_same_is_answered_in_a_word(tmp_path: Path) -> None:
    put(tmp_path, "metodos/um.py")
    settle(tmp_path)
    first = crossed(tmp_path)
    digest = first["tree"]["digest"]  # type: ignore[index]
    assert crossed(tmp_path, digest) == {"tree": {"digest": digest, "same": True}}
    put(tmp_path, "metodos/dois.py")
    assert "folders" in crossed(tmp_path, digest)


def test_a_base_that_is_gone_is_said_so(tmp_path: Path) -> None:
    assert crossed(tmp_path / "nada") == {"tree": {"gone": "não existe"}}


def test_a_look_that_changed_something_forgets_which_walk_it_was(tmp_path: Path) -> None:
    put(tmp_path, "metodos/um.py")
    settle(tmp_path)
    answer = crossed(tmp_path)
    tree = ScriptTree(tmp_path)
    tree.take(folders_of(answer["folders"], str(tmp_path)), "d")  # type: ignore[arg-type]
    tree.look()
    assert tree.digest == "d"
    put(tmp_path, "metodos/dois.py")
    assert [script.name for script in (tree.look() or tree.unchanged()).scripts] == ["dois", "um"]
    assert tree.digest == ""
