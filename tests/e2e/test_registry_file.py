"""``tray-agent registry new``: a registry to begin with, and nothing that is there is ever touched."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.agent import Program


def test_a_new_registry_is_one_that_doctor_finds_right(program: Program) -> None:
    program.place.registry.unlink(missing_ok=True)
    made = program.cli("registry", "new", str(program.place.registry))
    assert made.code == 0, made.err
    assert made.out == f"Registro modelo criado em {program.place.registry}\n"
    checks = program.cli("doctor").out
    assert f"ok  Registro: {program.place.registry} (0 linhas ativas)" in checks
    assert "!!  Registro" not in checks


def test_a_file_that_exists_is_refused_and_left_alone(program: Program) -> None:
    program.place.registry.write_bytes(b"dados")
    refused = program.cli("registry", "new", str(program.place.registry))
    assert refused.code == 1
    assert "já existe" in refused.error_line
    assert program.place.registry.read_bytes() == b"dados"


@pytest.mark.parametrize(
    ("name", "cause"), [("modelo.xls", "terminar em .xlsx"), ("nada/x.xlsx", "não existe")]
)
def test_what_cannot_be_is_refused_in_one_line(
    program: Program, tmp_path: Path, name: str, cause: str
) -> None:
    refused = program.cli("registry", "new", str(tmp_path / name))
    assert refused.code == 1
    assert cause in refused.error_line


@pytest.mark.skipif(sys.platform == "win32", reason="a place where nothing can be made")
def test_a_place_that_takes_no_file_is_said_in_one_line(program: Program) -> None:
    refused = program.cli("registry", "new", "/proc/x.xlsx")
    assert refused.code == 1
    assert "/proc/x.xlsx não pôde ser gravado" in refused.error_line


def test_wrong_words_are_wrong_use(program: Program) -> None:
    assert program.cli("registry").code == 2
    assert program.cli("registry", "delete", "x.xlsx").code == 2
