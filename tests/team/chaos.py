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

_STALLED_SECONDS = 150.0
_SETTLE_SECONDS = 900.0
_LOOK_SECONDS = 1.0
_PATIENCE_SECONDS = 4.0


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
    """One injury after the other for so long at the most; whoever asks for the next says that it goes on.

    The longer nothing begins, the longer they are apart: on a busy machine work would come to nothing else.
    """
    pause = threading.Event()
    until, looked = time.monotonic() + seconds, 0.0
    begun, since = -1, time.monotonic()
    while time.monotonic() < until:
        if begun != (begun := len(oracle.team.truth.runs())):
            since = time.monotonic()
        chaos.mend_due()
        chaos.keep_up()
        injury = injuries.choose(chaos, *without)
        if injury(chaos):
            slower = max(1.0, (time.monotonic() - since) / _PATIENCE_SECONDS)
            pause.wait(chaos.chance.uniform(0.2, 0.9) * min(slower, 3.0))
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            oracle.look()
            yield


def settle(chaos: Chaos, oracle: Oracle) -> None:
    """End every harm and wait until nothing is owed and nothing runs; then everything must be right.

    It is waited for as long as something comes of it, up to a limit that is far away.
    """
    chaos.say("settle")
    chaos.mend_due(everything=True)
    calm, last, breath = 0, None, threading.Event()
    began = jumped = moved = time.monotonic()
    known: object = None
    while time.monotonic() < min(began + _SETTLE_SECONDS, moved + _STALLED_SECONDS):
        chaos.keep_up()
        last = oracle.brain.status()
        if known != (known := _progress(oracle, last)):
            moved = time.monotonic()
        calm = calm + 1 if last is not None and _is_calm(oracle, last) else 0
        if calm >= 3:
            oracle.settled(last or {})
            return
        if time.monotonic() - jumped > 5:  # over the minute that a refused start waits
            jumped = time.monotonic()
            chaos.team.advance(seconds=61)
        breath.wait(0.2)
    oracle.wrong(f"not settled after {time.monotonic() - began:.0f} s: {_summary(last)}")


def _progress(oracle: Oracle, status: dict[str, Any] | None) -> object:
    """What changes where something comes of waiting."""
    done = None if status is None else sum(card["actual"] for card in status["cards"])
    runs = oracle.runs().values()
    return done, len(runs), sum(each.ended for each in runs)


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
