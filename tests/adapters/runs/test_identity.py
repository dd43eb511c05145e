from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.children import until
from tray_agent.adapters.runs import identity as ids
from tray_agent.core.model import Identity

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="reads /proc")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen(["sleep", "60"]) as process:
        yield process
        process.kill()


def identity(process: subprocess.Popen[bytes]) -> Identity:
    created = ids.created(process.pid)
    assert created is not None
    return Identity(process.pid, created)


def test_a_process_is_known_by_pid_and_creation_time(sleeper: subprocess.Popen[bytes]) -> None:
    found = identity(sleeper)

    assert ids.is_alive(found)
    assert not ids.is_alive(Identity(found.pid, found.created - 1))


def test_the_creation_time_does_not_change_when_the_process_becomes_another_program() -> None:
    with subprocess.Popen(["sh", "-c", "read go; exec sleep 60"], stdin=subprocess.PIPE) as process:
        before = identity(process)
        assert process.stdin is not None
        process.stdin.write(b"\n")
        process.stdin.close()
        until(lambda: b"sleep" in Path(f"/proc/{process.pid}/cmdline").read_bytes())

        assert identity(process) == before
        process.kill()


def test_a_name_with_brackets_and_blanks_hides_nothing(tmp_path: Path) -> None:
    program = tmp_path / ") R 1 ("
    program.symlink_to("/bin/sleep")
    with subprocess.Popen([str(program), "60"]) as process:
        until(lambda: b") R 1 (" in Path(f"/proc/{process.pid}/stat").read_bytes())

        assert ids.created(process.pid) == pytest.approx(ids.created(os.getpid()), abs=3600)
        process.kill()


def test_a_process_that_ended_is_not_alive_although_nobody_has_looked_yet() -> None:
    with subprocess.Popen(["true"]) as process:
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

        assert ids.created(process.pid) is None
    assert ids.created(2**22 + 1) is None


def test_a_boot_has_a_name_that_stays() -> None:
    assert ids.boot_id() == ids.boot_id() != ""


class TestWaiting:
    def test_it_ends_with_the_process(self, sleeper: subprocess.Popen[bytes]) -> None:
        waiting = threading.Thread(target=ids.wait_end, args=(identity(sleeper),), daemon=True)
        waiting.start()
        waiting.join(0.2)
        assert waiting.is_alive()

        sleeper.kill()

        waiting.join(30)
        assert not waiting.is_alive()

    def test_for_a_pids_former_owner_nobody_waits(self, sleeper: subprocess.Popen[bytes]) -> None:
        assert ids.wait_end(Identity(sleeper.pid, identity(sleeper).created - 5)) is None
        assert ids.wait_end(Identity(2**22 + 1, 1.0)) is None

    def test_it_works_however_many_files_are_open(self, sleeper: subprocess.Popen[bytes]) -> None:
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < 1200:
            pytest.skip("this machine allows few open files")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 1200), hard))
        opened = [os.open("/dev/null", os.O_RDONLY) for _ in range(1050)]
        try:
            found = identity(sleeper)
            waiting = threading.Thread(target=ids.wait_end, args=(found,), daemon=True)
            waiting.start()
            sleeper.kill()
            waiting.join(30)
            assert not waiting.is_alive()
        finally:
            for each in opened:
                os.close(each)
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
