from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.builders import Replies, at
from tests.engine.fakes import FakeClock, FakeProcesses, FakeReader, MemoryBook
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Trigger
from tray_agent.core.ports import Standing
from tray_agent.core.rules.limits import Limits
from tray_agent.core.shown import Snapshot
from tray_agent.core.team import orders as say
from tray_agent.core.team.orders import About, Order, OrderBody, Reply, ReplyBody
from tray_agent.core.team.wire import encode, reply_of
from tray_agent.engine.keeper import Keeper
from tray_agent.engine.words_here import Outside, Post


class Pc:
    """A PC's engine, turned by hand over processes and a book in memory."""

    def __init__(self, book: MemoryBook | None = None, life: str = "life") -> None:
        self.clock = FakeClock()
        self.book = book or MemoryBook()
        self.said: list[ReplyBody] = []
        self.snapshot: Snapshot | None = None
        self.posted: list[msg.Message] = []
        self.base, self.looks = "/base", list[str]()
        self.processes = FakeProcesses(self.posted.append)
        self.keeper = Keeper(
            Post("PC-ANA", 3, ("sap",), "1", life, 30, 5),
            Outside(
                self.send,
                self.place,
                lambda run: (4, 0, b"end\n", ()),
                lambda run, asked, speak: speak(say.LogPart(run.id, asked.ask_id, 4, 0, b"end\n")),
                self.clock.monotonic,
            ),
            "PC-JOAO",
            Limits(local_history=True),
            self.clock,
            self.processes,
            self.book,
            FakeReader(),
            self.publish,
            "/logs",
        )

    def place(self, run: str, path: str) -> None:
        self.looks.append(run)
        self.posted.append(msg.ScriptPlaced(run, f"{self.base}/{path}", self.base, True))

    def send(self, message: Any) -> None:
        reply = reply_of(message)
        assert isinstance(reply, Reply), reply
        self.said.append(reply.body)

    def publish(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot

    def turn(self, *messages: msg.Message) -> list[ReplyBody]:
        """Turn until nothing more comes of it; what was said meanwhile."""
        self.said.clear()
        self.keeper.turn(list(messages))
        while self.posted:
            posted, self.posted[:] = list(self.posted), []
            self.keeper.turn(posted)
        self.clock.blink()
        self.keeper.turn([])
        return [body for body in self.said if not isinstance(body, say.Presence)]

    def order(self, body: OrderBody, epoch: int = 1, brain: str = "PC-JOAO") -> list[ReplyBody]:
        return self.turn(msg.OrderHeard(encode(Order(epoch, brain, body))))

    def hold(
        self, run: str = "r1", job: str = "pix", digest: str = "hash", life: str = "life"
    ) -> list[ReplyBody]:
        about = About(
            run, job, job, "Área", f"a/metodos/{job}.py", Trigger.SCHEDULED, at().date(), at(), ("--x",), 1
        )
        return self.order(say.Hold(about, life, digest, 5))

    def go(self, run: str = "r1") -> list[ReplyBody]:
        return self.order(say.Go(run, at().date(), at("14:04")))

    def begun(self) -> Pc:
        self.hold()
        self.go()
        return self

    def kinds(self) -> list[str]:
        return [what for what, _ in self.processes.calls]


def test_a_run_is_held_put_on_record_let_go_and_told_until_it_is_acked() -> None:
    pc = Pc()
    (held,) = pc.hold()
    assert isinstance(held, say.Held) and held.run == "r1" and pc.book.runs == {}

    (running,) = pc.go()

    assert isinstance(running, say.Running)
    row = pc.book.runs["r1"]
    assert (row.started, row.arguments, row.attempt, row.script) == (
        at("14:04"),
        ("--x",),
        1,
        "/base/a/metodos/pix.py",
    )
    assert row.log == "/logs/pix/r1.log" and row.book

    pc.processes.end("pix", 3)
    (exited,) = pc.turn()
    assert isinstance(exited, say.Exited)
    assert (exited.code, exited.outcome, exited.tail, exited.about.path) == (
        3,
        Outcome.ENDED,
        b"end\n",
        "a/metodos/pix.py",
    )

    assert pc.turn(msg.BrainLinked(True)) == [exited]
    pc.order(say.Ack(("r1",)))
    assert pc.turn(msg.BrainLinked(True)) == []


def test_orders_said_twice_in_one_breath_start_once() -> None:
    pc = Pc()
    pc.hold()
    go = msg.OrderHeard(encode(Order(1, "PC-JOAO", say.Go("r1", at().date(), at()))))

    pc.turn(go, go)

    assert pc.kinds().count("let_go") == 1 and list(pc.book.runs) == ["r1"]


def test_a_child_held_for_too_long_is_dropped_without_a_word_from_anybody() -> None:
    pc = Pc()
    pc.hold()
    pc.clock.advance(30)

    (never,) = pc.turn()

    assert isinstance(never, say.Never) and pc.kinds() == ["hold", "drop"]
    assert isinstance(pc.go()[0], say.Never) and pc.book.runs == {}
    assert isinstance(pc.hold()[0], say.Never)


def test_what_cannot_be_put_on_record_never_begins() -> None:
    pc = Pc()
    pc.hold()
    pc.book.fault = "Disco cheio."

    pc.go()
    pc.book.fault = ""
    pc.clock.advance(1)
    said = pc.turn()

    assert "let_go" not in pc.kinds()
    assert say.Never("r1") in said


def test_a_full_disk_takes_no_orders_and_says_so() -> None:
    pc = Pc()
    pc.turn(msg.BrainLinked(True))
    pc.book.trouble = "Disco cheio."
    pc.clock.advance(6)
    pc.turn()
    assert pc.keeper._runs.presence(pc.keeper._moment, 1, "").places == 0

    (refused,) = pc.hold()

    assert isinstance(refused, say.Refused) and refused.reason == "Disco cheio."


def test_a_base_folder_that_is_known_keeps_no_run_waiting_and_one_that_moved_is_found_for_the_next() -> None:
    pc = Pc()
    pc.begun()
    assert pc.looks[-1] == "", "looked for again once the script had begun"
    pc.base = "/moved"
    before = len(pc.looks)

    pc.hold("r2", "ted")
    assert Path(pc.processes.held["r2"].script) == Path("/base/a/metodos/ted.py")
    assert len(pc.looks) == before
    refused = pc.turn(msg.RunRefused("r2", "arquivo não encontrado."))
    assert [type(each) for each in refused] == [say.Refused]

    pc.hold("r3", "ted")
    assert Path(pc.processes.held["r3"].script) == Path("/moved/a/metodos/ted.py")


def test_a_new_run_of_a_job_takes_the_place_of_one_that_is_only_held_and_that_one_is_denied() -> None:
    pc = Pc()
    pc.hold("r1")

    said = pc.hold("r2")

    assert [type(each) for each in said] == [say.Never, say.Held]
    assert isinstance(pc.hold("r1")[0], say.Never)
    assert pc.go("r1") == [say.Never("r1")]


def test_a_job_that_runs_here_is_not_started_beside_itself() -> None:
    pc = Pc().begun()

    (refused,) = pc.hold("r2")

    assert (
        isinstance(refused, say.Refused) and refused.unsuited and "ainda está em execução" in refused.reason
    )


def test_another_copy_of_the_script_is_refused_before_it_begins() -> None:
    pc = Pc()
    (refused,) = pc.hold(digest="another")

    assert isinstance(refused, say.Refused) and refused.differs
    assert pc.kinds() == ["hold", "drop"]


def test_a_restart_adopts_what_runs_and_tells_of_what_was_not_acked() -> None:
    pc = Pc().begun()
    again = Pc(pc.book, "another life")
    again.processes.standings["r1"] = Standing.RUNNING
    said = again.turn(msg.BrainLinked(True))
    assert said == [] and again.kinds() == ["adopt"]

    again.processes.end("pix", None)
    (exited,) = again.turn()

    assert isinstance(exited, say.Exited) and (exited.code, exited.outcome) == (None, Outcome.UNKNOWN)
    (said_again,) = Pc(pc.book, "third").turn(msg.BrainLinked(True))
    assert isinstance(said_again, say.Exited) and said_again.ended == exited.ended


def test_a_brain_of_a_lower_epoch_is_told_whom_this_pc_obeys_also_after_a_restart() -> None:
    pc = Pc()
    pc.order(say.Hello(at(), "1", "x"), epoch=2, brain="PC-NOVO")
    assert pc.hold() == [say.Outranked(2, "PC-NOVO")]

    again = Pc(pc.book)
    again.turn()
    assert again.hold() == [say.Outranked(2, "PC-NOVO")]
    assert again.kinds() == []


def test_a_new_brain_is_told_the_ends_of_the_day_that_the_last_one_had() -> None:
    pc = Pc().begun()
    pc.processes.end("pix", 0)
    pc.turn()
    pc.order(say.Ack(("r1",)))

    said = pc.order(say.Hello(at(), "1", "x"), epoch=2, brain="PC-NOVO")

    assert [type(each) for each in said] == [say.Exited]


def test_the_limit_of_a_run_is_kept_here_also_where_the_brain_is_gone() -> None:
    pc = Pc().begun()
    pc.clock.advance(5 * 60)
    pc.turn()
    assert pc.kinds()[-1] == "stop within 2 s"

    pc.processes.end_stopped("pix")
    said = pc.turn()

    assert {type(each) for each in said} == {say.Exited, say.Stopped}
    assert next(each for each in said if isinstance(each, say.Exited)).outcome is Outcome.TIMED_OUT


def test_a_silent_brain_is_a_problem_and_changes_nothing_else() -> None:
    pc = Pc().begun()
    pc.turn(msg.BrainLinked(False, "O servidor PC-JOAO:4222 não responde."))
    pc.clock.advance(60)
    pc.turn()

    assert pc.snapshot is not None
    (problem,) = pc.snapshot.problems
    assert (
        problem.what == "O cérebro, PC-JOAO, não é ouvido desde 14:05: O servidor PC-JOAO:4222 não responde"
    )
    assert (pc.snapshot.running, pc.snapshot.blocked) == (1, "unheard")

    pc.turn(msg.BrainLinked(True))
    pc.order(say.Hello(at(), "1", "x"))
    assert (pc.snapshot.problems, pc.snapshot.blocked) == ((), "")


@pytest.mark.parametrize("command", [msg.RunJob("pix"), msg.Pause(), msg.Resume(), msg.RepeatJob("pix")])
def test_what_the_brain_decides_is_refused_with_its_name(command: msg.Command) -> None:
    pc, replies = Pc(), Replies()
    object.__setattr__(command, "reply", replies)

    pc.turn(command)

    assert not replies.last.accepted and "PC-JOAO" in replies.last.text


def test_ended_by_a_person_it_says_that_it_leaves() -> None:
    pc = Pc().begun()
    pc.turn(msg.BrainLinked(True))
    pc.turn(msg.Quit())
    pc.keeper.turn([])

    assert any(isinstance(body, say.Presence) and body.leaving for body in [*pc.said])


def test_nothing_is_said_before_the_book_was_read() -> None:
    book = MemoryBook()
    book.fault = "O diário não abre."
    pc = Pc(book)

    assert pc.hold() == [] and pc.kinds() == []
    pc.turn(msg.BrainLinked(True))
    assert pc.said == []


def test_a_brain_whose_book_is_another_is_told_the_ends_of_the_day_again_also_by_the_next_life() -> None:
    pc = Pc().begun()
    pc.order(say.Hello(at(), "1", "x", "book of today"))
    pc.processes.end("pix", 0)
    pc.turn()
    pc.order(say.Ack(("r1",)))
    assert pc.order(say.Hello(at(), "1", "y", "book of today")) == []

    said = pc.order(say.Hello(at(), "1", "z", "another book"))
    assert [type(each) for each in said] == [say.Exited]

    (again,) = Pc(pc.book, "next").turn(msg.BrainLinked(True))
    assert isinstance(again, say.Exited) and again.run == "r1"
