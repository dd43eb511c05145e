from __future__ import annotations

import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.adapters.children import SECONDS, Runs, until
from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs.leftovers import Leftovers
from tray_agent.core.messages import Message, RunExited, RunHeld, RunLeft, RunStopped
from tray_agent.core.model import Identity, Run

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="a shell and signals"),
]
QUIET = "</dev/null >/dev/null 2>&1"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path)


def let_go(runs: Runs, script: str) -> Run:
    """A run that was let go, with its identity."""
    run = runs.run(runs.script(script), f"run-{time.monotonic_ns()}")
    runs.hold(run)
    run = replace(run, identity=runs.next(RunHeld).identity)
    runs.processes.let_go(run.id)
    return run


def pid_in(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def test_what_a_launcher_leaves_is_named_and_ended_by_a_stop(runs: Runs) -> None:
    run = let_go(runs, "sleep 600 & echo $!\n")
    ended = runs.next(RunExited)
    pid = int(Path(run.log).read_text())
    assert (ended.exit_code, ended.leftovers, ended.reason) == (0, (pid,), "")

    runs.processes.stop(run, 30.0)
    posted = {type(message): message for message in (runs.posted.get(timeout=SECONDS) for _ in range(2))}
    assert posted == {RunStopped: RunStopped(run.id, False), RunLeft: RunLeft(run.id, ())}
    assert ids.created(pid) is None


def test_what_hides_in_a_session_of_its_own_is_found_a_moment_later(runs: Runs) -> None:
    hide = f"setsid sh -c 'echo $$ > hidden; exec sleep 600' {QUIET} &"
    run = let_go(runs, f"{hide}\nwhile [ ! -s hidden ]; do :; done\n")
    assert runs.next(RunExited).leftovers == ()
    pid = pid_in(runs.folder / "metodos" / "hidden")
    assert runs.next(RunLeft) == RunLeft(run.id, (pid,))
    os.kill(pid, signal.SIGKILL)
    assert runs.next(RunLeft) == RunLeft(run.id, ())


def test_without_the_mark_in_its_environment_it_is_known_by_its_session(runs: Runs) -> None:
    run = let_go(runs, f"env -i sleep 600 {QUIET} & echo $!\n")
    pid = int(runs.next(RunExited).leftovers[0])
    assert Path(run.log).read_text() == f"{pid}\n"
    runs.processes.stop(run, 30.0)
    assert {type(runs.posted.get(timeout=SECONDS)) for _ in range(2)} == {RunStopped, RunLeft}
    assert ids.created(pid) is None


def test_a_tree_that_is_being_stopped_leaves_nothing_to_speak_of(runs: Runs) -> None:
    run = let_go(
        runs, "trap 'exit 9' TERM\n(trap '' TERM; sleep 600) &\necho\nwhile :; do sleep 0.05; done\n"
    )
    until(lambda: Path(run.log).exists() and Path(run.log).read_text() == "\n")
    runs.processes.stop(run, 0.3)
    ended, stopped = runs.both()
    assert ended.leftovers == ()
    assert (stopped.killed, stopped.survivors) == (True, ())
    assert runs.posted.empty()


def test_a_run_that_ends_badly_says_why(runs: Runs) -> None:
    let_go(runs, "echo Faltou o arquivo; exit 3\n")
    ended = runs.next(RunExited)
    assert (ended.exit_code, ended.reason, ended.leftovers) == (3, "Faltou o arquivo", ())


def test_what_was_said_is_not_said_again_and_nobody_looks_once_it_is_gone() -> None:
    said: list[Message] = []
    one = Identity(2**22 + 1, 0.0)  # no such process: known by its mark alone
    looks: list[dict[str, list[Identity]]] = [{"r": [one]}, {"r": [one]}, {}]
    left = Leftovers(said.append, lambda runs: looks.pop(0), soon_seconds=0.01, look_seconds=0.01)
    left.watch("r", [], ())
    until(lambda: not looks)
    until(lambda: not any(thread.name == "leftovers" for thread in threading.enumerate()))
    assert said == [RunLeft("r", (one.pid,)), RunLeft("r", ())]
    assert left.of("r") == []
