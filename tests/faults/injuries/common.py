"""What several injuries share: a pause, and something for the agent to start."""

from __future__ import annotations

import threading
from datetime import timedelta

from tests.faults.world import World


def pause(world: World, least: float, most: float) -> None:
    """Let the world go on for a moment."""
    threading.Event().wait(world.chance.uniform(least, most))


def trigger(world: World) -> None:
    """Give the agent something to start: a debt, or a person's word."""
    if world.chance.random() < 0.5:
        world.run_soon(world.chance.choice(list(world.jobs)[:12]))
    else:
        world.jump(timedelta(hours=1))
