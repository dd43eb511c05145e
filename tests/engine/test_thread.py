from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.builders import Replies, at, make_discovery, make_job, make_read
from tests.engine.fakes import FakeReader
from tests.engine.world import World, ran
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Where
from tray_agent.core.shown import Snapshot
from tray_agent.engine import loop

Event = msg.Message | Callable[["World"], object]


class EmptyInbox:
    """Nobody says anything; remembers for how long it was waited."""

    def __init__(self, waited: list[float]) -> None:
        self._waited = waited

    def wait(self, seconds: float) -> list[msg.Message]:
        self._waited.append(seconds)
        return []


class TestSurprises:
    def test_a_poisoned_message_is_set_aside(self, caplog: pytest.LogCaptureFixture) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        replies = Replies()

        with caplog.at_level(logging.ERROR):
            world.tell(msg.StopJob(["no", "job"], reply=replies), msg.Pause())  # type: ignore[arg-type]

        assert not replies.last.accepted
        assert world.now.paused
        assert "set aside" in caplog.text

    def test_a_process_that_cannot_even_be_asked_for_frees_its_place(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00"), max_concurrent=1)
        hold = world.processes.hold

        def no_thread(run: Any, job: Any) -> None:
            if job.id == "a":
                raise RuntimeError("can't start new thread")
            hold(run, job)

        monkeypatch.setattr(world.processes, "hold", no_thread)
        with caplog.at_level(logging.ERROR):
            world.begin(make_job("a", 8), make_job("b", 8))

        assert world.news == ran("b")
        assert world.now.facts["a"].retry is not None
        assert "can't start new thread" in caplog.text

    def test_a_listener_that_fails_costs_nobody_else_an_answer_or_a_record(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.processes.end("pix")
        replies = Replies()

        def deaf(reply: msg.Reply) -> None:
            raise BrokenPipeError

        with caplog.at_level(logging.ERROR):
            world.tell(msg.Pause(reply=deaf), msg.Resume(reply=replies))

        assert replies.last.accepted
        assert [run.outcome for run in world.journal.runs.values()] == [Outcome.ENDED]

    def test_an_event_that_nobody_understands_is_set_aside(self, caplog: pytest.LogCaptureFixture) -> None:
        with caplog.at_level(logging.ERROR):
            world = World(at("08:00")).begin().tell("not a message")  # type: ignore[arg-type]

        assert world.now.discovered
        assert "set aside: 'not a message'" in caplog.text

    def test_a_reader_that_cannot_be_asked_costs_nothing_else(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00"))
        monkeypatch.setattr(world.discovery, "ask", None)

        with caplog.at_level(logging.ERROR):
            world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert "not done: Discover()" in caplog.text

    def test_a_reader_of_snapshots_that_fails_does_not_end_the_engine(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        def publish(snapshot: Snapshot) -> None:
            if snapshot.version > 1:
                raise RuntimeError("the window is gone")

        world = World(at("08:00"), publish=publish)
        with caplog.at_level(logging.ERROR):
            world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert "the window is gone" in caplog.text

    def test_a_journal_that_surprises_does_not_end_the_engine(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00"))

        def surprise() -> list[Any]:
            raise ValueError("no such trigger")

        monkeypatch.setattr(world.journal, "open_runs", surprise)
        with caplog.at_level(logging.ERROR):
            world.begin(make_job("pix", 8))

        assert world.news == []
        assert "no such trigger" in caplog.text
        assert [problem.where for problem in world.now.problems] == [Where.DATA]

    def test_what_messages_ordered_is_done_although_the_plan_fails(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        monkeypatch.setattr(world.engine._state.agenda, "due", None)
        replies = Replies()
        world.processes.end("pix")

        with caplog.at_level(logging.ERROR):
            world.tell(msg.Pause(reply=replies))

        assert replies.last.accepted
        assert [run.outcome for run in world.journal.runs.values()] == [Outcome.ENDED]

    def test_a_plan_that_fails_is_tried_again_a_second_later_not_at_once(
        self, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00"))
        monkeypatch.setattr(world.engine._state.agenda, "due", None)
        world.engine._state.touched.add("pix")
        with caplog.at_level(logging.ERROR):
            world.engine.turn([])
        waited: list[float] = []
        monkeypatch.setattr(world.engine, "_inbox", EmptyInbox(waited))

        world.engine._wait()

        assert waited == [1.0]


class TestThread:
    """The engine on its own thread: woken at once, asleep otherwise, gone when told."""

    def start(self, world: World) -> threading.Thread:
        world.processes._post = world.engine.post
        thread = threading.Thread(target=world.engine.run, daemon=True)
        thread.start()
        return thread

    def test_it_answers_and_ends_and_closes_what_it_used(self) -> None:
        world = World(at("08:00"))
        thread = self.start(world)
        answered = threading.Event()

        world.engine.post(msg.Pause(reply=lambda reply: answered.set()))
        assert answered.wait(5)
        world.engine.post(msg.Quit())
        thread.join(5)
        assert not thread.is_alive()

        assert (world.processes.closed, world.journal.closed) == (True, True)
        assert (world.discovery.closed, world.history.closed) == (True, True)
        assert world.engine.last_turn == world.clock.monotonic()

    def test_who_asks_too_late_is_told(self) -> None:
        world = World(at("08:00"))
        replies = Replies()
        world.engine.post(msg.Quit())
        world.engine.post(msg.Woke())

        class Late(FakeReader):
            def close(self) -> None:
                world.engine.post(msg.RunJob("pix", reply=replies))
                world.engine.post(msg.Woke())

        world.engine._history = Late()
        self.start(world).join(5)

        assert [(reply.accepted, reply.text) for reply in replies.given] == [
            (False, "O agente foi encerrado.")
        ]

    def test_a_whole_run_goes_through_the_inbox(self) -> None:
        world = World(at("08:00"))
        ended = threading.Event()
        world.engine._publish = lambda snapshot: ended.set() if snapshot.finished else None
        running = threading.Event()
        let_go = world.processes.let_go

        def seen(run: str) -> None:
            let_go(run)
            running.set()

        world.processes.let_go = seen  # type: ignore[method-assign]
        thread = self.start(world)
        world.engine.post(msg.Discovered(make_discovery(make_job("pix", 8))))
        world.engine.post(make_read(at("08:00")))

        assert running.wait(5)
        world.clock.blink()
        world.processes.end("pix")
        assert ended.wait(5)
        world.engine.post(msg.Quit())
        thread.join(5)
        assert world.processes.calls == ran("pix")


class TestFence:
    """The engine that another one replaces: what it is in the middle of has no effect any more."""

    def test_it_starts_nothing_and_says_nothing(self) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        published = len(world.snapshots)

        world.engine.fence()
        world.tell(msg.RunJob("pix"))

        assert world.news == []
        assert len(world.snapshots) == published

    def test_fenced_while_it_writes_a_start_down_it_does_not_let_go(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        record = world.journal.record

        def slow(*given: Any) -> None:
            record(*given)
            world.engine.fence()

        monkeypatch.setattr(world.journal, "record", slow)
        world.tell(msg.RunJob("pix"))

        assert world.news == [("hold", "pix"), ("drop", "pix")]
        assert world.journal.runs == {}

    def test_its_thread_closes_what_is_its_own_and_leaves_what_the_next_one_uses(self) -> None:
        world, answers = World(at("08:00")), list[msg.Reply]()
        world.engine.post(msg.RunJob("pix", reply=answers.append))
        world.engine.fence()

        assert world.engine.run() is False
        assert world.journal.closed and world.discovery.closed and world.history.closed
        assert not world.processes.closed
        assert [answer.accepted for answer in answers] == [False]

    def test_one_that_dies_leaves_nothing_open(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(at("08:00"))

        def end(_state: object, _moment: object) -> float:
            raise SystemExit

        monkeypatch.setattr(loop, "sleep_seconds", end)
        with pytest.raises(SystemExit):
            world.engine.run()

        assert world.journal.closed and world.discovery.closed and world.history.closed

    def test_one_that_was_told_to_quit_says_so(self) -> None:
        world = World(at("08:00"))
        world.engine.post(msg.Quit())

        assert world.engine.run() is True
