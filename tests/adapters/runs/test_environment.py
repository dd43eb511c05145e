from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.environment import child_environment, foreign_environment, outside_bundle

BUNDLE = str(Path("/tmp/_MEI123").absolute())


def environment(
    base: dict[str, str], credentials: Path | None = None, frozen_root: str | None = None
) -> dict[str, str]:
    return child_environment(
        "MANUAL",
        foreign_environment(base, frozen_root),
        credentials=credentials,
        pycache=Path("/data/pycache"),
        run_id="r1",
    )


def test_a_run_is_told_its_mode_its_mark_and_to_speak_utf8_at_once() -> None:
    env = environment({"HOME": "/home/maria"})
    assert env == {
        "HOME": "/home/maria",
        "ENV_EXEC_MODE": "MANUAL",
        "TRAY_AGENT_RUN": "r1",
        "PYTHONUTF8": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8:backslashreplace",
        "PYTHONPYCACHEPREFIX": str(Path("/data/pycache")),
    }


@pytest.mark.parametrize(
    ("given", "found", "expected"),
    [
        (None, "a.json", "a.json"),
        ("", "a.json", "a.json"),
        ("own.json", "a.json", "own.json"),
        (None, None, None),
    ],
)
def test_credentials_are_filled_in_only_where_the_person_set_none(
    given: str | None, found: str | None, expected: str | None
) -> None:
    base = {} if given is None else {"GOOGLE_APPLICATION_CREDENTIALS": given}
    env = environment(base, credentials=Path(found) if found else None)
    assert env.get("GOOGLE_APPLICATION_CREDENTIALS") == expected


def test_the_agents_own_names_stay_out_and_the_persons_settings_stay() -> None:
    env = environment({"TRAY_AGENT_KEY": "secret", "TRAY_AGENT_RUN": "outer", "TRAY_AGENT_DATA_DIR": "/data"})
    assert "TRAY_AGENT_KEY" not in env
    assert env["TRAY_AGENT_RUN"] == "r1"
    assert env["TRAY_AGENT_DATA_DIR"] == "/data"


def test_nothing_of_another_python_or_of_the_launcher_is_inherited() -> None:
    base = {
        "_PYI_ARCHIVE_FILE": "x",
        "_PYI_PARENT_PROCESS_LEVEL": "1",
        "_MEIPASS2": "x",
        "PYINSTALLER_RESET_ENVIRONMENT": "1",
        "PYTHONHOME": "/x",
        "__PYVENV_LAUNCHER__": "x",
        "PYTHONNET_RUNTIME": "coreclr",
    }
    assert foreign_environment(base, None) == {}


def test_from_source_python_path_and_library_path_stay_the_persons() -> None:
    base = {"PYTHONPATH": "/shared", "LD_LIBRARY_PATH": "/lib", "LD_LIBRARY_PATH_ORIG": "/x"}
    assert foreign_environment(base, None) == base


def test_frozen_paths_into_the_bundle_are_taken_out_and_the_rest_is_kept() -> None:
    inside, outside = str(Path(BUNDLE, "lib")), str(Path("/usr/bin").absolute())
    above = str(Path(BUNDLE).parent)
    base = {
        "PATH": os.pathsep.join([inside, outside, BUNDLE]),
        "TCL_LIBRARY": str(Path(BUNDLE, "tcl")),
        "PYTHONPATH": "/shared",
        "BESIDE": BUNDLE + "4",
        "TEMP": above,
    }
    assert foreign_environment(base, BUNDLE) == {
        "PATH": outside,
        "BESIDE": BUNDLE + "4",
        "TEMP": above,
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no LD_LIBRARY_PATH")
@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ({"LD_LIBRARY_PATH": BUNDLE, "LD_LIBRARY_PATH_ORIG": "/lib"}, {"LD_LIBRARY_PATH": "/lib"}),
        ({"LD_LIBRARY_PATH": BUNDLE}, {}),
    ],
)
def test_frozen_the_library_path_from_before_the_launcher_is_restored(
    base: dict[str, str], expected: dict[str, str]
) -> None:
    assert foreign_environment(base, BUNDLE) == expected


def test_a_script_that_prints_what_no_code_page_has_does_not_fail(tmp_path: Path) -> None:
    env = child_environment("AGENDAMENTO", os.environ, credentials=None, pycache=tmp_path, run_id="r")
    code = "import os; print('→ ação', os.environ['ENV_EXEC_MODE'])"
    with outside_bundle():
        said = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True)
    assert said.stdout.decode("utf-8").strip() == "→ ação AGENDAMENTO"
