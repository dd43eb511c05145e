"""Two brains: the old one is put away, a PC takes its place, and the old one comes back while that works.

Both have the jobs of two hours. In the first the old brain goes, and the PCs tell the new one what they ran;
in the second the old one is back, and is tempted to start everything that is due.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from tests.e2e.agent import card_of, wait_until
from tests.team import injuries
from tests.team.chaos import Chaos, hurting, settle
from tests.team.lost_book import untold
from tests.team.machine import Machine
from tests.team.oracle import Oracle
from tests.team.rig import BRAIN, free_port, present, yields

_SECONDS = 90.0
_HARM_SECONDS = 40.0
_ELSEWHERE = "PC-1, PC-2, PC-3"
_FIRST, _SECOND = 18, 19
# What would lose what the new brain does not know yet, or needs a person at a brain that is not there.
_NOT_NOW = (injuries.wipe_book, injuries.kill_brain, injuries.kill_server, injuries.stop)


def hand_over(chaos: Chaos, former: Oracle, count: int) -> int:
    """Live through it; how often all was looked at. Violations go to the ``former`` oracle."""
    team, old = chaos.team, chaos.team.brain
    new, rest = team.pcs[0], team.pcs[1:]
    rows = [_job(chaos, f"antes_{number:02d}", _FIRST, _ELSEWHERE) for number in range(count)]
    rows += [
        _job(chaos, f"depois_{number:02d}", _SECOND, chaos.chance.choice(("*", "", _ELSEWHERE, "PC-2, PC-3")))
        for number in range(count)
    ]
    oracle = Oracle(team, {str(row[0]): 1 for row in rows}, new, rest)
    oracle.violations = former.violations
    _prepare(chaos, rows)
    chaos.pcs = rest
    team.set_clocks(f"{_FIRST}:00:01")
    for _ in hurting(chaos, former, _HARM_SECONDS, *_NOT_NOW):
        if len(oracle.runs()) >= count // 2:
            break
    back = _put_away(chaos)
    _take_over(chaos, new)
    chaos.brain = new
    for pc in rest:
        _bring(chaos, pc, new)
    chaos.mend_due(everything=True)
    wait_until(lambda: not untold(oracle, None), _SECONDS, lambda: untold(oracle, None))
    steps: list[Callable[[], object]] = [
        lambda: new.program.call("resume"),
        lambda: team.set_clocks(f"{_SECOND}:00:01"),
    ]
    steps.insert(chaos.chance.randint(0, 2), back)
    for step in steps:
        chaos.mend_due(everything=True)
        chaos.keep_up()
        new.program.until(lambda status: True, _SECONDS)
        step()
        for _ in hurting(chaos, oracle, chaos.chance.uniform(0, 2), injuries.wipe_book):
            pass
    for _ in hurting(chaos, oracle, _HARM_SECONDS, injuries.wipe_book):
        if len(oracle.runs()) >= 2 * count - 2:
            break
    settle(chaos, oracle)
    _old_brain_yields(oracle, old)
    return oracle.looks


def _job(chaos: Chaos, name: str, hour: int, pc: str) -> tuple[object, ...]:
    return chaos.team.job(name, hour, f"time.sleep({chaos.chance.choice((0, 0.1, 0.5, 1.5)):g})", pc)


def _prepare(chaos: Chaos, rows: list[tuple[object, ...]]) -> None:
    """Have the PC that will be the brain know the jobs and a port of its own; the stranger, too."""
    team = chaos.team
    new = team.pcs[0]
    for machine in (new, team.stranger, team.brain):
        team.give_registry(machine, *rows)
    new.quit()
    new.program.set(team_port=free_port())
    new.start()
    team.until_present(*team.pcs)
    team.until(lambda status: len(status["cards"]) == len(rows))


def _put_away(chaos: Chaos) -> Callable[[], None]:
    """Have the old brain be gone; what brings it back."""
    old = chaos.team.brain
    way = chaos.chance.choice(("asleep", "killed", "copied", "cut off"))
    chaos.fault(f"two brains: the old one {way}")
    chaos.mend_due(everything=True)
    chaos.keep_up()
    chaos.hurt.add(old.name)

    def back() -> None:
        chaos.say("the old brain is back")
        chaos.hurt.discard(old.name)
        if way == "asleep":
            old.open_lid()
        elif way != "cut off":
            old.start()
        if way == "copied":
            chaos.hurt.add(chaos.team.stranger.name)
            chaos.team.stranger.start()

    if way == "asleep":
        old.close_lid()
    elif way != "cut off":
        old.kill_agent()
    if way == "copied":
        chaos.team.stranger.become_copy_of(old)
    for pc in chaos.team.pcs:
        chaos.team.proxies[pc.name].black_hole()
    return back


def _take_over(chaos: Chaos, new: Machine) -> None:
    """Be refused for as long as the old brain may still be heard, then be the brain; its port is the one
    behind the proxies from now on."""
    _until_done(lambda: new.program.cli("team", "take-over", "--confirm", BRAIN))
    for proxy in chaos.team.proxies.values():
        proxy.aim(int(new.program.environment["TRAY_AGENT_TEAM_PORT"]))
        proxy.reset()
        proxy.lift()
    if chaos.team.brain.is_up() and not chaos.team.brain.is_asleep:
        # Cut off and awake it learns of this at its next discovery: until then it is known to be tempted.
        chaos.team.brain.program.until(yields, _SECONDS)


def _bring(chaos: Chaos, pc: Machine, new: Machine) -> None:
    """Have a PC join the new brain: what it runs must have ended."""

    def join() -> Any:
        chaos.mend_due()
        chaos.keep_up()
        invited = new.program.cli("team", "invite", "--host", "127.0.0.1")
        if invited.code:
            return invited
        code = chaos.team.through(pc, next(word for word in invited.out.split() if "127.0.0.1:" in word))
        answer = pc.program.cli("join", code, "--name", pc.name, seconds=_SECONDS)
        if "Já há um PC" in answer.err:
            new.program.cli("team", "remove", pc.name)
        return answer

    _until_done(join)
    pc_name = pc.name
    new.program.until(lambda status: pc_name in present(status), _SECONDS)


def _until_done(command: Callable[[], Any]) -> None:
    """Say a command again until it is not refused any more."""
    until, breath = time.monotonic() + _SECONDS, threading.Event()
    while (answer := command()).code:
        assert time.monotonic() < until, answer
        breath.wait(0.5)


def _old_brain_yields(oracle: Oracle, old: Machine) -> None:
    """It says whom the base folder names, and has started nothing of the second hour."""
    status = old.program.until(
        lambda status: yields(status) and len(status["cards"]) == len(oracle.owed), _SECONDS
    )
    for row in old.rows().values():
        if row.job.startswith("depois"):
            oracle.wrong(f"the old brain granted {row.job} to {row.pc or 'itself'}")
    for job in (job for job in oracle.owed if job.startswith("depois")):
        if card_of(status, job)["state"] == "RUNNING":
            oracle.wrong(f"{job} runs for the old brain")
