from __future__ import annotations

import pytest

from tests.builders import at
from tray_agent.core.schedules.schedule import ALL_DAY, MANUAL, Schedule, ScheduleKind, at_hours


@pytest.mark.parametrize(
    ("schedule", "clock", "due"),
    [
        (ALL_DAY, "00:00:00", 1),
        (ALL_DAY, "02:10", 3),
        (ALL_DAY, "23:59:59", 24),
        (at_hours({8, 12, 18}), "07:59:59", 0),
        (at_hours({8, 12, 18}), "08:00:00", 1),
        (at_hours({8, 12, 18}), "14:05", 2),
        (at_hours({8, 12, 18}), "18:00:00", 3),
        (at_hours({8, 12, 18}), "23:59", 3),
        (at_hours({0}), "00:00:00", 1),
        (MANUAL, "23:59", 0),
    ],
)
def test_as_many_runs_are_due_as_fire_times_have_come(schedule: Schedule, clock: str, due: int) -> None:
    assert schedule.due(at(clock)) == due


@pytest.mark.parametrize(
    ("schedule", "clock", "following"),
    [
        (ALL_DAY, "02:10:30.5", "03:00:00"),
        (ALL_DAY, "23:00", None),
        (at_hours({8, 12, 18}), "00:00", "08:00:00"),
        (at_hours({8, 12, 18}), "08:00:00", "12:00:00"),
        (at_hours({8, 12, 18}), "18:00:00", None),
        (MANUAL, "00:00", None),
    ],
)
def test_the_next_fire_time_lies_after_the_moment_and_on_its_day(
    schedule: Schedule, clock: str, following: str | None
) -> None:
    assert schedule.next_after(at(clock)) == (at(following) if following else None)


@pytest.mark.parametrize(
    ("index", "clock"), [(0, "08:00"), (1, "12:00"), (2, "18:00"), (3, None), (-1, None)]
)
def test_a_debt_is_as_old_as_the_fire_time_of_its_place(index: int, clock: str | None) -> None:
    found = at_hours({18, 8, 12}).fire_time(index, at("14:05:09"))

    assert found == (at(clock) if clock else None)


def test_hours_are_sorted_and_without_any_the_schedule_is_manual() -> None:
    assert at_hours({18, 8}) == Schedule(ScheduleKind.HOURS, (8, 18))
    assert at_hours(set()) == MANUAL


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_that_no_day_has_is_refused(hour: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        at_hours({8, hour})
