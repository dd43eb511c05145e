from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import Replies, at, make_discovery, make_job, make_open_run, make_read, make_run
from tests.engine.fakes import FakeClock, FakeProcesses, FakeReader, MemoryJournal
from tray_agent.core import messages as msg
from tray_agent.core.model import Asked, CardState, Job, Outcome, Problem, Run, Snapshot, Where
from tray_agent.core.ports import JournalError, Standing
from tray_agent.core.rules.state import Limits
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.engine import loop
from tray_agent.engine.loop import Engine

Event = msg.Message | Callable[["World"], object]


class World:
    """An engine between fakes. Time passes and things happen as a test says; ``news`` is what was done since
    the last look."""

    def __init__(
        self,
        now: datetime | None = None,
        *,
        journal: MemoryJournal | None = None,
        slow: bool = False,
        publish: Callable[[Snapshot], None] | None = None,
        **limits: Any,
    ) -> None:
        self.clock = FakeClock(now)
        self.journal = journal or MemoryJournal()
        self.inbox: list[msg.Message] = []
        self.processes = FakeProcesses(self.inbox.append, slow)
        self.discovery, self.history = FakeReader(), FakeReader()
        self.snapshots: list[Snapshot] = []
        self.engine = Engine(
            Limits(**limits),
            self.clock,
            self.processes,
            self.journal,
            self.discovery,
            self.history,
            publish or self.snapshots.append,
            "/logs",
            "boot",
        )

    def tell(self, *messages: msg.Message) -> World:
        """Let the engine turn until nothing is left to say, and all of it is on record and shown."""
        self.inbox += messages
        while True:
            batch, self.inbox[:] = list(self.inbox), []
            self.engine.turn(batch)
            if not batch and not self.inbox:
                break
        self.clock.blink()
        self.engine.turn([])
        return self

    def begin(self, *jobs: Job, verified: bool = True) -> World:
        """Start, with these jobs found and an empty history read."""
        self.tell()
        self.tell(msg.Discovered(make_discovery(*jobs)))
        return self.tell(make_read(self.clock.now())) if verified else self

    def later(self, seconds: float, *messages: msg.Message) -> World:
        """Let time pass."""
        self.clock.advance(seconds)
        return self.tell(*messages)

    @property
    def news(self) -> list[tuple[str, str]]:
        """What the processes were told since the last look."""
        news, self.processes.calls = self.processes.calls, []
        return news

    @property
    def now(self) -> Snapshot:
        """The newest snapshot."""
        return self.snapshots[-1]


class EmptyInbox:
    """Nobody says anything; remembers for how long it was waited."""

    def __init__(self, waited: list[float]) -> None:
        self._waited = waited

    def wait(self, seconds: float) -> list[msg.Message]:
        self._waited.append(seconds)
        return []


def ran(*jobs: str) -> list[tuple[str, str]]:
    """What the processes are told when these jobs start one after the other."""
    return [(call, job) for job in jobs for call in ("hold", "let_go")]


def ends(job: str, code: int | None = 0) -> Callable[[World], object]:
    return lambda world: world.processes.end(job, code)


def clock(moment: datetime) -> Callable[[World], object]:
    return lambda world: world.clock.set(moment)


def stopped(job: str) -> Callable[[World], object]:
    return lambda world: world.processes.end_stopped(job)


PIX = make_job("pix", 8, 12, 18)
ALL = make_job("pix", schedule=ALL_DAY)

SCENARIOS: dict[str, tuple[str, list[Job], list[tuple[float, Event | None, list[tuple[str, str]]]]]] = {
    "catch-up at 14:05 is two, one after the other": (
        "14:05",
        [PIX],
        [(0, None, ran("pix")), (5, ends("pix"), ran("pix")), (5, ends("pix"), []), (3000, None, [])],
    ),
    "all day at 02:10 is three": (
        "02:10",
        [ALL],
        [(0, None, ran("pix")), *[(1, ends("pix"), ran("pix"))] * 2, (1, ends("pix"), [])],
    ),
    "the hour turns": (
        "07:59:58",
        [PIX],
        [(0, None, []), (1, None, []), (1, None, ran("pix")), (5, ends("pix"), []), (3600, None, [])],
    ),
    "midnight resets and waits for the history": (
        "23:59:50",
        [make_job("pix", 0)],
        [
            (0, None, ran("pix")),
            (2, ends("pix"), []),
            (8, None, []),
            (5, msg.HistoryRead(at(day=11).date(), at(day=11), (), 0), ran("pix")),
            (5, ends("pix"), []),
        ],
    ),
    "a run across midnight counts for its own day": (
        "23:59:50",
        [make_job("pix", 0)],
        [
            (0, None, ran("pix")),
            (20, None, []),
            (0, msg.HistoryRead(at(day=11).date(), at(day=11), (), 0), []),
            (5, ends("pix"), ran("pix")),
            (5, ends("pix"), []),
        ],
    ),
    "the clock is set back and forth": (
        "14:05",
        [PIX],
        [
            (0, None, ran("pix")),
            (5, ends("pix"), ran("pix")),
            (5, ends("pix"), []),
            (1, clock(at("06:00")), []),
            (1, None, []),
            (1, clock(at("17:59:59")), []),
            (2, None, ran("pix")),
            (2, ends("pix"), []),
        ],
    ),
    "pause and resume": (
        "07:59",
        [PIX, make_job("boleto")],
        [
            (0, msg.Pause(), []),
            (60, None, []),
            (1, msg.RunJob("boleto"), ran("boleto")),
            (1, msg.Resume(), ran("pix")),
        ],
    ),
    "stop asks the tree and counts": (
        "08:00",
        [make_job("pix", 8)],
        [
            (0, None, ran("pix")),
            (1, msg.StopJob("pix"), [("stop within 2 s", "pix")]),
            (1, msg.StopJob("pix"), []),
            (1, stopped("pix"), []),
            (60, None, []),
        ],
    ),
    "quit lets runs go on": (
        "08:00",
        [make_job("pix", 8)],
        [(0, None, ran("pix")), (1, msg.Quit(), [])],
    ),
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_day_goes_as_specified(name: str) -> None:
    start, jobs, steps = SCENARIOS[name]
    world = World(at(start)).begin(*jobs)

    for number, (seconds, event, expected) in enumerate(steps):
        world.clock.advance(seconds)
        if callable(event):
            event(world)
            world.tell()
        else:
            world.tell(*([event] if event is not None else []))
        assert world.news == expected, f"step {number}"


def test_a_script_begins_only_when_its_start_is_on_record() -> None:
    world = World(at("08:00"), slow=True).begin(make_job("pix", 8))
    assert world.news == [("hold", "pix")]
    assert world.journal.runs == {}

    world.processes.report_held(next(iter(world.processes.held)))
    world.tell()

    assert world.news == [("let_go", "pix")]
    (run,) = world.journal.runs.values()
    assert (run.identity is not None, run.script_hash, run.ended) == (True, "hash", None)


@pytest.mark.parametrize("late", [False, True])
def test_stopped_before_it_began_it_leaves_no_record(late: bool) -> None:
    """The click may come while the process is made, or in the very turn in which it is there."""
    world = World(at("08:00"), slow=True).begin(make_job("pix"))
    replies = Replies()
    world.tell(msg.RunJob("pix", reply=replies))
    (run,) = world.processes.held
    assert world.news == [("hold", "pix")]

    if late:
        world.processes.report_held(run)
    world.tell(msg.StopJob("pix"))

    assert world.news == [("drop", "pix")]
    assert world.journal.runs == {}
    assert [reply.accepted for reply in replies.given] == [False]
    assert world.now.started == 0


def test_forty_due_at_once_never_more_than_five_and_nobody_twice() -> None:
    names = [f"job{number:02d}" for number in range(40)]
    world = World(at("08:00")).begin(*(make_job(name, 8) for name in names))

    order = []
    while world.processes.running:
        assert len(world.processes.running) <= 5
        job = next(iter(world.processes.running.values())).job
        order.append(job)
        world.processes.end(job)
        world.later(1)

    assert sorted(order) == names
    assert world.now.finished == 40


class TestJournalFaults:
    def test_a_start_that_cannot_be_recorded_never_begins_and_is_made_up_for(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8), verified=False)
        world.journal.fault = "disco cheio."

        world.tell(make_read(world.clock.now()))

        assert world.news == [("hold", "pix"), ("drop", "pix")]
        assert world.journal.runs == {}
        assert [problem.where for problem in world.now.problems] == [Where.DATA]
        assert world.now.facts["pix"].retry is None
        world.later(30)
        assert world.news == []
        world.journal.fault = ""
        world.later(1)
        assert world.news == ran("pix")
        assert world.now.problems == ()

    def test_a_start_lost_to_a_short_lock_is_made_up_for_although_nothing_else_happens(self) -> None:
        world = World(at("08:00"), discovery_seconds=80000, sync_seconds=80000)
        world.begin(make_job("pix", 8), verified=False)
        world.journal.fault = "o arquivo está ocupado."
        world.inbox.append(make_read(world.clock.now()))
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)
        world.journal.fault = ""
        world.processes.calls.clear()

        world.tell()
        for _ in range(3):
            world.later(1)

        assert world.news == ran("pix")

    def test_who_asked_for_the_run_is_told(self) -> None:
        world = World(at("07:00")).begin(make_job("pix"))
        world.journal.fault = "disco cheio."
        replies = Replies()

        world.tell(msg.RunJob("pix", reply=replies))

        assert [(reply.accepted, reply.text) for reply in replies.given] == [
            (False, "pix não iniciou: disco cheio.")
        ]

    def test_an_end_that_cannot_be_recorded_counts_and_is_recorded_later(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.journal.fault = "disco cheio."
        world.processes.end("pix")
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        assert world.now.problems != ()

        world.later(5)
        world.journal.fault = ""
        world.later(1)

        assert [run.outcome for run in world.journal.runs.values()] == [Outcome.ENDED]
        assert world.now.problems == ()

    def test_a_full_disk_is_a_problem_running_jobs_go_on_and_nothing_starts(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8), make_job("boleto", 9))
        world.journal.trouble = "Disco cheio: menos de 1 MB livre."
        world.processes.calls.clear()
        replies = Replies()

        world.later(3600, msg.RunJob("boleto", reply=replies))

        assert world.news == []
        assert [problem.what for problem in world.now.problems] == ["Disco cheio: menos de 1 MB livre."]
        assert not replies.last.accepted
        world.processes.end("pix")
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        world.journal.trouble = ""
        world.later(1)
        assert world.news == ran("boleto")

    def test_a_pause_that_could_not_be_recorded_is_recorded_when_it_can(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.journal.fault = "disco cheio."
        world.processes.end("pix")
        world.tell(msg.Pause())

        world.journal.fault = ""
        world.later(2)

        assert world.journal.is_paused()

    def test_a_pause_said_before_the_journal_could_be_read_is_not_taken_back_by_it(self) -> None:
        journal = MemoryJournal()
        journal.fault = "o arquivo está ocupado."
        world = World(at("07:00"), journal=journal).begin(make_job("pix", 8))
        world.tell(msg.Pause())

        journal.fault = ""
        world.later(2)

        assert world.now.paused
        assert journal.is_paused()

    def test_a_day_that_could_not_be_loaded_is_loaded_later_and_nothing_runs_twice(self) -> None:
        world = World(at("14:05"), local_history=True).begin(make_job("pix", 8, 12), verified=False)
        for _ in range(2):
            world.processes.end("pix")
            world.later(1)
        world.clock.set(at("00:10", day=11))
        world.later(1)
        world.journal.fault = "o arquivo está ocupado."
        world.processes.calls.clear()
        world.clock.set(at("14:10"))
        world.later(1)
        assert world.news == []

        world.journal.fault = ""
        for _ in range(3):
            world.later(1)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2

    def test_an_end_in_the_turn_of_the_day_counts_when_the_clock_comes_back(self) -> None:
        world = World(at("14:05"), local_history=True).begin(make_job("pix", 8), verified=False)
        world.clock.set(at("00:10", day=11))
        world.later(1)
        world.processes.calls.clear()
        world.processes.end("pix")
        world.clock.set(at("14:10"))

        world.later(1)

        assert world.now.facts["pix"].actual == 1
        assert world.news == []

    def test_without_its_usual_time_a_run_begins_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(at("08:00"))

        def locked(job: str) -> float | None:
            raise JournalError("ocupado")

        monkeypatch.setattr(world.journal, "usual_seconds", locked)
        world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert world.now.facts["pix"].usual_seconds is None

    @pytest.mark.parametrize("fault", ["", "ocupado"])
    def test_a_run_that_was_let_go_but_never_began_is_taken_off_the_record(self, fault: str) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        (run,) = world.journal.runs
        world.journal.fault = fault

        world.tell(msg.RunExited(run, 126, began=False))

        assert (run in world.journal.runs) is bool(fault)
        assert world.now.facts["pix"].retry is not None
        assert world.now.facts["pix"].actual == 0
        world.journal.fault = ""
        world.later(2)
        assert run not in world.journal.runs
        assert world.now.history.rows == 0


class TestRestart:
    def test_counts_and_states_come_back(self) -> None:
        journal = MemoryJournal()
        done = [make_run(started=at("08:00")), make_run(started=at("12:00"), exit_code=1)]
        journal.record(done, done)
        world = World(at("14:05"), journal=journal, local_history=True).begin(PIX, verified=False)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2
        assert world.now.facts["pix"].state is CardState.ERROR
        assert world.now.history.rows == 2
        assert (world.now.started, world.now.finished) == (0, 0)

    def test_children_still_alive_are_adopted_and_counted_once(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        journal.runs |= {"good": make_run(id="good", started=at("09:00", day=9), duration_seconds=7.0)}
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix", 8))

        assert world.news == [("adopt", "pix")]
        facts = world.now.facts["pix"]
        assert (facts.state, facts.usual_seconds) == (CardState.RUNNING, 7.0)
        assert facts.active is not None and facts.active.identity == run.identity
        world.processes.end("pix", None)
        world.later(1)
        assert world.now.facts["pix"].actual == 1
        assert world.news == []
        assert journal.runs[run.id].outcome is Outcome.UNKNOWN
        assert world.now.finished == 0

    @pytest.mark.parametrize(("age", "stopped_after"), [(None, 60), (30.0, 90)])
    def test_a_time_limit_counts_what_an_adopted_run_has_lived(
        self, age: float | None, stopped_after: int
    ) -> None:
        """Started a minute ago by the wall clock; half a minute by its process, if that is known."""
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal, timeout_minutes=2)
        world.processes.standings[run.id] = Standing.RUNNING
        world.processes.ages[run.id] = age
        world.begin(make_job("pix"))
        world.processes.calls.clear()

        world.later(stopped_after - 1)
        assert world.news == []
        world.later(1)
        assert world.news == [("stop within 2 s", "pix")]

    def test_stop_works_on_an_adopted_run(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix", 8))
        world.processes.calls.clear()

        world.tell(msg.StopJob("pix"))

        assert world.news == [("stop within 2 s", "pix")]

    @pytest.mark.parametrize("outcome", [Outcome.STOPPED, Outcome.TIMED_OUT])
    def test_a_stop_that_its_agent_did_not_live_to_carry_out_is_carried_out(self, outcome: Outcome) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("14:04"))
        journal.record([run], [])
        journal.wish_stopped(run.id, outcome)
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING

        world.begin(make_job("pix", 8))

        assert world.news == [("adopt", "pix"), ("stop within 2 s", "pix")]
        assert world.now.facts["pix"].stopping_since is not None
        world.processes.end_stopped("pix", killed=True)
        world.later(1)
        assert journal.runs[run.id].outcome is outcome
        assert world.now.facts["pix"].actual == 1
        assert journal.stops_wished() == {}

    def test_a_stop_goes_on_record_when_it_is_accepted(self) -> None:
        world = World(at("14:05")).begin(make_job("pix", 14))
        world.tell(msg.StopJob("pix"))

        [run] = world.journal.open_runs()
        assert world.journal.stops_wished() == {run.id: Outcome.STOPPED}

    def test_what_ended_meanwhile_is_closed_and_counted_not_run_again(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("08:00"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.ENDED
        world.begin(make_job("pix", 8))

        assert world.news == []
        assert world.now.facts["pix"].actual == 1
        last = world.now.facts["pix"].last_run
        assert last is not None and last.status == "SEM_RESULTADO"
        assert journal.runs[run.id].outcome is Outcome.UNKNOWN

    def test_what_never_began_is_forgotten_and_made_up_for(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("08:00"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.NEVER_BEGAN
        world.begin(make_job("pix", 8))

        assert world.news == ran("pix")
        assert run.id not in journal.runs

    def test_two_open_runs_of_one_job_are_not_both_adopted(self) -> None:
        journal = MemoryJournal()
        runs = [make_open_run(started=at("14:03")), make_open_run(started=at("14:04"))]
        journal.record(runs, [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings |= {run.id: Standing.RUNNING for run in runs}

        world.begin(make_job("pix"))

        assert world.news == [("adopt", "pix")]

    def test_an_adopted_job_that_nobody_knows_any_more_still_has_an_area(self) -> None:
        journal = MemoryJournal()
        run = make_open_run("gone", started=at("14:04"))
        journal.record([run], [])
        world = World(at("14:05"), journal=journal)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix"))

        assert world.now.order == ("pix", "gone")
        assert world.now.facts["gone"].job.area == "Sem área"
        assert world.now.facts["gone"].removed

    def test_an_adopted_run_of_yesterday_is_not_one_of_todays_rows(self) -> None:
        journal = MemoryJournal()
        run = make_open_run(started=at("23:50", day=9))
        journal.record([run], [])
        world = World(at("00:05"), journal=journal, local_history=True)
        world.processes.standings[run.id] = Standing.RUNNING
        world.begin(make_job("pix"), verified=False)

        assert world.now.history.rows == 0
        assert world.now.facts["pix"].state is CardState.RUNNING

    def test_a_pause_survives(self) -> None:
        journal = MemoryJournal()
        journal.set_paused(True)
        world = World(at("14:05"), journal=journal).begin(PIX)

        assert world.now.paused
        assert world.news == []

    def test_a_journal_that_cannot_be_read_yet_is_taken_up_when_it_can(self) -> None:
        journal = MemoryJournal()
        done = [make_run(started=at("08:00")), make_run(started=at("12:00"))]
        journal.record(done, done)
        journal.fault = "O diário está danificado."
        world = World(at("14:05"), journal=journal).begin(PIX)
        assert world.news == []
        assert [problem.what for problem in world.now.problems] == ["O diário está danificado."]

        journal.fault = ""
        world.later(1)

        assert world.news == []
        assert world.now.facts["pix"].actual == 2


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


class TestClock:
    @pytest.mark.parametrize(
        ("passed", "wall", "woke"),
        [(1, 0, False), (1, 1.5, False), (1, 3, True), (1, -3, True), (20, 0, False), (31, 0, True)],
    )
    def test_a_jump_or_a_sleep_is_noticed_and_everything_is_read_anew(
        self, passed: float, wall: float, woke: bool
    ) -> None:
        world = World(at("14:05"), discovery_seconds=3600, sync_seconds=3600).begin(PIX)
        world.discovery.asked.clear()

        world.clock.set(world.clock.now().fromtimestamp(world.clock.now().timestamp() + wall, at().tzinfo))
        world.later(passed)

        assert (len(world.discovery.asked) == 1) is woke


class TestSnapshots:
    def test_nothing_is_published_while_nothing_happens(self) -> None:
        world = World(at("14:05")).begin(make_job("pix", 18))
        published = len(world.snapshots)

        for _ in range(5):
            world.later(1)

        assert len(world.snapshots) == published

    def test_versions_grow_and_only_what_changed_is_new(self) -> None:
        world = World(at("14:05")).begin(make_job("pix", 18), make_job("boleto"))
        before = world.now

        world.tell(msg.RunJob("boleto"))

        assert [each.version for each in world.snapshots] == sorted(
            {each.version for each in world.snapshots}
        )
        assert world.now.facts["pix"] is before.facts["pix"]
        assert world.now.facts["boleto"].version > before.version
        assert world.now.order is before.order


class TestRest:
    """What an agent does in the seconds in which nothing happens: next to nothing, and nothing late."""

    def looks(self, world: World, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        """When the disk was looked at, from now on."""
        looked: list[float] = []

        def writable() -> str:
            looked.append(world.clock.monotonic())
            return world.journal.trouble

        monkeypatch.setattr(world.journal, "writable", writable)
        return looked

    def test_the_disk_is_looked_at_every_five_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = World(at("08:00"), discovery_seconds=3600, sync_seconds=3600).begin(make_job("pix", 18))
        looked = self.looks(world, monkeypatch)

        for _ in range(20):
            world.later(1)

        assert 3 <= len(looked) <= 4

    def test_trouble_is_seen_before_anything_starts(self) -> None:
        world = World(at("08:59")).begin(make_job("pix", 9))
        world.later(58)
        world.journal.trouble = "Disco cheio."

        world.later(2)

        assert world.news == []
        assert [problem.where for problem in world.now.problems] == [Where.DATA]

    def test_trouble_is_looked_at_every_second_until_it_is_over(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        world = World(at("08:00"), discovery_seconds=3600, sync_seconds=3600).begin(make_job("pix", 8))
        world.processes.end("pix")
        world.journal.trouble = "Disco cheio."
        world.later(6)
        looked = self.looks(world, monkeypatch)

        for _ in range(5):
            world.later(1)
        assert len(looked) == 5
        world.journal.trouble = ""
        world.later(1)

        assert world.now.problems == ()

    def test_midnight_is_not_slept_through(self) -> None:
        world = World(at("23:59:58"), discovery_seconds=3600, sync_seconds=3600).begin(make_job("pix"))

        world.later(3)

        assert world.now.day == at().date() + timedelta(days=1)

    def test_a_resting_engine_counts_as_turning(self) -> None:
        world = World(at("08:00"), discovery_seconds=3600, sync_seconds=3600).begin(make_job("pix"))

        world.later(1)

        assert world.engine.last_turn == world.clock.monotonic()


class TestTogether:
    """An end and the start that takes its place are one record, what happens in a blink is one picture."""

    def full(self) -> World:
        """One place, which pix has; boleto is next and its process takes its time."""
        pix, boleto = make_job("pix", 7), make_job("boleto", 8)
        world = World(at("08:00"), max_concurrent=1, slow=True).begin(pix, boleto)
        world.processes.report_held(next(iter(world.processes.held)))
        world.tell().clock.blink()
        return world

    def turn(self, world: World) -> None:
        """One turn with what is there."""
        batch, world.inbox[:] = list(world.inbox), []
        world.engine.turn(batch)

    def ended(self, world: World) -> dict[str, bool]:
        return {run.job: run.ended is not None for run in world.journal.runs.values()}

    def test_an_end_waits_for_the_start_that_takes_its_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        world = self.full()
        pieces: list[tuple[list[str], list[str]]] = []
        record = world.journal.record

        def noted(starts: Sequence[Run], ends: Sequence[Run], asked: Sequence[Asked] = ()) -> None:
            pieces.append(([run.job for run in starts], [run.job for run in ends]))
            record(starts, ends, asked)

        monkeypatch.setattr(world.journal, "record", noted)
        world.processes.end("pix")
        self.turn(world)
        assert pieces == []

        world.processes.report_held(next(iter(world.processes.held)))
        self.turn(world)

        assert pieces == [(["boleto"], ["pix"])]
        assert self.ended(world) == {"pix": True, "boleto": False}

    def test_an_end_that_is_not_on_record_is_not_shown(self) -> None:
        world = self.full()
        before = world.now

        world.processes.end("pix")
        self.turn(world)
        assert world.now is before

        world.processes.report_held(next(iter(world.processes.held)))
        self.turn(world)
        assert (world.now.started, world.now.finished) == (2, 1)

    def test_an_end_does_not_wait_for_long(self) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)
        assert 0 < world.engine._rest_seconds(world.engine._moment) <= 0.02

        world.clock.blink()
        self.turn(world)

        assert self.ended(world) == {"pix": True}
        assert world.now.finished == 1

    def test_an_end_that_nothing_follows_is_on_record_at_once(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.processes.end("pix")
        self.turn(world)

        assert self.ended(world) == {"pix": True}

    def test_the_last_ends_are_on_record_when_the_engine_ends(self) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)

        world.inbox.append(msg.Quit())
        self.turn(world)
        while world.inbox:
            self.turn(world)

        assert self.ended(world) == {"pix": True}
        assert world.engine._ended

    def test_the_last_picture_is_shown_however_soon_it_comes(self) -> None:
        world = World(at("08:00")).begin(make_job("pix", 8))
        world.clock.blink()
        world.inbox.append(msg.Quit(stop_runs=True))
        self.turn(world)
        world.processes.end_stopped("pix")
        self.turn(world)

        assert world.engine._ended
        assert world.now.finished == 1

    def test_changes_within_a_blink_are_shown_together_the_first_at_once(self) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        world.clock.blink()
        shown = len(world.snapshots)

        world.inbox.append(msg.Woke())
        self.turn(world)
        assert len(world.snapshots) == shown + 1
        for _ in range(3):
            world.inbox.append(msg.Woke())
            self.turn(world)
        assert len(world.snapshots) == shown + 1
        assert 0 < world.engine._rest_seconds(world.engine._moment) <= 0.02

        world.clock.blink()
        self.turn(world)
        assert len(world.snapshots) == shown + 2

    def test_who_asked_sees_what_came_of_it_when_the_answer_comes(self) -> None:
        world = World(at("08:00")).begin(make_job("pix"))
        seen: list[bool] = []
        world.inbox.append(msg.Woke())
        self.turn(world)

        world.inbox.append(msg.Pause(reply=lambda reply: seen.append(world.now.paused)))
        self.turn(world)

        assert seen == [True]

    def test_a_plan_that_fails_is_not_tried_over_and_over_for_the_sake_of_a_picture(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        world = self.full()
        world.processes.end("pix")
        self.turn(world)
        monkeypatch.setattr(world.engine._state.agenda, "due", None)
        world.clock.blink()
        with caplog.at_level(logging.ERROR):
            self.turn(world)

        assert world.engine._rest_seconds(world.engine._moment) == 1.0


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


def test_a_run_is_recorded_whole() -> None:
    world = World(at("08:00")).begin(make_job("pix", 8))
    world.processes.end("pix", 3)
    world.later(2)

    (run,) = world.journal.runs.values()

    assert (run.job, run.exit_code, run.outcome, run.duration_seconds) == ("pix", 3, Outcome.ENDED, 4.0)
    assert run.log == f"/logs/pix/{run.id}.log"
    assert (run.boot, run.day) == ("boot", at().date())


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


def test_a_problem_can_be_said_before_the_start() -> None:
    world = World(at("08:00"))
    world.engine.say("agent", Problem(Where.SETTINGS, "o agente foi reiniciado"))

    world.begin()

    assert [(problem.what, problem.since) for problem in world.now.problems] == [
        ("o agente foi reiniciado", at("08:00"))
    ]


def test_the_places_are_shown_before_the_first_discovery() -> None:
    world = World(at("08:00"))
    shown: list[Snapshot] = []
    Engine(
        Limits(),
        world.clock,
        world.processes,
        world.journal,
        world.discovery,
        world.history,
        shown.append,
        base_path="/base",
        registry="/app/r.xlsx",
    )
    assert [(each.base_path, each.registry, each.discovered) for each in shown] == [
        ("/base", "/app/r.xlsx", False)
    ]
