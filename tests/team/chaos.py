"""One seed: many jobs on a team of real agents, harm every few tenths of a second, then all settles."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.disk import Disk
from tests.faults.namespaces import ROOT
from tests.team import injuries
from tests.team.machine import Machine
from tests.team.oracle import Oracle
from tests.team.rig import Team

_MOMENT = "14:05:00"
_HARM_SECONDS = 240.0
_SETTLE_SECONDS = 240.0
_LOOK_SECONDS = 1.0
_DATA_MEGABYTES = 24
_ANYWHERE_ELSE = "PC-1, PC-2, PC-3"
_PLACES = ("*", "*", _ANYWHERE_ELSE, _ANYWHERE_ELSE, _ANYWHERE_ELSE, "PC-1", "PC-2, PC-3", "")


@dataclass
class Result:
    """What a seed came to."""

    seed: int
    faults: dict[str, int] = field(default_factory=dict)
    jobs: int = 0
    runs: int = 0
    checks: int = 0
    unknown: int = 0
    by_pc: dict[str, int] = field(default_factory=dict)
    seconds: float = 0.0
    cpu: float = 0.0
    kind: str = ""
    violations: list[str] = field(default_factory=list)
    mounts: bool = True

    def as_json(self) -> dict[str, Any]:
        """As the worker prints it."""
        return asdict(self)


@dataclass
class Chaos:
    """What the injuries work on. ``undo`` holds what ends a harm, by the monotonic moment."""

    team: Team
    chance: random.Random
    disks: dict[str, Disk]
    log: Any
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
        among = machines or tuple(self.team.machines.values())
        return [each for each in among if each.name not in self.hurt and each.is_up()]


def run_seed(seed: int, folder: Path, jobs: int, *, mounts: bool, mutant: bool = False) -> Result:
    """Live through a seed."""
    began = time.monotonic()
    chance = random.Random(seed)
    team = Team(folder, moment=_MOMENT)
    result = Result(seed, jobs=jobs, mounts=mounts, kind="mutant" if mutant else "team")
    disks = {}
    if mounts:
        disks = {each.name: Disk(each.place.data, _DATA_MEGABYTES) for each in team.machines.values()}
    oracle = Oracle(team, _jobs(team, chance, jobs))
    with (folder / "events.log").open("a", encoding="utf-8", buffering=1) as log:
        chaos = Chaos(team, chance, disks, log)
        try:
            if mutant:
                _mutate(team)
            team.gather()
            _hurt(chaos, oracle)
            _settle(chaos, oracle)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this seed's finding
            oracle.wrong(f"{type(error).__name__}: {error}"[:1500])
        finally:
            rows = oracle.brain_rows() or {}
            team.close()
    result.faults, result.checks = dict(chaos.faults), oracle.looks
    runs = team.truth.runs().values()
    result.runs = sum(each.times for each in runs)
    result.by_pc = dict(Counter(pc for each in runs for pc in each.pcs))
    result.unknown = sum(row.outcome == "unknown" for row in rows.values())
    result.violations = oracle.violations
    times = os.times()
    result.cpu = round(times.user + times.system + times.children_user + times.children_system, 1)
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _mutate(team: Team) -> None:
    """Have the brain be the mutant: the installed program, by a module that lies here."""
    program = team.brain.program
    program.module = "tests.team.mutant"
    program.environment["PYTHONPATH"] += f"{os.pathsep}{ROOT}"


def _jobs(team: Team, chance: random.Random, count: int) -> dict[str, int]:
    """Write scripts and registry; how many runs each job owes. The work comes in waves: 14 h, 15 h, 16 h."""
    rows, owed = [], {}
    for number in range(count):
        name = f"job_{number:03d}"
        hour = 14 + (number * 3) // count
        body = f"time.sleep({chance.choice((0, 0.02, 0.1, 0.3, 0.6, 1, 2)):g})"
        rows.append(team.job(name, hour, body, chance.choice(_PLACES), chance.choice((0, 0, 0, 0, 3))))
        owed[name] = 1
    team.register(*rows)
    return owed


def _hurt(chaos: Chaos, oracle: Oracle) -> None:
    """One injury after the other until all work was begun, the last wave too."""
    team, pause = chaos.team, threading.Event()
    until, looked, wave = time.monotonic() + _HARM_SECONDS, 0.0, 1
    total = len(oracle.owed)
    while time.monotonic() < until:
        chaos.mend_due()
        _keep_up(chaos, oracle)
        injury = injuries.choose(chaos)
        if injury(chaos):
            pause.wait(chaos.chance.uniform(0.2, 0.9))
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            oracle.look()
            begun = len(team.truth.runs())
            if wave < 3 and begun >= wave * total // 3 - 3:
                wave += 1
                team.advance(hours=1)
                chaos.say("the next hour")
            if begun >= total - 3:
                break
    team.advance(hours=3 - wave)


def _keep_up(chaos: Chaos, oracle: Oracle) -> None:
    """Whatever is done to it, an agent ends only when it is killed."""
    for machine in chaos.team.machines.values():
        agent = machine.program.agent
        if agent is not None and agent.poll() is not None:
            oracle.wrong(f"the agent of {machine.name} ended by itself with {agent.returncode}")
            machine.died()
        if agent is None and machine.name not in chaos.hurt:
            machine.start()


def _settle(chaos: Chaos, oracle: Oracle) -> None:
    """End every harm and wait until nothing is owed and nothing runs; then everything must be right."""
    chaos.say("settle")
    chaos.mend_due(everything=True)
    deadline, calm, last, breath = time.monotonic() + _SETTLE_SECONDS, 0, None, threading.Event()
    jumped = time.monotonic()
    while time.monotonic() < deadline:
        _keep_up(chaos, oracle)
        last = chaos.team.brain.status()
        calm = calm + 1 if last is not None and _is_calm(chaos, oracle, last) else 0
        if calm >= 3:
            oracle.settled(last or {})
            return
        if time.monotonic() - jumped > 5:  # over the minute that a refused start waits
            jumped = time.monotonic()
            chaos.team.advance(seconds=61)
        breath.wait(0.2)
    oracle.wrong(f"not settled after {_SETTLE_SECONDS:g} s: {_summary(last)}")


def _is_calm(chaos: Chaos, oracle: Oracle, status: dict[str, Any]) -> bool:
    cards = status["cards"]
    return (
        len(cards) >= len(oracle.owed)
        and all(card["backlog"] <= 0 and card["state"] != "RUNNING" for card in cards)
        and status["counts"]["queued"] == 0
        and all(pc["present"] and not pc["running"] for pc in status["pcs"])
        and len(status["pcs"]) == len(chaos.team.machines)
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
