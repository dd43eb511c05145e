from __future__ import annotations

import queue
import socket
import threading

from tests.shell.snapshots import facts, later, snapshot
from tray_agent.adapters.notices.sender import Letter
from tray_agent.core.model import CardState
from tray_agent.core.picture.notices import Notice, NoticeKind
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot
from tray_agent.start.telling import Target, Teller, letter, targets

SECONDS = 30


def test_each_area_is_told_apart_and_no_address_twice() -> None:
    settings = Settings(
        notify_urls=("json://a",),
        notify_areas=(("Ágil", ("json://b", "json://a")), ("Cadastro", ("json://a",))),
    )

    assert targets(settings) == [Target(("json://a",)), Target(("json://b",), "Ágil")]
    assert targets(Settings()) == []


def test_a_letter_has_a_line_for_each_job_the_way_there_and_the_computer() -> None:
    jobs = tuple(f"job{number}" for number in range(25))
    notice = Notice(
        NoticeKind.ERROR, "25 em erro", "job0, job1", jobs, tuple(f"{job}: disco" for job in jobs)
    )

    sent = letter(notice, ("json://a",))

    lines = sent.body.splitlines()
    assert (sent.title, sent.kind) == ("25 em erro", "failure")
    assert lines[0] == "job0: disco"
    assert lines[20:] == [
        "e mais 5",
        "Para abrir: tray-agent open job0",
        f"tray-agent em {socket.gethostname()}",
    ]


def test_one_job_is_told_in_a_sentence() -> None:
    sent = letter(Notice(NoticeKind.LATE, "t", "a: prazo.", ("a",), ("a: prazo",)), ("json://a",))

    assert sent.body.splitlines()[:2] == ["a: prazo.", "Para abrir: tray-agent open a"]
    assert sent.kind == "warning"


def test_what_waits_for_company_is_told_without_another_change() -> None:
    seen: list[Snapshot] = [snapshot(facts("a"))]
    letters: queue.SimpleQueue[Letter] = queue.SimpleQueue()
    moment = [0.0]
    teller = Teller([Target(("json://a",))], lambda: seen[0], lambda: later(moment[0]), letters.put)
    looked = threading.Event()
    decide, teller._look = teller._look, lambda: (decide(), looked.set())[0]  # type: ignore[method-assign]
    teller.start()
    assert looked.wait(SECONDS)
    seen[0], moment[0] = snapshot(facts("a", CardState.ERROR)), 5.0
    looked.clear()
    teller.changed(seen[0])
    assert looked.wait(SECONDS)
    moment[0] = 9.0

    assert letters.get(timeout=SECONDS).title == "Automação em erro"
    teller.close()


def test_nobody_to_tell_costs_no_thread() -> None:
    before = threading.active_count()
    Teller([], lambda: None, lambda: later(0), print).start()
    assert threading.active_count() == before
