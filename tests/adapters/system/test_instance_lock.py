from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.adapters.children import until
from tray_agent.adapters.system.instance_lock import AlreadyRunning, Hold, InstanceLock

HOLDER = """
import pathlib, sys
from tray_agent.adapters.system.instance_lock import InstanceLock
lock = InstanceLock(pathlib.Path(sys.argv[1]))
lock.acquire()
print("held", flush=True)
sys.stdin.read()
"""


def test_one_at_a_time_in_a_folder_that_is_made(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "data"
    first, second = InstanceLock(folder), InstanceLock(folder)
    first.acquire()

    with pytest.raises(AlreadyRunning):
        second.acquire()
    first.release()
    first.release()
    second.acquire()

    second.release()


def test_two_folders_have_two_agents(tmp_path: Path) -> None:
    locks = [InstanceLock(tmp_path / name) for name in "ab"]
    for lock in locks:
        lock.acquire()
    for lock in locks:
        lock.release()


def test_a_file_that_is_left_over_is_no_lock(tmp_path: Path) -> None:
    (tmp_path / "agent.lock").write_text("4711")
    lock = InstanceLock(tmp_path)

    lock.acquire()

    lock.release()


def test_a_folder_that_cannot_be_made_is_another_matter(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(OSError, match="file"):
        InstanceLock(tmp_path / "file").acquire()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="an open program cannot be written there")
def test_a_file_that_cannot_be_written_just_now_locks_all_the_same(tmp_path: Path) -> None:
    """As on a folder that became read-only: the file of an earlier agent is there."""
    sleep = shutil.which("sleep")
    assert sleep is not None
    shutil.copy(sleep, tmp_path / "agent.lock")
    with subprocess.Popen([tmp_path / "agent.lock", "60"]) as busy:
        with pytest.raises(OSError, match="busy"):
            (tmp_path / "agent.lock").open("r+b")
        first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)

        first.acquire()

        with pytest.raises(AlreadyRunning):
            second.acquire()
        first.release()
        busy.kill()


@pytest.mark.parametrize("killed", [True, False])
def test_the_system_frees_it_however_its_holder_ends(tmp_path: Path, killed: bool) -> None:
    lock = InstanceLock(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdin is not None
        assert holder.stdout.readline().strip() == b"held"
        with pytest.raises(AlreadyRunning):
            lock.acquire()
        holder.kill() if killed else holder.stdin.close()
        holder.wait(60)

    lock.acquire()
    lock.release()


@pytest.mark.skipif(sys.platform == "win32", reason="handles are not inherited there")
def test_a_script_that_outlives_its_agent_does_not_hold_the_folder(tmp_path: Path) -> None:
    program = HOLDER.replace(
        'print("held"', 'import subprocess; child = subprocess.Popen(["sleep", "60"]); print(child.pid'
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        script = int(holder.stdout.readline())
        holder.kill()
    lock = InstanceLock(tmp_path)

    lock.acquire()

    lock.release()
    subprocess.run(["kill", str(script)], check=True)
    until(lambda: not Path(f"/proc/{script}").exists() or b"Z" in Path(f"/proc/{script}/stat").read_bytes())


posix = pytest.mark.skipif(sys.platform == "win32", reason="nobody can delete a file that is open there")


@posix
@pytest.mark.parametrize("what", ["lock", "folder", "replaced"])
def test_a_lock_that_was_deleted_is_taken_again(tmp_path: Path, what: str) -> None:
    folder = tmp_path / "data"
    lock = InstanceLock(folder)
    lock.acquire()
    assert lock.look() is Hold.OURS
    if what == "folder":
        shutil.rmtree(folder)
    else:
        (folder / "agent.lock").unlink()
    if what == "replaced":
        (folder / "agent.lock").write_text("x")
    assert lock.look() is Hold.TAKEN_AGAIN
    assert lock.look() is Hold.OURS
    with pytest.raises(AlreadyRunning):
        InstanceLock(folder).acquire()
    lock.release()
    assert lock.look() is Hold.OURS, "nobody looks after what was given back"


@posix
def test_a_folder_that_was_moved_is_out_of_reach_and_no_other_takes_its_place(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path / "data")
    lock.acquire()
    (tmp_path / "data").rename(tmp_path / "moved")
    assert lock.look() is Hold.OUT_OF_REACH
    assert not (tmp_path / "data").exists()
    (tmp_path / "moved").rename(tmp_path / "data")
    assert lock.look() is Hold.OURS
    lock.release()


@posix
def test_a_folder_that_another_agent_took_is_lost(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
    first.acquire()
    (tmp_path / "agent.lock").unlink()
    second.acquire()
    assert first.look() is Hold.LOST
    assert second.look() is Hold.OURS
    first.release()
    second.release()


def test_the_next_holder_knows_when_the_one_before_was_last_heard_of(tmp_path: Path) -> None:
    first, second = InstanceLock(tmp_path), InstanceLock(tmp_path)
    first.touch(1.0)  # it holds nothing yet
    first.acquire()
    assert first.last_seen is None
    first.touch(1_700_000_000.0)
    with pytest.raises(AlreadyRunning):
        second.acquire()
    assert second.last_seen is None
    first.release()

    second.acquire()

    assert second.last_seen == 1_700_000_000.0
    second.release()
