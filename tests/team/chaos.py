"""What is done to a team while it works: harm every few tenths of a second, and then all settles."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.faults.disk import Disk
from tests.team import injuries
from tests.team.machine import Machine
from tests.team.oracle import Oracle
from tests.team.rig import Team

_SETTLE_SECONDS = 240.0
_LOOK_SECONDS = 1.0


@dataclass
class Chaos:
    """What the injuries work on: ``brain`` is the brain now, ``pcs`` those that may be hurt beside it.

    ``undo`` holds what ends a harm, by the monotonic moment. ``wrong`` takes a violation.
    """

    team: Team
    chance: random.Random
    disks: dict[str, Disk]
    log: Any
    brain: Machine
    pcs: list[Machine]
    wrong: Callable[[str], None]
    faults: Counter[str] = field(default_factory=Counter)
    undo: list[tuple[float, str, Callable[[], None]]] = field(default_factory=list)
    hurt: set[str] = field(default_factory=set)

    def say(self, text: str) -> None:
        """One line of the seed's own log."""
        self.log.write(f"{time.monotonic():.3f} {text}\n")

    def fault(self, kind: str, text: str = "") -> None:
        """Count a fault that was injected."""
        self.faults[kind] += 1
        self.say(f"FAULT {kind} {text}")

    def later(self, seconds: float, what: str, undo: Callable[[], None]) -> None:
        """End a harm to ``what`` after so long; until then it is not hurt again."""
        self.hurt.add(what)
        self.undo.append((time.monotonic() + seconds, what, undo))

    def mend_due(self, everything: bool = False) -> None:
        """End the harm whose time is over."""
        now = time.monotonic()
        for each in sorted(self.undo, key=lambda each: each[0]):
            at, what, undo = each
            if everything or at <= now:
                self.undo.remove(each)
                self.hurt.discard(what)
                self.say(f"mended {what}")
                undo()

    def whole(self, *machines: Machine) -> list[Machine]:
        """Those machines that are up, awake and not hurt."""
        return [each for each in machines if each.name not in self.hurt and each.is_up()]

    def keep_up(self) -> None:
        """Whatever is done to it, an agent ends only when it is killed."""
        for machine in self.team.machines.values():
            agent = machine.program.agent
            if agent is not None and agent.poll() is not None:
                self.wrong(f"the agent of {machine.name} ended by itself with {agent.returncode}")
                machine.died()
            if agent is None and machine.name not in self.hurt:
                machine.start()


def hurting(chaos: Chaos, oracle: Oracle, seconds: float, *without: injuries.Injury) -> Iterator[None]:
    """One injury after the other for so long at the most; whoever asks for the next says that it goes on."""
    pause = threading.Event()
    until, looked = time.monotonic() + seconds, 0.0
    while time.monotonic() < until:
        chaos.mend_due()
        chaos.keep_up()
        injury = injuries.choose(chaos, *without)
        if injury(chaos):
            pause.wait(chaos.chance.uniform(0.2, 0.9))
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            oracle.look()
            yield


def settle(chaos: Chaos, oracle: Oracle) -> None:
    """End every harm and wait until nothing is owed and nothing runs; then everything must be right."""
    chaos.say("settle")
    chaos.mend_due(everything=True)
    deadline, calm, last, breath = time.monotonic() + _SETTLE_SECONDS, 0, None, threading.Event()
    jumped = time.monotonic()
    while time.monotonic() < deadline:
        chaos.keep_up()
        last = oracle.brain.status()
        calm = calm + 1 if last is not None and _is_calm(oracle, last) else 0
        if calm >= 3:
            oracle.settled(last or {})
            return
        if time.monotonic() - jumped > 5:  # over the minute that a refused start waits
            jumped = time.monotonic()
            chaos.team.advance(seconds=61)
        breath.wait(0.2)
    oracle.wrong(f"not settled after {_SETTLE_SECONDS:g} s: {_summary(last)}")


def _is_calm(oracle: Oracle, status: dict[str, Any]) -> bool:
    cards = status["cards"]
    return (
        len(cards) >= len(oracle.owed)
        and all(card["backlog"] <= 0 and card["state"] != "RUNNING" for card in cards)
        and status["counts"]["queued"] == 0
        and all(pc["present"] and not pc["running"] for pc in status["pcs"])
        and len(status["pcs"]) == len(oracle.others) + 1
    )


def _summary(status: dict[str, Any] | None) -> object:
    if status is None:
        return "no answer"
    open_ones = [
        {key: card[key] for key in ("id", "state", "backlog", "pc", "silent_since", "why")}
        for card in status["cards"]
        if card["backlog"] > 0 or card["state"] == "RUNNING"
    ]
    return {"problems": status["problems"], "pcs": status["pcs"], "open": open_ones[:6]}
