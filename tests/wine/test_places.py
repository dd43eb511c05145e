"""The exe where disks are full or read-only, homes on a network share, paths long, and users two."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path, PureWindowsPath

import pytest

from tests.wine.agent import EXE, Program
from tests.wine.session import Session
from tray_agent.adapters.versions.archive import Package, read
from tray_agent.adapters.versions.unpacking import is_whole

FULL, READ_ONLY = r"C:\Disco cheio", r"C:\Só para ler"
SHARE = "/wine/dosdevices/unc/servidor/perfis"
MARIAS = r"\\servidor\perfis\Maria João\versions"
LONG_NAME = "pasta da célula com um nome bem comprido e acentuação"


def seen(windows: Session, path: str | PureWindowsPath) -> Path:
    """A path of drive C: as this side reaches it."""
    return windows.seen("/wine/drive_c") / PureWindowsPath(path).relative_to("C:/").as_posix()


@pytest.fixture(scope="module")
def package(windows: Session, exe: Program) -> Package:
    return read(seen(windows, EXE))


@pytest.fixture(scope="module")
def share(windows: Session) -> Iterator[Path]:
    """What Windows sees as a folder of another machine."""
    folder = windows.seen(SHARE)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder.parents[1])


def refusal(exe: Program, versions: str) -> str:
    """The one line that is said where the program cannot be unpacked there."""
    done = exe.run("doctor", env={"TRAY_AGENT_VERSIONS_DIR": versions})
    assert done.returncode == 1
    [line] = done.stdout.splitlines()
    return line


def test_a_full_disk_is_one_sentence(windows: Session, exe: Program) -> None:
    windows.mount("/wine/drive_c/Disco cheio", "size=20m")
    line = refusal(exe, FULL)
    assert line.startswith(f"tray-agent: falta espaço em {FULL}: são precisos ")
    assert list(seen(windows, FULL).iterdir()) == []


def test_a_disk_that_cannot_be_written_is_one_sentence(windows: Session, exe: Program) -> None:
    windows.mount("/wine/drive_c/Só para ler", "ro")
    line = refusal(exe, rf"{READ_ONLY}\versions")
    assert line.startswith(rf"tray-agent: não foi possível preparar o programa em {READ_ONLY}\versions")


def test_a_folder_too_deep_for_windows_is_one_sentence(exe: Program) -> None:
    deep = "\\".join(["C:", *[LONG_NAME] * 5])
    assert "é longo demais para o Windows" in refusal(exe, deep)


def test_another_person_whose_home_is_on_a_share_has_a_version_of_their_own(
    windows: Session, exe: Program, share: Path, package: Package
) -> None:
    """Wine knows one person alone: the variable stands for the other one's profile. Nor does it load all of
    the libraries that lie on a share, so what needs them is left to Windows."""
    env = {"TRAY_AGENT_VERSIONS_DIR": MARIAS}
    done = exe.run("--internal", "prepare", env=env, seconds=300)  # unpacks it, and sees that it starts
    assert done.returncode == 0, done.stdout
    assert is_whole(package, share / "Maria João" / "versions" / package.identity)
    moved = f"import os; os.replace({str(EXE)!r}, 'C:/beside.exe'); os.replace('C:/beside.exe', {str(EXE)!r})"
    assert windows.python("-c", moved).returncode == 0


def test_the_file_may_lie_as_deep_as_windows_takes(windows: Session, exe: Program) -> None:
    deep = PureWindowsPath("C:/", *[LONG_NAME] * 4, EXE.name)
    place = seen(windows, deep)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(seen(windows, EXE), place)
    done = Program(windows, [str(deep)]).run("--self-test", r"C:\deep.json", seconds=300)
    assert done.returncode == 0, done.stdout
