"""One seed from its beginning to its settled end: harm, a look after each step, and everything owed done."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.history import row
from tests.faults import injuries
from tests.faults.injuries.children import thaw
from tests.faults.injuries.common import pause
from tests.faults.invariants import Entry, Inspector
from tests.faults.world import World, wait_for

_SETTLE_SECONDS = 240.0


@dataclass
class Result:
    """What a seed came to."""

    seed: int
    faults: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    agents: int = 0
    checks: int = 0
    most_at_once: int = 0
    limit: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    kind: str = ""
    violations: list[str] = field(default_factory=list)
    journalled: int = 0
    mounts: bool = True

    def as_json(self) -> dict[str, Any]:
        """As the worker prints it."""
        return asdict(self)


def run_seed(seed: int, folder: Path, steps: int, *, mounts: bool) -> Result:
    """Live through a seed."""
    began = time.monotonic()
    many, bigquery = seed % 25 == 24, seed % 8 == 5
    world = World(seed, folder, bigquery=bigquery, many=many, mounts=mounts)
    inspector = Inspector(world)
    result = Result(seed, limit=world.limit, mounts=mounts)
    result.kind = "2,000 jobs" if many else "bigquery" if bigquery else "local"
    try:
        _live(world, inspector, steps)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this seed's finding
        inspector.wrong(f"{type(error).__name__}: {error}")
        world.say(f"surprise {error!r}")
    finally:
        inspector.close()
        world.close()
    result.faults = dict(world.faults)
    result.runs = len(world.records.executions)
    result.journalled = len(world.records.executions)
    result.checks, result.most_at_once = inspector.checks, inspector.most_at_once
    result.violations = inspector.violations
    times = os.times()
    world_cpu = times.user + times.system
    result.cpu = round(world_cpu, 1)
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _live(world: World, inspector: Inspector, steps: int) -> None:
    for _ in range(world.chance.randrange(2)):
        world.add_stranger()
    world.add_stranger()
    world.start()
    wait_for(lambda: (world.status() or {}).get("cards"), 30)
    stages = (steps // 2, steps - steps // 2) if world.seed % 4 == 0 else (steps,)
    for half in stages:
        for _ in range(half):
            for _ in range(world.chance.choice((1, 2, 2, 3, 4))):
                _keep_up(world, inspector)
                injury = injuries.choose(world)
                world.say(f"step {injury.__name__}")
                injury(world)
                pause(world, 0.0, 0.1)
            entries = inspector.look()
            _report_rows(world, entries, everything=False)
        settle(world, inspector)


def _keep_up(world: World, inspector: Inspector) -> None:
    """Whatever is done to it, the agent ends only when it is killed or told to."""
    if not world.is_up():
        code = world.agent.returncode if world.agent is not None else None
        inspector.wrong(f"the agent ended by itself with {code}")
        world.start()


def _report_rows(world: World, entries: dict[str, Entry], *, everything: bool) -> None:
    """The scripts' rows arrive in BigQuery, sooner or later: some twice, some when the script begins."""
    if world.history is None:
        return
    rows = []
    for run, each in world.records.executions.items():
        entry = entries.get(run)
        if entry is None or run in world.reported:
            continue
        if each.end is None:
            if world.chance.random() < 0.3:
                rows.append(row(each.job, f"{entry.started:%Y-%m-%dT%H:%M:%S}", "INICIADO", None))
            continue
        if everything or world.chance.random() < 0.4:
            world.reported.add(run)
            text = "SUCCESS" if each.code == 0 else "ERROR"
            took = round(each.end - each.start, 2)
            end = row(each.job, f"{entry.started:%Y-%m-%dT%H:%M:%S}", text, took)
            rows += [end] * world.chance.choice((1, 1, 2))
    if rows:
        world.history.set(append=rows)


def settle(world: World, inspector: Inspector) -> None:
    """Undo every harm and wait until nothing is owed and nothing runs; then everything must be right."""
    world.say("settle")
    injuries.heal(world)
    entries = inspector.look()
    _report_rows(world, entries, everything=True)
    deadline = time.monotonic() + _SETTLE_SECONDS
    breath, calm, last = threading.Event(), 0, None
    asked = 0.0
    while time.monotonic() < deadline:
        _keep_up(world, inspector)
        if time.monotonic() - asked > 1.5:
            asked = time.monotonic()
            world.ask("refresh")
        thaw(world)
        last = world.status()
        calm = calm + 1 if last is not None and _is_calm(world, last) else 0
        if calm >= 3:
            inspector.settled(last or {})
            return
        breath.wait(0.1)
    inspector.wrong(f"not settled after {_SETTLE_SECONDS:g} s: {_summary(last)}")


def _is_calm(world: World, status: dict[str, Any]) -> bool:
    cards = status["cards"]
    return bool(
        len(cards) == len(world.jobs)
        and status["history"]["verified"]
        and all(card["backlog"] <= 0 and card["pid"] is None for card in cards)
        and status["counts"]["RUNNING"] == status["counts"]["queued"] == 0
        and status["processing_date"] == f"{world.now():%Y-%m-%d}"
    )


def _summary(status: dict[str, Any] | None) -> object:
    if status is None:
        return "no answer"
    owing = [
        {key: card[key] for key in ("id", "state", "backlog", "pid", "queued", "why")}
        for card in status["cards"]
        if card["backlog"] > 0 or card["pid"] or card["state"] == "RUNNING"
    ]
    return {
        "history": status["history"],
        "problems": status["problems"],
        "cards": len(status["cards"]),
        "owing": owing[:6],
        "day": status["processing_date"],
    }
