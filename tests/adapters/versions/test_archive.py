from __future__ import annotations

from pathlib import Path

import pytest

from tests.adapters.versions.programs import STUB, loader_archive, payload, program_file
from tray_agent.adapters.versions import archive
from tray_agent.adapters.versions.archive import Entry, Manifest, NotWhole


def test_a_file_tells_its_version_and_what_it_holds(file: Path, original: Path) -> None:
    package = archive.read(file)
    archive.check(package)
    assert package.manifest.version == "1.0.0"
    assert package.version == f"1.0.0 ({package.identity[:8]})"
    held = {entry.path: entry.size for entry in package.manifest.files}
    assert held == {
        path.relative_to(original).as_posix(): path.stat().st_size
        for path in original.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


def test_the_loader_finds_its_archive_at_the_end_and_its_code_at_the_beginning(file: Path) -> None:
    content = file.read_bytes()
    assert content.startswith(STUB)
    assert content.endswith(loader_archive())


def test_a_signature_may_follow(file: Path, tmp_path: Path) -> None:
    signed = tmp_path / "assinado.exe"
    signed.write_bytes(file.read_bytes() + b"\0" * 5 + b"signature" * 1500)
    package = archive.read(signed)
    archive.check(package)
    assert package.identity == archive.read(file).identity


def test_a_signature_that_changes_the_head_keeps_the_version(file: Path, tmp_path: Path) -> None:
    signed = tmp_path / "assinado.exe"
    content = bytearray(file.read_bytes())
    content[100:108] = b"checksum"
    signed.write_bytes(content)
    package = archive.read(signed)
    archive.check(package)
    assert package.identity == archive.read(file).identity


def test_another_content_of_the_same_names_and_sizes_is_another_version(file: Path, tmp_path: Path) -> None:
    other = program_file(tmp_path / "outro.exe", payload(tmp_path / "pasta", seed=2))
    assert archive.read(other).identity != archive.read(file).identity


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_off_is_not_whole(file: Path, tmp_path: Path, share: float) -> None:
    cut = tmp_path / "cortado.exe"
    content = file.read_bytes()
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(NotWhole):
        archive.read(cut)


@pytest.mark.parametrize("share", [0.05, 0.3, 0.5, 0.7, 0.9])
def test_a_file_with_a_hole_as_sync_clients_leave_them_is_not_whole(
    file: Path, tmp_path: Path, share: float
) -> None:
    holed = tmp_path / "furado.exe"
    content = bytearray(file.read_bytes())
    at = int(len(content) * share)
    content[at : at + 4096] = bytes(4096)
    holed.write_bytes(content)
    with pytest.raises(NotWhole):
        archive.check(archive.read(holed))


def test_what_is_no_program_is_said_to_be_none(tmp_path: Path) -> None:
    other = tmp_path / "planilha.exe"
    other.write_bytes(b"PK" * 100_000)
    with pytest.raises(NotWhole, match="falta"):
        archive.read(other)
    plain = tmp_path / "outro programa.exe"
    plain.write_bytes(b"x" * 1000 + loader_archive())
    with pytest.raises(NotWhole, match="tray-agent"):
        archive.read(plain)


def test_a_file_that_is_gone_or_a_folder_is_not_whole(tmp_path: Path) -> None:
    with pytest.raises(NotWhole, match="não existe"):
        archive.read(tmp_path / "nada.exe")
    with pytest.raises(NotWhole):
        archive.read(tmp_path)


@pytest.mark.parametrize("path", ["../fora.dll", "/etc/fora", "a/../../fora", "C:/fora", "a\\..\\fora", ""])
def test_an_index_that_points_outside_the_folder_is_refused(path: str) -> None:
    outside = Manifest("1", "agent.py", (1,), (Entry(path, 1, "", 0, 0, False),), ())
    with pytest.raises(NotWhole, match="fora"):
        archive.decode(archive.encode(outside))


def test_a_link_may_climb_within_the_folder_only() -> None:
    files = (Entry("a/b.so", 1, "", 0, 0, False),)
    inside = Manifest("1", "agent.py", (1,), files, (("a/c.so", "../a/b.so"),))
    assert archive.decode(archive.encode(inside)) == inside
    outside = Manifest("1", "agent.py", (1,), files, (("a/c.so", "../../b.so"),))
    with pytest.raises(NotWhole, match="fora"):
        archive.decode(archive.encode(outside))
