from __future__ import annotations

import hashlib
from pathlib import Path

from tests.adapters.registry.workbooks import HEADER, write
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.registry.details import answer

SECONDS = 60
ROWS = [
    ("parado", "Cadastro", "8", "não", ""),
    ("Concilia_PIX", "Cadastro", "dias úteis 8h30, 12h", "sim", "avisa a mesa"),
]


def registry(tmp_path: Path) -> Path:
    return write(tmp_path / "registro.xlsx", ROWS, (*HEADER, "nota"))


def test_the_script_that_lies_there_and_the_row_that_names_it(tmp_path: Path) -> None:
    script = tmp_path / "Concilia_PIX.py"
    script.write_bytes(b"print('ok')\n")

    request = {"job": "concilia_pix", "script": str(script), "path": str(registry(tmp_path))}
    found = ReaderProcess(None).run("details", request, SECONDS)

    assert found["script"]["sha256"] == hashlib.sha256(b"print('ok')\n").hexdigest()
    assert found["script"]["size"] == 12
    assert found["registry"] == {
        "sheet": "Sheet",
        "line": 3,
        "cells": [
            ["A3", "script_name", "Concilia_PIX"],
            ["B3", "area_name", "Cadastro"],
            ["C3", "cron_schedule", "dias úteis 8h30, 12h"],
            ["D3", "active", "sim"],
            ["E3", "nota", "avisa a mesa"],
        ],
    }


def test_what_is_not_there_any_more_is_said_part_by_part(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone.py")

    found = answer({"job": "other", "script": gone, "path": str(registry(tmp_path))})
    assert found["script"]["error"]
    assert found["registry"] == {"error": "a linha não está mais no registro, ou não está ativa"}

    found = answer({"job": "other", "script": gone, "path": str(tmp_path / "none.xlsx")})
    assert found["registry"] == {"error": "o arquivo não existe"}
