"""W1: 200 due no-op scripts, five at once, every start held, journalled and let go; against a bare pool."""

from __future__ import annotations

import queue
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.setting import (
    Figure,
    Workspace,
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


def bare_pool(scripts: Sequence[Path], python: str, env: dict[str, str]) -> float:
    """Seconds that five threads of blocking Popen need."""
    waiting: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for script in scripts:
        waiting.put(script)

    def work() -> None:
        while True:
            try:
                script = waiting.get_nowait()
            except queue.Empty:
                return
            with script.with_suffix(".log").open("wb") as log:
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


def agent_drain(work: Workspace, python: str, data: Path) -> float:
    """Seconds from `resume` to the last end that the agent recorded."""
    env = work.environment(data_dir=data, python=python, max_concurrent=PLACES)
    start_paused(data)
    with running_agent(env, data) as (_, channel):
        wait_for(lambda: channel.call("status")["counts"]["queued"] == COUNT, 30, pause=0.1)
        began = time.time()
        channel.call("resume")
        return last_end(data, COUNT, 120) - began


def measure(short: bool) -> list[Figure]:
    """The median ratio of alternating rounds."""
    python = empty_python()
    ratios, floors = [], []
    with temporary() as folder:
        work = make_workspace(folder, COUNT, "0")
        scripts = sorted(work.base.glob("*/metodos/*.py"))
        env = script_environment(folder / "pycache")
        warm_cache(python, scripts[0], folder / "pycache")
        for number in range(3 if short else 7):
            data = folder / f"dados{number}"
            warm_cache(python, scripts[0], data / "pycache")
            floors.append(bare_pool(scripts, python, env))
            ratios.append(agent_drain(work, python, data) / floors[-1])
    text = f"bare pool of 5 Popen: {median(floors):.2f} s"
    return [Figure("W1", f"drain of {COUNT}, {PLACES} at once", median(ratios), "×", 1.10, 1.35, text)]
