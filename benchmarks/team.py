"""W12: several PCs.

`run` to the first line on a PC, beside the local agent and a bare Popen; a drain on three PCs of five places;
what a PC's part costs while nothing is due.

Brain, PCs, server and scripts share this one machine: a drain shows processor cost, on real PCs it spreads.
"""

from __future__ import annotations

import re
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from benchmarks.dispatch import SCRIPT, Script, bare, commanded
from benchmarks.pools import bare_pool, own_seconds
from benchmarks.setting import (
    Figure,
    Skipped,
    Workspace,
    cpu_seconds,
    empty_python,
    last_end,
    make_script,
    make_workspace,
    median,
    percentile,
    pss_mb,
    rest,
    running_agent,
    script_environment,
    start_paused,
    temporary,
    wait_for,
    warm_cache,
    write_registry,
)
from tray_agent.shell.channel.client import Channel

HEADINGS = ("script_name", "area_name", "cron_schedule", "active", "pc")
PCS, PLACES, COUNT = 3, 5, 200
_CODE = re.compile(r"\S+:\d+/\S+")


class _Member:
    """An agent of a team: its workspace, its settings, its name."""

    def __init__(self, base: Workspace, folder: Path, name: str, **settings: object) -> None:
        self.name = name
        self.work = Workspace(folder, base.names)
        folder.mkdir(exist_ok=True)
        self.env = self.work.environment(base_path=base.base, **settings)

    def cli(self, *words: str) -> str:
        """What a command prints."""
        argv = [sys.executable, "-m", "tray_agent", *words]
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode:
            raise RuntimeError(f"{words}: {done.stderr}")
        return done.stdout


@contextmanager
def _team(work: Workspace, python: str, pcs: int, **settings: object) -> Iterator[list[tuple[int, Channel]]]:
    """The pids and channels of a brain on that workspace and of so many PCs that joined it."""
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    common = {"python": python, "team_port": port, "team_places": PLACES} | settings
    brain = _Member(work, work.folder, "PC-CHEFE", **common)
    with ExitStack() as stack:
        agent, channel = stack.enter_context(running_agent(brain.env, brain.work.data))
        members = [(agent.pid, channel)]
        wait_for(lambda: channel.call("status")["cards"], 30, 0.05)
        for number in range(1, pcs + 1):
            pc = _Member(work, work.folder / f"pc{number}", f"PC-{number}", **common)
            code = _CODE.search(brain.cli("team", "invite", "--name", brain.name))
            assert code is not None
            pc.cli("join", code.group(), "--name", pc.name)
            keeper, its_channel = stack.enter_context(running_agent(pc.env, pc.work.data))
            members.append((keeper.pid, its_channel))
        wait_for(lambda: sum(each["present"] for each in channel.call("status")["pcs"]) > pcs, 30, 0.05)
        yield members


def _dispatch(folder: Path, python: str, count: int) -> list[Figure]:
    """Bare, on the brain's own PC and on another, one after the other."""
    work = Workspace(folder, ["local", "longe"])
    here, there = (Script(make_script(work.base / name, name, SCRIPT)) for name in work.names)
    write_registry(
        folder, HEADINGS, [("local", "Área", "MANUAL", "sim", ""), ("longe", "Área", "MANUAL", "sim", "PC-1")]
    )
    env = script_environment(folder / "pycache")
    for cache in (folder / "pycache", work.data / "pycache", folder / "pc1" / "dados" / "pycache"):
        warm_cache(python, here.path, cache)
    floors, local, remote = [], [], []
    with _team(work, python, 1) as ((_, channel), _):
        for _ in range(count):
            floors.append(bare(here, python, env))
            local.append(commanded(here, channel))
            remote.append(commanded(there, channel))
    floor = f"local agent: {median(local):.1f} ms, bare Popen: {median(floors):.1f} ms"
    over = median(remote) - median(local)
    tail = percentile(remote, 0.99) - percentile(local, 0.99)
    what = "`run` to first line on a PC"
    return [
        Figure("W12", f"{what}, median of {count}", over, "ms over local", 10, 20, floor),
        Figure(
            "W12", f"{what}, p99", tail, "ms over local", floor=f"local: {percentile(local, 0.99):.1f} ms"
        ),
    ]


def _drain(folder: Path, python: str, rounds: int) -> list[Figure]:
    """200 due no-op scripts on three PCs of five places, on a local agent of fifteen, in a bare pool."""
    work = make_workspace(folder, COUNT, "0")
    scripts = sorted(work.base.glob("*/metodos/*.py"))
    rows = [(name, "Área", "0", "sim", "PC-1, PC-2, PC-3") for name in work.names]
    env = script_environment(folder / "pycache")
    warm_cache(python, scripts[0], folder / "pycache")
    floors, locals_, teams, used = [], [], [], []
    for number in range(rounds):
        before = own_seconds()
        floors.append(bare_pool(scripts, python, env, folder / f"bare{number}", places=PCS * PLACES))
        floor_used = own_seconds() - before
        locals_.append(_local(work, python, number))
        team = Workspace(folder / f"team{number}", work.names)
        team.folder.mkdir()
        # A tree of its own: the brain puts itself on record in it, and no other agent starts anything there.
        shutil.copytree(work.base, team.base)
        write_registry(team.folder, HEADINGS, rows)
        taken, spent = _of_team(team, python, scripts[0])
        teams.append(taken)
        used.append(spent / floor_used)
    floor = f"bare pool of {PCS * PLACES}: {median(floors):.2f} s, local agent: {median(locals_):.2f} s"
    ratio = median([each / local for each, local in zip(teams, locals_, strict=True)])
    what = f"drain of {COUNT} on {PCS} × {PLACES} places"
    return [
        Figure("W12", what, ratio, "× local", floor=f"{floor}, team: {median(teams):.2f} s"),
        Figure("W12", f"{what}, processor time of all agents", median(used), "× bare pool", timed=False),
    ]


def _local(work: Workspace, python: str, number: int) -> float:
    data = work.folder / f"local{number}"
    warm_cache(python, next(work.base.glob("*/metodos/*.py")), data / "pycache")
    start_paused(data)
    env = work.environment(data_dir=data, python=python, max_concurrent=PCS * PLACES)
    with running_agent(env, data) as (_, channel):
        wait_for(lambda: channel.call("status")["counts"]["queued"] == COUNT, 30, pause=0.1)
        began = time.time()
        channel.call("resume")
        return last_end(data, COUNT, 120) - began


def _of_team(work: Workspace, python: str, script: Path) -> tuple[float, float]:
    """Seconds of the drain, and the processor seconds of every agent and its radio."""
    for number in range(1, PCS + 1):
        warm_cache(python, script, work.folder / f"pc{number}" / "dados" / "pycache")
    start_paused(work.data)
    with _team(work, python, PCS) as members:
        channel = members[0][1]
        wait_for(lambda: channel.call("status")["counts"]["queued"] == COUNT, 30, pause=0.1)
        before, began = sum(_spent(pid) for pid, _ in members), time.time()
        channel.call("resume")
        taken = last_end(work.data, COUNT, 120) - began
        return taken, sum(_spent(pid) for pid, _ in members) - before


def _spent(pid: int) -> float:
    """The processor seconds of an agent and of its living children."""
    import psutil

    return sum(cpu_seconds(each) for each in _family(psutil.Process(pid)))


def _family(process: object) -> list[int]:
    import psutil

    assert isinstance(process, psutil.Process)
    return [process.pid, *(each.pid for each in process.children(recursive=True))]


def _idle(folder: Path, python: str, seconds: float) -> list[Figure]:
    """A PC of a team, the brain, and an agent alone, side by side through the same minutes."""
    with ExitStack() as stack:
        alone_work = make_workspace(folder / "alone", 100, "MANUAL")
        env = alone_work.environment(python=python)
        alone, channel = stack.enter_context(running_agent(env, alone_work.data))
        wait_for(lambda: len(channel.call("status")["cards"]) == 100, 30, 0.1)
        work = make_workspace(folder / "team", 100, "MANUAL")
        (brain, _), (pc, _) = stack.enter_context(_team(work, python, 1))
        rest(20.0 if seconds < 60 else 75.0)
        pids = (alone.pid, brain, pc)
        before = [_spent(pid) for pid in pids]
        rest(seconds)
        used = [(_spent(pid) - former) * 60 / seconds for pid, former in zip(pids, before, strict=True)]
        weights = [pss_mb(pid) for pid in pids]
    says = f"the PC's agent and radio {weights[2]:.1f} MB, an agent alone {weights[0]:.1f} MB"
    spends = f"the PC's agent and radio {used[2]:.3f} s/min, an agent alone {used[0]:.3f}"
    return [
        Figure("W12", "idle, the team's part on a PC", weights[2] - weights[0], "MB", 20, 25, says, False),
        Figure("W12", "idle, CPU of the team's part on a PC", used[2] - used[0], "s/min", 0.05, 0.2, spends),
        Figure("W12", "idle, the team's part on the brain's", weights[1] - weights[0], "MB", timed=False),
        Figure("W12", "idle, CPU of the team's part on the brain's", used[1] - used[0], "s/min"),
    ]


def measure(short: bool) -> list[Figure]:
    """All three."""
    if sys.platform != "linux":
        raise Skipped("its PCs share one Linux machine")
    python = empty_python()
    with temporary() as folder:
        figures = _dispatch(folder, python, 15 if short else 50)
    with temporary() as folder:
        figures += _drain(folder, python, 1 if short else 5)
    with temporary() as folder:
        figures += _idle(folder, python, 20.0 if short else 120.0)
    return figures
