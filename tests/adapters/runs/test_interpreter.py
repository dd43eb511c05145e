from __future__ import annotations

import os
import platform
import stat
import sys
import threading
from pathlib import Path

import pytest

from tray_agent.adapters.runs import interpreter as module
from tray_agent.adapters.runs.interpreter import Interpreters, NoInterpreter, listed, registered
from tray_agent.adapters.system.windows_registry import Bits, Hive

posix = pytest.mark.skipif(sys.platform == "win32", reason="stand-in interpreters are shell scripts")


class RegistryOf:
    """A registry given as {hive+bits: {key: {name: value}}}."""

    def __init__(self, hives: dict[str, dict[str, dict[str, str]]]) -> None:
        self._hives = hives

    def keys(self, hive: Hive, path: str, bits: Bits = 0) -> list[str]:
        found = self._hives.get(f"{hive}{bits}", {})
        below = [key[len(path) + 1 :] for key in found if key.startswith(path + "\\")]
        return list(dict.fromkeys(key.split("\\")[0] for key in below))

    def read(self, hive: Hive, path: str, name: str, bits: Bits = 0) -> str | bytes | None:
        return self._hives.get(f"{hive}{bits}", {}).get(path, {}).get(name)

    def write(self, path: str, name: str, value: str | bytes) -> None:
        raise AssertionError("finding an interpreter writes nothing")

    def delete(self, path: str, name: str) -> None:
        raise AssertionError("finding an interpreter removes nothing")


NOTHING = RegistryOf({})


def fake_python(path: Path, version: str = "3.12.1", before: str = "") -> Path:
    """A program that answers the probe with ``version`` and notes every time it is asked."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho x >> {path}.asked\n{before}\nprintf %s '{version}'\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


def times_asked(path: Path) -> int:
    asked = Path(f"{path}.asked")
    return len(asked.read_text().splitlines()) if asked.exists() else 0


def interpreters(
    base: Path, setting: str = "", frozen: bool = True, registry: RegistryOf = NOTHING, seconds: float = 10
) -> Interpreters:
    return Interpreters(setting, lambda: base, frozen, registry, seconds)


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "base" / "area" / "metodos" / "envia.py"
    path.parent.mkdir(parents=True)
    path.write_text("")
    return path


@pytest.fixture
def base(tmp_path: Path, script: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))
    return tmp_path / "base"


def test_from_source_it_is_the_agents_own_python(base: Path, script: Path) -> None:
    found = interpreters(base, frozen=False).for_script(script)
    assert found.argv == (sys.executable,)
    assert found.version == platform.python_version()


def test_the_setting_wins_from_source_and_frozen(base: Path, script: Path, tmp_path: Path) -> None:
    named = fake_python(tmp_path / "outro python" / "python3")
    fake_python(base / "area" / ".venv" / "bin" / "python")
    for frozen in (False, True):
        found = interpreters(base, str(named), frozen).for_script(script)
        assert found.argv == (str(named),)
        assert found.source == "configuração python"
    assert times_asked(named) == 0


def test_a_setting_without_folder_is_looked_up_in_path(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = fake_python(tmp_path / "bin" / "python3.99")
    monkeypatch.setenv("PATH", os.pathsep.join(["", "bin", str(named.parent)]))
    monkeypatch.chdir(tmp_path)
    assert interpreters(base, "python3.99").for_script(script).argv == (str(named),)


@pytest.mark.parametrize("setting", ["/no/such/python", "nosuchpython", "{folder}"])
def test_a_setting_that_names_nothing_refuses_the_run(
    base: Path, script: Path, setting: str, tmp_path: Path
) -> None:
    setting = setting.format(folder=tmp_path)
    with pytest.raises(NoInterpreter, match=r"interpretador não encontrado: .*; corrija"):
        interpreters(base, setting, frozen=False).for_script(script)


def test_a_setting_that_names_the_exe_itself_is_refused(base: Path, script: Path) -> None:
    with pytest.raises(NoInterpreter, match="interpretador não encontrado"):
        interpreters(base, sys.executable, frozen=True).for_script(script)


@posix
@pytest.mark.parametrize(
    ("what", "wrong"),
    [
        ("text", "não pode ser executado"),
        ("program", "não respondeu como um Python (3.7 ou mais novo)"),
        ("failing", "não respondeu como um Python (3.7 ou mais novo)"),
        ("old", "não respondeu como um Python (3.7 ou mais novo)"),
        ("no program", "não respondeu como um Python (3.7 ou mais novo)"),
        ("folder", "é uma pasta"),
        ("missing", ""),
        ("slow", ""),
        ("killed", ""),
        ("good", ""),
        ("none", ""),
    ],
)
def test_a_setting_that_names_no_python_is_told_from_one_that_is_not_there_yet(
    base: Path, tmp_path: Path, what: str, wrong: str
) -> None:
    named = tmp_path / "named"
    if what in {"text", "no program"}:
        named.write_text("root:x:0:0")
        named.chmod(0o755 if what == "no program" else 0o644)
    elif what == "folder":
        named.mkdir()
    elif what not in {"missing", "none"}:
        version = {"program": "olá", "old": "3.6.9"}.get(what, "3.12.1")
        ways = {"failing": "exit 3", "slow": "exec /bin/sleep 30", "killed": "kill -9 $$"}
        before = ways.get(what, "")
        fake_python(named, version, before)
    found = interpreters(base, "" if what == "none" else str(named), seconds=0.3 if what == "slow" else 30)
    assert found.wrong_setting() == wrong


@posix
def test_a_setting_is_not_judged_where_the_system_has_no_room_for_the_question(
    base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a full temporary disk the agent refused to start: its Python "did not answer as one"."""
    found = interpreters(base, str(fake_python(tmp_path / "named")))
    monkeypatch.setattr("tempfile.tempdir", "/proc/nowhere")
    assert found.wrong_setting() == ""
    with Path("/dev/full").open("r+b", buffering=0) as full:
        monkeypatch.setattr("tempfile.TemporaryFile", lambda **_: full)
        assert found.wrong_setting() == ""


@posix
def test_a_setting_that_may_not_be_executed_any_more_refuses_the_run(
    base: Path, script: Path, tmp_path: Path
) -> None:
    named = fake_python(tmp_path / "named")
    found = interpreters(base, str(named))
    assert found.for_script(script).argv == (str(named),)
    named.chmod(0o644)
    with pytest.raises(NoInterpreter, match="não pode ser executado"):
        found.for_script(script)


@posix
def test_frozen_the_nearest_venv_up_to_the_base_path_is_taken(base: Path, script: Path) -> None:
    far = fake_python(base / ".venv" / "bin" / "python", "3.10.0")
    found = interpreters(base).for_script(script)
    assert (found.argv, found.version, found.source) == ((str(far),), "3.10.0", ".venv")
    near = fake_python(base / "area" / ".venv" / "bin" / "python")
    assert interpreters(base).for_script(script).argv == (str(near),)


@posix
def test_a_venv_above_the_base_path_or_in_the_metodos_folder_is_not_ours(base: Path, script: Path) -> None:
    fake_python(base.parent / ".venv" / "bin" / "python")
    fake_python(script.parent / ".venv" / "bin" / "python")
    assert interpreters(base).for_script(script).source == "embutido no agente"


@posix
def test_a_venv_that_does_not_answer_is_passed_over(base: Path, script: Path) -> None:
    fake_python(base / "area" / ".venv" / "bin" / "python", before="exit 3")
    good = fake_python(base / ".venv" / "bin" / "python")
    assert interpreters(base).for_script(script).argv == (str(good),)


@posix
def test_a_python_of_the_machine_is_probed_once_and_again_only_when_its_file_changes(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fake_python(tmp_path / "bin" / "python3", "3.11.4")
    monkeypatch.setenv("PATH", str(found.parent))
    search = interpreters(base)
    for _ in range(3):
        assert search.for_script(script).version == "3.11.4"
    assert times_asked(found) == 1
    fake_python(found, "3.13.0")
    os.utime(found, ns=(1, 1))
    assert search.for_script(script).version == "3.13.0"
    found.unlink()
    assert search.for_script(script).source == "embutido no agente"


@posix
def test_the_registry_comes_before_path_and_windows_aliases_and_windowed_ones_are_skipped(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_path = fake_python(tmp_path / "Microsoft" / "WindowsApps" / "python3")
    windowed = fake_python(tmp_path / "a" / "pythonw.exe")
    registered_one = fake_python(tmp_path / "b" / "python.exe")
    monkeypatch.setenv("PATH", str(in_path.parent))
    core = "Software\\Python\\PythonCore"
    registry = RegistryOf(
        {
            "HKCU0": {f"{core}\\3.13\\InstallPath": {"ExecutablePath": str(windowed)}},
            "HKLM64": {f"{core}\\3.12\\InstallPath": {"ExecutablePath": str(registered_one)}},
        }
    )
    found = interpreters(base, registry=registry).for_script(script)
    assert (found.argv, found.source) == ((str(registered_one),), "registro do Windows")
    assert times_asked(in_path) == times_asked(windowed) == 0


@posix
def test_without_any_python_the_exe_runs_the_script_in_its_hidden_mode_never_as_a_second_agent(
    base: Path, script: Path
) -> None:
    found = interpreters(base).for_script(script)
    assert found.argv[0] == sys.executable
    assert found.argv[-2:] == ("--internal", "run-script")


@posix
def test_the_exe_is_not_a_candidate_under_any_name(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent = fake_python(tmp_path / "bin" / "agent")
    (tmp_path / "bin" / "python3").symlink_to(agent)
    monkeypatch.setenv("PATH", str(agent.parent))
    monkeypatch.setattr(sys, "executable", str(agent))
    assert interpreters(base).for_script(script).source == "embutido no agente"
    assert times_asked(agent) == 0


@posix
def test_a_probe_that_hangs_is_given_up_after_its_deadline_and_not_repeated_for_each_run(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = fake_python(tmp_path / "bin" / "python3", before="exec /bin/sleep 60")
    monkeypatch.setenv("PATH", str(stuck.parent))
    search = interpreters(base, seconds=0.3)
    for _ in range(2):
        assert search.for_script(script).source == "embutido no agente"
    assert times_asked(stuck) == 1
    monkeypatch.setattr(module, "LOOK_AGAIN_SECONDS", 0)
    fake_python(stuck)
    assert search.for_script(script).argv == (str(stuck),)


@posix
@pytest.mark.parametrize("answer", ["2.7.18", "3.6.0", "Python 3.12", ""])
def test_what_is_no_python_of_today_is_passed_over(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    odd = fake_python(tmp_path / "bin" / "python3", answer)
    monkeypatch.setenv("PATH", str(odd.parent))
    assert interpreters(base).for_script(script).source == "embutido no agente"


@posix
def test_five_starts_at_once_probe_once(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = fake_python(tmp_path / "bin" / "python3", before="/bin/sleep 0.1")
    monkeypatch.setenv("PATH", str(found.parent))
    search = interpreters(base)
    threads = [threading.Thread(target=search.for_script, args=(script,)) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert times_asked(found) == 1


def test_doctor_gets_version_place_and_reason_in_one_line(base: Path) -> None:
    described = interpreters(base, sys.executable, frozen=False).describe()
    assert described.text == f"Python {platform.python_version()} em {sys.executable} (configuração python)"


@posix
def test_doctor_is_told_when_the_settings_program_is_no_python(base: Path, tmp_path: Path) -> None:
    odd = fake_python(tmp_path / "odd", before="exit 1")
    with pytest.raises(NoInterpreter, match="interpretador não respondeu"):
        interpreters(base, str(odd), frozen=False).describe()


@posix
def test_for_lines_of_our_own_any_python_but_the_agent_will_do(
    base: Path, script: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert interpreters(base, frozen=False).any_python() == sys.executable
    assert interpreters(base, "nosuchpython").any_python() is None
    assert interpreters(base).any_python() is None
    found = fake_python(tmp_path / "bin" / "python3")
    monkeypatch.setenv("PATH", str(found.parent))
    assert interpreters(base).any_python() == str(found)


def test_registered_pythons_come_newest_first_from_user_and_machine_in_both_views() -> None:
    core, conda = "Software\\Python\\PythonCore", "Software\\Python\\ContinuumAnalytics"
    registry = RegistryOf(
        {
            "HKCU0": {
                f"{core}\\3.9\\InstallPath": {"ExecutablePath": "C:\\u39\\python.exe"},
                f"{core}\\3.14t\\InstallPath": {"ExecutablePath": "C:\\u314t\\python.exe"},
                "Software\\Python\\PyLauncher\\3.99\\InstallPath": {"": "C:\\no"},
            },
            "HKLM64": {
                f"{core}\\3.14\\InstallPath": {"": "C:\\m314"},
                f"{core}\\3.10\\InstallPath": {"ExecutablePath": "C:\\m310\\python.exe"},
                f"{core}\\broken": {"SysVersion": "3.12"},
                f"{conda}\\Anaconda39-64": {"SysVersion": "3.13"},
                f"{conda}\\Anaconda39-64\\InstallPath": {"ExecutablePath": "C:\\conda\\python.exe"},
            },
            "HKLM32": {f"{core}\\3.11-32\\InstallPath": {"ExecutablePath": "C:\\m311-32\\python.exe"}},
        }
    )
    assert registered(registry) == [
        "C:\\m314\\python.exe",
        "C:\\u314t\\python.exe",
        "C:\\m311-32\\python.exe",
        "C:\\m310\\python.exe",
        "C:\\u39\\python.exe",
        "C:\\conda\\python.exe",
    ]


def test_the_launchers_list_is_understood_in_its_old_and_new_forms() -> None:
    output = """Installed Pythons found by py Launcher for Windows
 -V:3.13 *        C:\\Users\\Ana Lúcia\\AppData\\Local\\Programs\\Python\\Python313\\python.exe
 -3.8-64          C:\\Python38\\python.exe *
 -3.7-32          "C:\\Program Files (x86)\\Python37\\python.exe"
 -V:Astral/CPython3.12.1  \\\\server\\share\\python.exe
No installed Pythons found!
"""
    assert listed(output) == [
        "C:\\Users\\Ana Lúcia\\AppData\\Local\\Programs\\Python\\Python313\\python.exe",
        "C:\\Python38\\python.exe",
        "C:\\Program Files (x86)\\Python37\\python.exe",
        "\\\\server\\share\\python.exe",
    ]


@pytest.mark.windows
@pytest.mark.skipif(sys.platform != "win32", reason="reads the Windows registry")
def test_on_windows_reading_the_registry_and_the_launcher_never_fails(base: Path, script: Path) -> None:
    search = Interpreters("", lambda: base, frozen=True)
    assert search.for_script(script).argv
