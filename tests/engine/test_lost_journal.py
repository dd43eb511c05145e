from __future__ import annotations

from tests.builders import at, make_job
from tests.engine.world import World
from tray_agent.core import messages as msg
from tray_agent.core.model import Outcome


def test_a_journal_that_was_taken_away_gets_all_that_is_known_of_the_day() -> None:
    world = World(at("08:00")).begin(make_job("pix", 8), make_job("boleto", 20))
    world.processes.end("pix")
    world.later(1, msg.RunJob("boleto"), msg.Pause())
    before = dict(world.journal.runs)
    assert len(before) == 2

    world.journal.runs.clear()
    world.journal.set_paused(False)
    world.journal.replaced = True
    world.later(5)

    assert world.journal.runs == before
    assert world.journal.is_paused()
    assert {run.job: run.outcome for run in before.values()} == {"pix": Outcome.ENDED, "boleto": None}


def test_one_that_cannot_be_reached_is_not_replaced() -> None:
    world = World(at("08:00")).begin(make_job("pix", 8))
    world.journal.replaced = True
    world.journal.trouble = "A pasta de dados não está acessível."
    world.later(5)
    assert world.journal.replaced
    world.journal.trouble = ""
    world.later(5)
    assert not world.journal.replaced
