"""The faults: each function does harm to a world, and what undoes it if that is not done at once."""

from __future__ import annotations

from collections.abc import Callable

from tests.faults.injuries.agent import (
    end_agent,
    few_descriptors,
    garbage,
    kill_agent,
    reuse_pid,
    second_start,
    stop_and_continue,
)
from tests.faults.injuries.children import freeze_child, kill_child, kill_held, kill_reader, stop_job, thaw
from tests.faults.injuries.disks import block_logs, fill_disk, fill_temp, lock_journal, read_only
from tests.faults.injuries.sources import break_history, jump_clock, spoil_registry, take_base_away
from tests.faults.world import World

Injury = Callable[[World], None]
WEIGHTS: dict[Injury, float] = {
    kill_agent: 5,
    stop_and_continue: 9,
    kill_child: 9,
    kill_held: 6,
    kill_reader: 1.5,
    freeze_child: 8,
    fill_disk: 6,
    read_only: 5,
    fill_temp: 1,
    lock_journal: 4,
    block_logs: 3,
    spoil_registry: 3,
    take_base_away: 6,
    jump_clock: 9,
    break_history: 4,
    end_agent: 0.7,
    second_start: 0.4,
    few_descriptors: 3,
    garbage: 3,
    reuse_pid: 1,
    stop_job: 3,
}


def heal(world: World) -> None:
    """Undo whatever is still wrong."""
    thaw(world)
    world.register()
    if world.data_disk is not None:
        world.data_disk.make_writable()
        world.data_disk.free()
    if world.history is not None:
        world.history.set(fault="", service_shift=0)


def choose(world: World) -> Injury:
    """The next injury of this seed."""
    injuries = [
        each for each in WEIGHTS if world.history is not None or each not in (break_history, fill_temp)
    ]
    found = world.chance.choices(injuries, [WEIGHTS[each] for each in injuries])
    return found[0]
