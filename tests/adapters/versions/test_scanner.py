"""Another program, a virus scanner or a sync client, has a file for itself for a moment: it is waited for."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.adapters.versions.programs import PROGRAM, payload, program_file
from tray_agent.adapters.versions import archive, starting
from tray_agent.adapters.versions.archive import Package
from tray_agent.adapters.versions.file_watch import FileState, FileWatch
from tray_agent.adapters.versions.store import Store
from tray_agent.adapters.versions.unpacking import long

on_windows = pytest.mark.skipif(
    sys.platform != "win32", reason="elsewhere no program keeps others from a file"
)
SECONDS = 1.0
LIBRARY = "_internal/dados de referência/biblioteca 3.dll"


@contextmanager
def held(path: Path) -> Iterator[None]:
    """The file is another program's alone for a second from now on."""
    let_go = _hold(path)
    timer = threading.Timer(SECONDS, let_go)
    timer.start()
    began = time.monotonic()
    yield
    assert time.monotonic() - began >= SECONDS, "it was not held"
    timer.join()


if sys.platform == "win32":
    import ctypes

    def _hold(path: Path):  # type: ignore[no-untyped-def]
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = ctypes.c_void_p
        read, share_with_nobody, existing = 0x80000000, 0, 3
        handle = kernel.CreateFileW(str(path), read, share_with_nobody, None, existing, 0, None)
        assert handle != ctypes.c_void_p(-1).value, ctypes.get_last_error()
        return lambda: kernel.CloseHandle(ctypes.c_void_p(handle))

else:

    def _hold(path: Path):  # type: ignore[no-untyped-def]
        """Elsewhere it is programs alone that cannot be started while somebody may write to them."""
        descriptor = os.open(path, os.O_RDWR)
        return lambda: os.close(descriptor)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "versions")


@pytest.fixture
def package(file: Path) -> Package:
    return archive.read(file)


@on_windows
def test_the_file_itself_is_waited_for(file: Path) -> None:
    with held(file):
        assert archive.read(file).manifest.version == "1.0.0"


@on_windows
def test_a_file_that_is_to_be_mended_is_waited_for(store: Store, package: Package) -> None:
    folder = store.ready(package)
    (folder / LIBRARY).write_bytes(b"half")
    with held(folder / LIBRARY):
        store.ready(package)
    assert store.mend(package) == 0


@on_windows
def test_a_stranger_that_is_to_be_removed_is_waited_for(store: Store, package: Package) -> None:
    planted = store.ready(package) / "_internal" / "version.dll"
    planted.write_bytes(b"planted")
    with held(planted):
        store.ready(package)
    assert not planted.exists()


@on_windows
def test_the_folder_of_what_was_just_written_gets_its_name_once_the_scanner_has_left(
    store: Store, package: Package
) -> None:
    holding: list[threading.Timer] = []

    def scan(share: float) -> None:
        if share == 1.0 and not holding:
            [draft] = store.root.glob("*.new")
            holding.append(threading.Timer(SECONDS, _hold(draft / LIBRARY)))
            holding[0].start()

    store.ready(package, scan)
    assert store.is_ready(package)
    holding[0].join()


def test_a_program_that_was_just_unpacked_is_waited_for(tmp_path: Path) -> None:
    if sys.platform == "win32":
        program = _copied_python(tmp_path)
    else:
        program = tmp_path / "program"
        program.write_bytes(Path("/bin/true").resolve().read_bytes())
        program.chmod(0o755)
    with held(program):
        assert starting.answers(program, os.environ)


def _copied_python(folder: Path) -> Path:
    """A program of its own to start: the Python's, with its library beside it."""
    home = Path(sys.base_prefix)
    for name in ("python.exe", "python311.dll", "vcruntime140.dll", "vcruntime140_1.dll"):
        (folder / name).write_bytes((home / name).read_bytes())
    return folder / "python.exe"


def test_a_new_file_that_cannot_be_read_is_not_called_broken_at_once(file: Path, tmp_path: Path) -> None:
    """A folder stands in the file's place: there it is, and nobody can read it."""
    place = tmp_path / "tray-agent.exe"
    place.write_bytes(file.read_bytes())
    watch = FileWatch(place, archive.read(place).identity)
    place.unlink()
    place.mkdir()
    states = [watch.look().state for _ in range(4)]
    assert states == [FileState.CHANGING] * 3 + [FileState.BROKEN]
    assert "não foi possível ler o arquivo" in watch.look().trouble
    place.rmdir()
    place.write_bytes(file.read_bytes())
    assert [watch.look().state for _ in range(2)] == [FileState.CHANGING, FileState.SAME]


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a path may be as long as it likes")
def test_a_file_whose_path_is_longer_than_windows_takes_is_read_and_unpacked(
    tmp_path: Path, store: Store
) -> None:
    deep = tmp_path
    while len(str(deep)) < 300:
        deep = deep / "pasta da célula com um nome comprido e acentuação"
    long(deep).mkdir(parents=True)
    place = program_file(long(deep / "tray-agent.exe"), payload(tmp_path / "pequena", count=2))
    package = archive.read(place)
    assert (store.ready(package) / PROGRAM).is_file()


@pytest.mark.skipif(sys.platform != "win32", reason="elsewhere a path may be as long as it likes")
def test_a_folder_for_versions_that_is_too_deep_is_one_sentence(tmp_path: Path, package: Package) -> None:
    from tray_agent.adapters.versions.store import NoVersion

    deep = tmp_path / "perfil" / ("x" * 100) / ("y" * 100)
    with pytest.raises(NoVersion, match=r"longo demais para o Windows .* defina TRAY_AGENT_VERSIONS_DIR"):
        Store(deep).ready(package)
    assert not (tmp_path / "perfil").exists()
