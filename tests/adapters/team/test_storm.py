from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.adapters.team.lossy import CALM, STORM, Air
from tests.adapters.team.one_process import Clerk, Pc_, Team, wait
from tray_agent.adapters.system.fault_points import POINTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the children of these tests are POSIX's")
JOBS = 24


def killed_now_and_then(team: Team, clerk: Clerk, chance: random.Random, kills: int) -> None:
    """Arm points in turn, and begin anew whoever died."""
    everybody: list[Clerk | Pc_] = [clerk, *team.pcs.values()]
    for _ in range(kills):
        team.faults.armed = chance.choice(sorted(POINTS))
        wait_for = chance.uniform(0.05, 0.4)
        victim = chance.choice(everybody)
        dead = next((each for each in everybody if each.is_dead.wait(wait_for / len(everybody))), None)
        team.faults.armed = ""
        if dead is None:
            victim.kill()
            dead = victim
        for each in everybody:
            if each.is_dead.is_set():
                each.start()


@pytest.mark.parametrize("seed", range(1, 7))
def test_whatever_is_lost_and_whoever_dies_each_job_runs_once_and_is_counted_once(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)
    team = Team(tmp_path, Air(seed, STORM))
    team.install(monkeypatch)
    for name in ("PC-ANA", "PC-BIA", "PC-CAIO"):
        team.pc(name)
    jobs = [team.script(f"job{n}", f"sleep {chance.uniform(0, 0.3):.2f}\n") for n in range(JOBS)]
    clerk = team.clerk(jobs)
    for pc in team.pcs.values():
        pc.start()
    clerk.start()

    killed_now_and_then(team, clerk, chance, kills=12)
    team.air.weather = CALM
    wait(lambda: not clerk.life.tasks, 60, f"open: {clerk.life.tasks}, {clerk.life.events[-20:]}")

    started, runs = team.started(), clerk.runs()
    assert {job: count for job, count in started.items() if count != 1} == {}, "started twice"
    assert set(started) == {job.id for job in jobs}, "lost"
    assert sorted(run.job for run in runs if run.outcome) == sorted(job.id for job in jobs), "counted"
    assert {run.id for run in runs} >= set(team.runs_started()), "begun without the brain's row"
    books = {row.id for pc in team.pcs.values() for row in pc.rows()}
    assert books >= set(team.runs_started()), "begun without the PC's row"
    clerk.kill()
    for pc in team.pcs.values():
        pc.close()
    team.air.close()
