"""W1: what a user gets: an agent started on 200 due scripts with a new data folder, from the first script's
stamp to the last one's; against a bare pool, and against one that only holds and records each start."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.pools import PLACES, bare_pool, own_seconds, promising_pool
from benchmarks.setting import (
    Figure,
    Workspace,
    clean_environment,
    cpu_seconds,
    empty_python,
    finished,
    make_workspace,
    median,
    running_agent,
    script_environment,
    temporary,
    wait_for,
    warm_cache,
)

COUNT = 200
_VARIABLE = "BENCHMARK_STAMPS"
_SCRIPT = f"""import os, time
with open(os.environ["{_VARIABLE}"], "a") as file:
    file.write(f"{{time.time_ns()}}\\n")
"""


@dataclass(frozen=True)
class _Drain:
    """Seconds from the first stamp to the last, and of processor time."""

    seconds: float
    used: float


def _stamped(stamps: Path) -> float:
    """Seconds from the first stamp to the last."""
    moments = sorted(map(int, stamps.read_text(encoding="ascii").split()))
    if len(moments) != COUNT:
        raise RuntimeError(f"{len(moments)} scripts ran, not {COUNT}")
    return (moments[-1] - moments[0]) / 1e9


def _pool(stamps: Path, env: dict[str, str], run: Callable[[dict[str, str]], object]) -> _Drain:
    before = own_seconds()
    run(env | {_VARIABLE: str(stamps)})
    return _Drain(_stamped(stamps), own_seconds() - before)


def _agent(work: Workspace, python: str, data: Path) -> _Drain:
    """An agent's, from its start on; the processor time of its own start and of the discovery left out."""
    stamps = data.with_suffix(".stamps")
    env = work.environment(data_dir=data, python=python, max_concurrent=PLACES) | {_VARIABLE: str(stamps)}
    with running_agent(env, data) as (agent, _):
        wait_for(stamps.exists, 30)
        before = cpu_seconds(agent.pid)
        wait_for(lambda: finished(data) >= COUNT, 120, pause=0.2)
        return _Drain(_stamped(stamps), cpu_seconds(agent.pid) - before)


def _round(work: Workspace, python: str, folder: Path) -> tuple[_Drain, _Drain, _Drain]:
    """A bare pool's drain (the mean of one before and one after), one with the promise, and the agent's."""
    folder.mkdir()
    scripts = sorted(work.base.glob("*/metodos/*.py"))
    bare_env, env = clean_environment(), script_environment(work.folder / "pycache")

    def bare(name: str) -> _Drain:
        return _pool(
            folder / f"{name}.stamps",
            bare_env,
            lambda env: bare_pool(scripts, python, env, folder / name, keeps_output=False),
        )

    before = bare("before")
    promise = _pool(
        folder / "promise.stamps", env, lambda env: promising_pool(scripts, python, env, folder / "promise")
    )
    mine = _agent(work, python, folder / "dados")
    after = bare("after")
    floor = _Drain((before.seconds + after.seconds) / 2, (before.used + after.used) / 2)
    return floor, promise, mine


def measure(short: bool) -> list[Figure]:
    """The median ratios of the rounds, in seconds and in processor seconds."""
    python = empty_python()
    with temporary() as folder:
        work = make_workspace(folder, COUNT, "0", _SCRIPT)
        (folder / "warm.py").write_text("pass\n", encoding="ascii")
        warm_cache(python, folder / "warm.py", folder / "pycache")
        rounds = [_round(work, python, folder / f"{number}") for number in range(3 if short else 7)]
    floors, promises, drains = zip(*rounds, strict=True)
    bare = f"bare pool of {PLACES} Popen, output to nowhere"
    held = "the pool that holds and records starts"
    what = f"drain of {COUNT}, {PLACES} at once, from a new data folder"
    return [
        *_ratios(what, drains, floors, bare, 1.25),
        *_ratios(f"{what}, against the promise alone", drains, promises, held, 1.04),
        *_ratios("the promise alone: a pool that holds and records each start", promises, floors, bare),
    ]


def _ratios(
    what: str, mine: Sequence[_Drain], floors: Sequence[_Drain], floor: str, bound: float = math.inf
) -> list[Figure]:
    """The same in seconds and in processor time, which a busy machine says too."""
    seconds = median([each.seconds / other.seconds for each, other in zip(mine, floors, strict=True)])
    used = median([each.used / other.used for each, other in zip(mine, floors, strict=True)])
    text = f"{floor}: {median([each.seconds for each in floors]):.2f} s"
    used_text = f"{floor}: {median([each.used for each in floors]):.2f} s"
    return [
        Figure("W1", what, seconds, "×", bound, bound * 1.5, text),
        Figure("W1", f"{what}, processor time", used, "×", bound, bound * 1.25, used_text, False),
    ]
