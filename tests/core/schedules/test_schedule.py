from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tests.builders import at
from tray_agent.core.schedules.grammar import parse
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
    assert (at_hours({18, 8}).kind, at_hours({18, 8}).hours) == (ScheduleKind.HOURS, (8, 18))
    assert at_hours(set()) == MANUAL


@pytest.mark.parametrize("hour", [-1, 24])
def test_an_hour_that_no_day_has_is_refused(hour: int) -> None:
    with pytest.raises(ValueError, match="outside"):
        at_hours({8, hour})


NEW_YORK, SAO_PAULO = ZoneInfo("America/New_York"), ZoneInfo("America/Sao_Paulo")


def test_a_fire_time_that_the_day_leaves_out_is_due_when_the_clock_has_passed_it() -> None:
    schedule = parse("2:30, 4").schedule
    before = datetime(2026, 3, 8, 1, 59, 59, tzinfo=NEW_YORK)
    after = datetime(2026, 3, 8, 3, 0, tzinfo=NEW_YORK)

    following = schedule.next_after(before)
    assert following == after
    assert following.astimezone(UTC) == datetime(2026, 3, 8, 7, 0, tzinfo=UTC)
    assert (schedule.due(before), schedule.due(after)) == (0, 1)
    assert schedule.fire_time(0, after) == after
    assert schedule.next_after(after) == datetime(2026, 3, 8, 4, 0, tzinfo=NEW_YORK)


def test_a_midnight_that_the_day_leaves_out_is_due_with_the_first_second_of_the_day() -> None:
    schedule = parse("0h").schedule  # Sao Paulo put its clocks forward at midnight until 2018
    first = datetime(2018, 11, 4, 1, 0, tzinfo=SAO_PAULO)

    assert schedule.next_fire(datetime(2018, 11, 3, 12, tzinfo=SAO_PAULO)) == first
    assert schedule.due(first) == 1


def test_in_an_hour_that_comes_twice_the_next_fire_time_lies_ahead() -> None:
    schedule = parse("1:30").schedule
    first = datetime(2026, 11, 1, 1, 30, tzinfo=NEW_YORK)

    assert schedule.next_after(datetime(2026, 11, 1, 1, 0, tzinfo=NEW_YORK)) == first
    again = schedule.next_after(datetime(2026, 11, 1, 1, 10, fold=1, tzinfo=NEW_YORK))
    assert again is not None
    assert again.astimezone(UTC) == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def test_the_next_fire_may_lie_on_another_day_and_for_a_date_long_past_there_is_none() -> None:
    monthly = parse("5º dia útil 8h").schedule

    assert monthly.next_fire(at("09:00", 6)) == datetime(2026, 4, 8, 8, tzinfo=SAO_PAULO)
    assert monthly.next_fire(at("07:00", 6)) == at("08:00", 6)
    assert parse("24/12/2020 8").schedule.next_fire(at("09:00")) is None
    assert MANUAL.next_fire(at("09:00")) is None


@pytest.mark.parametrize(
    ("cell", "kind"),
    [("*/2", "hours"), ("0 8 * * *", "hours"), ("8 a 12", "hours"), ("0 * * * *", "all"), ("8:30", "rule")],
)
def test_daily_full_hours_are_hours_however_they_are_written(cell: str, kind: str) -> None:
    schedule = parse(cell).schedule

    assert schedule.kind == kind
    assert bool(schedule.hours) == (kind != "rule")
