"""The harm of the chaos suite. Each returns whether it found somebody to hurt."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from tests.team.rig import yields

if TYPE_CHECKING:
    from tests.team.chaos import Chaos
    from tests.team.machine import Machine

Injury = Callable[["Chaos"], bool]


def _pc(chaos: Chaos) -> Machine | None:
    found = chaos.whole(*chaos.pcs)
    return chaos.chance.choice(found) if found else None


def _brain(chaos: Chaos) -> Machine | None:
    return next(iter(chaos.whole(chaos.brain)), None)


def _any(chaos: Chaos) -> Machine | None:
    found = chaos.whole(chaos.brain, *chaos.pcs)
    return chaos.chance.choice(found) if found else None


def _start_later(chaos: Chaos, machine: Machine, most: float) -> None:
    chaos.later(chaos.chance.uniform(0, most), machine.name, lambda: _start(machine))


def _start(machine: Machine) -> None:
    if not machine.is_up():
        machine.start()


def kill_keeper(chaos: Chaos) -> bool:
    """The agent of a PC dies, its scripts go on; now and then it is back before anybody misses it."""
    machine = _pc(chaos)
    if machine is None:
        return False
    machine.kill_agent()
    chaos.fault("kill keeper", machine.name)
    if chaos.chance.random() < 0.3:
        machine.start()
    else:
        _start_later(chaos, machine, 2.5)
    return True


def kill_brain(chaos: Chaos) -> bool:
    """The brain dies, and another takes up its book."""
    machine = _brain(chaos)
    if machine is None:
        return False
    machine.kill_agent()
    chaos.fault("kill brain")
    _start_later(chaos, machine, 1.5)
    return True


def power_off(chaos: Chaos) -> bool:
    """A PC, or the brain's, loses its power: scripts and all."""
    machine = _any(chaos)
    if machine is None:
        return False
    machine.power_off()
    chaos.fault("power off", machine.name)
    _start_later(chaos, machine, 2.5)
    return True


def close_lid(chaos: Chaos) -> bool:
    """Everything on a PC sleeps for a while."""
    machine = _any(chaos)
    if machine is None:
        return False
    machine.close_lid()
    chaos.fault("lid closed", machine.name)
    chaos.later(chaos.chance.uniform(0.3, 5), machine.name, machine.open_lid)
    return True


def kill_radio(chaos: Chaos) -> bool:
    """The radio of a PC, or the brain's, dies."""
    machine = _any(chaos)
    if machine is None or not machine.kill_child("radio"):
        return False
    chaos.fault("kill radio", machine.name)
    return True


def kill_server(chaos: Chaos) -> bool:
    """The server between them dies."""
    machine = _brain(chaos)
    if machine is None or not machine.kill_child("nats-server"):
        return False
    chaos.fault("kill nats-server")
    return True


def black_hole(chaos: Chaos) -> bool:
    """A PC's network swallows everything for a while."""
    pc = chaos.chance.choice(chaos.pcs)
    what = f"network of {pc.name}"
    if what in chaos.hurt:
        return False
    proxy = chaos.team.proxies[pc.name]
    proxy.black_hole()
    chaos.fault("black hole", pc.name)
    chaos.later(chaos.chance.uniform(0.5, 7), what, proxy.lift)
    return True


def reset(chaos: Chaos) -> bool:
    """A PC's connection breaks."""
    pc = chaos.chance.choice(chaos.pcs)
    if not chaos.team.proxies[pc.name].connections():
        return False
    chaos.team.proxies[pc.name].reset()
    chaos.fault("reset", pc.name)
    return True


def slow(chaos: Chaos) -> bool:
    """A PC's network is slow for a while."""
    pc = chaos.chance.choice(chaos.pcs)
    what = f"speed of {pc.name}"
    if what in chaos.hurt:
        return False
    proxy = chaos.team.proxies[pc.name]
    proxy.delay(chaos.chance.uniform(0.05, 0.5))
    chaos.fault("slow network", pc.name)
    chaos.later(2, what, lambda: proxy.delay(0))
    return True


def wipe_book(chaos: Chaos) -> bool:
    """A PC loses its journal, with or without its scripts."""
    machine = _pc(chaos)
    if machine is None:
        return False
    if chaos.chance.random() < 0.5:
        machine.power_off()
    else:
        machine.kill_agent()
    machine.wipe_book()
    chaos.fault("book wiped", machine.name)
    _start_later(chaos, machine, 1.5)
    return True


def fill_disk(chaos: Chaos) -> bool:
    """No space on a PC's disk, or next to none."""
    machine = _any(chaos)
    if machine is None or machine.name not in chaos.disks:
        return False
    disk = chaos.disks[machine.name]
    disk.fill(chaos.chance.choice((0, 0, 4096, 40_000, 1_005_000, 1_100_000)))
    chaos.fault("disk full", machine.name)
    chaos.later(chaos.chance.uniform(0.3, 3), machine.name, disk.free)
    return True


def kill_script(chaos: Chaos) -> bool:
    """A script dies."""
    machine = _any(chaos)
    found = machine.processes("script") if machine is not None else []
    if machine is None or not found:
        return False
    proc = chaos.chance.choice(found)
    machine.killed[proc.run] = "killed"
    with suppress(ProcessLookupError):
        os.kill(proc.pid, signal.SIGKILL)
    chaos.fault("kill script", f"{proc.run} on {machine.name}")
    return True


def stop(chaos: Chaos) -> bool:
    """A person stops what runs, also on a PC that is not heard."""
    machine = chaos.chance.choice([chaos.brain, *chaos.pcs])
    found = machine.processes("script")
    running = {each.run: each.job for each in chaos.team.truth.runs().values() if not each.ended}
    known = [each for each in found if each.run in running]
    if not known or _brain(chaos) is None:
        return False
    proc = chaos.chance.choice(known)
    machine.killed[proc.run] = "stopped"
    chaos.brain.ask("stop", job=running[proc.run])
    chaos.fault("stop", f"{proc.run} on {machine.name}")
    return True


def second_agent(chaos: Chaos) -> bool:
    """An agent of no team is started on the team's base folder, by mistake; all that is due is due there."""
    stranger = chaos.team.stranger
    if stranger.name in chaos.hurt:
        return False
    stranger.start()
    chaos.fault("second agent")
    chaos.later(chaos.chance.uniform(1, 6), stranger.name, lambda: _end_stranger(chaos))
    return True


def _end_stranger(chaos: Chaos) -> None:
    stranger = chaos.team.stranger
    status = stranger.status()
    if status is not None and status["cards"]:
        chaos.faults["second agent knew the jobs"] += 1
        if not yields(status) or any(card["state"] == "RUNNING" for card in status["cards"]):
            chaos.wrong(f"the second agent is not held back: {status['problems']}")
    stranger.power_off()


WEIGHTS: dict[Injury, float] = {
    kill_keeper: 6,
    kill_brain: 4,
    power_off: 3,
    close_lid: 7,
    kill_radio: 6,
    kill_server: 2,
    black_hole: 7,
    reset: 6,
    slow: 3,
    wipe_book: 1.5,
    fill_disk: 4,
    kill_script: 4,
    stop: 3,
    second_agent: 1,
}


def choose(chaos: Chaos, *without: Injury) -> Injury:
    """The next injury of this seed."""
    weights = {injury: weight for injury, weight in WEIGHTS.items() if injury not in without}
    return chaos.chance.choices(list(weights), list(weights.values()))[0]
