"""PCs that come and go, words that get lost or come twice, brains that die: what holds all the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.builders import at, make_discovery, make_job
from tests.core.rules.plain_team import is_as_derived, plainly_chosen
from tests.engine.fakes import FakeClock, FakeReader, MemoryJournal
from tests.engine.simulated_team import SimulatedTeam
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome, Pc, Run, Trigger
from tray_agent.core.policies import Policies
from tray_agent.core.rules.limits import Limits
from tray_agent.core.rules.state import State
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.core.shown import Snapshot
from tray_agent.engine.loop import Engine

JOBS = [
    make_job("own", schedule=ALL_DAY),
    make_job("maria", schedule=ALL_DAY, policies=Policies(pcs=("PC-MARIA",))),
    make_job("both", schedule=ALL_DAY, policies=Policies(pcs=("sap",), resources=("SAP",))),
    make_job("any", schedule=ALL_DAY, policies=Policies(pcs=("*",), resources=("SAP",))),
    make_job("some", 9, 12, policies=Policies(pcs=("PC-JOSE", "PC-MARIA"))),
]
NAMES = st.sampled_from([job.id for job in JOBS])
PCS = st.sampled_from(("PC-MARIA", "PC-JOSE"))
STEPS = st.one_of(
    st.tuples(st.just("later"), st.sampled_from((1, 3, 61, 3600, 7200))),
    st.tuples(st.just("answer"), NAMES),
    st.tuples(st.just("answer"), NAMES),
    st.tuples(st.just("cut"), NAMES),
    st.tuples(st.just("refuse"), NAMES, st.booleans()),
    st.tuples(st.just("end"), NAMES, st.sampled_from((0, 0, 1))),
    st.tuples(st.just("silent"), PCS),
    st.tuples(st.just("back"), PCS),
    st.tuples(st.just("wipe"), PCS),
    st.tuples(st.just("stop"), NAMES),
    st.tuples(st.just("lose"), NAMES),
    st.tuples(st.just("run"), NAMES),
    st.tuples(st.just("again")),
    st.tuples(st.just("restart")),
    st.tuples(st.just("row"), NAMES, st.sampled_from(("", "*", "sap", "PC-JOSE", "PC-ANA")), st.booleans()),
)


class World:
    """A brain and its PCs, played step by step."""

    def __init__(self) -> None:
        self.clock = FakeClock(at("09:05"))
        self.journal = MemoryJournal()
        self.team = SimulatedTeam(
            Pc("PC-MARIA", 2, ("sap",)),
            Pc("PC-JOSE", 1, ("SAP",)),
        )
        self.inbox: list[msg.Message] = []
        self.told: list[msg.Message] = []
        self.snapshots: list[Snapshot] = []
        self.jobs = {job.id: job for job in JOBS}
        self.start()

    def start(self) -> None:
        """A brain begins: nothing is known of the PCs but what it hears from then on."""
        self.inbox.clear()
        self.team.post = self.inbox.append
        limits = Limits(
            max_concurrent=2, me="PC-BRAIN", local_history=True, resources_per_pc=frozenset({"sap"})
        )
        readers = FakeReader(), FakeReader()
        self.engine = Engine(
            limits, self.clock, self.team, self.journal, *readers, self.snapshots.append, "/logs", "boot"
        )
        self.tell(self.found())
        for name, pc in self.team.pcs.items():
            if name and pc.heard:
                self.team.come_back(name, self.open_on(name))
        self.tell(self.team.seen())

    def tell(self, *messages: msg.Message) -> None:
        """Let the engine turn until nothing is left to say, and all of it is on record and shown."""
        self.inbox += messages
        for _ in range(2):
            while True:
                batch, self.inbox[:] = list(self.inbox), []
                self.told = [*self.told, *batch][-50:]
                self.engine.turn(batch)
                if not self.inbox:
                    break
            self.clock.blink()
        self.engine.turn([])

    def play(self, step: tuple[Any, ...]) -> None:
        kind, *rest = step
        acts: dict[str, Callable[..., object]] = {
            "later": self.later,
            "answer": lambda job: self.with_run(job, self.team.answer),
            "cut": lambda job: self.with_run(job, self.cut),
            "refuse": lambda job, unsuited: self.with_run(job, lambda run: self.team.refuse(run, unsuited)),
            "end": self.end,
            "silent": self.silent,
            "back": lambda name: self.team.pcs[name].heard or self.team.come_back(name, self.open_on(name)),
            "wipe": self.wipe,
            "stop": lambda job: self.inbox.append(msg.StopJob(job)),
            "lose": self.lose,
            "run": lambda job: self.inbox.append(msg.RunJob(job)),
            "again": self.again,
            "restart": self.restart,
            "row": self.row,
        }
        acts[kind](*rest)
        self.tell()
        self.look()

    def active(self) -> dict[str, Run]:
        return {each.job.id: each.active for each in self.now.facts.values() if each.active is not None}

    @property
    def state(self) -> State:
        return self.engine._state

    @property
    def now(self) -> Snapshot:
        return self.snapshots[-1]

    def open_on(self, name: str) -> dict[str, Run]:
        """What the brain believes to be on a PC, and is on record."""
        return {r.id: r for r in self.active().values() if r.pc == name and r.id in self.journal.runs}

    def with_run(self, job: str, act: Callable[[str], object]) -> None:
        run = self.active().get(job)
        if run is not None:
            act(run.id)

    def end(self, job: str, code: int) -> None:
        for pc in self.team.pcs.values():
            for run in [each for each in pc.running.values() if each.job == job]:
                self.team.end(run.id, code)

    def silent(self, name: str) -> None:
        before = self.active()
        self.team.fall_silent(name)
        self.tell()
        stayed = {job: run for job, run in before.items() if run.id in self.journal.runs}
        assert stayed.items() <= self.active().items()
        for run in before.values():
            if run.pc == name and run.id not in self.journal.runs:
                self.team.refuse(run.id, unsuited=False)  # it did not answer in time
        self.tell()

    def cut(self, run: str) -> None:
        """A PC holds a child, and the word to begin does not reach it any more."""
        name = self.team.asked[run]
        if name and self.team.pcs[name].heard:
            self.team.answer(run)
            self.team.pcs[name].heard = False
            self.tell()
            self.silent(name)

    def wipe(self, name: str) -> None:
        """A PC goes silent and comes back without what it knew."""
        self.silent(name)
        self.team.lose_all(name)

    def lose(self, job: str) -> None:
        facts = self.now.facts[job]
        if facts.silent_since is not None and facts.active is not None:
            self.team.given_up.add(facts.active.id)
        self.inbox.append(msg.LoseRun(job, by="ana"))

    def later(self, seconds: float) -> None:
        """Time passes; after a long sleep the brain looks at its base folder before it starts anything."""
        self.clock.advance(seconds)
        self.tell()
        self.inbox.append(self.found())

    def found(self) -> msg.Discovered:
        return msg.Discovered(make_discovery(*self.jobs.values()))

    def row(self, job: str, word: str, is_sap: bool) -> None:
        """Somebody writes another PC, and perhaps a resource, into the registry."""
        policies = Policies(pcs=(word,) if word else (), resources=("SAP",) if is_sap else ())
        self.jobs[job] = replace(self.jobs[job], policies=policies)
        self.inbox.append(self.found())

    def again(self) -> None:
        """Whatever was said lately is said again, the newest first."""
        events = (msg.RunExited, msg.RunConfirmed, msg.RunFound, msg.RunUnplaced, msg.RunHeld, msg.RunStopped)
        self.inbox += [each for each in reversed(self.told) if isinstance(each, events)]

    def restart(self) -> None:
        self.team.brain_dies()
        self.clock.advance(1)
        self.start()

    def look(self) -> None:
        assert self.team.wrongs == []
        is_as_derived(self.state)
        if not self.state.blocked():
            assert plainly_chosen(self.state, self.clock.now()) == [], "somebody waits beside a free place"
        active = self.active()
        assert len({run.id for run in active.values()}) == len(active)
        for run in self.team.starts.values():
            row = self.journal.runs.get(run.id)
            assert row is not None, "a script began without a row"
            assert row.pc == self.team.asked[run.id]
        for job, run in active.items():
            if job in self.now.queue:
                raise AssertionError(f"{job} waits although {run.id} is under way")

    def settle(self) -> None:
        """All PCs are there and do what they are asked: every debt is worked off."""
        self.jobs = {job.id: job for job in JOBS}
        self.tell(self.found())
        for name in ("PC-MARIA", "PC-JOSE"):
            self.play(("back", name))
        for _ in range(60):
            for job in JOBS:
                self.play(("answer", job.id))
                self.play(("end", job.id, 0))
            if not self.active() and not any(facts.owed for facts in self.now.facts.values()):
                return
            self.play(("later", 61))
        raise AssertionError(f"never settled: {self.active()} {self.now.queue}")

    def count(self) -> None:
        """What began is on record with its end and counted once; nothing is counted that did not begin."""
        today = self.now.day
        for run in self.journal.runs.values():
            assert run.outcome is not None
            assert run.id in self.team.starts or run.id in self.team.given_up, "counted, and never began"
        for job in JOBS:
            rows = [run for run in self.journal.runs.values() if run.job == job.id and run.day == today]
            facts = self.now.facts[job.id]
            assert facts.actual == len(rows)
            assert len({run.id for run in facts.runs}) == len(facts.runs)
            by_itself = [run for run in rows if run.trigger is Trigger.SCHEDULED]
            assert len(by_itself) <= facts.target, "more runs than fire times"
            unknown = [run for run in rows if run.outcome is Outcome.UNKNOWN]
            gone = {run.id for run in unknown if run.pc}
            assert gone <= self.team.given_up, "a PC knew the end, and the brain does not"


@example([("silent", "PC-JOSE"), ("answer", "some"), ("silent", "PC-MARIA"), ("back", "PC-MARIA"),
          ("wipe", "PC-MARIA"), ("back", "PC-MARIA"), ("again",)])  # fmt: skip
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(STEPS, min_size=15, max_size=60))
def test_nothing_is_doubled_and_nothing_is_lost_whatever_pcs_do(happens: list[tuple[Any, ...]]) -> None:
    world = World()
    for step in happens:
        world.play(step)
    world.settle()
    world.count()
