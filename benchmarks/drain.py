"""W1: 200 due no-op scripts, five at once, every start held, journalled and let go; against a bare pool."""

from __future__ import annotations

import os
import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.setting import (
    Figure,
    Workspace,
    cpu_seconds,
    empty_python,
    last_end,
    make_workspace,
    median,
    running_agent,
    script_environment,
    start_paused,
    temporary,
    wait_for,
    warm_cache,
)

COUNT = 200
PLACES = 5


def bare_pool(scripts: Sequence[Path], python: str, env: dict[str, str], logs: Path) -> float:
    """Seconds that five threads of blocking Popen need; each run writes a file of its own in its job's folder
    below ``logs``, as it does under the agent."""
    logs.mkdir()
    waiting: queue.SimpleQueue[tuple[Path, Path]] = queue.SimpleQueue()
    for number, script in enumerate(scripts):
        (logs / script.stem).mkdir(exist_ok=True)
        waiting.put((script, logs / script.stem / f"{number}.log"))

    def work() -> None:
        while True:
            try:
                script, file = waiting.get_nowait()
            except queue.Empty:
                return
            with file.open("wb") as log:
                subprocess.Popen(
                    [python, str(script)],
                    cwd=script.parent,
                    env=env,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                ).wait()

    threads = [threading.Thread(target=work) for _ in range(PLACES)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def _own_seconds() -> float:
    mine = os.times()
    return mine.user + mine.system + mine.children_user + mine.children_system


def _pool(scripts: Sequence[Path], python: str, env: dict[str, str], logs: Path) -> tuple[float, float]:
    """Seconds, and processor seconds with the children's, of the bare pool."""
    before = _own_seconds()
    taken = bare_pool(scripts, python, env, logs)
    return taken, _own_seconds() - before


def _agent_drain(work: Workspace, python: str, data: Path) -> tuple[float, float]:
    """Seconds from `resume` to the last end that the agent recorded, and its processor seconds.

    The jobs ran before, so their logs' folders are there, as the pool's are.
    """
    env = work.environment(data_dir=data, python=python, max_concurrent=PLACES)
    start_paused(data)
    for name in work.names:
        (data / "logs" / name).mkdir(parents=True)
    with running_agent(env, data) as (agent, channel):
        wait_for(lambda: channel.call("status")["counts"]["queued"] == COUNT, 30, pause=0.1)
        before, began = cpu_seconds(agent.pid), time.time()
        channel.call("resume")
        taken = last_end(data, COUNT, 120) - began
        return taken, cpu_seconds(agent.pid) - before


def measure(short: bool) -> list[Figure]:
    """The median ratios of alternating rounds, in seconds and in processor seconds."""
    python = empty_python()
    rounds = []
    with temporary() as folder:
        work = make_workspace(folder, COUNT, "0")
        scripts = sorted(work.base.glob("*/metodos/*.py"))
        env = script_environment(folder / "pycache")
        warm_cache(python, scripts[0], folder / "pycache")
        for number in range(3 if short else 7):
            data = folder / f"dados{number}"
            warm_cache(python, scripts[0], data / "pycache")
            rounds.append(
                (*_pool(scripts, python, env, folder / f"logs{number}"), *_agent_drain(work, python, data))
            )
    ratio = median([mine / floor for floor, _, mine, _ in rounds])
    work_ratio = median([mine / floor for _, floor, _, mine in rounds])
    text = f"bare pool of 5 Popen: {median([floor for floor, *_ in rounds]):.2f} s"
    cpu_text = f"bare pool of 5 Popen: {median([floor for _, floor, *_ in rounds]):.2f} s"
    what = f"drain of {COUNT}, {PLACES} at once"
    return [
        Figure("W1", what, ratio, "×", 1.10, 1.65, text),
        Figure("W1", f"{what}, processor time", work_ratio, "×", 1.10, 1.375, cpu_text, timed=False),
    ]
