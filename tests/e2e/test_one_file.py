"""Replacing the file while its agent runs: the real hand-over, to versions that work and some that do not."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.agent import Status, card_of, processes_of, wait_until
from tests.e2e.one_file import OneFile
from tests.e2e.workspace import Workspace
from tray_agent.adapters.versions.archive import Package

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its file is a script; tests/wine has an exe")

JOB = "demorada"
DIES = "if is_agent: sys.exit(70)"
ENDS_AS_IF_ALL_WERE_WELL = "if is_agent: sys.exit(0)"
HANGS = "if is_agent: time.sleep(600)"
HANGS_WITH_THE_FOLDER = """
if is_agent:
    from pathlib import Path
    from tray_agent.adapters.system.instance_lock import InstanceLock
    lock = InstanceLock(Path(os.environ["TRAY_AGENT_DATA_DIR"]))
    lock.acquire()
    time.sleep(600)
"""
DIES_AT_ONCE = "sys.exit(70)"


@pytest.fixture
def installed(place: Workspace) -> Iterator[OneFile]:
    """An agent of the file with a job that runs."""
    place.register(place.waiting_job(JOB))
    with closing(OneFile(place, update_seconds=12)) as made:
        made.start()
        assert made.cli("run", JOB).code == 0
        wait_until(lambda: place.count(JOB))
        yield made


def pid_of_the_run(status: Status) -> int | None:
    pid: int | None = card_of(status, JOB)["pid"]
    return pid


def programs_of(installed: OneFile, package: Package) -> list[int]:
    """What runs from a version's folder."""
    folder = str(installed.versions / package.identity).encode()
    return [
        pid
        for pid in processes_of(installed.place.folder)
        if folder in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def end_the_run(installed: OneFile) -> None:
    """Let the script end, and see that it was begun and counted once."""
    installed.place.open_gate(JOB)
    installed.until(lambda now: card_of(now, JOB)["actual"] == 1)
    assert installed.place.count(JOB) == 1


def test_the_file_starts_what_it_unpacked_and_is_not_needed_any_more(installed: OneFile) -> None:
    status = installed.status()
    assert status["program"]["running"] == installed.package.version
    installed.until(lambda now: now["program"]["state"] == "same")
    assert programs_of(installed, installed.package)
    installed.file.unlink()
    installed.until(lambda now: now["program"]["state"] == "gone")
    end_the_run(installed)


def test_a_new_file_takes_over_with_the_run_that_goes_on(installed: OneFile) -> None:
    before = installed.status()
    new = installed.replace("1.1.0")
    told = installed.until(lambda now: "está pronta" in now["program"]["text"])
    assert told["pid"] == before["pid"]  # something runs
    assert new.version in told["program"]["text"]
    answer = installed.cli("update")
    assert answer.code == 0
    assert new.version in answer.out
    after = installed.until(lambda now: now["pid"] != before["pid"] and pid_of_the_run(now))
    assert new.identity[:8] in after["program"]["running"]
    assert pid_of_the_run(after) == pid_of_the_run(before)
    end_the_run(installed)


@pytest.mark.parametrize(
    "trouble",
    [DIES, ENDS_AS_IF_ALL_WERE_WELL, HANGS, HANGS_WITH_THE_FOLDER],
    ids=["dies", "ends", "hangs", "hangs with the folder"],
)
def test_where_the_new_one_does_not_come_up_the_old_one_goes_on_with_the_run(
    installed: OneFile, trouble: str
) -> None:
    before = installed.status()
    broken = installed.replace("1.1.0", trouble)
    assert installed.cli("update").code == 0
    after = installed.until(lambda now: now["pid"] != before["pid"] and pid_of_the_run(now))
    assert after["program"]["running"] == installed.package.version
    assert pid_of_the_run(after) == pid_of_the_run(before)
    said = installed.until(lambda now: now["problems"])
    sentence = (
        f"A versão {broken.version} não pôde ser usada: ela não iniciou; a {installed.package.version} segue."
    )
    assert [each["what"] for each in said["problems"]] == [sentence]
    assert programs_of(installed, broken) == []
    assert len(programs_of(installed, installed.package)) == 1

    good = installed.replace("1.2.0")
    assert installed.cli("update").code == 0
    last = installed.until(lambda now: now["pid"] != after["pid"] and pid_of_the_run(now))
    assert good.identity[:8] in last["program"]["running"]
    assert last["problems"] == []
    end_the_run(installed)


def test_one_that_does_not_even_start_is_found_out_before_the_old_one_ends(installed: OneFile) -> None:
    before = installed.status()
    broken = installed.replace("1.1.0", DIES_AT_ONCE)
    said = installed.until(lambda now: now["problems"])
    assert f"A versão {broken.version} não pôde ser usada" in said["problems"][0]["what"]
    answer = installed.cli("update")
    assert answer.code == 1
    assert broken.version in answer.error_line
    assert installed.status()["pid"] == before["pid"]
    end_the_run(installed)


def test_an_agent_with_nothing_to_do_changes_by_itself(installed: OneFile) -> None:
    end_the_run(installed)
    before = installed.until(lambda now: pid_of_the_run(now) is None)
    new = installed.replace("1.1.0")
    after = installed.until(lambda now: now["pid"] != before["pid"] and now["cards"])
    assert new.identity[:8] in after["program"]["running"]
    assert card_of(after, JOB)["actual"] == 1
    assert os.access(installed.versions / new.identity / "tray-agent", os.X_OK)


def test_a_start_right_after_the_end_of_another_waits_for_its_folder(installed: OneFile) -> None:
    end_the_run(installed)
    installed.let_go()
    assert installed.cli("quit").code == 0  # its channel is closed, which is not yet its end
    installed.start()
