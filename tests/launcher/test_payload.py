"""The launcher with a real file whose program is a script: unpacked once, started, mended, refused."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.versions.programs import STUB, loader_archive
from tray_agent.adapters.versions.archive import read
from tray_agent.adapters.versions.packing import pack
from tray_agent.checks.doctor import unknown_variables
from tray_agent.launcher.splash import Splash

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="its program is a script; tests/wine has an exe"
)

PROGRAM = """#!{python}
import json, os, sys
seen = {{name: value for name, value in os.environ.items() if name.startswith(("TRAY_AGENT_", "_PYI_"))}}
print(json.dumps([sys.argv[1:], seen]))
sys.exit(int(os.environ.get("ENDS_WITH", "0")))
"""
LAUNCH = """
import sys
from pathlib import Path
from tray_agent.launcher.payload import run_payload
sys.exit(run_payload(Path(sys.argv[1]), sys.argv[2:]))
"""


class Machine:
    """Where a person has put the file, and where it unpacks itself."""

    def __init__(self, place: Path) -> None:
        folder = place / "feito"
        folder.mkdir()
        program = folder / "tray-agent"
        program.write_text(PROGRAM.format(python=sys.executable), "utf-8")
        program.chmod(0o755)
        (folder / "biblioteca.so").write_bytes(os.urandom(10_000))
        self.file = place / "Programas da equipe" / "tray-agent.exe"
        self.file.parent.mkdir()
        pack(folder, "tray-agent", "1.0.0", STUB, loader_archive(), self.file)
        self.versions = place / "dados do usuário" / "versions"

    @property
    def folder(self) -> Path:
        return self.versions / read(self.file).identity

    def start(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        base = {name: value for name, value in os.environ.items() if not name.startswith("TRAY_AGENT_")}
        paths = {"PYTHONPATH": os.pathsep.join(sys.path), "TRAY_AGENT_VERSIONS_DIR": str(self.versions)}
        return subprocess.run(
            [sys.executable, "-c", LAUNCH, str(self.file), *arguments],
            env={**base, **paths, "PYTHONUTF8": "1", **env},
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_the_program_gets_its_arguments_and_the_file_and_its_exit_code_is_passed_on(machine: Machine) -> None:
    done = machine.start("--app-dir", "pasta com espaço", "doctor", ENDS_WITH="3")
    assert done.returncode == 3, done.stderr
    arguments, seen = json.loads(done.stdout)
    assert arguments == ["--app-dir", "pasta com espaço", "doctor"]
    assert seen["TRAY_AGENT_FILE"] == str(machine.file)


def test_nothing_of_the_launchers_own_loader_or_of_a_script_reaches_the_program(machine: Machine) -> None:
    traces = {"_PYI_ARCHIVE_FILE": "x", "TRAY_AGENT_AS_PYTHON": "1", "TRAY_AGENT_READY": "7"}
    done = machine.start("doctor", **traces)
    assert not traces.keys() & json.loads(done.stdout)[1].keys()


def test_making_ready_unpacks_and_starts_nothing(machine: Machine) -> None:
    done = machine.start("--internal", "prepare")
    assert (done.returncode, done.stdout) == (0, "")
    assert sorted(each.name for each in machine.folder.iterdir()) == ["biblioteca.so", "tray-agent"]


def test_a_damaged_folder_is_mended_before_it_is_started(machine: Machine) -> None:
    machine.start("--internal", "prepare")
    (machine.folder / "tray-agent").unlink()
    (machine.folder / "biblioteca.so").write_bytes(b"half")
    assert machine.start("doctor").returncode == 0
    assert (machine.folder / "biblioteca.so").stat().st_size == 10_000


def test_a_file_that_is_not_whole_is_one_line(machine: Machine) -> None:
    content = machine.file.read_bytes()
    machine.file.write_bytes(content[: len(content) // 2])
    done = machine.start("doctor")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith(f"tray-agent: o arquivo {machine.file} não está completo")


def test_a_data_folder_that_cannot_be_used_is_one_line(machine: Machine) -> None:
    machine.versions.parent.touch()
    done = machine.start("doctor")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1


def test_the_file_may_be_taken_away_while_its_program_runs_and_the_version_stays(machine: Machine) -> None:
    machine.start("--internal", "prepare")
    folder = machine.folder
    shutil.move(machine.file, machine.file.with_name("longe.exe"))
    assert (folder / "tray-agent").exists()


def test_the_splash_tells_how_far_it_is_and_never_goes_back() -> None:
    with Splash(shown=False) as splash:
        splash.progress(0.5)
        splash.progress(0.4)
        assert splash.text.endswith("50%")


def test_the_doctor_knows_every_variable_that_the_launcher_sets(machine: Machine) -> None:
    seen = json.loads(machine.start("doctor").stdout)[1]
    assert "TRAY_AGENT_FILE" in seen
    assert unknown_variables(seen) == []
