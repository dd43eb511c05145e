"""A soak: ``python -m tests.faults.soak --minutes 30 --jobs 200`` watches what a busy agent keeps.

Memory, handles, threads and files are looked at every ten seconds; an hour passes on the agent's clock every
minute, so that days change, runs come by the thousand, readers come and go, and people look at it meanwhile.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.e2e.agent import Program
from tests.e2e.workspace import Workspace
from tray_agent.shell.channel.client import ChannelError, connect

_LOOK_SECONDS = 10.0
_HOUR_SECONDS = 60.0


@dataclass(frozen=True)
class Sample:
    """What the agent held at one moment."""

    at: float
    memory_mb: float
    handles: int
    threads: int
    files: int
    children: int


def main() -> int:
    """0 when everything stayed level."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--report", type=Path, help="append the figures to this file")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        place = Workspace(Path(folder) / "soak")
        with closing(Program(place, discovery_seconds=2, full_walk_seconds=30, retention_days=2)) as program:
            program.environment.pop("PYTHONDONTWRITEBYTECODE", None)
            samples = soak(program, chosen.jobs, chosen.minutes * 60)
            runs = place.record.read_bytes().count(b"\n")
    lines, wrong = figures(samples, runs, chosen.jobs)
    print("\n".join(lines))
    if chosen.report:
        _append(chosen.report, lines, sys.argv[1:])
    print(f"==== {len(wrong)} failed, 0 passed ====" if wrong else "==== 1 passed ====")
    return 1 if wrong else 0


def soak(program: Program, jobs: int, seconds: float) -> list[Sample]:
    """Keep an agent busy for so long, and look at it."""
    place = program.place
    rows = []
    for number in range(jobs):
        hours = ", ".join(str(hour) for hour in range(24) if (hour + number) % 3 == 0)
        rows.append(_quiet_job(place, f"job_{number:03d}", hours))
    place.register(*rows)
    program.start()
    pid = program.agent.pid if program.agent else 0
    done = threading.Event()
    onlooker = threading.Thread(target=_look_on, args=(program, done), daemon=True)
    onlooker.start()
    samples, began, hour = [], time.monotonic(), time.monotonic()
    while (now := time.monotonic()) - began < seconds:
        if now - hour > _HOUR_SECONDS:
            hour = now
            program.clock.advance(hours=1)
            place.registry.touch()
        samples.append(_sample(pid, place.data, now - began))
        threading.Event().wait(_LOOK_SECONDS)
    done.set()
    onlooker.join(60)
    return samples


def _quiet_job(place: Workspace, name: str, hours: str) -> tuple[str, str, str, str]:
    path = place.base / "Geral" / name / "metodos" / f"{name}.py"
    path.parent.mkdir(parents=True)
    note = f"os.write(os.open({str(place.record)!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT), b'1\\n')"
    path.write_text(f"import os\nprint('x' * 2000)\n{note}\n", encoding="utf-8")
    return (name, "Geral", hours, "sim")


def _look_on(program: Program, done: threading.Event) -> None:
    """A dashboard's traffic: subscribed, asks for what is new, reads logs, comes and goes."""
    while not done.is_set():
        with suppress(ChannelError), connect(program.place.data) as channel:
            channel.call("subscribe")
            since = 0
            for turn in range(60):
                since = channel.call("snapshot", since=since)["version"]
                if turn % 20 == 0:
                    with suppress(ChannelError):
                        channel.call("log", job="job_000", run=None, offset=None)
                if done.wait(0.5):
                    return


def _sample(pid: int, data: Path, at: float) -> Sample:
    folder = Path("/proc") / str(pid)
    status = dict(
        line.split(":", 1)
        for line in (folder / "status").read_text(encoding="ascii").splitlines()
        if ":" in line
    )
    files = sum(len(names) for path, _, names in os.walk(data) if "logs" not in Path(path).parts)
    return Sample(
        at,
        int(status["VmRSS"].split()[0]) / 1024,
        len(list((folder / "fd").iterdir())),
        int(status["Threads"]),
        files,
        len((folder / "task" / str(pid) / "children").read_text(encoding="ascii").split()),
    )


def figures(samples: list[Sample], runs: int, jobs: int) -> tuple[list[str], list[str]]:
    """The table's lines, and the names of what did not stay level: the last third against the first, warm."""
    warm = samples[len(samples) // 10 :]
    third = max(1, len(warm) // 3)
    lines = [
        f"{len(samples)} looks in {samples[-1].at / 60:.0f} minutes, {jobs} jobs, {runs:,} runs.",
        "",
        "| | first third | last third | most |",
        "| --- | ---: | ---: | ---: |",
    ]
    wrong = []
    for name, allowed in (("memory_mb", 3.0), ("handles", 3), ("threads", 3), ("files", 3), ("children", 3)):
        values: list[Any] = [getattr(each, name) for each in warm]
        first, last = statistics.median(values[:third]), statistics.median(values[-third:])
        lines.append(f"| {name.replace('_', ' ')} | {first:.1f} | {last:.1f} | {max(values):.1f} |")
        if last > first + allowed:
            wrong.append(name)
            lines.append(f"| **{name} grew** | | | |")
    return lines, wrong


def _append(path: Path, lines: list[str], arguments: list[str]) -> None:
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    head = [
        "",
        "## Soak",
        "",
        f"`python -m tests.faults.soak {' '.join(arguments)}`, {datetime.now():%Y-%m-%d}.",
    ]
    path.write_text(text.split("\n## Soak")[0].rstrip() + "\n" + "\n".join([*head, "", *lines]) + "\n")


if __name__ == "__main__":
    sys.exit(main())
