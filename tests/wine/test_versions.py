"""The exe and the folders that it unpacks: killed, damaged, replaced, robbed of its temporary files."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.wine.agent import (
    EXE,
    LOCAL,
    LONGEST_SECONDS,
    Agent,
    Program,
    card,
    fresh_windows,
    hold_desktop,
    processes,
    register_python,
    until,
)
from tests.wine.session import Session
from tests.wine.test_exe import early_morning, kill
from tests.wine.versions import MARK, another_version, one_of_files
from tray_agent.adapters.versions.archive import Package, read
from tray_agent.adapters.versions.unpacking import is_whole

DEMO = r"C:\Troca de versão"
BY_HAND = "reprocessa_devolucoes"
SHARES = (0.0, 0.3, 0.6, 0.9)  # of the unpacked bytes: where a first start is killed
SECONDS = 15  # that a version has to come up where it is known not to
SCRIPT = """
import pathlib, time
print("um trecho", flush=True)
while not pathlib.Path("pode acabar").exists():
    time.sleep(0.2)
"""


@pytest.fixture(scope="module")
def own_windows(exe: Program) -> Iterator[Session]:
    """A Windows in which this exe never ran."""
    with fresh_windows() as session:
        hold_desktop(session)
        yield session


@pytest.fixture(scope="module")
def place(own_windows: Session) -> Path:
    """Where a person put the exe, seen from here."""
    place = own_windows.seen("/wine/drive_c") / EXE.relative_to("C:/").as_posix()
    place.parent.mkdir(parents=True)
    return place


@pytest.fixture(scope="module")
def fresh(own_windows: Session, place: Path, windows: Session, exe: Program) -> Program:
    """The exe, never started."""
    shutil.copy(windows.seen("/wine/drive_c") / EXE.relative_to("C:/").as_posix(), place)
    return Program(own_windows, [str(EXE)])


@pytest.fixture(scope="module")
def package(fresh: Program, place: Path) -> Package:
    return read(place)


def versions(windows: Session) -> Path:
    return windows.seen(f"{LOCAL}/tray-agent/versions")


def drafts(windows: Session) -> dict[str, int]:
    """What is being unpacked, or was when it was killed: name and bytes so far."""
    found = {}
    for draft in versions(windows).glob("*.new"):
        with contextlib.suppress(OSError):  # it was given its name just now
            found[draft.name] = sum(each.stat().st_size for each in draft.rglob("*") if each.is_file())
    return found


def test_killed_in_its_first_start_it_works_the_next_time(
    own_windows: Session, fresh: Program, package: Package
) -> None:
    folder = versions(own_windows) / package.identity
    for share in SHARES:
        before = set(drafts(own_windows))
        started = fresh.start("--internal", "prepare")
        enough = partial(_is_unpacked, own_windows, package, before, share)
        until(lambda at=enough, job=started: at() or job.poll() is not None or None, f"{share:.0%} unpacked")
        kill(own_windows)
        started.wait(LONGEST_SECONDS)
        if folder.exists():
            assert is_whole(package, folder)
    assert fresh.run("--internal", "prepare").returncode == 0
    assert is_whole(package, folder)


def _is_unpacked(windows: Session, package: Package, before: set[str], share: float) -> bool:
    """Whether so much was unpacked since ``before``, or all of it."""
    new = [size for name, size in drafts(windows).items() if name not in before]
    return (versions(windows) / package.identity).exists() or any(
        size >= share * package.manifest.size for size in new
    )


def test_a_deleted_and_a_cut_file_are_mended_by_the_next_start(
    own_windows: Session, fresh: Program, package: Package
) -> None:
    folder = versions(own_windows) / package.identity
    (folder / "_internal" / "python311.dll").unlink()
    with (folder / "_internal" / "frontend" / "index.html").open("r+b") as opened:
        opened.truncate(10)
    done = fresh.run("--self-test", r"C:\mended.json", seconds=240)
    assert done.returncode == 0, done.stdout
    assert is_whole(package, folder)


def test_two_first_starts_at_once_make_one_agent(
    own_windows: Session, fresh: Program, package: Package
) -> None:
    shutil.rmtree(versions(own_windows) / package.identity)
    agent = Agent(own_windows, DEMO)
    agent.make_demo(BY_HAND, SCRIPT)
    starts = [_start(fresh) for _ in range(2)]
    agent.when(lambda now: bool(now["cards"]), "an agent answers")
    assert [start.wait(LONGEST_SECONDS) for start in starts] == [0, 0]
    until(lambda: _is_alone(own_windows), "one process of the exe")
    assert is_whole(package, versions(own_windows) / package.identity)


def _start(exe: Program, **env: str) -> subprocess.Popen[bytes]:
    env = {"TRAY_AGENT_TIMEZONE": early_morning(), **env}
    return exe.start("demo", "--headless", "--dir", DEMO, env=env)


def _is_alone(windows: Session) -> bool | None:
    """Whether one process of the exe is there, beside the readers that come and go."""
    found = [each for each in processes(windows) if each["name"].lower() == EXE.name]
    agents = [each for each in found if "--internal" not in each["cmdline"]]
    return True if len(agents) == 1 else None


def test_without_its_temporary_files_everything_still_works(own_windows: Session, fresh: Program) -> None:
    temporary = own_windows.seen(f"{LOCAL}/Temp")
    for path in list(temporary.iterdir()):  # some are being removed by their owners just now
        shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)
    agent = Agent(own_windows, DEMO)
    before = agent.when(lambda now: True, "it answers")["pid"]
    assert fresh.run("--app-dir", DEMO, "refresh").returncode == 0  # a reader of the registry is started
    assert fresh.run("--app-dir", DEMO, "doctor").returncode == 0
    assert fresh.run("--app-dir", DEMO, "run", BY_HAND).returncode == 0
    status = agent.when(lambda now: _runs(now) and not now["problems"], f"{BY_HAND} runs")
    assert status["pid"] == before


def _runs(now: dict[str, Any]) -> bool:
    return bool(now["cards"]) and card(now, BY_HAND)["pid"] is not None


def test_half_a_new_file_changes_nothing_and_is_said(
    own_windows: Session, fresh: Program, place: Path, tmp_path: Path
) -> None:
    agent = Agent(own_windows, DEMO)
    before = agent.when(_runs, "it answers")["pid"]
    whole = place.read_bytes()
    _replace(place, whole[: len(whole) * 3 // 5])
    said = agent.when(lambda now: "não está completo" in now["program"]["text"], "it is said")
    assert [each["what"] for each in said["problems"]] == [said["program"]["text"]]
    assert said["pid"] == before
    _replace(place, whole)
    agent.when(lambda now: not now["problems"], "it is said no more")


def _replace(place: Path, content: bytes) -> None:
    """As sync clients do: written beside, then put in its place."""
    beside = place.with_suffix(".sync")
    beside.write_bytes(content)
    beside.replace(place)


def test_a_new_file_takes_over_while_a_job_runs_and_the_run_is_counted_once(
    own_windows: Session, fresh: Program, place: Path, package: Package, tmp_path: Path
) -> None:
    agent = Agent(own_windows, DEMO)
    before = agent.when(_runs, "the run goes on")
    new = another_version(place, tmp_path / "novo.exe", "1.0.1")
    _replace(place, new.file.read_bytes())
    waiting = agent.when(lambda now: "está pronta" in now["program"]["text"], "it is noticed")
    assert waiting["program"]["found"] == new.version
    assert waiting["pid"] == before["pid"]  # it waits, as something runs
    done = fresh.run("--app-dir", DEMO, "update")
    assert done.returncode == 0, done.stdout
    after = agent.when(lambda now: now["pid"] != before["pid"] and _runs(now), "the new one is up")
    assert after["program"]["running"].endswith(f"({new.identity[:8]})")
    assert card(after, BY_HAND)["pid"] == card(before, BY_HAND)["pid"]
    assert card(after, BY_HAND)["actual"] == card(before, BY_HAND)["actual"]
    assert (versions(own_windows) / new.identity / MARK).read_text("ascii") == "1.0.1"
    agent.seen(f"automacoes/Cadastro/{BY_HAND}/metodos/pode acabar").touch()
    ended = agent.when(lambda now: not _runs(now), "the run ends")
    assert card(ended, BY_HAND)["actual"] == card(before, BY_HAND)["actual"] + 1
    old = versions(own_windows) / package.identity
    until(lambda: None if old.exists() else True, "the old version is removed")


def test_going_back_to_the_older_file_works_alike(
    own_windows: Session, fresh: Program, place: Path, windows: Session, package: Package
) -> None:
    agent = Agent(own_windows, DEMO)
    before = agent.when(lambda now: True, "it answers")["pid"]
    original = windows.seen("/wine/drive_c") / EXE.relative_to("C:/").as_posix()
    _replace(place, original.read_bytes())
    after = agent.when(lambda now: now["pid"] != before, "an idle agent changes by itself")
    assert after["program"]["running"].endswith(f"({package.identity[:8]})")
    assert fresh.run("--app-dir", DEMO, "quit", "--stop-runs").returncode == 0


PROBE = """
import json, subprocess, sys
from pathlib import Path
Path("ao_lado.py").write_text("import sys; print('ao lado', sys.argv[1:], __name__)", encoding="utf-8")
said = []
for words in (["ao_lado.py", "x y"], ["-m", "ao_lado"], ["-c", "import smtplib, pandas; print('ok')"]):
    done = subprocess.run([sys.executable, *words], capture_output=True, text=True, encoding="utf-8")
    said.append([done.returncode, done.stdout.strip()])
print(json.dumps(said))
"""


def test_where_the_machine_has_no_python_the_exe_is_one_for_scripts(
    own_windows: Session, fresh: Program
) -> None:
    key = r"HKCU\Software\Python"
    assert own_windows.run(["reg.exe", "delete", key, "/f"]).returncode == 0
    agent = Agent(own_windows, DEMO)
    script = agent.seen(f"automacoes/Cadastro/{BY_HAND}/metodos/{BY_HAND}.py")
    script.write_text(PROBE, "utf-8")
    _start(fresh)
    agent.when(lambda now: bool(now["cards"]), "an agent answers")
    before = card(agent.when(lambda now: not _runs(now), "nothing runs"), BY_HAND)["actual"]
    assert fresh.run("--app-dir", DEMO, "run", BY_HAND).returncode == 0
    agent.when(lambda now: card(now, BY_HAND)["actual"] == before + 1, "the script ends")
    log = agent.log(BY_HAND)
    assert json.loads(log[log.index("[[") :]) == [
        [0, "ao lado ['x y'] __main__"],
        [0, "ao lado [] __main__"],
        [0, "ok"],
    ]
    assert "Python" in fresh.run("--app-dir", DEMO, "doctor").stdout
    assert fresh.run("--app-dir", DEMO, "quit", "--stop-runs").returncode == 0


# A Windows Python by another name: it tells its version, and is no agent.
PYTHON_FILES = ("python311.dll", "vcruntime140.dll", "vcruntime140_1.dll")
HANGS = "import sys, time\nif 'demo' in sys.orig_argv: time.sleep(3600)\n"


def _not_an_agent(windows: Session, exe: Path, target: Path, version: str, at_start: str) -> Package:
    """A file whose program starts, tells a version, and then dies or does ``at_start``."""
    python = windows.seen("/wine/drive_c/Python311")
    files = {name: (python / name).read_bytes() for name in PYTHON_FILES}
    files[EXE.name] = (python / "python.exe").read_bytes()
    files["python311._pth"] = rb"C:\Python311\Lib" + b"\n.\nimport site\n"
    files["sitecustomize.py"] = at_start.encode()
    return one_of_files(exe, target, version, files)


def test_a_version_that_dies_and_one_that_hangs_leave_the_former_one_and_its_run(
    own_windows: Session, fresh: Program, place: Path, package: Package, tmp_path: Path
) -> None:
    register_python(own_windows)
    agent = Agent(own_windows, DEMO)
    script = agent.seen(f"automacoes/Cadastro/{BY_HAND}/metodos/{BY_HAND}.py")
    script.write_text(SCRIPT, "utf-8")
    (script.parent / "pode acabar").unlink()
    _start(fresh, TRAY_AGENT_UPDATE_SECONDS=str(SECONDS))
    agent.when(lambda now: bool(now["cards"]), "an agent answers")
    assert fresh.run("--app-dir", DEMO, "run", BY_HAND).returncode == 0
    first = agent.when(_runs, f"{BY_HAND} runs")
    for version, at_start in (("1.0.2", ""), ("1.0.3", HANGS)):
        before = agent.when(_runs, "the run goes on")
        broken = _not_an_agent(own_windows, place, tmp_path / "novo.exe", version, at_start)
        _replace(place, broken.file.read_bytes())
        assert "1.0" in fresh.run("--app-dir", DEMO, "update").stdout
        after = agent.when(partial(_is_back, before["pid"], broken), "the former one is back")
        assert after["program"]["running"].endswith(f"({package.identity[:8]})")
        assert card(after, BY_HAND)["pid"] == card(first, BY_HAND)["pid"]
        assert card(after, BY_HAND)["actual"] == card(first, BY_HAND)["actual"]
        left = [each["exe"] for each in processes(own_windows) if broken.identity in each["exe"]]
        assert left == []
    assert fresh.run("--app-dir", DEMO, "quit", "--stop-runs").returncode == 0


def _is_back(former: int, broken: Package, now: dict[str, Any]) -> bool:
    """Whether another process is the agent, has the run, and says what it thinks of the version."""
    sentence = f"A versão {broken.version} não pôde ser usada: ela não iniciou"
    return now["pid"] != former and _runs(now) and sentence in now["program"]["text"]
