"""One seed: many jobs on a team of real agents under harm; in its middle the brain's book is lost, in its end
another PC takes the brain's place and the old brain comes back."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.disk import Disk
from tests.faults.namespaces import ROOT
from tests.team.chaos import Chaos, hurting, settle
from tests.team.handover import hand_over
from tests.team.lost_book import lose_book
from tests.team.oracle import Oracle
from tests.team.rig import Team

_MOMENT = "14:05:00"
_HARM_SECONDS = 240.0
_DATA_MEGABYTES = 24
_ANYWHERE_ELSE = "PC-1, PC-2, PC-3"
_PLACES = ("*", "*", _ANYWHERE_ELSE, _ANYWHERE_ELSE, _ANYWHERE_ELSE, "PC-1", "PC-2, PC-3", "")

Rows = list[tuple[object, ...]]


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


def run_seed(seed: int, folder: Path, jobs: int, *, mounts: bool, mutant: bool = False) -> Result:
    """Live through a seed. A mutant is left when its first part is over: it has done its harm by then."""
    began = time.monotonic()
    chance = random.Random(seed)
    team = Team(folder, moment=_MOMENT)
    result = Result(seed, jobs=jobs, mounts=mounts, kind="mutant" if mutant else "team")
    disks = {}
    if mounts:
        disks = {each.name: Disk(each.place.data, _DATA_MEGABYTES) for each in team.machines.values()}
    rows, owed = _jobs(team, chance, jobs)
    oracle = Oracle(team, owed)
    with (folder / "events.log").open("a", encoding="utf-8", buffering=1) as log:
        chaos = Chaos(team, chance, disks, log, team.brain, team.pcs, oracle.wrong)
        try:
            if mutant:
                _mutate(team)
            team.gather()
            team.give_registry(team.stranger, *rows)
            _hurt(chaos, oracle, mutant=mutant)
            settle(chaos, oracle)
            if not mutant:
                result.checks += hand_over(chaos, oracle, max(6, jobs // 10))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this seed's finding
            oracle.wrong(f"{type(error).__name__}: {error}"[:1500])
        finally:
            known = oracle.brain_rows() or {}
            team.close()
    result.faults = dict(chaos.faults)
    result.checks += oracle.looks
    runs = team.truth.runs().values()
    result.runs = sum(each.times for each in runs)
    result.by_pc = dict(Counter(pc for each in runs for pc in each.pcs))
    result.unknown = sum(row.outcome == "unknown" for row in known.values())
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


def _jobs(team: Team, chance: random.Random, count: int) -> tuple[Rows, dict[str, int]]:
    """Write scripts and registry; how many runs each job owes. The work comes in waves: 14 h, 15 h, 16 h."""
    rows: Rows = []
    for number in range(count):
        name = f"job_{number:03d}"
        hour = 14 + (number * 3) // count
        body = f"time.sleep({chance.choice((0, 0.02, 0.1, 0.3, 0.6, 1, 2)):g})"
        rows.append(team.job(name, hour, body, chance.choice(_PLACES), chance.choice((0, 0, 0, 0, 3))))
    team.register(*rows)
    return rows, {str(row[0]): 1 for row in rows}


def _hurt(chaos: Chaos, oracle: Oracle, *, mutant: bool) -> None:
    """One injury after the other until all work was begun, the last wave too."""
    team, wave, total = chaos.team, 1, len(oracle.owed)
    for _ in hurting(chaos, oracle, _HARM_SECONDS):
        begun = len({each.job for each in oracle.runs().values()})
        if wave < 3 and begun >= wave * total // 3 - 3:
            wave += 1
            team.advance(hours=1)
            chaos.say("the next hour")
        elif wave == 2 and begun >= total // 2 and not chaos.faults["brain's book lost"] and not mutant:
            lose_book(chaos, oracle)
        if begun >= total - 3:
            break
    team.advance(hours=3 - wave)
