from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.reason import LONGEST, TAIL_BYTES, read_reason, reason_of


@pytest.mark.parametrize(
    ("script", "code", "reason"),
    [
        ("raise ValueError('conciliação não fechou')", 1, "ValueError: conciliação não fechou"),
        (
            "print('Lendo'); print('Faltou o arquivo do dia'); import sys; sys.exit(4)",
            4,
            "Faltou o arquivo do dia",
        ),
        ("import sys; sys.exit('sem saldo')", 1, "sem saldo"),
        ("import sys; sys.exit(7)", 7, "saiu com código 7"),
        ("nada(", 1, "SyntaxError: '(' was never closed"),
        ("try:\n  1/0\nexcept Exception as e:\n  raise KeyError('pix') from e", 1, "KeyError: 'pix'"),
        (
            "import atexit\natexit.register(print, 'até logo')\nraise RuntimeError('primeira\\nsegunda')",
            1,
            "RuntimeError: primeira",
        ),
        (
            "import traceback\ntry:\n  exit(3)\nexcept SystemExit:\n  traceback.print_exc()\n  raise",
            3,
            "saiu com código 3",
        ),
        (
            "raise ExceptionGroup('dois erros', [ValueError('a'), TypeError('b')])",
            1,
            "ExceptionGroup: dois erros (2 sub-exceptions)",
        ),
        ("def f(): f()\nf()", 1, "RecursionError: maximum recursion depth exceeded"),
        pytest.param(
            "import os; os.abort()",
            -6,
            "terminou pelo sinal 6 (SIGABRT)",
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no signals there"),
        ),
    ],
)
def test_a_run_that_ends_badly_says_why(tmp_path: Path, script: str, code: int, reason: str) -> None:
    file, log = tmp_path / "x.py", tmp_path / "x.log"
    file.write_text(script, encoding="utf-8")
    with log.open("wb") as output:
        argv = [sys.executable, str(file)]
        env = {"PYTHONIOENCODING": "utf-8", "PATH": ""}
        done = subprocess.run(argv, stdout=output, stderr=subprocess.STDOUT, env=env, check=False)
    assert done.returncode == code
    assert read_reason(log, done.returncode) == reason


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ("", "saiu com código 2"),
        ("\n \n\0\0\0", "saiu com código 2"),
        ("\x1b[31mfalhou\x1b[0m a \x1b]0;título\x07carga\n", "falhou a carga"),
        ("um\rdois\r", "dois"),
        ("\u202eotxet\u200b\t fim", "otxet fim"),
        ("SystemExit: 3", "saiu com código 3"),
        ("SystemExit", "saiu com código 2"),
        ("10:00 ERROR Traceback (most recent call last):\n  File 'x'\nValueError: x\nfim", "ValueError: x"),
        ("Traceback (most recent call last):\n  File 'x', line 1\n    cortado", "cortado"),
        ("x" * 500, "x" * 159 + "…"),
    ],
)
def test_what_is_no_text_is_left_out(tail: str, reason: str) -> None:
    assert reason_of(tail, 2) == reason
    assert len(reason_of(tail, 2)) <= LONGEST


def test_codes_of_the_system_are_written_as_people_look_them_up() -> None:
    assert reason_of("", 0xC0000005) == "terminou com o código 0xC0000005"
    assert reason_of("", 255) == "saiu com código 255"


@pytest.mark.parametrize("code", [0, None])
def test_a_run_that_ended_well_or_unseen_has_no_reason(tmp_path: Path, code: int | None) -> None:
    log = tmp_path / "x.log"
    log.write_text("ERRO\n")
    assert read_reason(log, code) == ""


def test_only_the_end_of_a_long_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_bytes(b"ValueError: antes\n" + b"\xc3\xa7" * TAIL_BYTES + b"\nfim\n")
    assert read_reason(log, 1) == "fim"
    assert read_reason(tmp_path / "none", 1) == "saiu com código 1"
