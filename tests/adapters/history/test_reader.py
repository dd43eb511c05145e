from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
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

pytestmark = pytest.mark.integration

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


def clocks(server: str | None = None, sent: datetime = AT, seconds: float = 2) -> dict[str, str | None]:
    """An answer's moments; ``server`` is by its own clock."""
    return {
        "sent": sent.isoformat(),
        "received": (sent + timedelta(seconds=seconds)).isoformat(),
        "server": server,
    }


def answered(*rows: dict[str, Any], **told: Any) -> dict[str, Any]:
    """A child's answer."""
    return {"ok": True, "rows": list(rows), "problems": [], "clocks": clocks(), **told}


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
    read.child.answers.put(answered(*rows, problems=[["cópia", "feche"]]))
    read.reader.ask(AT)
    message = read.next()
    assert isinstance(message, HistoryRead)
    assert (message.day, message.at, message.count) == (date(2026, 3, 10), AT, 1)
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
            "credentials_folder": "CELPY",
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


def judged(read: Read, answer: dict[str, Any], at: datetime = AT) -> Message:
    """What is posted for an answer."""
    read.child.answers.put(answer)
    read.reader.ask(at)
    return read.next()


@pytest.mark.parametrize(
    "server", ["2026-03-09T14:05:01-03:00", "2026-03-11T02:59:00+00:00", "2026-03-11T14:05-03:00"]
)
def test_an_answer_from_another_day_verifies_nothing(read: Read, server: str) -> None:
    """A2: its rows were dropped in silence, and the whole day was run again."""
    shifted = datetime.fromisoformat(server).astimezone(ZONE)
    message = judged(read, answered(row("2026-03-10T12:00:00+00:00"), clocks=clocks(server)))
    if shifted.date() == AT.date():
        assert isinstance(message, HistoryRead)
        return
    assert isinstance(message, HistoryFailed)
    assert message.cause == (
        "o relógio deste PC e o do BigQuery discordam: aqui é 10/03/2026 14:05:00, "
        f"lá {shifted:%d/%m/%Y %H:%M:%S}; acerte o relógio"
    )


def test_four_minutes_around_midnight_are_another_day_too(read: Read) -> None:
    early = datetime(2026, 3, 11, 0, 1, tzinfo=ZONE)
    message = judged(read, answered(clocks=clocks("2026-03-10T23:57:00-03:00", early)), early)
    assert isinstance(message, HistoryFailed)


@pytest.mark.parametrize("server", [None, "2026-03-10T14:05:01-03:00"])
def test_rows_that_are_all_of_another_day_verify_nothing(read: Read, server: str | None) -> None:
    message = judged(read, answered(row("2026-03-09T12:00:00-03:00"), clocks=clocks(server)))
    assert isinstance(message, HistoryFailed)
    assert message.cause == (
        "o relógio deste PC e o do BigQuery discordam: aqui é 10/03/2026, "
        "e todas as linhas que vieram são de outro dia; acerte o relógio"
    )


@pytest.mark.parametrize(
    ("server", "what"),
    [
        ("2026-03-10T14:03:00-03:00", None),
        ("2026-03-10T14:02:59-03:00", "o relógio deste PC está 2 min adiantado em relação ao do BigQuery"),
        ("2026-03-10T14:15:02-03:00", "o relógio deste PC está 10 min atrasado em relação ao do BigQuery"),
        ("2026-03-10T14:07:02-03:00", None),
    ],
)
def test_a_clock_over_two_minutes_off_is_said_and_the_read_counts(
    read: Read, server: str, what: str | None
) -> None:
    message = judged(read, answered(clocks=clocks(server)))
    assert isinstance(message, HistoryRead)
    assert [each.what for each in message.problems] == ([what] if what else [])


@pytest.mark.parametrize(
    ("server", "day"), [("2026-03-11T00:00:01-03:00", 11), ("2026-03-10T23:59:59-03:00", 10), (None, 11)]
)
def test_a_read_over_midnight_is_of_the_day_that_the_server_took_for_today(
    read: Read, server: str | None, day: int
) -> None:
    asked = datetime(2026, 3, 10, 23, 59, 58, tzinfo=ZONE)
    rows = [row(f"2026-03-{day}T00:00:00-03:00")]
    message = judged(read, answered(*rows, clocks=clocks(server, asked, 4)), asked)
    assert isinstance(message, HistoryRead)
    assert (message.day.day, message.count) == (day, 1)


@pytest.mark.parametrize(
    ("times", "hour", "finds"), [("auto", 11, True), ("zoned", 11, False), ("local", 14, False)]
)
def test_times_are_read_as_the_setting_says(times: str, hour: int, finds: bool) -> None:
    posted: queue.Queue[Message] = queue.Queue()
    child = ScriptedReader()
    reader = HistoryReader(posted.put, Settings(history_times=times), Path("/tmp/copia.xlsx"), reader=child)
    child.answers.put(answered(row("2026-03-10T14:00:00+00:00"), row("2026-03-10T10:00:00")))
    reader.ask(AT)
    message = posted.get(timeout=SECONDS)
    reader.close()
    assert isinstance(message, HistoryRead)
    assert [each.start and each.start.hour for each in message.rows] == [10, hour]
    assert message.finds_local is finds


def test_foreign_words_in_a_failure_turn_no_text_around(read: Read) -> None:
    message = judged(read, {"ok": False, "error": "recusado \x1b[2J\u202e!"})
    assert isinstance(message, HistoryFailed)
    assert message.cause == "recusado [2J!"


def test_asking_during_a_read_reads_once_more_afterwards(read: Read) -> None:
    read.reader.ask(AT)
    assert read.child.begun.acquire(timeout=SECONDS)
    for _ in range(3):
        read.reader.ask(AT)
    for _ in range(2):
        read.child.answers.put(answered())
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
