"""The truth about starts: what the scripts themselves wrote, into files that no agent reads.

Every PC has a file of its own, named by the environment that its scripts inherit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.records import Records

RECORD = "TEAM_RECORD"
# Whole lines by O_APPEND; the columns are those of tests.faults.records.
SCRIPT = """\
import os, sys, time

def note(event, code=0):
    run, mode = os.environ.get("TRAY_AGENT_RUN", "-"), os.environ.get("ENV_EXEC_MODE", "-")
    line = f"{job} {{event}} {{os.getpid()}} {{run}} {{mode}} {{time.monotonic():.6f}} {{code}}\\n"
    record = os.open(os.environ["TEAM_RECORD"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(record, line.encode())
    os.close(record)

def wait_for(name, seconds=60):
    until = time.monotonic() + seconds
    while not os.path.exists(os.path.join({gates!r}, name)) and time.monotonic() < until:
        time.sleep(0.02)

note("start")
{body}
note("end", {code})
sys.exit({code})
"""


@dataclass
class Start:
    """One run as its scripts saw it: on which PCs it began, how often in all, its end and code if any."""

    job: str
    run: str
    pcs: list[str] = field(default_factory=list)
    times: int = 0
    ended: bool = False
    code: int | None = None
    at: float = 0.0


class Truth:
    """What all PCs' scripts recorded."""

    def __init__(self, files: dict[str, Path]) -> None:
        self._records = {pc: Records(path) for pc, path in files.items()}

    def runs(self) -> dict[str, Start]:
        """Every run that began anywhere, by its id."""
        found: dict[str, Start] = {}
        for pc, records in self._records.items():
            for run, each in records.read().items():
                start = found.setdefault(run, Start(each.job, run, at=each.start))
                start.pcs.append(pc)
                start.times += each.starts
                if each.end is not None:
                    start.ended, start.code = True, each.code
        return found

    def of(self, job: str) -> list[Start]:
        """The runs of a job, by their begin."""
        return sorted((each for each in self.runs().values() if each.job == job), key=lambda each: each.at)

    def count(self, job: str) -> int:
        """How many times a job's script began, on whatever PC."""
        return sum(each.times for each in self.of(job))


def write_script(base: Path, gates: Path, job: str, body: str, code: int = 0) -> Path:
    """Put a script where the agents of a base folder look for it."""
    path = base / "Geral" / job / "metodos" / f"{job}.py"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(SCRIPT.format(job=job, gates=str(gates), body=body, code=code), encoding="utf-8")
    return path
