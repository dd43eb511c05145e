"""Harm to what the agent starts: scripts, held children, readers."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import suppress

from tests.faults.injuries.common import pause, trigger
from tests.faults.procs import Proc
from tests.faults.world import World, wait_for


def kill_child(world: World) -> None:
    """SIGKILL of a script."""
    scripts = world.processes("script")
    if not scripts and world.is_up():
        trigger(world)
        scripts = wait_for(lambda: world.processes("script"), 0.4)
    if scripts:
        victim = world.chance.choice(scripts)
        if world.kill_process(victim, "killed"):
            world.fault("kill child", victim.run)


def kill_held(world: World) -> None:
    """SIGKILL of a child that waits for its record."""
    trigger(world)
    _kill_first(world, "held", 0.4)


def kill_reader(world: World) -> None:
    """SIGKILL of a reader while it reads."""
    if world.history is None or world.chance.random() < 0.5:
        world.place.registry.touch()
    else:
        world.run_soon_refresh()
    _kill_first(world, "reader", 0.8, 0.3)


def _kill_first(world: World, kind: str, seconds: float, delay: float = 0.0) -> None:
    found: list[Proc] = wait_for(lambda: world.processes(kind), seconds)
    if not found:
        return
    threading.Event().wait(world.chance.uniform(0, delay))
    if world.kill_process(found[0], f"{kind} killed"):
        world.fault(f"kill {kind}", f"{found[0].pid} {found[0].run}")


def freeze_child(world: World) -> None:
    """SIGSTOP of a script or of a held child, for a while; the agent may die meanwhile."""
    kind = world.chance.choice(("script", "held"))
    if kind == "held":
        trigger(world)
    found: list[Proc] = wait_for(lambda: world.processes(kind), 0.3)
    if not found:
        return
    with suppress(ProcessLookupError):
        os.kill(found[0].pid, signal.SIGSTOP)
        world.fault(f"freeze {kind}", found[0].run)
    pause(world, 0.03, 0.3)
    if world.chance.random() < 0.15:
        world.kill_agent()
        world.fault("kill agent", f"while a {kind} child was frozen")
        world.start()
        pause(world, 0.0, 0.5)
    if world.chance.random() < 0.8:
        thaw(world)


def thaw(world: World) -> None:
    """SIGCONT for everybody."""
    for proc in world.processes():
        if proc.stopped:
            with suppress(ProcessLookupError):
                os.kill(proc.pid, signal.SIGCONT)


def stop_job(world: World) -> None:
    """A person's *Stop* on something that runs."""
    scripts = world.processes("script")
    if scripts:
        job = world.records.read().get(world.chance.choice(scripts).run)
        if job is not None:
            world.stops[job.job] += 1
            world.say(f"stop {job.job}")
            world.ask("stop", job=job.job)
