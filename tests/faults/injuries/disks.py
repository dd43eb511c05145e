"""Harm to the data folder and what lies in it: full, read-only, locked, in the way."""

from __future__ import annotations

import sqlite3
from contextlib import suppress

from tests.faults.injuries.children import kill_child
from tests.faults.injuries.common import pause, trigger
from tests.faults.world import World


def fill_disk(world: World) -> None:
    """No space for journal and logs, or next to none: enough to look well, too little to write."""
    if world.data_disk is None:
        return
    world.disk_hurt = True
    leave = world.chance.choice((0, 0, 4096, 40_000, 1_005_000, 1_050_000, 1_100_000))
    if world.chance.random() < 0.7:
        trigger(world)
        pause(world, 0, 0.15)
    world.data_disk.fill(leave)
    world.fault("disk full", f"{leave} bytes left")
    _hurt_for_a_while(world)
    world.data_disk.free()


def fill_temp(world: World) -> None:
    """No space for the Excel copy of the history."""
    if world.temp_disk is None:
        return
    world.temp_disk.fill()
    world.fault("temporary disk full")
    world.run_soon_refresh()
    pause(world, 0.2, 1.0)
    world.temp_disk.free()


def read_only(world: World) -> None:
    """The data folder cannot be written."""
    if world.data_disk is None:
        return
    world.disk_hurt = True
    trigger(world)
    pause(world, 0, 0.15)
    world.data_disk.make_read_only()
    world.fault("data folder read-only")
    _hurt_for_a_while(world)
    world.data_disk.make_writable()


def _hurt_for_a_while(world: World) -> None:
    pause(world, 0.03, 0.3)
    what = world.chance.random()
    if what < 0.3:
        kill_child(world)
    elif what < 0.5:
        trigger(world)
    elif what < 0.6:
        world.kill_agent()
        world.fault("kill agent", "on a disk that cannot be written")
        world.start()
    pause(world, 0.05, 0.6)


def lock_journal(world: World) -> None:
    """Another program holds the journal."""
    try:
        other = sqlite3.connect(world.journal, timeout=0.3, isolation_level=None)
    except sqlite3.Error:
        return
    try:
        other.execute("BEGIN EXCLUSIVE")
        world.fault("journal locked")
        trigger(world)
        pause(world, 0.1, world.chance.choice((0.5, 0.5, 1.5, 6.5)))
        if world.chance.random() < 0.25:
            world.kill_agent()
            world.fault("kill agent", "journal locked")
            world.start()
            pause(world, 0.2, 0.6)
        other.execute("ROLLBACK")
    except sqlite3.Error as error:
        world.say(f"the journal could not be locked: {error}")
    finally:
        other.close()


def block_logs(world: World) -> None:
    """A job's folder of logs cannot be used: a file is in its place."""
    job = world.chance.choice(list(world.jobs)[:10])
    folder = world.place.data / "logs" / job
    with suppress(OSError):
        aside = folder.with_name(job + ".aside")
        if folder.exists():
            folder.rename(aside)
        folder.parent.mkdir(exist_ok=True)
        folder.write_text("in the way")
        world.fault("log folder unusable", job)
        world.run_soon(job)
        pause(world, 0.03, 0.2)
        folder.unlink()
        if aside.exists():
            aside.rename(folder)
