from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.children import Runs, until
from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs.processes import StartRefused
from tray_agent.core.messages import RunExited, RunHeld, RunRefused, RunStopped
from tray_agent.core.model import Identity, Run
from tray_agent.core.ports import Standing

pytestmark = pytest.mark.skipif(
    sys.platform == "win32", reason="the other system's children have their own tests"
)


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def held(runs: Runs, text: str, run: str = "run-1") -> Run:
    """A run whose process is held; with its identity, as the journal has it."""
    found = runs.run(runs.script(text, f"{run}.py"), run)
    runs.hold(found)
    event = runs.next(RunHeld)
    return replace(found, identity=event.identity, boot=ids.boot_id(), script_hash=event.script_hash)


def identity_of(run: Run) -> Identity:
    assert run.identity is not None
    return run.identity


class TestALife:
    def test_it_does_nothing_before_it_is_let_go_and_everything_after(self, runs: Runs) -> None:
        run = held(runs, "echo began; pwd; read line && echo $line; echo oops >&2; exit 3\n")
        assert ids.is_alive(identity_of(run))
        assert not Path(run.log).exists()

        runs.processes.let_go(run.id)

        event = runs.next(RunExited)
        assert (event.run, event.exit_code, event.began) == (run.id, 3, True)
        assert event.duration_seconds is not None and 0 <= event.duration_seconds < 30
        assert Path(run.log).read_text().splitlines() == ["began", str(runs.folder / "metodos"), "oops"]
        assert run.script_hash == hashlib.sha256(Path(run.script).read_bytes()).hexdigest()

    def test_the_script_keeps_the_pid_that_was_recorded(self, runs: Runs) -> None:
        run = held(runs, "echo $$\n")

        runs.processes.let_go(run.id)
        runs.next(RunExited)

        assert Path(run.log).read_text() == f"{identity_of(run).pid}\n"

    def test_given_up_it_ends_without_having_run(self, runs: Runs) -> None:
        run = held(runs, "echo began\n")

        runs.processes.drop(run.id)
        runs.processes.drop(run.id)

        event = runs.next(RunExited)
        assert (event.began, event.duration_seconds) == (False, None)
        assert not Path(run.log).exists()

    @pytest.mark.parametrize("what", ["log deleted", "folder moved", "folder replaced by a file"])
    def test_what_is_done_to_its_log_meanwhile_does_not_undo_that_it_began(
        self, runs: Runs, what: str
    ) -> None:
        run = held(runs, "echo began\nwhile [ ! -e go ]; do sleep 0.02; done\n")
        runs.processes.let_go(run.id)
        log = Path(run.log)
        until(lambda: log.exists() and log.read_text() == "began\n")

        if what == "log deleted":
            log.unlink()
        else:
            log.parent.rename(log.parent.with_name("aside"))
        if what == "folder replaced by a file":
            log.parent.write_text("in the way")
        (runs.folder / "metodos" / "go").touch()

        event = runs.next(RunExited)
        assert (event.exit_code, event.began) == (0, True)

    def test_the_script_has_the_usual_signals_and_descriptors_of_its_own_only(self, runs: Runs) -> None:
        """What the held child said and how it said it leaves nothing behind."""
        # Signals 32 and 33 are the C library's own: no program can set them, and it ignores them in what it
        # starts.
        usable = "$(( 0x$(sed -n 's/^SigIgn:.//p' /proc/$$/status) & ~0x180000000 ))"
        script = runs.script(f"ls /proc/$$/fd; echo {usable}\n")
        plain = subprocess.run(
            ["/bin/sh", str(script)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
        )
        run = held(runs, script.read_text())

        runs.processes.let_go(run.id)
        runs.next(RunExited)

        assert Path(run.log).read_text() == plain.stdout

    def test_what_the_agent_was_started_with_stays_the_agents(self, tmp_path: Path) -> None:
        reading, writing = os.pipe()
        os.set_inheritable(writing, True)
        runs = Runs(tmp_path)
        run = held(runs, "ls -l /proc/$$/fd\n")

        runs.processes.let_go(run.id)
        runs.next(RunExited)

        os.close(writing)
        os.close(reading)
        assert "pipe:" not in Path(run.log).read_text()

    def test_an_end_that_the_system_tells_nobody_is_an_end_without_a_code(self, runs: Runs) -> None:
        """Whoever starts the agent may have had its children's ends ignored."""
        run = held(runs, "exit 3\n")
        former = signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        try:
            runs.processes.let_go(run.id)
            event = runs.next(RunExited)
        finally:
            signal.signal(signal.SIGCHLD, former)

        assert (event.exit_code, event.began) == (None, True)

    def test_it_leads_a_session_of_its_own(self, runs: Runs) -> None:
        run = held(runs, "sleep 60\n")
        runs.processes.let_go(run.id)
        until(lambda: Path(run.log).exists())

        assert os.getsid(identity_of(run).pid) == identity_of(run).pid
        os.killpg(identity_of(run).pid, signal.SIGKILL)
        assert runs.next(RunExited).exit_code == -9

    def test_what_was_dropped_is_not_let_go_any_more_and_the_other_way_round(self, runs: Runs) -> None:
        first, second = held(runs, "echo a\n", "run-1"), held(runs, "echo b\n", "run-2")

        runs.processes.drop(first.id)
        runs.processes.let_go(first.id)
        assert runs.next(RunExited).began is False
        runs.processes.let_go(second.id)
        runs.processes.drop(second.id)
        assert runs.next(RunExited).began is True

    def test_nobody_minds_words_to_runs_that_are_over(self, runs: Runs) -> None:
        runs.processes.let_go("nobody's")
        runs.processes.drop("nobody's")


class TestCreation:
    """A child's creation is known without asking it, and is what the system says of it."""

    def test_it_is_the_systems_for_every_child(self, runs: Runs) -> None:
        for number in range(60):
            run = held(runs, ":\n", f"run-{number}")
            assert ids.created(identity_of(run).pid) == identity_of(run).created
            runs.processes.drop(run.id)
            runs.next(RunExited)

    def test_a_clock_that_is_not_the_systems_is_not_believed(
        self, runs: Runs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(ids, "created_since", lambda before: 12.34)

        for number in range(3):
            run = held(runs, ":\n", f"run-{number}")
            assert ids.created(identity_of(run).pid) == identity_of(run).created
            runs.processes.drop(run.id)
            runs.next(RunExited)

    def test_between_two_ticks_the_process_is_asked(self) -> None:
        now = ids.boot_seconds()
        assert now is not None

        assert ids.created_since(now - 0.02) is None
        assert ids.created_since(None) is None


class TestRefused:
    def test_the_file_is_gone(self, runs: Runs) -> None:
        run = runs.run(runs.folder / "metodos" / "gone.py")

        runs.hold(run)

        assert runs.next(RunRefused) == RunRefused(run.id, "arquivo não encontrado.")

    @pytest.mark.parametrize("text", ["", " \n\t\r\n", "\0" * 70_000])
    def test_there_is_nothing_in_the_file(self, runs: Runs, text: str) -> None:
        run = runs.run(runs.script(text))

        runs.hold(run)

        assert runs.next(RunRefused) == RunRefused(run.id, "o arquivo está vazio.")

    def test_there_is_no_interpreter(self, tmp_path: Path) -> None:
        def none(script: Path) -> Sequence[str]:
            raise StartRefused("nenhum Python encontrado.")

        runs = Runs(tmp_path, none)
        runs.hold(runs.run(runs.script(":\n")))

        assert runs.next(RunRefused).reason == "nenhum Python encontrado."

    def test_the_logs_folder_cannot_be_made(self, runs: Runs) -> None:
        (runs.folder / "logs").write_text("in the way")
        runs.hold(runs.run(runs.script(":\n")))

        assert "o sistema recusou o processo" in runs.next(RunRefused).reason

    @pytest.mark.parametrize(
        "fault", [ValueError("embedded null byte"), KeyError("PATH"), RuntimeError("no home")]
    )
    def test_a_surprise_on_the_way_frees_the_place_too(
        self, tmp_path: Path, fault: Exception, caplog: pytest.LogCaptureFixture
    ) -> None:
        def surprise(script: Path) -> Sequence[str]:
            raise fault

        runs = Runs(tmp_path, surprise)
        runs.hold(runs.run(runs.script(":\n")))

        assert runs.next(RunRefused).reason
        assert str(fault) in caplog.text

    def test_a_word_that_no_program_can_be_given_leaves_nothing_open(self, tmp_path: Path) -> None:
        runs = Runs(tmp_path, lambda script: ["/bin/sh", "a\0b"])
        script = runs.script(":\n")
        before = len(list(Path("/proc/self/fd").iterdir()))

        runs.hold(runs.run(script))

        assert runs.next(RunRefused).reason
        assert len(list(Path("/proc/self/fd").iterdir())) == before

    def test_a_script_that_vanishes_while_it_is_held_never_began(self, runs: Runs) -> None:
        run = held(runs, "echo began\n")
        Path(run.script).unlink()

        runs.processes.let_go(run.id)

        assert runs.next(RunExited).began is False
        assert not Path(run.log).exists()

    @pytest.mark.parametrize("interpreter", ["gone", "not executable", "a folder"])
    def test_an_interpreter_that_vanishes_while_it_is_needed_never_began(
        self, tmp_path: Path, interpreter: str
    ) -> None:
        python = tmp_path / "python"
        if interpreter == "not executable":
            python.write_text("#!/bin/sh\necho began\n")
            python.chmod(0o600)
        elif interpreter == "a folder":
            python.mkdir()
        runs = Runs(tmp_path, lambda script: [str(python)])
        run = held(runs, ":\n")

        runs.processes.let_go(run.id)

        assert runs.next(RunExited).began is False
        assert not Path(run.log).exists()

    def test_a_word_that_is_no_path_is_the_systems_to_find(self, tmp_path: Path) -> None:
        runs = Runs(tmp_path, lambda script: ["env", "sh"])
        run = held(runs, "echo began\n")

        runs.processes.let_go(run.id)

        assert runs.next(RunExited).exit_code == 0
        assert Path(run.log).read_text() == "began\n"


class TestNames:
    @pytest.mark.parametrize(
        "name", ["com espaço.py", "ação.py", "-n.py", "a'b\"c$HOME`id`;.py", "quebra\nlinha.py"]
    )
    def test_any_name_a_file_may_have_is_run(self, runs: Runs, name: str) -> None:
        run = runs.run(runs.script("printf '%s\\n' \"$0\"\n", name))
        runs.hold(run)
        runs.next(RunHeld)

        runs.processes.let_go(run.id)

        assert runs.next(RunExited).exit_code == 0
        assert Path(run.log).read_text() == f"{run.script}\n"


class TestStop:
    def test_a_script_that_listens_ends_by_itself(self, runs: Runs) -> None:
        run = held(runs, "trap 'echo bye; exit 7' TERM\necho up\nwhile :; do sleep 0.05; done\n")
        runs.processes.let_go(run.id)
        until(lambda: Path(run.log).exists() and "up" in Path(run.log).read_text())

        runs.processes.stop(run, 10.0)

        exited, stopped = runs.both()
        assert exited.exit_code == 7
        assert stopped == RunStopped(run.id, killed=False)
        assert Path(run.log).read_text().endswith("bye\n")

    def test_one_that_does_not_is_killed_after_the_grace(self, runs: Runs) -> None:
        run = held(runs, "trap '' TERM\necho up\nwhile :; do sleep 0.05; done\n")
        runs.processes.let_go(run.id)
        until(lambda: Path(run.log).exists() and "up" in Path(run.log).read_text())

        runs.processes.stop(run, 0.2)

        exited, stopped = runs.both()
        assert exited.exit_code == -9
        assert stopped == RunStopped(run.id, killed=True)


class TestRestart:
    """What an agent finds of runs that an earlier one put on record."""

    def test_a_held_child_whose_agent_died_never_runs(self, runs: Runs, tmp_path: Path) -> None:
        """The pipe closes with the agent, however it ends."""
        script = runs.script("echo began\n")
        log = tmp_path / "log"
        program = (
            "import os, sys, pathlib\n"
            "from tray_agent.adapters.runs.posix import PosixBackend\n"
            "script, log = map(pathlib.Path, sys.argv[1:])\n"
            "child = PosixBackend().start_held(['/bin/sh', str(script)], script.parent, script, {}, log)\n"
            "print(child.identity.pid, child.identity.created, flush=True)\n"
            "os.kill(os.getpid(), 9)\n"
        )
        agent = subprocess.run(
            [sys.executable, "-c", program, str(script), str(log)],
            stdout=subprocess.PIPE,
            check=False,
            timeout=60,
        )
        pid, created = agent.stdout.split()
        run = replace(
            runs.run(script), identity=Identity(int(pid), float(created)), boot=ids.boot_id(), log=str(log)
        )

        assert runs.processes.standing(run) is Standing.NEVER_BEGAN
        assert not ids.is_alive(identity_of(run))
        assert not log.exists()

    def test_one_that_runs_is_adopted_until_it_ends(self, runs: Runs) -> None:
        run = held(runs, "exec sleep 60\n")
        runs.processes.let_go(run.id)
        until(lambda: Path(run.log).exists())
        after = Runs(runs.folder)
        assert after.processes.standing(run) is Standing.RUNNING

        after.processes.adopt(run)
        os.kill(identity_of(run).pid, signal.SIGKILL)

        assert after.next(RunExited) == RunExited(run.id, None)
        assert after.processes.standing(run) is Standing.ENDED

    def test_an_adopted_one_can_be_stopped(self, runs: Runs) -> None:
        run = held(runs, "exec sleep 60\n")
        runs.processes.let_go(run.id)
        until(lambda: Path(run.log).exists())
        after = Runs(runs.folder)
        after.processes.adopt(run)

        after.processes.stop(run, 10.0)

        assert after.both() == (RunExited(run.id, None), RunStopped(run.id, killed=False))

    def test_a_run_this_very_process_still_follows_is_not_followed_twice(self, runs: Runs) -> None:
        run = held(runs, "exit 4\n")
        runs.processes.adopt(run)

        runs.processes.let_go(run.id)

        assert runs.next(RunExited).exit_code == 4
        assert runs.posted.empty()

    def test_one_that_ended_meanwhile_has_ended(self, runs: Runs) -> None:
        run = held(runs, ":\n")
        runs.processes.let_go(run.id)
        runs.next(RunExited)

        assert runs.processes.standing(run) is Standing.ENDED

    def test_one_that_still_waits_is_ended_and_never_began(self, runs: Runs) -> None:
        run = held(runs, "echo began\n")

        assert Runs(runs.folder).processes.standing(run) is Standing.NEVER_BEGAN
        assert not ids.is_alive(identity_of(run))
        assert not Path(run.log).exists()

    def test_one_of_another_boot_has_ended_whoever_has_its_pid_now(self, runs: Runs) -> None:
        run = held(runs, "sleep 60\n")

        assert runs.processes.standing(replace(run, boot="another")) is Standing.ENDED
        assert ids.is_alive(identity_of(run))
        runs.processes.drop(run.id)
        runs.next(RunExited)

    def test_one_that_was_never_given_a_process_never_began(self, runs: Runs) -> None:
        assert runs.processes.standing(runs.run(runs.script(":\n"))) is Standing.NEVER_BEGAN

    def test_a_pid_with_a_new_owner_is_neither_adopted_nor_stopped(self, runs: Runs) -> None:
        with subprocess.Popen(["sleep", "60"]) as stranger:
            created = ids.created(stranger.pid)
            assert created is not None
            run = replace(
                runs.run(runs.script(":\n")), identity=Identity(stranger.pid, created - 5), boot=ids.boot_id()
            )

            Path(run.log).parent.mkdir(parents=True)
            assert runs.processes.standing(run) is Standing.NEVER_BEGAN
            Path(run.log).touch()
            assert runs.processes.standing(run) is Standing.ENDED
            runs.processes.adopt(run)
            assert runs.next(RunExited) == RunExited(run.id, None)
            runs.processes.stop(run, 0.1)
            assert runs.next(RunStopped) == RunStopped(run.id, killed=False)

            assert stranger.poll() is None
            stranger.kill()


class TestClose:
    def test_held_ones_are_given_up_running_ones_go_on(self, runs: Runs) -> None:
        running, waiting = held(runs, "exec sleep 60\n", "run-1"), held(runs, "echo began\n", "run-2")
        runs.processes.let_go(running.id)
        until(lambda: Path(running.log).exists())

        runs.processes.close()

        assert runs.next(RunExited) == RunExited(waiting.id, 125, began=False)
        assert ids.is_alive(identity_of(running))
        os.kill(identity_of(running).pid, signal.SIGKILL)
        runs.next(RunExited)
