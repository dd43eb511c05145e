"""The history read in a child on a thread of its own; however slow or broken BigQuery is, only this waits."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tray_agent.adapters.readers.asking import AskedThread
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
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
        day = at.astimezone(self._zone).date()
        try:
            answer = self._reader.run(
                "read-history", _request(self._settings, self._copy), self._settings.history_deadline_seconds
            )
        except ReaderFailed as failure:
            if not failure.cancelled:
                self._post(HistoryFailed(_unread(failure)))
            return
        if answer["ok"]:
            self._post(_read_answer(answer, day, at, self._zone))
        else:
            self._post(HistoryFailed(str(answer["error"])))

    def _broken(self, _at: datetime, error: Exception) -> None:
        self._post(
            HistoryFailed(f"falha inesperada ao ler o histórico ({type(error).__name__}: {error})"[:300])
        )


def read_once(
    settings: Settings, copy: Path, environment: Mapping[str, str] | None = None
) -> tuple[int | None, str]:
    """Read now and wait for it: how many rows today has, or None and the cause in one sentence."""
    reader = ReaderProcess(environment)
    try:
        answer = reader.run("read-history", _request(settings, copy), settings.history_deadline_seconds)
    except ReaderFailed as failure:
        return None, _unread(failure)
    return (len(answer["rows"]), "") if answer["ok"] else (None, str(answer["error"]))


def _request(settings: Settings, copy: Path) -> dict[str, Any]:
    return {
        "table": settings.history_table,
        "timezone": settings.timezone,
        "copy": str(copy),
        "credentials_dir": settings.credentials_dir,
        "deadline_seconds": settings.history_deadline_seconds,
    }


def _unread(failure: ReaderFailed) -> str:
    return f"o histórico não pôde ser lido: {failure}"


def _read_answer(answer: dict[str, Any], day: date, at: datetime, zone: ZoneInfo) -> HistoryRead:
    problems = tuple(Problem(Where.HISTORY, what, action) for what, action in answer["problems"])
    return HistoryRead(day, at, history_rows(answer["rows"], day, zone), len(answer["rows"]), problems)
