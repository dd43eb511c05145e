"""Processes when the system refuses, when files vanish, and when a pid has a new owner at the worst time."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.children import Runs, until
from tests.adapters.runs.test_processes import held, identity_of
from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs import processes, trees
from tray_agent.core.messages import RunExited, RunRefused, RunStopped
from tray_agent.core.model import Identity, Run
from tray_agent.core.ports import Standing


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


@contextmanager
def no_descriptors(but: int = 0) -> Iterator[None]:
    """This process can open nothing more, or only so many files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = sorted(os.open(os.devnull, os.O_RDONLY) for _ in range(8))
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[but], hard))
    for each in taken[:but]:
        os.close(each)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for each in taken[but:]:
            os.close(each)


def running(runs: Runs, text: str = "exec sleep 60\n") -> Run:
    """A run that was let go and has begun."""
    run = held(runs, text)
    runs.processes.let_go(run.id)
    until(lambda: Path(run.log).exists())
    return run


def end(run: Run) -> None:
    os.kill(identity_of(run).pid, signal.SIGKILL)


class TestNoDescriptors:
    def test_what_cannot_be_looked_at_is_not_taken_for_gone(self, runs: Runs) -> None:
        run = running(runs)
        with no_descriptors():
            assert ids.is_alive(identity_of(run))
        end(run)
        runs.next(RunExited)
        assert not ids.is_alive(identity_of(run))

    def test_nobody_is_signalled_whose_identity_cannot_be_read(self, runs: Runs) -> None:
        with subprocess.Popen(["sleep", "60"]) as stranger, no_descriptors(but=1):
            trees.signal_one(Identity(stranger.pid, 1.0), signal.SIGTERM)
            assert stranger.poll() is None
            stranger.kill()

    def test_an_adopted_run_is_followed_to_its_end_all_the_same(self, runs: Runs) -> None:
        run = running(runs)
        after = Runs(runs.folder)
        with no_descriptors():
            after.processes.adopt(run)
            with pytest.raises(AssertionError):
                until(lambda: not after.posted.empty(), 0.3)
        end(run)

        assert after.next(RunExited) == RunExited(run.id, None)

    def test_a_stop_is_answered_and_may_be_asked_again(self, runs: Runs) -> None:
        run = running(runs)
        import psutil  # noqa: F401 - loaded while it can be

        with no_descriptors():
            runs.processes.stop(run, 0.1)
            stopped = runs.next(RunStopped)
        assert stopped.survivors == (identity_of(run).pid,)

        runs.processes.stop(run, 5.0)

        assert runs.both()[1].survivors == ()

    def test_a_child_whose_identity_cannot_be_read_is_given_up(
        self, runs: Runs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refused(pid: int) -> float:
            raise OSError(24, "Too many open files")

        monkeypatch.setattr(ids, "created", refused)
        run = runs.run(runs.script("echo began\n"))

        runs.hold(run)

        assert "recusou" in runs.next(RunRefused).reason
        assert not Path(run.log).exists()
        until(lambda: not _children_with("held"))


def _children_with(word: str) -> list[int]:
    import psutil

    return [each.pid for each in psutil.Process().children() if word in _words(each)]


def _words(process: Any) -> list[str]:
    import psutil

    try:
        words: list[str] = process.cmdline()
    except psutil.Error:
        return []
    return words


class TestVanishedLogs:
    def test_a_running_script_whose_log_was_deleted_is_left_alone_and_adopted(self, runs: Runs) -> None:
        run = running(runs)
        Path(run.log).unlink()

        assert Runs(runs.folder).processes.standing(run) is Standing.RUNNING
        assert ids.is_alive(identity_of(run))
        end(run)

    def test_one_whose_folder_of_logs_was_deleted_has_ended_rather_than_never_begun(self, runs: Runs) -> None:
        run = running(runs)
        end(run)
        runs.next(RunExited)
        Path(run.log).unlink()
        Path(run.log).parent.rmdir()

        assert runs.processes.standing(run) is Standing.ENDED


class TestLastMoment:
    def test_a_held_child_that_begins_as_it_is_given_up_is_not_said_to_have_never_begun(
        self, runs: Runs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It was let go and kept from the processor; it opens its log just before the signal comes."""
        run = held(runs, "exec sleep 60\n")
        os.kill(identity_of(run).pid, signal.SIGSTOP)
        runs.processes.let_go(run.id)
        signal_one = trees.signal_one

        def late(identity: Identity, number: int) -> None:
            os.kill(identity.pid, signal.SIGCONT)
            until(lambda: Path(run.log).exists())
            signal_one(identity, number)

        monkeypatch.setattr(processes.trees, "signal_one", late)

        assert Runs(runs.folder).processes.standing(run) is Standing.ENDED

    def test_a_frozen_held_child_of_a_dead_agent_never_begins(self, runs: Runs) -> None:
        run = held(runs, "echo began\n")
        os.kill(identity_of(run).pid, signal.SIGSTOP)

        assert Runs(runs.folder).processes.standing(run) is Standing.NEVER_BEGAN
        assert not ids.is_alive(identity_of(run))
        assert not Path(run.log).exists()


class TestReusedPids:
    def test_a_stranger_who_gets_a_marked_pid_while_the_tree_is_taken_is_not_in_it(
        self, runs: Runs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The mark is read, its process ends, and a stranger has its pid when the creation time is read."""
        run = running(runs)
        root = replace(identity_of(run), created=0.0)
        with subprocess.Popen(["sleep", "60"], env={trees.RUN_MARK: "another"}) as stranger:
            real = trees.read_environment

            def stale(pid: int) -> bytes:
                if pid != stranger.pid:
                    return real(pid)
                looks.append(pid)
                return f"{trees.RUN_MARK}={run.id}".encode() if len(looks) == 1 else real(pid)

            looks: list[int] = []
            monkeypatch.setattr(trees, "read_environment", stale)

            assert stranger.pid not in {each.pid for each in trees.tree(root, run.id)}
            stranger.kill()
        end(run)
