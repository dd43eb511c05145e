from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.windows import ask_to_end

RUN = "import sys; from tray_agent.adapters.runs.run_script import main; sys.exit(main(sys.argv[1:]))"
ROOT = Path(__file__).parents[3]


def run(script: Path, *arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, str(script), *arguments],
        capture_output=True,
        encoding="utf-8",
        check=False,
        cwd=cwd or script.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "ascii", "PYTHONUNBUFFERED": ""},
        timeout=60,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "Células e ações" / "metodos"
    folder.mkdir(parents=True)
    return folder


def test_the_script_finds_itself_its_neighbours_and_its_folder(folder: Path, tmp_path: Path) -> None:
    (folder / "vizinho.py").write_text("NOME = 'vizinho'")
    script = folder / "envia.py"
    script.write_text(
        "import os, sys, vizinho\n"
        "here = os.path.samefile(os.getcwd(), os.path.dirname(__file__))\n"
        "print(__name__, vizinho.NOME, sys.argv[1:], here)\n"
        "print(sys.argv[0] == __file__, '→ ação')\n",
        encoding="utf-8",
    )
    done = run(script, "um", "dois", cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["__main__ vizinho ['um', 'dois'] True", "True → ação"]
    assert done.returncode == 0


@pytest.mark.parametrize(
    ("last", "code", "said"),
    [
        ("sys.exit(4)", 4, ""),
        ("sys.exit()", 0, ""),
        ("sys.exit('motivo')", 1, "motivo"),
        ("1 / 0", 1, "ZeroDivisionError"),
        ("raise KeyboardInterrupt", 130 if sys.platform != "win32" else 0xC000013A, "KeyboardInterrupt"),
        ("raise GeneratorExit", 1, "GeneratorExit"),
        ("nada(", 1, "SyntaxError"),
    ],
)
def test_the_exit_code_and_the_last_words_are_those_of_the_interpreter(
    folder: Path, last: str, code: int, said: str
) -> None:
    script = folder / "envia.py"
    script.write_text(f"import sys\n{last}\n")
    done = run(script)
    assert done.returncode == code
    assert said in done.stderr


def test_a_script_that_is_gone_fails_without_a_dialog(folder: Path) -> None:
    done = run(folder / "nada.py")
    assert done.returncode == 1
    assert "nada.py" in done.stderr


def test_what_is_printed_is_there_before_the_script_ends(folder: Path) -> None:
    script = folder / "envia.py"
    script.write_text("import os\nprint('visto')\nos._exit(0)\n")
    assert run(script).stdout == "visto\n"


def test_without_a_script_it_is_wrong_usage() -> None:
    done = subprocess.run([sys.executable, "-c", RUN], check=False, cwd=ROOT)
    assert done.returncode == 2


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="the bell is a Windows event")
def test_without_a_console_the_bell_interrupts_a_sleeping_script(folder: Path) -> None:
    script = folder / "espera.py"
    script.write_text(
        "import time\nprint('pronto')\ntry:\n    time.sleep(60)\nfinally:\n    print('fim')\n",
        encoding="utf-8",
    )
    detached = 0x00000008
    child = subprocess.Popen(
        [sys.executable, "-c", RUN, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        creationflags=detached,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline().split() == [b"pronto"]
        assert ask_to_end(child.pid, None)
        assert child.wait(10) == 0xC000013A
        assert child.stdout.read().split() == [b"fim"]
