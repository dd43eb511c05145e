from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.builders import at, make_job
from tests.engine.world import ALL, PIX, World, clock, ends, ran, stopped
from tray_agent.core import messages as msg
from tray_agent.core.model import Job, Problem, Where
from tray_agent.core.rules.limits import Limits
from tray_agent.core.shown import Snapshot
from tray_agent.engine.loop import Engine

Event = msg.Message | Callable[["World"], object]


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
