"""W7: from a command to an answer, to the icon, to the window; against the start of a bare interpreter."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from benchmarks import screen
from benchmarks.setting import (
    ROOT,
    Figure,
    Skipped,
    Workspace,
    clean_environment,
    connected,
    empty_python,
    end_agent,
    make_workspace,
    median,
    rest,
    running_agent,
    start_agent,
    temporary,
    wait_for,
)

JOBS = 100
STATUS = (sys.executable, "-m", "tray_agent", "status")


def _command(argv: tuple[str, ...], env: dict[str, str], folder: Path) -> float:
    """Milliseconds of a command from start to end."""
    began = time.perf_counter()
    done = subprocess.run(argv, env=env, cwd=folder, capture_output=True, check=False)
    taken = (time.perf_counter() - began) * 1000
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace"))
    return taken


def bare(folder: Path) -> float:
    """Milliseconds that the interpreter takes to do nothing."""
    return _command((sys.executable, "-c", "pass"), clean_environment(), folder)


def _to_answer(work: Workspace, env: dict[str, str]) -> float:
    began = time.perf_counter()
    agent = start_agent(env)
    channel = wait_for(lambda: connected(work.data), 30)
    channel.call("status")
    taken = (time.perf_counter() - began) * 1000
    end_agent(agent, channel)
    return taken


def _answers(rounds: int) -> list[Figure]:
    floors, starts, asked = [], [], []
    with temporary() as folder:
        work = make_workspace(folder, JOBS, "MANUAL")
        env = work.environment(python=empty_python())
        for _ in range(rounds):
            floors.append(bare(ROOT))
            starts.append(_to_answer(work, env))
        with running_agent(env, work.data) as (_, channel):
            wait_for(lambda: len(channel.call("status")["cards"]) == JOBS, 30, 0.05)
            rest(1.0)
            _command(STATUS, env, ROOT)
            idle = []
            for _ in range(2 * rounds):
                idle.append(bare(ROOT))
                asked.append(_command(STATUS, env, ROOT))
    text = f"bare interpreter: {median(floors):.0f} ms"
    quick = f"bare interpreter: {median(idle):.0f} ms"
    over = "ms over the floor"
    return [
        Figure("W7", "command to an answer", median(starts) - median(floors), over, 250, 750, text),
        Figure("W7", "`tray-agent status`", median(asked) - median(idle), over, 80, 240, quick),
    ]


def measure(short: bool) -> list[Figure]:
    """Answers everywhere; in the full form icon and window where a virtual screen can be made."""
    figures = _answers(5 if short else 15)
    if short:
        return figures
    try:
        return figures + screen.measure(lambda: bare(ROOT))
    except Skipped as skipped:
        print(f"W7: icon and window left out, {skipped}", file=sys.stderr)
        return figures
