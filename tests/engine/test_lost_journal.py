from __future__ import annotations

from tests.builders import at, make_discovery, make_job, make_pausing
from tests.engine.test_loop import World
from tray_agent.core.messages import Discovered, Pause, RunExited, RunJob


def test_a_journal_that_was_taken_away_gets_all_that_is_known_of_the_day() -> None:
    world = World()
