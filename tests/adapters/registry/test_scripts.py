from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tray_agent.adapters.registry.scripts import BaseGone, ScriptsFound
from tray_agent.adapters.registry.tree import ScriptTree
from tray_agent.core.model import Script, Where

posix = pytest.mark.skipif(sys.platform == "win32", reason="links and modes as POSIX has them")


def put(base: Path, *paths: str) -> None:
    for path in paths:
        target = base / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"pass\n")


def settle(base: Path) -> None:
    """Make every folder look as if it had been left alone for an hour."""
    for folder, _, _ in os.walk(base):
        then = Path(folder).stat().st_mtime - 3600
        os.utime(folder, (then, then))


def names(found: ScriptsFound) -> list[str]:
    return [script.name for script in found.scripts]


def test_scripts_are_py_files_directly_in_a_folder_named_metodos(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a/metodos/um.py",
        "a/b/METODOS/Dois.PY",
        "metodos/três.py",
        "metodos/__init__.py",
        "metodos/sub/quatro.py",
        "a/cinco.py",
        "a/metodos/seis.pyc",
        "a/metodos/~$um.py",
        "a/metodos/.sete.py",
        "a/metodos/notas.txt",
        "meus_metodos/oito.py",
    )
    found = ScriptTree(tmp_path).scan()
    assert found.problems == ()
    assert [each.why for each in found.skipped] == [
        '"a/metodos/.sete.py" é um arquivo oculto',
        '"a/metodos/~$um.py" é um arquivo oculto',
    ]
    assert found.scripts == (
        Script("dois", "Dois", str(tmp_path / "a/b/METODOS/Dois.PY")),
        Script("um", "um", str(tmp_path / "a/metodos/um.py")),
        Script("três", "três", str(tmp_path / "metodos/três.py")),
    )


def test_folders_of_tools_and_virtual_environments_are_left_out(tmp_path: Path) -> None:
    put(
        tmp_path,
        "a/metodos/bom.py",
        "a/metodos/__pycache__/metodos/x.py",
        ".git/metodos/x.py",
        "a/node_modules/metodos/x.py",
        "a/venv/pyvenv.cfg",
        "a/venv/lib/site-packages/metodos/x.py",
        "b/venv/pyvenv.cfg",
        "b/venv/Lib/site-packages/metodos/x.py",
        "biblioteca/lib/metodos/boa.py",
    )
    assert names(ScriptTree(tmp_path).scan(full=True)) == ["bom", "boa"]


def test_scripts_that_were_passed_over_are_told_with_the_reason(tmp_path: Path) -> None:
    put(
        tmp_path, "a/node_modules/metodos/x.py", "b/venv/pyvenv.cfg", "b/venv/lib/y.py", "b/venv/metodos/z.py"
    )
    assert [(each.key, each.why) for each in ScriptTree(tmp_path).scan().skipped] == [
        ("x", '"a/node_modules/metodos": a pasta node_modules não é lida'),
        ("z", '"b/venv/metodos": a pasta venv é um ambiente virtual'),
    ]


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", b"\0" * 700, b"\xef\xbb\xbf\n"])
def test_a_script_of_nothing_but_blanks_is_marked(tmp_path: Path, content: bytes) -> None:
    put(tmp_path, "metodos/cheio.py")
    (tmp_path / "metodos/oco.py").write_bytes(content)
    assert [script.blank for script in ScriptTree(tmp_path).scan().scripts] == [False, True]


def test_a_blank_script_that_is_filled_is_seen_although_its_folder_stands_still(tmp_path: Path) -> None:
    stub = tmp_path / "metodos/oco.py"
    put(tmp_path, "metodos/cheio.py")
    stub.write_bytes(b"")
    settle(tmp_path)
    tree = ScriptTree(tmp_path)
    first = tree.scan()
    assert tree.scan() is first
    stub.write_bytes(b"pass\n")
    os.utime(stub, (1, 1))
    assert [script.blank for script in tree.scan().scripts] == [False, False]


def test_a_folder_named_like_a_script_is_walked(tmp_path: Path) -> None:
    put(tmp_path, "metodos/x.py/metodos/y.py")
    assert names(ScriptTree(tmp_path).scan()) == ["y"]


def test_an_unchanged_tree_gives_the_very_same_value(tmp_path: Path) -> None:
    put(tmp_path, "a/metodos/um.py")
    settle(tmp_path)
    tree = ScriptTree(tmp_path)
    first = tree.scan()
    assert tree.scan() is first
    assert tree.scan(full=True) is first


def test_a_look_at_many_folders_lets_others_come_to_their_turn_now_and_then(tmp_path: Path) -> None:
    put(tmp_path, *(f"pasta_{number:03d}/nada.txt" for number in range(450)))
    settle(tmp_path)
    breaths: list[int] = []
    tree = ScriptTree(tmp_path, breathe=lambda: breaths.append(1))
    first = tree.scan()
    assert tree.look() is first
    assert len(breaths) == 2


def test_what_comes_and_goes_is_seen_without_a_full_walk(tmp_path: Path) -> None:
    put(tmp_path, "a/metodos/um.py", "b/nada.txt")
    settle(tmp_path)
    tree = ScriptTree(tmp_path)
    assert names(tree.scan()) == ["um"]
    put(tmp_path, "a/metodos/dois.py", "b/c/metodos/tres.py")
    assert names(tree.scan()) == ["dois", "um", "tres"]
    (tmp_path / "a/metodos/um.py").rename(tmp_path / "a/metodos/zero.py")
    assert names(tree.scan()) == ["dois", "zero", "tres"]
    (tmp_path / "a").rename(tmp_path / "d")
    assert names(tree.scan()) == ["tres", "dois", "zero"]


def test_a_change_right_after_the_look_is_seen_although_the_folders_time_stood_still(tmp_path: Path) -> None:
    put(tmp_path, "metodos/um.py")
    tree = ScriptTree(tmp_path)
    tree.scan()
    before = (tmp_path / "metodos").stat()
    put(tmp_path, "metodos/dois.py")
    os.utime(tmp_path / "metodos", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert names(tree.scan()) == ["dois", "um"]


def test_a_full_walk_sees_what_the_folders_time_does_not_tell(tmp_path: Path) -> None:
    put(tmp_path, "metodos/um.py")
    settle(tmp_path)
    tree = ScriptTree(tmp_path)
    tree.scan()
    before = (tmp_path / "metodos").stat()
    put(tmp_path, "metodos/dois.py")
    os.utime(tmp_path / "metodos", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert names(tree.scan()) == ["um"]
    assert names(tree.scan(full=True)) == ["dois", "um"]


def test_a_base_that_is_missing_or_a_file_is_said_to_be_gone(tmp_path: Path) -> None:
    with pytest.raises(BaseGone, match="não existe"):
        ScriptTree(tmp_path / "nada").scan()
    put(tmp_path, "arquivo")
    with pytest.raises(BaseGone, match="não existe"):
        ScriptTree(tmp_path / "arquivo").scan()


def test_a_base_that_is_suddenly_empty_is_gone_until_it_is_back(tmp_path: Path) -> None:
    base = tmp_path / "base"
    put(base, "metodos/um.py")
    tree = ScriptTree(base)
    assert names(tree.scan()) == ["um"]
    base.rename(tmp_path / "longe")
    base.mkdir()
    for full in (False, True, False):
        with pytest.raises(BaseGone, match="vazia"):
            tree.scan(full)
    base.rmdir()
    with pytest.raises(BaseGone, match="não existe"):
        tree.scan()
    (tmp_path / "longe").rename(base)
    assert names(tree.scan()) == ["um"]


def test_an_empty_base_that_never_had_scripts_is_simply_empty(tmp_path: Path) -> None:
    assert ScriptTree(tmp_path).scan() == ScriptsFound()


@posix
def test_links_that_lead_outside_are_problems_and_never_scripts(tmp_path: Path) -> None:
    base, outside = tmp_path / "base", tmp_path / "base-fora"
    put(outside, "metodos/alheio.py", "solto.py")
    put(base, "metodos/bom.py")
    (base / "metodos/ruim.py").symlink_to(outside / "solto.py")
    (base / "metodos/quebrado.py").symlink_to(outside / "nada.py")
    (base / "a").symlink_to(outside, target_is_directory=True)
    (base / "b").mkdir()
    (base / "b/metodos").symlink_to(outside / "metodos", target_is_directory=True)
    found = ScriptTree(base).scan()
    assert names(found) == ["bom"]
    assert [problem.where for problem in found.problems] == [Where.SCRIPT] * 4
    whats = "\n".join(problem.what for problem in found.problems)
    for link in ("metodos/ruim.py", '"a"', "b/metodos"):
        assert f"{link}" in whats
    nowhere = (outside / "nada.py").as_posix()
    assert f'o link "metodos/quebrado.py" não leva a lugar nenhum: {nowhere} não existe' in whats
    assert whats.count("leva para fora") == 3
    assert str(outside) in whats


@posix
def test_links_inside_are_fine_and_their_targets_count_once(tmp_path: Path) -> None:
    put(tmp_path, "comum/x.py", "real/metodos/um.py")
    (tmp_path / "atalho").symlink_to(tmp_path / "real", target_is_directory=True)
    (tmp_path / "a").mkdir()
    (tmp_path / "a/metodos").symlink_to(tmp_path / "comum", target_is_directory=True)
    (tmp_path / "real/metodos/dois.py").symlink_to(tmp_path / "comum/x.py")
    found = ScriptTree(tmp_path).scan()
    assert names(found) == ["x", "dois", "um"]
    assert found.problems == ()


@posix
def test_loops_of_links_end(tmp_path: Path) -> None:
    put(tmp_path, "a/metodos/um.py")
    (tmp_path / "a/volta").symlink_to(tmp_path, target_is_directory=True)
    (tmp_path / "a/b").mkdir()
    (tmp_path / "a/b/metodos").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "a/eu").symlink_to(tmp_path / "a/eu")
    assert names(ScriptTree(tmp_path).scan()) == ["um"]


@posix
def test_a_base_that_is_itself_a_link_has_an_inside(tmp_path: Path) -> None:
    put(tmp_path / "real", "metodos/um.py", "comum/x.py")
    (tmp_path / "real/metodos/dois.py").symlink_to(tmp_path / "real/comum/x.py")
    (tmp_path / "base").symlink_to(tmp_path / "real", target_is_directory=True)
    found = ScriptTree(tmp_path / "base").scan()
    assert names(found) == ["dois", "um"]
    assert found.problems == ()


def test_a_folder_that_cannot_be_read_keeps_its_last_good_listing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path, "a/metodos/um.py", "b/metodos/dois.py")
    tree = ScriptTree(tmp_path)
    tree.scan()
    listing = os.scandir

    def refuse(path: str) -> Iterator[os.DirEntry[str]]:
        if path == str(tmp_path / "a/metodos"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return listing(path)

    with monkeypatch.context() as patch:
        patch.setattr(os, "scandir", refuse)
        found = tree.scan(full=True)
        fresh = ScriptTree(tmp_path).scan()
    assert names(found) == ["um", "dois"]
    assert names(fresh) == ["dois"]
    assert found.problems[0].where is Where.SCRIPT
    assert found.problems[0].what == 'a pasta "a/metodos" não pôde ser lida: acesso negado'
    assert tree.scan().problems == ()


@posix
def test_pipes_and_sockets_with_a_scripts_name_are_no_scripts(tmp_path: Path) -> None:
    put(tmp_path, "metodos/um.py")
    os.mkfifo(tmp_path / "metodos/cano.py")
    assert names(ScriptTree(tmp_path).scan()) == ["um"]


def test_a_name_is_shown_without_signs_that_nobody_sees(tmp_path: Path) -> None:
    put(tmp_path, "metodos/pi\u202ex\u200b.py")
    (script,) = ScriptTree(tmp_path).scan().scripts
    assert (script.key, script.name) == ("pix", "pix")
    assert script.path.endswith("pi\u202ex\u200b.py")
