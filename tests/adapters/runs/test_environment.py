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


def test_a_run_is_told_its_mode_its_mark_and_to_print_utf8_at_once() -> None:
    env = environment({"HOME": "/home/maria"})
    assert env == {
        "HOME": "/home/maria",
        "ENV_EXEC_MODE": "MANUAL",
        "TRAY_AGENT_RUN": "r1",
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


def test_the_addresses_for_notices_reach_no_script() -> None:
    env = environment({"TRAY_AGENT_NOTIFY_URLS": "mailto://a:b@c", "TRAY_AGENT_NOTIFY_AREAS": "{}"})

    assert not [name for name in env if "NOTIFY" in name]


def test_a_script_that_the_exe_runs_can_start_the_exe_as_a_python() -> None:
    for as_python in (True, False):
        env = child_environment(
            "MANUAL",
            foreign_environment({"TRAY_AGENT_AS_PYTHON": "0"}, BUNDLE),
            credentials=None,
            pycache=Path("p"),
            run_id="r",
            as_python=as_python,
        )
        assert env.get("TRAY_AGENT_AS_PYTHON") == ("1" if as_python else None)


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


WRITES = "open('remessa.txt', 'w').write('ação'); print('ação €')"


@pytest.fixture
def ansi(tmp_path: Path) -> dict[str, str]:
    """An environment whose own encoding is not UTF-8: on Windows it is so by itself."""
    if sys.platform == "win32":
        return {}
    made = subprocess.run(
        ["localedef", "-i", "pt_BR", "-f", "ISO-8859-1", str(tmp_path / "pt_BR")],
        capture_output=True,
        check=False,
    )
    if made.returncode:
        pytest.skip(f"no locale to be had: {made.stderr!r}")
    return {"LOCPATH": str(tmp_path), "LC_ALL": "pt_BR"}


def test_a_file_written_by_a_run_has_the_bytes_that_it_has_by_hand(
    tmp_path: Path, ansi: dict[str, str]
) -> None:
    by_hand = {name: value for name, value in os.environ.items() if name != "PYTHONUTF8"} | ansi
    env = child_environment("AGENDAMENTO", by_hand, credentials=None, pycache=tmp_path, run_id="r")
    written = []
    script = tmp_path / "remessa.py"
    script.write_text(WRITES, encoding="utf-8")
    for each in (by_hand | {"PYTHONIOENCODING": "utf-8"}, env):
        said = subprocess.run(
            [sys.executable, str(script)], env=each, cwd=tmp_path, capture_output=True, check=True
        )
        assert said.stdout.decode("utf-8").strip() == "ação €"
        written.append((tmp_path / "remessa.txt").read_bytes())
    assert written == ["ação".encode("latin-1")] * 2
