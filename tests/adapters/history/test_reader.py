from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.adapters.history.bigquery_server import BigQueryServer
from tray_agent.adapters.history.reader import HistoryReader, read_once
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.core.messages import HistoryFailed, HistoryRead, Message
from tray_agent.core.model import Where
from tray_agent.core.settings import Settings

ZONE = ZoneInfo("America/Sao_Paulo")
AT = datetime(2026, 3, 10, 14, 5, tzinfo=ZONE)
SECONDS = 30


class ScriptedReader(ReaderProcess):
    """Answers as told, without a child; each answer waits for its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: queue.Queue[dict[str, Any] | Exception] = queue.Queue()
        self.requests: list[Mapping[str, Any]] = []
        self.begun = threading.Semaphore(0)

    def run(self, mode: str, request: Mapping[str, Any], deadline_seconds: float) -> dict[str, Any]:
        assert (mode, deadline_seconds) == ("read-history", 60)
        self.requests.append(request)
        self.begun.release()
        answer = self.answers.get(timeout=SECONDS)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Read:
    """A history reader and what it posted."""

    def __init__(self) -> None:
        self.child = ScriptedReader()
        self.posted: queue.Queue[Message] = queue.Queue()
        self.reader = HistoryReader(self.posted.put, Settings(), Path("/tmp/copia.xlsx"), reader=self.child)

    def next(self) -> Message:
        return self.posted.get(timeout=SECONDS)


@pytest.fixture
def read() -> Iterator[Read]:
    read = Read()
    yield read
    read.reader.close()


def row(start: str) -> dict[str, Any]:
    return {
        "script_name": "x",
        "status": "SUCCESS",
        "start_time": start,
        "duration_seconds": 1.0,
        "date": None,
    }


def test_a_read_is_posted_for_the_day_it_was_asked_for(read: Read) -> None:
    rows = [row("2026-03-10T12:00:00+00:00"), row("2026-03-09T12:00:00+00:00")]
    read.child.answers.put({"ok": True, "rows": rows, "problems": [["cópia", "feche"]]})
    read.reader.ask(AT)
    message = read.next()
    assert isinstance(message, HistoryRead)
    assert (message.day, message.at, message.count) == (date(2026, 3, 10), AT, 2)
    assert [each.start for each in message.rows] == [datetime(2026, 3, 10, 9, tzinfo=ZONE)]
    assert [(each.where, each.what, each.action) for each in message.problems] == [
        (Where.HISTORY, "cópia", "feche")
    ]
    assert read.child.requests == [
        {
            "table": "datalab-pagamentos.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec",
            "timezone": "America/Sao_Paulo",
            "copy": str(Path("/tmp/copia.xlsx")),
            "credentials_dir": "",
            "deadline_seconds": 60,
        }
    ]


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        ({"ok": False, "error": "sem permissão"}, "sem permissão"),
        (ReaderFailed("sem resposta em 60 s"), "o histórico não pôde ser lido: sem resposta em 60 s"),
        ({"ok": True}, "falha inesperada ao ler o histórico"),
    ],
)
def test_a_failure_is_posted_with_its_cause(
    read: Read, answer: dict[str, Any] | Exception, cause: str
) -> None:
    read.child.answers.put(answer)
    read.reader.ask(AT)
    message = read.next()
    assert isinstance(message, HistoryFailed)
    assert message.cause.startswith(cause)


def test_asking_during_a_read_reads_once_more_afterwards(read: Read) -> None:
    read.reader.ask(AT)
    assert read.child.begun.acquire(timeout=SECONDS)
    for _ in range(3):
        read.reader.ask(AT)
    for _ in range(2):
        read.child.answers.put({"ok": True, "rows": [], "problems": []})
        assert isinstance(read.next(), HistoryRead)
    assert len(read.child.requests) == 2


def test_closing_gives_up_without_a_word(read: Read) -> None:
    read.reader.ask(AT)
    assert read.child.begun.acquire(timeout=SECONDS)
    read.reader.close()
    read.child.answers.put(ReaderFailed("leitura cancelada", cancelled=True))
    read.reader.ask(AT)
    assert read.posted.empty()


def test_the_real_child_reads_the_real_client_and_a_drip_ends_at_the_deadline(tmp_path: Path) -> None:
    with BigQueryServer() as server:
        now = datetime.now(ZONE)
        server.control({"rows": [{"script_name": "x", "start_time": now.isoformat()}]})
        environment = {**os.environ, **server.environment(tmp_path / "k.json")}
        settings = Settings(history_deadline_seconds=SECONDS)
        assert read_once(settings, tmp_path / "c.xlsx", environment) == (1, "")
        assert (tmp_path / "c.xlsx").is_file()
        server.control({"fault": "drip"})
        rows, cause = read_once(Settings(history_deadline_seconds=3), tmp_path / "c.xlsx", environment)
        assert (rows, cause) == (None, "o histórico não pôde ser lido: sem resposta em 3 s")
        server.control({"fault": "403"})
        rows, cause = read_once(settings, tmp_path / "c.xlsx", environment)
        assert rows is None
        assert "sem permissão no BigQuery (403)" in cause
