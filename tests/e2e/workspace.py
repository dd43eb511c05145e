"""Real workspaces: scripts that put every start and end on record themselves, registries in Excel."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import openpyxl

HEADINGS = ("script_name", "area_name", "cron_schedule", "active")
Row = Sequence[object]

# Whole lines by O_APPEND: scripts that run at the same time do not mix theirs. An ``end`` is missing where
# the script was killed.
_PRELUDE = """\
import atexit, json, os, sys, time

def note(event):
    line = [{name!r}, event, os.getpid(), os.environ.get("ENV_EXEC_MODE"), time.monotonic(), time.time()]
    record = os.open({record!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(record, (json.dumps(line) + "\\n").encode())
    os.close(record)

def wait_for(name, seconds=60):
    until = time.monotonic() + seconds
    while not os.path.exists(os.path.join({gates!r}, name)) and time.monotonic() < until:
        time.sleep(0.02)

note("start")
atexit.register(note, "end")
"""


@dataclass(frozen=True)
class Record:
    """What a script wrote: ``at`` is on the machine's monotonic clock, ``wall`` on its wall clock."""

    job: str
    event: str
    pid: int
    mode: str
    at: float
    wall: float


@dataclass(frozen=True)
class Span:
    """One execution as the script itself saw it; ``end`` is None while it runs, or where it was killed."""

    job: str
    pid: int
    mode: str
    start: float
    end: float | None
    wall: float


class Workspace:
    """A folder with everything an agent touches in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.app, self.base, self.data, self.temp, self.home, self.gates = (
            folder / name for name in ("app", "automações", "data", "temp", "home", "gates")
        )
        for each in (self.app, self.base, self.temp, self.home, self.gates):
            each.mkdir(parents=True)
        self.registry = self.app / "registro_automacoes.xlsx"
        self.record = folder / "record"

    def script(self, name: str, body: str = "", area: str = "Geral") -> Path:
        """A script that records its start, does ``body`` and records its end."""
        path = self.base / area / name / "metodos" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        prelude = _PRELUDE.format(name=name, record=str(self.record), gates=str(self.gates))
        path.write_text(prelude + body + "\n", encoding="utf-8")
        return path

    def job(self, name: str, schedule: object = "MANUAL", body: str = "", area: str = "Geral") -> Row:
        """A script and its row for :meth:`register`."""
        self.script(name, body, area)
        return (name, area, schedule, "sim")

    def waiting_job(self, name: str, schedule: object = "MANUAL", body: str = "") -> Row:
        """A job whose script runs until :meth:`open_gate` is called for its name."""
        return self.job(name, schedule, f"print('waiting')\nwait_for({name!r})\n{body}")

    def open_gate(self, name: str) -> None:
        """Let a waiting script go on, now and later."""
        (self.gates / name).touch()

    def close_gate(self, name: str) -> None:
        """Have the script wait again."""
        (self.gates / name).unlink(missing_ok=True)

    def register(self, *rows: Row, headings: Sequence[str] = HEADINGS) -> None:
        """Replace the registry in one step."""
        write_workbook(self.registry, [headings, *rows])

    def records(self) -> list[Record]:
        """All that scripts have written so far, in order."""
        try:
            lines = self.record.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [Record(*json.loads(line)) for line in lines]

    def spans(self, job: str | None = None) -> list[Span]:
        """Every execution so far, by start."""
        begun: list[Record] = []
        ends: dict[int, list[float]] = defaultdict(list)
        for record in self.records():
            if record.event == "start" and job in {None, record.job}:
                begun.append(record)
            elif record.event == "end":
                ends[record.pid].append(record.at)
        return [
            Span(
                each.job,
                each.pid,
                each.mode,
                each.at,
                min((end for end in ends[each.pid] if end >= each.at), default=None),
                each.wall,
            )
            for each in begun
        ]

    def count(self, job: str) -> int:
        """How many times a script has begun."""
        return len(self.spans(job))


def write_workbook(path: Path, rows: Iterable[Sequence[object]]) -> None:
    """A workbook with one sheet, put in place by rename."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    fresh = path.with_name(f"~{path.name}")
    book.save(fresh)
    book.close()
    fresh.replace(path)


def most_at_once(spans: Iterable[Span]) -> int:
    """The largest number of executions that overlapped."""
    edges = [(span.start, 1) for span in spans] + [(span.end, -1) for span in spans if span.end is not None]
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    return most


def one_after_the_other(spans: Sequence[Span]) -> bool:
    """Whether none began before the one before it had ended."""
    return all(former.end is not None and former.end <= later.start for former, later in pairwise(spans))
