"""Who asked what goes on record, with whatever is recorded next, and at the end at the latest."""

from __future__ import annotations

from tests.builders import at, make_job
from tests.engine.world import World
from tray_agent.core import messages as msg
from tray_agent.core.model import Asked


def test_a_run_names_who_asked_for_it_and_the_command_is_kept_with_its_start() -> None:
    world = World(at("07:00")).begin(make_job("pix"))

    world.tell(msg.RunJob("pix", by="B3\\maria"))

    assert [run.by for run in world.journal.open_runs()] == ["B3\\maria"]
    assert world.journal.asked == [Asked(at("07:00"), "B3\\maria", "run", "pix")]


def test_what_leads_to_no_record_is_kept_within_moments() -> None:
    world = World(at("07:00")).begin(make_job("pix"))

    world.tell(msg.Refresh(by="ana"), msg.StopJob("pix", by="maria"))
    world.later(10)

    assert [(asked.by, asked.what, asked.accepted) for asked in world.journal.asked] == [
        ("ana", "refresh", True),
        ("maria", "stop", False),
    ]


def test_who_ended_the_agent_is_kept_too() -> None:
    world = World(at("07:00")).begin(make_job("pix"))

    world.engine.turn([msg.Quit(by="maria")])

    assert [(asked.by, asked.what) for asked in world.journal.asked] == [("maria", "quit")]
