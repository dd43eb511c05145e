"""The indexed choice of PCs against the plain one, in worlds where PCs, rows and runs change at random."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.builders import Day, make_discovery, make_job
from tests.core.rules.plain_team import is_as_derived, plainly_chosen
from tray_agent.core import messages as msg
from tray_agent.core.model import Job, Pc, Run
from tray_agent.core.policies import Policies
from tray_agent.core.rules.pcs import key_of
from tray_agent.core.rules.room import Room
from tray_agent.core.schedules.schedule import ALL_DAY

BRAIN = Pc("PC-BRAIN", 5, is_brain=True)
PCS = [f"PC-{letter}" for letter in "ABCD"]
TAGS = st.sampled_from([(), ("sap",), ("sap",), ("Excel",), ("excel", "SAP")])
WORDS = st.sampled_from(
    [
        (),
        ("*",),
        ("sap",),
        ("sap",),
        ("Sap", "pc-brain"),
        ("EXCEL", "pc-a"),
        ("PC-B",),
        ("PC-C", "PC-Z"),
        ("PC-Z",),
    ]
)
RESOURCES = st.sampled_from([(), (), ("SAP",), ("SAP",), ("VPN",), ("SAP", "VPN")])
JOBS = st.integers(0, 14).map("job{:02}".format)
PC_SEEN = st.tuples(st.just("pc"), st.sampled_from(PCS), st.integers(0, 2), TAGS, st.booleans())
STEPS = st.one_of(
    PC_SEEN,
    PC_SEEN,
    st.tuples(st.just("gone"), st.sampled_from(PCS)),
    st.tuples(st.just("row"), JOBS, WORDS, RESOURCES),
    st.tuples(st.just("row"), JOBS, WORDS, RESOURCES),
    st.tuples(st.just("run"), JOBS),
    st.tuples(st.just("end"), st.integers(0, 9)),
    st.tuples(st.just("end"), st.integers(0, 9)),
    st.tuples(st.just("refuse"), st.integers(0, 9), st.booleans()),
    st.tuples(st.just("later"), st.sampled_from((1, 3, 61, 3600))),
)


class World:
    """A brain's rules, turned by hand; every start is held at once, and begins."""

    def __init__(self) -> None:
        self.day = Day(
            max_concurrent=2,
            me="PC-BRAIN",
            local_history=True,
            resources={"sap": 1, "vpn": 2},
            resources_per_pc=frozenset({"sap"}),
        )
        self.rows: dict[str, Job] = {}
        for number in range(15):
            job = f"job{number:02}"
            words = [(), ("*",), ("sap",), ("sap", "PC-A"), ("Excel",)][number % 5]
            policies = Policies(pcs=words, resources=("SAP",) if number % 2 else ())
            self.rows[job] = make_job(job, schedule=ALL_DAY, policies=policies)
        self.day.turn(msg.TeamSeen((BRAIN, Pc("PC-A", 1, ("sap",)), Pc("PC-B", 2, ("sap", "Excel")))))
        self.find()

    def find(self) -> None:
        self.turn(msg.Discovered(make_discovery(*self.rows.values())))

    def turn(self, *messages: msg.Message) -> None:
        """Told while nothing may start, so that both ways to choose see the same; then it goes on."""
        state = self.day.state
        state.paused = True
        self.day.turn(*messages)
        is_as_derived(state)
        indexed = [(job.id, key_of(pc.name)) for job, pc in Room(state, self.day.now).chosen()]
        assert indexed == plainly_chosen(state, self.day.now)
        state.paused = False
        before = set(state.active)
        self.day.turn()
        is_as_derived(state)
        me = state.limits.me
        placed = {(job, key_of(active.run.pc or me)) for job, active in state.active.items()}
        assert {each for each in placed if each[0] not in before} == set(indexed)
        assert plainly_chosen(state, self.day.now) == [], "somebody waits beside a free place"
        begun = [job for job, active in state.active.items() if active.run.identity is None]
        for job in begun:
            if state.active[job].run.identity is None:
                self.day.begin(job)

    def active(self, number: int, place: str) -> list[Run]:
        """One of the runs under way on such a PC, or none."""
        runs = [active.run for active in self.day.state.active.values() if active.run.pc.startswith(place)]
        return [runs[number % len(runs)]] if runs else []

    def play(self, step: tuple[Any, ...]) -> None:
        match step:
            case "pc", name, places, tags, present:
                self.turn(msg.TeamSeen((Pc(name, places, tags, present),)))
            case "gone", name:
                self.turn(msg.TeamSeen((), gone=(name,)))
            case "row", job, words, resources:
                policies = Policies(pcs=words, resources=resources)
                self.rows[job] = replace(self.rows[job], policies=policies)
                self.find()
            case "run", job:
                self.turn(msg.RunJob(job))
            case "end", number:
                for run in self.active(number, ""):
                    self.turn(msg.RunExited(run.id, 0, duration_seconds=1.0))
            case "refuse", number, unsuited:
                for run in self.active(number, "PC"):
                    self.turn(msg.RunUnplaced(run.id, "não", unsuited))
            case "later", seconds:
                self.day.later(seconds=seconds)
                self.turn()


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, min_size=5, max_size=50))
def test_the_lines_choose_as_a_pass_through_all_jobs_and_all_pcs_would(
    happens: list[tuple[Any, ...]],
) -> None:
    world = World()
    for step in happens:
        world.play(step)
