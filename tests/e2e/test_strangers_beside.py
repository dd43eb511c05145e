"""Files of the team's that bear the names of modules lie in the folder in which the agent stands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.agent import ROOT, Program
from tests.e2e.workspace import Workspace

TRAP = "import os\nopen(os.environ['TRAPPED'], 'a').write(__name__ + '\\n')\nraise RuntimeError(__name__)\n"
NAMES = "json types calendar copy token random numbers datetime pandas queue numpy python_calamine tray_agent"


def set_traps(place: Workspace, program: Program) -> Path:
    """A module of each name, which tells of its import, in the folder where the program is started."""
    for name in NAMES.split():
        (place.folder / f"{name}.py").write_text(TRAP, encoding="utf-8")
    trapped = place.folder / "trapped"
    program.environment["TRAPPED"] = str(trapped)
    return trapped


def installed(program: Program, arguments: list[str]) -> list[str]:
    """The program as its installed command starts it: nothing of the current folder is in its own way."""
    code = (
        f"import sys; sys.path.append({str(ROOT)!r}); from tray_agent.__main__ import main; sys.exit(main())"
    )
    return [sys.executable, "-E", "-P", "-c", code, *arguments]


@pytest.mark.parametrize("path", [None, "", ".", os.pathsep])
def test_own_children_import_nothing_from_the_current_folder(
    program: Program, place: Workspace, path: str | None
) -> None:
    trapped = set_traps(place, program)
    if path is None:
        del program.environment["PYTHONPATH"]
    else:
        program.environment["PYTHONPATH"] = path
    place.register(place.job("uma", "14"))
    answer = run(program, "doctor")
    assert not trapped.exists(), trapped.read_text()
    assert "ok  Registro" in answer.stdout, answer.stdout + answer.stderr
    with (place.folder / "agent.out").open("wb") as out:
        argv = installed(program, ["--headless"])
        program.agent = subprocess.Popen(
            argv, env=program.environment, cwd=place.folder, stdout=out, stderr=out
        )
    program.until(lambda status: status["totals"]["finished"] == 1)
    assert not trapped.exists(), trapped.read_text()


def run(program: Program, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        installed(program, list(words)),
        env=program.environment,
        cwd=program.place.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_program_started_as_a_module_trusts_the_folder_no_more(
    program: Program, place: Workspace
) -> None:
    trapped = set_traps(place, program)
    place.register(place.job("uma", "14"))
    for name in ("tray_agent", "types"):  # what ``-m`` itself takes, before anything of ours: no help there
        (place.folder / f"{name}.py").unlink()
    program.start()
    program.until(lambda status: status["totals"]["finished"] == 1)
    assert not trapped.exists(), trapped.read_text()


def test_a_source_tree_with_such_files_in_its_root_still_reads_its_registry(
    program: Program, place: Workspace
) -> None:
    copy = place.folder / "fonte"
    shutil.copytree(ROOT / "tray_agent", copy / "tray_agent", ignore=shutil.ignore_patterns("__pycache__"))
    trapped = place.folder / "trapped"
    for name in ("pandas", "types", "calendar"):
        (copy / f"{name}.py").write_text(TRAP, encoding="utf-8")
    program.environment |= {"TRAPPED": str(trapped), "PYTHONPATH": ""}
    place.register(place.job("uma", "14"))
    first = f"import sys, signal; sys.path.insert(0, {str(copy)!r}); import tray_agent.__main__ as program"
    code = f"{first}; del sys.path[0]; sys.exit(program.main())"
    answer = subprocess.run(
        [sys.executable, "-P", "-c", code, "doctor"],
        env=program.environment,
        cwd=copy,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert not trapped.exists(), trapped.read_text()
    assert "ok  Registro" in answer.stdout, answer.stdout + answer.stderr
