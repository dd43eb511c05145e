from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from tests.builders import Day, make_job
from tray_agent.core.model import Job
from tray_agent.core.picture.plan_of_day import plan_of_day
from tray_agent.core.picture.plan_starts import Means
from tray_agent.core.picture.waiting import starts_of_waiting
from tray_agent.core.policies import Policies
from tray_agent.core.schedules.grammar import parse

SECONDS = {"j0": 600.0, "j1": 30.0, "j2": 60.0, "j3": 60.0}


def job(name: str, cell: str = "14h", **policies: object) -> Job:
    return make_job(name, schedule=parse(cell).schedule, policies=replace(Policies(), **policies))  # type: ignore[arg-type]


def starts(day: Day, **resources: int) -> dict[str, str]:
    assert day.snapshot is not None
    found = starts_of_waiting(day.snapshot, day.now, Means(SECONDS, resources))
    return {name: f"{start:%H:%M:%S}" for name, start in found.items()}


def test_each_waiting_job_starts_when_those_before_it_let_it() -> None:
    day = Day("14:05", max_concurrent=2).jobs(*[job(f"j{n}") for n in range(4)])
    day.begin("j0", usual_seconds=600.0)
    day.begin("j1", usual_seconds=30.0)

    assert starts(day) == {"j2": "14:05:30", "j3": "14:06:30"}


def test_it_is_what_the_plan_says_too() -> None:
    day = Day("14:05", max_concurrent=2).jobs(*[job(f"j{n}") for n in range(4)])
    assert day.snapshot is not None
    found = plan_of_day(day.snapshot, day.now.date(), day.now, Means(SECONDS))
    planned = {each.job: each.estimate for each in found.fires}

    for name, start in starts(day).items():
        assert f"{planned[name]:%H:%M:%S}" == start


def test_while_nothing_is_taken_from_the_queue_nobody_knows() -> None:
    assert starts(Day("14:05", verified=False).jobs(job("j0"))) == {}


def test_who_waits_for_another_that_is_not_to_run_has_no_start() -> None:
    day = Day("14:05", max_concurrent=1).jobs(job("j0"), job("j1", after=("j9",)), job("j9", "manual"))

    assert "j1" not in starts(day)


def test_without_a_queue_there_is_nothing_to_tell() -> None:
    assert starts(Day("14:05").jobs(job("j0", "18h"))) == {}


@pytest.mark.parametrize("count", [2000])
def test_a_long_queue_is_told_as_far_as_it_can_be_known(count: int) -> None:
    day = Day("14:05", max_concurrent=5).jobs(*[job(f"j{n}") for n in range(count)])
    assert day.snapshot is not None

    found = starts_of_waiting(day.snapshot, day.now, Means())

    assert len(found) == 200
    assert all(isinstance(start, datetime) for start in found.values())
