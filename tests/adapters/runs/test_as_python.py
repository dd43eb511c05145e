"""What a script gets that starts ``sys.executable`` where that is the agent's exe."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent import modes
from tray_agent.adapters.runs.as_python import parse

AS_PYTHON = "import sys; from tray_agent.adapters.runs.as_python import main; sys.exit(main(sys.argv[1:]))"
SCRIPT = """
import json, sys, ação
print(json.dumps([sys.argv, __name__, ação.NOME], ensure_ascii=False))
sys.exit(7)
"""


def python(*arguments: str, cwd: Path, given: str | None = None) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", AS_PYTHON, *arguments],
        cwd=cwd,
        env=env,
        input=given,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=60,
        check=False,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "pasta da equipe"
    place.mkdir()
    (place / "ação.py").write_text("NOME = 'ao lado'", encoding="utf-8")
    (place / "script.py").write_text(SCRIPT, encoding="utf-8")
    return place


def test_a_script_runs_as_main_with_its_arguments_and_neighbours(folder: Path, tmp_path: Path) -> None:
    file = str(folder / "script.py")
    done = python("-u", file, "-c", "x y", cwd=tmp_path)
    assert json.loads(done.stdout) == [[file, "-c", "x y"], "__main__", "ao lado"]
    assert done.returncode == 7


def test_a_module_runs_from_the_current_folder(folder: Path) -> None:
    done = python("-m", "script", "--dia", cwd=folder)
    argv, name, beside = json.loads(done.stdout)
    assert argv[1:] == ["--dia"]
    assert (name, beside) == ("__main__", "ao lado")


def test_a_module_of_pythons_own_runs(folder: Path) -> None:
    done = python("-m", "json.tool", "--compact", cwd=folder, given='{"a": 1}')
    assert done.stdout.strip() == '{"a":1}'


def test_code_on_the_command_line_runs_as_main(folder: Path) -> None:
    done = python("-Ic", "import sys, ação; print(sys.argv, __name__, ação.NOME)", "um", cwd=folder)
    assert done.stdout == "['-c', 'um'] __main__ ao lado\n"


def test_code_from_a_pipe_runs(folder: Path) -> None:
    assert python("-", cwd=folder, given="print('olá')").stdout == "olá\n"
    assert python(cwd=folder, given="print('olá')").stdout == "olá\n"


def test_errors_end_as_pythons_own_do(folder: Path) -> None:
    wrong = python("-c", "1/0", cwd=folder)
    assert wrong.returncode == 1
    assert "ZeroDivisionError" in wrong.stderr
    assert python("-c", "import sys; sys.exit('acabou')", cwd=folder).returncode == 1
    assert python(str(folder / "nada.py"), cwd=folder).returncode == 1
    assert python("-c", cwd=folder).returncode == 2
    assert python("--wrong", cwd=folder).returncode == 2


def test_the_version_is_pythons(folder: Path) -> None:
    assert python("--version", cwd=folder).stdout.startswith("Python 3.")
    assert python("-V", cwd=folder).stdout.startswith("Python 3.")


@pytest.mark.parametrize(
    ("words", "parsed"),
    [
        (["x.py"], ("file", "x.py", [])),
        (["-X", "utf8", "-W", "ignore", "x.py", "-m"], ("file", "x.py", ["-m"])),
        (["-Xutf8", "-Wignore", "-OO", "x.py"], ("file", "x.py", [])),
        (["-um", "pacote.tarefa", "-c"], ("module", "pacote.tarefa", ["-c"])),
        (["-mpacote"], ("module", "pacote", [])),
        (["-cprint(1)", "x"], ("code", "print(1)", ["x"])),
        ([], ("stdin", "-", [])),
        (["-", "x"], ("stdin", "-", ["x"])),
    ],
)
def test_arguments_mean_what_they_mean_to_python(
    words: list[str], parsed: tuple[str, str, list[str]]
) -> None:
    assert parse(words) == parsed


def test_only_what_a_script_of_the_bundled_interpreter_starts_is_python(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not modes.is_python_wanted(["x.py"])
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert not modes.is_python_wanted(["x.py"])  # a person's start
    monkeypatch.setenv("TRAY_AGENT_AS_PYTHON", "1")
    assert modes.is_python_wanted(["x.py"])
    assert modes.is_python_wanted(["-m", "tarefa"])
    assert not modes.is_python_wanted(["--internal", "run-script", "x.py"])
