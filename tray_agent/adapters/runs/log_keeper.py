"""Keeps the runs' logs within bounds: by age, by total size, and a runaway log by dropping its middle.

The middle is dropped by giving its disk blocks back (a hole), never by moving what the script still writes:
the script is not blocked and loses no line of the end. A note beside the log says where the hole is.
"""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.runs.holes import give_back
from tray_agent.core.ports import JournalError

_log = logging.getLogger(__name__)
LOOK_SECONDS, FIRST_LOOK_SECONDS, SOONEST_LOOK_SECONDS = 5.0, 0.25, 0.1
FIRST_SWEEP_SECONDS, SWEEP_SECONDS = 10.0, 3600.0
HEAD_SHARE = 0.1
_MB = 1_000_000
_BESIDE = (".go", ".cut", ".part")


def cut_note(log: Path) -> Path:
    """The file that says which bytes of a log were dropped: ``[start, end]``."""
    return log.with_name(log.name + ".cut")


def read_cut(log: Path) -> tuple[int, int] | None:
    """The dropped bytes of a log, or None."""
    try:
        start, end = json.loads(cut_note(log).read_text(encoding="ascii"))
    except (OSError, ValueError, TypeError):
        return None
    return (start, end) if 0 <= start < end else None


def cap(log: Path, limit_bytes: int) -> bool:
    """Drop the middle of a log that has outgrown its limit; tells whether it did."""
    try:
        size = log.stat().st_size
        if size <= limit_bytes:
            return False
        former = read_cut(log)
        start = int(limit_bytes * HEAD_SHARE) if former is None else former[0]
        kept = size - (former[1] - former[0] if former else 0)
        if kept <= limit_bytes:
            return False
        # A quarter below the limit, so that a fast writer is not followed step by step.
        end = size - int((limit_bytes - start) * 0.75)
        if not give_back(log, start, end):
            return False
        cut_note(log).write_text(json.dumps([start, end]), encoding="ascii")
    except FileNotFoundError:
        return False  # its run is held, and has not opened it yet
    except OSError:
        _log.warning("the log %s could not be capped", log, exc_info=True)
        return False
    return True


def sweep(
    journal: SqliteJournal, logs: Path, today: date, retention_days: int, total_bytes: int
) -> list[Path]:
    """Drop rows and logs older than the retention, then the oldest logs beyond the total; what was dropped.

    Logs of runs that are still open are left alone. Raises JournalError.
    """
    limit = today - timedelta(days=retention_days)
    dropped = [Path(log) for log in journal.prune(limit)]
    found = sorted(_logs_in(logs), key=lambda each: each[0])
    keep = {Path(run.log) for run in journal.open_runs()}  # asked after: a log that was found has its row
    dropped = [log for log in dropped if log not in keep]
    oldest = datetime.combine(limit, datetime.min.time()).astimezone().timestamp()
    excess = sum(size for _, size, _ in found) - total_bytes if total_bytes else 0
    for modified, size, log in found:
        if log in keep or log in dropped:
            continue
        if modified < oldest or excess > 0:
            dropped.append(log)
            excess -= size
    for log in dropped:
        _remove(log)
    return dropped


def _logs_in(logs: Path) -> Iterable[tuple[float, int, Path]]:
    for log in logs.glob("*/*.log"):
        try:
            status = log.stat()
        except OSError:
            continue
        yield status.st_mtime, status.st_size, log


def _remove(log: Path) -> None:
    for path in (log, *(log.with_name(log.name + suffix) for suffix in _BESIDE)):
        try:
            path.unlink(missing_ok=True)
        except OSError:
            _log.info("the log %s is in use and stays for now", path)
    try:
        log.parent.rmdir()
    except OSError:
        return  # other runs' logs are in it


def look_again_after(now: dict[Path, int], before: dict[Path, int], passed: float, limit: int) -> float:
    """How long growing logs may be left alone (s): half of what the quickest takes to write its limit again.

    ``now`` and ``before`` are their sizes, ``passed`` seconds apart. One that is new may be quick.
    """
    rates = [(size - before.get(log, 0)) / passed for log, size in now.items()]
    if not rates or not limit:
        return LOOK_SECONDS
    soon = FIRST_LOOK_SECONDS if now.keys() - before.keys() else LOOK_SECONDS
    return max(SOONEST_LOOK_SECONDS, min(soon, 0.5 * limit / max([1.0, *rates])))


def _size(log: Path) -> int:
    try:
        return log.stat().st_size
    except OSError:
        return 0  # its run is held, and has not opened it yet


class LogKeeper:
    """A thread that caps the logs of running scripts and sweeps old ones away.

    ``running`` names the logs that grow now; ``today`` is the present day; ``refused`` is the journal's.
    """

    def __init__(
        self,
        data_dir: Path,
        logs: Path,
        running: Callable[[], list[Path]],
        today: Callable[[], date],
        limits: tuple[int, float, float],
        refused: Callable[[], str] = lambda: "",
    ) -> None:
        self._journal = SqliteJournal(data_dir, refused=refused)
        self._logs = logs
        self._running = running
        self._today = today
        self._retention_days, log_mb, total_mb = limits
        self._log_bytes, self._total_bytes = int(log_mb * _MB), int(total_mb * _MB)
        self._capping = threading.Lock()
        self._is_closed = False
        self._bell = threading.Event()

    def start(self) -> None:
        """Begin, on a thread of its own."""
        threading.Thread(target=self._keep, name="log-keeper", daemon=True).start()

    def look(self) -> None:
        """Runs have begun: their logs grow from now on. At rest nobody looks at any."""
        self._bell.set()

    def cap_ended(self, log: Path) -> None:
        """A run has ended, and its log does not grow any more; from any thread."""
        self._cap(log)

    def close(self) -> None:
        """End soon."""
        self._is_closed = True
        self._bell.set()

    def _keep(self) -> None:
        sweep_at = time.monotonic() + FIRST_SWEEP_SECONDS
        sizes: dict[Path, int] = {}
        looked, pause = time.monotonic(), FIRST_LOOK_SECONDS
        while not self._is_closed:
            self._bell.wait(pause if sizes else max(0.0, sweep_at - time.monotonic()))
            self._bell.clear()
            if time.monotonic() >= sweep_at:
                self._sweep()
                sweep_at = time.monotonic() + SWEEP_SECONDS
            growing = self._running() if self._log_bytes else []
            now = {log: _size(log) for log in growing}
            for log in growing:
                self._cap(log)
            passed = max(0.001, time.monotonic() - looked)
            looked = time.monotonic()
            pause = look_again_after(now, sizes, passed, self._log_bytes)
            sizes = now
        self._journal.close()

    def _cap(self, log: Path) -> None:
        if self._log_bytes:
            with self._capping:
                cap(log, self._log_bytes)

    def _sweep(self) -> None:
        try:
            dropped = sweep(self._journal, self._logs, self._today(), self._retention_days, self._total_bytes)
        except JournalError as error:
            _log.warning("old logs were not swept: %s", error)
            return
        self._journal.close()
        if dropped:
            _log.info("%d old logs were swept away", len(dropped))
