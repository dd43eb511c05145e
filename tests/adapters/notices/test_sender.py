from __future__ import annotations

import logging
import queue
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.notices.servers import Http, Smtp, silent
from tray_agent.adapters.notices.sender import Letter, Sender, deliver, kind_of
from tray_agent.adapters.readers.process import ReaderProcess

pytestmark = pytest.mark.integration

SECONDS = 60
PATIENCE = 3 if sys.platform != "win32" else 12
"""Seconds for a server that answers at once; a child of Windows takes some of them to come up."""
SECRET = "umsegredobemlongo"


@pytest.fixture
def http() -> Iterator[Http]:
    server = Http()
    yield server
    server.close()


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    yield server
    server.close()


def test_a_letter_reaches_http_and_mail_with_its_accents(http: Http, smtp: Smtp) -> None:
    letter = Letter(
        (http.url, smtp.url), "2 automações em erro", "envia_pix: não há conta\nSegunda linha", "failure"
    )

    assert deliver(letter, ReaderProcess(), 20) == ["", ""]

    (post,) = http.posts
    assert (post["title"], post["type"]) == ("2 automações em erro", "failure")
    assert post["message"] == "envia_pix: não há conta\nSegunda linha"
    (mail,) = smtp.mails
    assert mail["Subject"] == "2 automações em erro"
    assert mail["To"] == "equipe@banco.example"
    body = mail.get_body()
    assert body is not None
    assert "envia_pix: não há conta" in body.get_content()


def test_a_silent_address_costs_the_others_nothing(http: Http) -> None:
    with silent() as never:
        began = time.monotonic()
        results = deliver(Letter((never, http.url), "t", "b"), ReaderProcess(), PATIENCE)

    assert results == [f"sem resposta em {PATIENCE} s", ""]
    assert len(http.posts) == 1
    assert time.monotonic() - began < PATIENCE + 15


def test_what_was_not_understood_or_refused_is_said_without_the_address(http: Http, tmp_path: Path) -> None:
    http.status = 500
    urls = (f"nada://{SECRET}", http.url.replace("avisos", SECRET), f"json://127.0.0.1:1/{SECRET}")

    results = deliver(Letter(urls, "t", "b"), ReaderProcess(log=tmp_path / "readers.log"), 20)

    assert results == [
        "o endereço não foi entendido",
        "o serviço recusou ou não foi alcançado",
        "o serviço recusou ou não foi alcançado",
    ]
    log = tmp_path / "readers.log"
    assert not log.exists() or SECRET not in log.read_text(encoding="utf-8")


def test_a_child_that_dies_is_a_failure_of_each_address() -> None:
    dying = ReaderProcess(None, None, lambda mode: [sys.executable, "-c", "import os; os._exit(7)"])

    results = deliver(Letter(("json://a", "json://b"), "t", "b"), dying, 5)

    assert len(results) == 2
    assert all("código 7" in each for each in results)


def test_only_the_kind_of_an_address_is_told() -> None:
    assert kind_of(f"MSTeams://{SECRET}/x") == "msteams"


class TestSender:
    def test_letters_are_sent_in_order_off_the_callers_thread(self, http: Http) -> None:
        sender = Sender(ReaderProcess, 20, lambda trouble: None)
        began = time.monotonic()
        for number in range(3):
            sender.send(Letter((http.url,), f"{number}", "b"))
        assert time.monotonic() - began < 0.5

        assert [post["title"] for post in http.until(3)] == ["0", "1", "2"]
        sender.close(SECONDS)

    def test_what_failed_is_tried_again_and_only_there(self, http: Http) -> None:
        other = Http()
        other.status = 503
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        sender = Sender(ReaderProcess, 20, said.put, retry_seconds=(0.1, 0.1))
        try:
            sender.send(Letter((http.url, other.url), "t", "b"))
            other.until(1)
            other.status = 200
            other.until(2)
            sender.send(Letter((http.url,), "depois", "b"))
            http.until(2)
        finally:
            sender.close(SECONDS)
            other.close()
        assert [post["title"] for post in http.posts] == ["t", "depois"]
        assert said.empty()

    def test_an_address_that_stays_away_is_a_trouble_and_heals(
        self, http: Http, caplog: pytest.LogCaptureFixture
    ) -> None:
        http.status = 503
        said: queue.SimpleQueue[str] = queue.SimpleQueue()
        sender = Sender(ReaderProcess, 20, said.put, retry_seconds=(0.05,))
        url = http.url + f"/{SECRET}"
        try:
            with caplog.at_level(logging.INFO):
                sender.send(Letter((url,), "t", "b"))
                trouble = said.get(timeout=SECONDS)
            assert trouble == "Avisos não chegaram a: json (o serviço recusou ou não foi alcançado)."
            assert SECRET not in caplog.text
            http.status = 200
            sender.send(Letter((url,), "de novo", "b"))
            assert said.get(timeout=SECONDS) == ""
        finally:
            sender.close(SECONDS)

    def test_closing_ends_a_child_that_waits_for_a_silent_server(self) -> None:
        with silent() as never:
            sender = Sender(ReaderProcess, 300, lambda trouble: None)
            sender.send(Letter((never,), "t", "b"))
            bell = threading.Event()
            while sender._under_way is None:
                bell.wait(0.01)
            began = time.monotonic()
            sender.close()
            assert sender._thread is not None
            sender._thread.join(SECONDS)
        assert not sender._thread.is_alive()
        assert time.monotonic() - began < 20

    def test_a_letter_to_nobody_starts_nothing(self) -> None:
        sender = Sender(ReaderProcess, 5, lambda trouble: None)
        sender.send(Letter((), "t", "b"))
        assert sender._thread is None
        sender.close()
