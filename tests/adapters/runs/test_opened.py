"""What a run opens: asked when it is made, since a link may have been put in a script's place."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.processes import Opened, StartRefused, what_is_run

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")


@pytest.fixture
def base(tmp_path: Path) -> Path:
    (tmp_path / "base" / "area" / "metodos").mkdir(parents=True)
    (tmp_path / "fora" / "metodos").mkdir(parents=True)
    for folder in ("base/area", "fora"):
        (tmp_path / folder / "metodos" / "pix.py").write_text("print(1)")
    return tmp_path / "base"


def pix(base: Path) -> Path:
    return base / "area" / "metodos" / "pix.py"


def test_a_plain_file_is_run_as_it_is_named(base: Path) -> None:
    opened = Opened(pix(base), hashlib.sha256(b"print(1)").hexdigest())
    assert what_is_run(pix(base), base) == what_is_run(pix(base), None) == opened


@pytest.mark.parametrize("what", ["file", "folder", "above"])
def test_a_link_that_leads_outside_is_refused_wherever_it_lies(base: Path, what: str) -> None:
    outside = base.parent / "fora"
    place = {"file": pix(base), "folder": pix(base).parent, "above": base / "area"}[what]
    place.rename(base.parent / "aside")
    place.symlink_to(
        {"file": outside / "metodos" / "pix.py", "folder": outside / "metodos"}.get(what, outside)
    )
    with pytest.raises(StartRefused, match="leva para fora da pasta de automações"):
        what_is_run(pix(base), base)


def test_a_link_that_stays_inside_is_followed_once_and_for_all(base: Path) -> None:
    link = base / "area" / "metodos" / "outro.py"
    link.symlink_to(pix(base))
    assert what_is_run(link, base).path == pix(base)


def test_a_base_that_is_itself_a_link_stays_as_it_is_written(base: Path) -> None:
    drive = base.parent / "drive"
    drive.symlink_to(base)
    assert what_is_run(pix(drive), drive).path == pix(drive)


@pytest.mark.parametrize("what", ["gone", "folder", "dangling", "round", "pipe"])
def test_what_is_no_file_is_not_found(base: Path, what: str) -> None:
    pix(base).unlink()
    if what == "folder":
        pix(base).mkdir()
    elif what == "pipe":
        os.mkfifo(pix(base))
    elif what != "gone":
        pix(base).symlink_to("nada" if what == "dangling" else "pix.py")
    with pytest.raises(StartRefused, match="arquivo não encontrado"):
        what_is_run(pix(base), base)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_never_begins(base: Path) -> None:
    pix(base).chmod(0)
    with pytest.raises(StartRefused, match=r"o arquivo não pode ser lido \(acesso negado\)"):
        what_is_run(pix(base), base)
