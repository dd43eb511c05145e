"""What a seed's jobs are: their hours, their scripts, and how they end."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime

from tests.e2e.workspace import Workspace

# Whole lines by O_APPEND, on a disk that no fault touches.
_SCRIPT = """\
import os, sys, time

def note(event, code=0):
    run, mode = os.environ.get("TRAY_AGENT_RUN", "-"), os.environ.get("ENV_EXEC_MODE", "-")
    line = f"{job} {{event}} {{os.getpid()}} {{run}} {{mode}} {{time.monotonic():.6f}} {{code}}\\n"
    record = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(record, line.encode())
    os.close(record)

note("start")
{body}
note("end", {code})
sys.exit({code})
"""
_CHATTY = """\
try:
    for _ in range(40):
        print("x" * 5000)
except OSError:
    pass
"""


@dataclass(frozen=True)
class JobKind:
    """A job of a seed: its hours of the day, what its script does, how it ends."""

    name: str
    hours: tuple[int, ...]
    body: str
    code: int = 0

    @property
    def cell(self) -> str:
        """The schedule as the registry has it."""
        return ", ".join(map(str, self.hours)) or "MANUAL"

    def due(self, moment: datetime) -> int:
        """How many runs it owes by a moment of that day."""
        return sum(hour <= moment.hour for hour in self.hours)


def choose_jobs(chance: random.Random, many: bool) -> list[JobKind]:
    """A seed's jobs."""
    jobs = []
    for number in range(chance.randrange(7, 12)):
        hours = tuple(sorted(chance.sample(range(24), chance.choice((1, 2, 2, 3, 4)))))
        body = f"time.sleep({chance.choice((0, 0.02, 0.05, 0.1, 0.3, 0.6)):g})"
        if chance.random() < 0.15:
            body = _CHATTY + body
        jobs.append(JobKind(f"job_{number:02d}", hours, body, chance.choice((0, 0, 0, 0, 3))))
    jobs.append(JobKind("todas", tuple(range(24)), "time.sleep(0.01)"))
    jobs.append(JobKind("longa", (0, 9, 14), f"time.sleep({chance.uniform(1, 2.5):.2f})"))
    jobs.append(JobKind("manual", (), f"time.sleep({chance.uniform(0.05, 0.5):.2f})"))
    if many:
        jobs += [
            JobKind(f"outra_{number:04d}", (23,) if number % 40 == 0 else (), "") for number in range(2000)
        ]
    return jobs


def write_script(place: Workspace, job: JobKind) -> None:
    """Put a job's script where the agent looks for it."""
    folder = place.base / "Geral" / (job.name if not job.name.startswith("outra") else "muitas")
    path = folder / "metodos" / f"{job.name}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = _SCRIPT.format(job=job.name, record=str(place.record), body=job.body, code=job.code)
    path.write_text(text, encoding="utf-8")
