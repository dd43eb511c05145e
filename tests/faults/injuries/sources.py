"""Harm to what the agent reads: registry, base path, history, and the clock."""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from datetime import datetime, timedelta

from tests.e2e.history import row
from tests.faults.disk import Cover
from tests.faults.injuries.common import pause, trigger
from tests.faults.world import World, today, wait_for

HISTORY_FAULTS = (
    "400",
    "401",
    "403",
    "404",
    "429",
    "500",
    "503",
    "hang",
    "drip",
    "reset",
    "close",
    "truncated",
    "broken-json",
    "html",
    "html-502",
    "empty",
    "slow-job",
    "token-400",
    "token-503",
    "token-hang",
)


def spoil_registry(world: World) -> None:
    """The registry is rewritten, cut, made a folder or a pipe, or taken away, often under a reader."""
    registry, chance = world.place.registry, world.chance
    if chance.random() < 0.4:
        registry.touch()
        wait_for(lambda: world.processes("reader"), 0.6)
        pause(world, 0, 0.3)
    how = chance.choice(
        ("cut", "garbage", "gone", "folder", "pipe", "fewer", "shuffled", "in place", "empty")
    )
    world.fault("registry " + how)
    if how in {"fewer", "shuffled"}:
        rows = chance.sample(world.rows, len(world.rows) if how == "shuffled" else len(world.rows) // 2)
        world.register(rows)
        pause(world, 0.05, 0.8)
    else:
        whole = registry.read_bytes()
        _replace_registry(world, how, whole)
        pause(world, 0.05, 0.5)
        if how in {"folder"}:
            registry.rmdir()
        elif how == "pipe":
            with suppress(OSError):  # whoever waits at it is told that nothing comes
                os.close(os.open(registry, os.O_WRONLY | os.O_NONBLOCK))
            registry.unlink()
    world.register()


def _replace_registry(world: World, how: str, whole: bytes) -> None:
    registry = world.place.registry
    if how in {"cut", "garbage", "empty", "in place"}:
        spoilt = {"cut": whole[: len(whole) // 2], "garbage": b"PK" + os.urandom(2000), "empty": b""}
        registry.write_bytes(spoilt.get(how, b""))
        if how == "in place":  # as a program that writes slowly
            for start in range(0, len(whole), 2000):
                with registry.open("ab") as file:
                    file.write(whole[start : start + 2000])
                threading.Event().wait(0.02)
        return
    registry.unlink()
    if how == "folder":
        registry.mkdir()
    elif how == "pipe":
        os.mkfifo(registry)


def take_base_away(world: World) -> None:
    """The drive with the scripts goes, leaving nothing or an empty mount point, and comes back."""
    base = world.place.base
    world.base_moved = True
    trigger(world)
    pause(world, 0, 0.1)
    if world.data_disk is not None and world.chance.random() < 0.5:
        cover = Cover(base)
        world.fault("base path unmounted")
        pause(world, 0.05, 0.5)
        cover.lift()
        return
    away = base.with_name("fora")
    base.rename(away)
    world.fault("base path gone")
    pause(world, 0.05, 0.5)
    away.rename(base)


def jump_clock(world: World) -> None:
    """Minutes, hours, or across midnight, both ways."""
    chance, now = world.chance, world.now()
    kind = chance.choice(
        ("minutes", "minutes", "hours", "hours", "midnight", "next day", "day before", "seconds")
    )
    midnight = datetime.combine(now.date(), datetime.min.time(), now.tzinfo)
    by = {
        "seconds": timedelta(seconds=chance.uniform(-90, 90)),
        "minutes": timedelta(minutes=chance.uniform(-50, 70)),
        "hours": timedelta(hours=chance.uniform(-5, 7)),
        "midnight": midnight + timedelta(days=1, seconds=-chance.uniform(0, 0.6)) - now,
        "next day": midnight + timedelta(days=1, hours=chance.uniform(0, 9)) - now,
        "day before": midnight - timedelta(hours=chance.uniform(0, 6)) - now,
    }[kind]
    world.jump(by)
    world.fault("clock jump", f"{kind} {by}")


def break_history(world: World) -> None:
    """The history server fails, or its rows vanish, or rows from elsewhere arrive."""
    if world.history is None:
        return
    kind = world.chance.choice(
        (*HISTORY_FAULTS, "rows vanish", "rows from elsewhere", "another day", "another day")
    )
    if kind == "rows vanish":
        world.history.set(rows=[])
    elif kind == "rows from elsewhere":
        job = world.jobs[world.chance.choice(list(world.jobs)[:10])]
        if job.due(world.now()):
            world.elsewhere[job.name, today(world)] += 1
            world.history.set(append=[row(job.name, f"{world.now():%Y-%m-%dT%H:%M:%S}")])
    elif kind == "another day":  # the service's clock, or ours: nobody can say whose is wrong
        world.history.set(service_shift=world.chance.choice((-86_400, 86_400, -240, 240)))
    else:
        world.history.set(fault=kind)
    world.fault(f"history {kind}")
    world.run_soon_refresh()
    pause(world, 0.1, 0.8)
    if world.chance.random() < 0.6:
        world.history.set(fault="", service_shift=0)
