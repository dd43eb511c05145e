"""What the scripts recorded of themselves."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path


@dataclass
class Execution:
    """A run as its script saw it: monotonic seconds, the exit code it meant to give."""

    job: str
    run: str
    mode: str
    pid: int
    start: float
    end: float | None = None
    code: int | None = None
    starts: int = 1


class Records:
    """The file to which every script adds a line when it begins and when it ends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_to = 0
        self.executions: dict[str, Execution] = {}

    def read(self) -> dict[str, Execution]:
        """Every execution so far, by run id, as the scripts recorded it."""
        with suppress(FileNotFoundError), self._path.open("rb") as file:
            file.seek(self._read_to)
            whole = file.read()
            whole = whole[: whole.rfind(b"\n") + 1]
            self._read_to += len(whole)
            for line in whole.decode().splitlines():
                job, event, pid, run, mode, at, code = line.split()
                self._take(job, event, int(pid), run, mode, float(at), int(code))
        return self.executions

    def _take(self, job: str, event: str, pid: int, run: str, mode: str, at: float, code: int) -> None:
        former = self.executions.get(run)
        if event == "start":
            if former is None:
                self.executions[run] = Execution(job, run, mode, pid, at)
            else:
                former.starts += 1
        elif former is not None:
            former.end, former.code = at, code
