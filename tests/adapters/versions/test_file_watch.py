from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.adapters.versions.programs import payload, program_file
from tray_agent.adapters.versions import archive
from tray_agent.adapters.versions.file_watch import FileState, FileWatch


@pytest.fixture
def place(file: Path, tmp_path: Path) -> Path:
    """The file that an agent was started from."""
    return Path(shutil.copy(file, tmp_path / "tray-agent.exe"))


@pytest.fixture
def watch(place: Path) -> FileWatch:
    """A watch that has seen its file unchanged."""
    watch = FileWatch(place, archive.read(place).identity)
    watch.look()
    assert watch.look().state is FileState.SAME
    return watch


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("outra versão")
    return program_file(folder / "novo.exe", payload(folder / "pasta", seed=7), version="1.1.0")


def test_another_complete_version_is_noticed_once_it_is_left_alone(
    watch: FileWatch, place: Path, another: Path
) -> None:
    shutil.copy(another, place)
    assert watch.look().state is FileState.CHANGING
    seen = watch.look()
    assert seen.state is FileState.ANOTHER
    assert seen.package is not None
    assert seen.package.manifest.version == "1.1.0"
    assert watch.look() == seen


def test_a_file_that_is_still_being_copied_is_waited_for(
    watch: FileWatch, place: Path, another: Path
) -> None:
    content = another.read_bytes()
    with place.open("wb") as growing:
        for part in range(3):
            growing.write(content[part * 1000 : (part + 1) * 1000])
            growing.flush()
            os.utime(place, ns=(part, part + 1))
            assert watch.look().state is FileState.CHANGING


def test_half_a_file_is_broken_and_says_why(watch: FileWatch, place: Path, another: Path) -> None:
    content = another.read_bytes()
    place.write_bytes(content[: len(content) // 2])
    watch.look()
    seen = watch.look()
    assert seen.state is FileState.BROKEN
    assert seen.trouble == "o fim do arquivo falta"


def test_the_same_version_with_a_hole_is_broken(watch: FileWatch, place: Path) -> None:
    content = bytearray(place.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 100] = bytes(100)
    place.write_bytes(content)
    watch.look()
    assert watch.look().state is FileState.BROKEN


def test_the_same_version_copied_again_is_the_same(watch: FileWatch, place: Path, file: Path) -> None:
    shutil.copy(file, place)
    os.utime(place)
    watch.look()
    assert watch.look().state is FileState.SAME


def test_a_file_that_is_gone_is_no_update_and_may_come_back(
    watch: FileWatch, place: Path, file: Path, another: Path
) -> None:
    place.unlink()
    assert watch.look().state is FileState.GONE
    shutil.copy(another, place)
    assert watch.look().state is FileState.CHANGING
    assert watch.look().state is FileState.ANOTHER
    shutil.copy(file, place)  # and back again
    os.utime(place)
    watch.look()
    assert watch.look().state is FileState.SAME
