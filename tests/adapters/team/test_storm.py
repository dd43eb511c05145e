from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tests.adapters.team.lossy import CALM, STORM, Air
from tests.adapters.team.one_process import Clerk, EngineBrain, Pc_, Team, wait
from tray_agent.adapters.system.fault_points import POINTS

pytestmark = [
    pytest.mark.integration,
    pytest.mark.skipif(sys.platform == "win32", reason="the children of these tests are POSIX's"),
]
JOBS = 24


def killed_now_and_then(team: Team, brain: Clerk | EngineBrain, chance: random.Random, kills: int) -> None:
    """Arm points in turn, cut PCs off, and begin anew whoever died, sooner or later."""
    everybody: list[Clerk | EngineBrain | Pc_] = [brain, *team.pcs.values()]
    for _ in range(kills):
        team.faults.armed = chance.choice(sorted(POINTS))
        wait_for = chance.uniform(0.05, 0.4)
        victim, away = chance.choice(everybody), chance.choice(sorted(team.pcs))
        team.air.cut(away, is_cut=chance.random() < 0.4)
        dead = next((each for each in everybody if each.is_dead.wait(wait_for / len(everybody))), None)
        team.faults.armed = ""
        if dead is None:
            victim.kill()
        for each in everybody:
            if each.is_dead.is_set() and (each is brain or chance.random() < 0.6):
                each.start()
        team.air.cut(away, is_cut=False)
    for each in everybody:
        if each.is_dead.is_set():
            each.start()


def made_team(seed: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Team:
    team = Team(folder, Air(seed, STORM))
    team.install(monkeypatch)
    for name in ("PC-ANA", "PC-BIA", "PC-CAIO"):
        team.pc(name)
    return team


def judge(team: Team, brain: Clerk | EngineBrain, jobs: set[str]) -> None:
    """Each job began once, is counted once, and had both rows; then all end."""
    started, runs = team.started(), brain.runs()
    assert {job: count for job, count in started.items() if count != 1} == {}, "started twice"
    assert set(started) == jobs, "lost"
    assert sorted(run.job for run in runs if run.outcome) == sorted(jobs), "counted"
    begun = set(team.runs_started())
    assert {run.id for run in runs} >= begun, "begun without the brain's row"
    local = {run.id for run in runs if not run.pc or run.pc == "PC-CEREBRO"}
    books = {row.id for pc in team.pcs.values() for row in pc.rows()}
    assert books | local >= begun, "begun without the PC's row"
    brain.kill()
    for pc in team.pcs.values():
        pc.close()
    team.air.close()


@pytest.mark.parametrize("seed", range(1, 7))
def test_whatever_is_lost_and_whoever_dies_each_job_runs_once_and_is_counted_once(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, team = random.Random(seed), made_team(seed, tmp_path, monkeypatch)
    jobs = [team.script(f"job{n}", f"sleep {chance.uniform(0, 0.3):.2f}\n") for n in range(JOBS)]
    clerk = team.clerk(jobs)
    for pc in team.pcs.values():
        pc.start()
    clerk.start()

    killed_now_and_then(team, clerk, chance, kills=12)
    team.air.weather = CALM
    wait(lambda: not clerk.life.tasks, 60, f"open: {clerk.life.tasks}, {clerk.life.events[-20:]}")

    judge(team, clerk, {job.id for job in jobs})


@pytest.mark.parametrize("seed", range(11, 14))
def test_the_same_with_the_real_engine_as_the_brain(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance, team = random.Random(seed), made_team(seed, tmp_path, monkeypatch)
    jobs = [team.script(f"job{n}", f"sleep {chance.uniform(0, 0.3):.2f}\n") for n in range(JOBS)]
    brain = team.engine(jobs)
    for pc in team.pcs.values():
        pc.start()
    brain.start()

    killed_now_and_then(team, brain, chance, kills=12)
    team.air.weather = CALM
    wait(brain.is_done, 100, "the queue is not worked off")

    judge(team, brain, {job.id for job in jobs})
