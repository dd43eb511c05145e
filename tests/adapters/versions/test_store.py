"""Versions unpacked by real processes from real files, killed, hurried, starved and damaged."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adapters.versions.programs import PROGRAM, payload, program_file
from tray_agent.adapters.versions import archive
from tray_agent.adapters.versions.archive import Package
from tray_agent.adapters.versions.store import NoVersion, Store, versions_root
from tray_agent.adapters.versions.unpacking import is_whole

pytestmark = pytest.mark.integration

on_posix = pytest.mark.skipif(sys.platform == "win32", reason="limits and permissions of a POSIX system")


def contents(folder: Path) -> dict[str, bytes | str]:
    return {
        path.relative_to(folder).as_posix(): str(path.readlink()) if path.is_symlink() else path.read_bytes()
        for path in folder.rglob("*")
        if path.is_symlink() or path.is_file()
    }


def first_start(file: Path, root: Path, **options: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.adapters.versions.first_start", str(file), str(root)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, encoding="utf-8", **options)  # type: ignore[call-overload,no-any-return]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "pasta com espaço e acentuação" / "versions")


@pytest.fixture
def package(file: Path) -> Package:
    return archive.read(file)


def test_the_first_start_unpacks_every_file_as_it_was(store: Store, package: Package, original: Path) -> None:
    folder = store.ready(package)
    assert folder == store.root / package.identity
    assert contents(folder) == contents(original)
    assert [each.name for each in store.root.iterdir()] == [package.identity]
    if sys.platform != "win32":
        assert os.access(folder / PROGRAM, os.X_OK)


def test_the_second_start_touches_nothing(store: Store, package: Package) -> None:
    folder = store.ready(package)
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    assert store.ready(package) == folder
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before


def test_progress_is_told_up_to_the_end(store: Store, package: Package) -> None:
    told: list[float] = []
    store.ready(package, told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def _delete(folder: Path) -> None:
    (folder / "_internal/dados de referência/biblioteca 3.dll").unlink()


def _cut(folder: Path) -> None:
    with (folder / "_internal/dados de referência/biblioteca 4.dll").open("r+b") as opened:
        opened.truncate(100)


def _delete_folder(folder: Path) -> None:
    shutil.rmtree(folder / "_internal" / "dados de referência")


def _plant(folder: Path) -> None:
    (folder / "_internal" / "version.dll").write_bytes(b"planted")


def _plant_beside_the_program(folder: Path) -> None:
    (folder / "sitecustomize.py").write_text("planted", encoding="utf-8")


@pytest.mark.parametrize("harm", [_delete, _cut, _delete_folder, _plant, _plant_beside_the_program])
def test_a_damaged_folder_is_mended_and_not_trusted(
    store: Store, package: Package, original: Path, harm: Callable[[Path], None]
) -> None:
    folder = store.ready(package)
    harm(folder)
    assert not store.is_ready(package)
    assert contents(store.ready(package)) == contents(original)


def test_damage_that_keeps_sizes_is_found_by_content(store: Store, package: Package, original: Path) -> None:
    folder = store.ready(package)
    hurt = folder / "_internal/dados de referência/biblioteca 7.dll"
    hurt.write_bytes(bytes(hurt.stat().st_size))
    assert store.mend(package) == 1
    assert store.mend(package) == 0
    assert contents(folder) == contents(original)


def test_mending_leaves_files_that_are_right_as_they_are(store: Store, package: Package) -> None:
    folder = store.ready(package)
    kept = folder / "_internal/dados de referência/biblioteca 1.dll"
    before = kept.stat().st_ino, kept.stat().st_mtime_ns
    _delete(folder)
    store.ready(package)
    assert (kept.stat().st_ino, kept.stat().st_mtime_ns) == before


def test_a_note_that_a_scanner_leaves_is_no_damage(store: Store, package: Package) -> None:
    folder = store.ready(package)
    (folder / "desktop.ini").write_text("[.ShellClassInfo]", encoding="utf-8")
    assert store.is_ready(package)


def _seconds_of_a_first_start(file: Path, root: Path) -> float:
    """From its first word to its end, on this machine."""
    with first_start(file, root) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "começo\n"
        began = time.monotonic()
        assert process.wait(60) == 0
        return time.monotonic() - began


@pytest.mark.timeout(300)
def test_killed_at_twenty_moments_the_next_start_always_works(tmp_path: Path) -> None:
    original = payload(tmp_path / "grande", count=24, size=500_000)
    file = program_file(tmp_path / "tray-agent.exe", original)
    package, expected = archive.read(file), contents(original)
    chance = random.Random(20)
    killed_early = 0
    # The first finds its files cold, as none after it does.
    takes = min(_seconds_of_a_first_start(file, tmp_path / f"measured {turn}") for turn in range(3))
    for turn in range(20):
        store = Store(tmp_path / f"versions {turn}")
        process = first_start(file, store.root)
        assert process.stdout is not None
        assert process.stdout.readline() == "começo\n"
        with process:
            try:
                process.wait(chance.uniform(0, takes))
            except subprocess.TimeoutExpired:
                process.kill()
        folder = store.folder(package)
        killed_early += not folder.exists()
        if folder.exists():
            assert is_whole(package, folder)  # it is there whole or not at all
        assert contents(store.ready(package)) == expected
        store.sweep(package.identity, lambda _folder: False)
        assert [each.name for each in store.root.iterdir()] == [package.identity]
        shutil.rmtree(store.root)
    assert killed_early > 5  # the moments did hit the work


def test_two_first_starts_at_once_end_well(store: Store, package: Package, original: Path) -> None:
    starts = [first_start(package.file, store.root) for _ in range(3)]
    said = [start.communicate(timeout=60)[0].splitlines() for start in starts]
    assert [start.returncode for start in starts] == [0, 0, 0]
    assert {lines[-1] for lines in said} == {str(store.folder(package))}
    assert contents(store.folder(package)) == contents(original)
    assert [each.name for each in store.root.iterdir()] == [package.identity]


def test_the_lock_of_a_start_that_was_killed_before_its_draft_is_swept(
    store: Store, package: Package
) -> None:
    folder = store.ready(package)
    left = folder.with_name(f"{folder.name}.0123456789ab.lock")
    left.mkdir()
    (left / "agent.lock").touch()
    store.sweep(package.identity, lambda _folder: False)
    assert [each.name for each in store.root.iterdir()] == [package.identity]


def test_sweeping_leaves_the_draft_of_a_start_at_work(store: Store, package: Package) -> None:
    seen: list[list[str]] = []

    def meanwhile(_share: float) -> None:
        if not seen:
            Store(store.root).sweep("", lambda _folder: False)
            seen.append([path.name for path in store.root.iterdir() if path.suffix == ".new"])

    store.ready(package, meanwhile)
    assert len(seen[0]) == 1


@on_posix
def test_a_disk_that_fills_up_is_one_sentence_and_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: no test may fill one."""
    import resource

    original = payload(tmp_path / "grande", count=3, size=3_000_000)
    file = program_file(tmp_path / "tray-agent.exe", original)

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))

    start = first_start(file, tmp_path / "versions", preexec_fn=small_files)
    said = start.communicate(timeout=60)[0].splitlines()
    assert start.returncode == 1
    assert len(said) == 2
    assert said[1].startswith("não foi possível preparar o programa em ")
    assert list((tmp_path / "versions").iterdir()) == []


def test_without_room_for_it_nothing_is_begun(
    store: Store, package: Package, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(store.root.parents[1])
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=1 << 20))
    with pytest.raises(NoVersion, match=r"^falta espaço em .*há 1 MB"):
        store.ready(package)
    assert list(store.root.iterdir()) == []


@on_posix
def test_a_folder_that_cannot_be_made_is_one_sentence(package: Package, tmp_path: Path) -> None:
    (tmp_path / "arquivo").touch()
    with pytest.raises(NoVersion, match="não foi possível preparar"):
        Store(tmp_path / "arquivo" / "versions").ready(package)


def test_a_version_that_is_there_needs_no_folder_that_can_be_written(store: Store, package: Package) -> None:
    folder = store.ready(package)
    for path in (folder, store.root):
        path.chmod(0o500)
    try:
        assert store.ready(package) == folder
        store.note_origin(package)
    finally:
        for path in (folder, store.root):
            path.chmod(0o700)


@on_posix
def test_a_folder_that_others_may_write_to_is_refused(store: Store, package: Package) -> None:
    folder = store.ready(package)
    folder.chmod(0o777)
    with pytest.raises(NoVersion, match="pode ser alterada por outra pessoa"):
        store.ready(package)


@on_posix
def test_a_link_in_the_place_of_the_folder_is_refused(store: Store, package: Package, tmp_path: Path) -> None:
    folder = store.ready(package)
    folder.rename(tmp_path / "alheia")
    folder.symlink_to(tmp_path / "alheia")
    with pytest.raises(NoVersion, match="pode ser alterada por outra pessoa"):
        store.ready(package)


def test_a_damaged_file_is_said_and_leaves_nothing(store: Store, file: Path, tmp_path: Path) -> None:
    content = bytearray(file.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 2000] = bytes(2000)
    holed = tmp_path / "furado.exe"
    holed.write_bytes(content)
    with pytest.raises(NoVersion, match="não está completo"):
        store.ready(archive.read(holed))
    assert list(store.root.iterdir()) == []


def test_old_versions_go_when_nothing_runs_from_them_and_their_file_is_another(
    store: Store, file: Path, tmp_path: Path
) -> None:
    place = tmp_path / "tray-agent.exe"
    shutil.copy(file, place)
    old = archive.read(place)
    store.ready(old)
    store.note_origin(old)
    kept = program_file(tmp_path / "novo.exe", payload(tmp_path / "nova", seed=2))
    new = archive.read(kept)
    store.ready(new)
    store.note_origin(new)
    # Its file is as it was: the next start would only unpack it again.
    assert store.sweep(new.identity, lambda _folder: False) == []
    kept.replace(place)
    assert store.sweep(new.identity, lambda folder: folder.name == old.identity) == []
    assert store.sweep(new.identity, lambda _folder: False) == [old.identity]
    assert sorted(each.name for each in store.root.iterdir()) == [new.identity, f"{new.identity}.json"]
    assert store.origin(new.identity) == kept


def test_the_root_is_below_the_persons_own_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "dados"
    variable = "LOCALAPPDATA" if sys.platform == "win32" else "XDG_DATA_HOME"
    monkeypatch.setenv(variable, str(own))
    assert versions_root(os.environ) == own / "tray-agent" / "versions"
    assert versions_root({"TRAY_AGENT_VERSIONS_DIR": str(tmp_path)}) == tmp_path
