"""How far a team reaches: ``python -m benchmarks.scale 10 100 1000 [--jobs 2000]``, a table to read.

The real brain, journal, server and radio; the PCs are simulated in one process (``simulated_pcs``), each with
a connection and a certificate of its own. None of the works: it shows where it ends, not that it holds.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.setting import (
    ROOT,
    cpu_seconds,
    empty_python,
    encoded_size,
    make_workspace,
    median,
    pss_mb,
    rest,
    running_agent,
    start_paused,
    temporary,
    wait_for,
    write_registry,
)
from benchmarks.simulated_pcs import TAG, members
from benchmarks.team import HEADINGS
from tray_agent.shell.channel.client import Channel

_PLACES = 5
_IDLE_SECONDS = 30.0


def main() -> int:
    """Print a line of the table for each number of PCs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pcs", type=int, nargs="+")
    parser.add_argument("--jobs", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a simulated run takes")
    chosen = parser.parse_args()
    for count in chosen.pcs:
        with temporary() as folder:
            found = _measure(folder, count, chosen.jobs, chosen.seconds)
        print(" | ".join(f"{name}: {value}" for name, value in found.items()), flush=True)
    return 0


def _measure(folder: Path, count: int, jobs: int, seconds: float) -> dict[str, Any]:
    work = make_workspace(folder, jobs, "0")
    write_registry(folder, HEADINGS, [(name, "Área", "0", "sim", TAG) for name in work.names])
    with closing(socket.create_server(("127.0.0.1", 0))) as found:
        port = found.getsockname()[1]
    env = work.environment(python=empty_python(), team_port=port)
    start_paused(work.data)
    with running_agent(env, work.data):
        invite = [sys.executable, "-m", "tray_agent", "team", "invite", "--name", "PC-CHEFE"]
        subprocess.run(invite, env=env, check=True, capture_output=True, cwd=ROOT, timeout=60)
    members(work.data, count, _PLACES)
    with running_agent(env, work.data) as (agent, channel):
        argv = [sys.executable, "-m", "benchmarks.simulated_pcs", str(work.data / "team"), str(port)]
        argv += [str(count), str(seconds)]
        path = os.environ | {"PYTHONPATH": str(ROOT)}
        with subprocess.Popen(argv, cwd=ROOT, env=path, stdout=subprocess.PIPE) as simulator:
            assert simulator.stdout is not None
            try:
                began = cpu_seconds(agent.pid)
                simulator.stdout.readline()  # all are connected
                connected = time.monotonic()
                wait_for(lambda: _present(channel) > count, 300, 0.1)
                settled = f"{time.monotonic() - connected:.1f} s after the last had connected"
                settled += f", agent {cpu_seconds(agent.pid) - began:.1f} s"
                wait_for(lambda: channel.call("status")["counts"]["queued"] == jobs, 60, 0.5)
                found = _figures(agent.pid, channel, count, jobs)
                return found | _kept(work.data, jobs) | {"all there": settled}
            finally:
                simulator.kill()


def _present(channel: Channel) -> int:
    return sum(each["present"] for each in channel.call("status")["pcs"])


def _figures(brain: int, channel: Channel, count: int, jobs: int) -> dict[str, Any]:
    rest(5.0)
    before = _parts(brain)
    rest(_IDLE_SECONDS)
    idle = {name: (now - before[name]) * 60 / _IDLE_SECONDS for name, now in _parts(brain).items()}
    before, began = _parts(brain), time.monotonic()
    channel.call("resume")
    wait_for(lambda: channel.call("status")["totals"]["finished"] >= jobs, 600, 0.5)
    took = time.monotonic() - began
    spent = {name: (now - before[name]) * 1000 / jobs for name, now in _parts(brain).items()}
    return {
        "PCs": count,
        "idle s/min": _said(idle),
        "PSS MB of all": round(pss_mb(brain), 1),
        "drain": f"{jobs / took:.0f} runs/s",
        "ms a run": _said(spent),
        "status": _question(channel, "status"),
        "snapshot": _question(channel, "snapshot"),
    }


def _kept(data: Path, jobs: int) -> dict[str, Any]:
    """What a run leaves in the brain's journal."""
    import sqlite3

    with closing(sqlite3.connect(f"file:{data / 'journal.sqlite3'}?mode=ro", uri=True)) as journal:
        pages = journal.execute("PRAGMA page_count").fetchone()[0] - _free_pages(journal)
        size = pages * journal.execute("PRAGMA page_size").fetchone()[0]
    return {"journal": f"{size / jobs:.0f} B a run"}


def _free_pages(journal: Any) -> int:
    return int(journal.execute("PRAGMA freelist_count").fetchone()[0])


def _said(parts: dict[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in parts.items())


def _parts(brain: int) -> dict[str, float]:
    """The processor seconds of the agent, its radio and its server."""
    import psutil

    found = {"agent": cpu_seconds(brain)}
    for child in psutil.Process(brain).children(recursive=True):
        words = " ".join(child.cmdline())
        for name in ("radio", "nats-server"):
            if (
                name in words.rpartition("/")[2]
                or f"--internal {name}" in words
                or name in words.split(" ")[0]
            ):
                found[name] = cpu_seconds(child.pid)
    return found


def _question(channel: Channel, question: str) -> str:
    taken, size = [], 0
    for _ in range(5):
        began = time.perf_counter()
        size = encoded_size(channel.call(question))
        taken.append(time.perf_counter() - began)
    return f"{median(taken) * 1e3:.0f} ms {size // 1000} kB"


if __name__ == "__main__":
    sys.exit(main())
