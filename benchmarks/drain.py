"""W1: 200 due no-op scripts, five at once, every start held, journalled and let go; against a bare pool."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.pools import PLACES, bare_pool, own_seconds, promising_pool
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
            before = own_seconds()
            floor = bare_pool(scripts, python, env, folder / f"bare{number}")
            used = own_seconds() - before
            promise = promising_pool(scripts, python, env, folder / f"promise{number}")
            rounds.append((floor, used, promise, *_agent_drain(work, python, data)))
    floors, floors_used, promises, drains, drains_used = (list(each) for each in zip(*rounds, strict=True))
    text = f"bare pool of {PLACES} Popen: {median(floors):.2f} s"
    held = f"the pool that holds and records starts: {median(promises):.2f} s"
    cpu_text = f"bare pool of {PLACES} Popen: {median(floors_used):.2f} s"
    what = f"drain of {COUNT}, {PLACES} at once"
    return [
        Figure("W1", what, _ratio(drains, floors), "×", 1.10, 1.65, text),
        Figure(
            "W1",
            f"{what}, processor time",
            _ratio(drains_used, floors_used),
            "×",
            1.10,
            1.375,
            cpu_text,
            False,
        ),
        Figure(
            "W1",
            "the promise alone: a pool that holds and records each start",
            _ratio(promises, floors),
            "×",
            floor=text,
        ),
        Figure("W1", f"{what}, against the promise alone", _ratio(drains, promises), "×", floor=held),
    ]


def _ratio(mine: list[float], floors: list[float]) -> float:
    return median([each / floor for each, floor in zip(mine, floors, strict=True)])
