"""The history read in a child on a thread of its own; however slow or broken BigQuery is, only this waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tray_agent.adapters.readers.asking import AskedThread
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.core.collation import displayed
from tray_agent.core.history.clocks import Clocks, other_days_rows
from tray_agent.core.history.rows import history_rows
from tray_agent.core.messages import HistoryFailed, HistoryRead
from tray_agent.core.model import Problem, Where
from tray_agent.core.ports import Post
from tray_agent.core.settings import Settings


class HistoryReader:
    """Fulfils :class:`~tray_agent.core.ports.Reader`: each answer is a HistoryRead or a HistoryFailed."""

    def __init__(
        self,
        post: Post,
        settings: Settings,
        copy: Path,
        environment: Mapping[str, str] | None = None,
        reader: ReaderProcess | None = None,
    ) -> None:
        self._post = post
        self._settings = settings
        self._copy = copy
        self._zone = ZoneInfo(settings.timezone)
        self._reader = reader or ReaderProcess(environment)
        self._asked = AskedThread("history", self._read, self._broken)

    def ask(self, at: datetime) -> None:
        """Read the history of that moment's day, or once more after the read that is under way."""
        self._asked.ask(at)

    def close(self) -> None:
        """Give up what is under way: its child is killed, its thread not waited for."""
        self._asked.close()
        self._reader.kill()

    def _read(self, at: datetime) -> None:
        try:
            answer = self._reader.run(
                "read-history", _request(self._settings, self._copy), self._settings.history_deadline_seconds
            )
        except ReaderFailed as failure:
            if not failure.cancelled:
                self._post(HistoryFailed(_unread(failure)))
            return
        self._post(_judged(answer, at.astimezone(self._zone), self._settings.history_times))

    def _broken(self, _at: datetime, error: Exception) -> None:
        text = displayed(f"falha inesperada ao ler o histórico ({type(error).__name__}: {error})"[:300])
        self._post(HistoryFailed(text))


def read_once(
    settings: Settings, copy: Path, environment: Mapping[str, str] | None = None
) -> tuple[int | None, str]:
    """Read now and wait for it: how many rows today has and what is wrong beside, or None and the cause."""
    reader = ReaderProcess(environment)
    try:
        answer = reader.run("read-history", _request(settings, copy), settings.history_deadline_seconds)
    except ReaderFailed as failure:
        return None, _unread(failure)
    read = _judged(answer, datetime.now(ZoneInfo(settings.timezone)), settings.history_times)
    if isinstance(read, HistoryFailed):
        return None, read.cause
    return read.count, "; ".join(problem.what for problem in read.problems)


def _request(settings: Settings, copy: Path) -> dict[str, Any]:
    return {
        "table": settings.history_table,
        "timezone": settings.timezone,
        "copy": str(copy),
        "credentials_dir": settings.credentials_dir,
        "credentials_folder": settings.credentials_folder,
        "deadline_seconds": settings.history_deadline_seconds,
    }


def _unread(failure: ReaderFailed) -> str:
    return f"o histórico não pôde ser lido: {failure}"


def _judged(answer: dict[str, Any], at: datetime, times: str) -> HistoryRead | HistoryFailed:
    """An answer to what was asked at ``at`` (in the zone): it counts only where it tells of a day of ours."""
    if not answer["ok"]:
        return HistoryFailed(displayed(str(answer["error"])))
    clocks = _clocks(answer["clocks"], at)
    if not clocks.days:
        return HistoryFailed(clocks.disagreement())
    raw, zone = answer["rows"], at.tzinfo
    assert zone is not None  # noqa: S101 - the caller moved it into the zone
    local_until = clocks.received if times == "local" else None
    read = {day: history_rows(raw, day, zone, local_until) for day in clocks.days}
    day = next((day for day, rows in read.items() if rows), clocks.days[0])
    if raw and not read[day]:
        return HistoryFailed(other_days_rows(day))
    problems = [Problem(Where.HISTORY, displayed(what), displayed(do)) for what, do in answer["problems"]]
    problems += [off] if (off := clocks.skew()) else []
    return HistoryRead(day, at, read[day], len(read[day]), tuple(problems), finds_local=times == "auto")


def _clocks(told: dict[str, Any], at: datetime) -> Clocks:
    sent, received, server = (
        datetime.fromisoformat(told[name]).astimezone(at.tzinfo) if told[name] else None
        for name in ("sent", "received", "server")
    )
    return Clocks(sent or at, received or at, server)
