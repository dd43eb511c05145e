from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.builders import ZONE, at, make_open_run, make_row, make_run
from tray_agent.core.history.times import as_local, as_written, read_as_local
from tray_agent.core.model import HistoryRow


def local(clock: str, seen: str = "23:00", status: str = "SUCCESS") -> HistoryRow:
    """The row of a script that began at that time and wrote it without a zone: three hours early."""
    meant = at(clock)
    start = meant.replace(tzinfo=UTC).astimezone(ZONE)
    return HistoryRow("pix", status, start, 1.0, at(seen))


def test_a_local_time_taken_for_utc_is_what_was_meant() -> None:
    assert as_local(at("11:05")) == at("14:05")
    new_york = ZoneInfo("America/New_York")
    assert as_local(datetime(2026, 7, 1, 10, tzinfo=new_york)) == datetime(2026, 7, 1, 14, tzinfo=new_york)


def test_rows_that_lie_off_by_the_zones_offset_are_read_moved() -> None:
    rows = [local("12:00:01", status="ERRO"), local("13:30"), HistoryRow("pix", "SUCCESS")]

    moved = read_as_local(rows, [make_run()])

    assert moved is not None
    assert [row.start for row in moved] == [at("12:00:01"), at("13:30"), None]
    assert [as_written(row) for row in moved] == rows
    assert moved[0].seen == at("23:00")


def test_also_while_the_run_is_under_way() -> None:
    assert read_as_local([local("12:00:01", "12:01")], [make_open_run()]) is not None


@pytest.mark.parametrize("seconds", [-3, 121])
def test_off_by_anything_else_is_somebody_elses_run(seconds: int) -> None:
    row = replace(local("12:00"), start=at("09:00") + timedelta(seconds=seconds))

    assert read_as_local([row], [make_run()]) is None


def test_where_a_row_lies_right_nothing_is_moved() -> None:
    assert read_as_local([local("12:00:01"), make_row(start=at("12:00:01"))], [make_run()]) is None


def test_without_a_run_of_ours_or_a_start_nothing_is_known() -> None:
    assert read_as_local([local("12:00")], []) is None
    assert read_as_local([HistoryRow("pix")], [make_run()]) is None
    assert read_as_local([], [make_run()]) is None


def test_the_rows_of_an_hourly_job_fall_on_other_runs_and_are_found_all_the_same() -> None:
    hours = range(8, 15)
    runs = [make_run(started=at(f"{hour:02d}:00")) for hour in hours]

    moved = read_as_local([local(f"{hour:02d}:00:01") for hour in hours], runs)

    assert moved is not None
    assert [row.start for row in moved] == [at(f"{hour:02d}:00:01") for hour in hours]


def test_the_rows_of_an_hourly_job_that_lie_right_stay() -> None:
    hours = range(8, 15)
    runs = [make_run(started=at(f"{hour:02d}:00")) for hour in hours]

    assert read_as_local([make_row(start=at(f"{hour:02d}:00:01")) for hour in hours], runs) is None


def test_hours_made_elsewhere_before_our_late_one_are_no_proof() -> None:
    """Another PC ran 8 to 13; ours ran at 14, its row is late: the row of 11 lies exactly three hours off."""
    elsewhere = [replace(make_row(start=at(f"{hour:02d}:00:01")), seen=at("14:05")) for hour in range(8, 14)]
    run = make_run(started=at("14:00"))

    assert read_as_local(elsewhere, [run]) is None, "moved, that of 13 would begin at 16"
    assert read_as_local([replace(row, seen=at("13:59")) for row in elsewhere[:4]], [run]) is None, (
        "they were there before our run began"
    )


def test_in_utc_there_is_nothing_to_move() -> None:
    start = datetime(2026, 3, 10, 12, tzinfo=UTC)

    assert read_as_local([make_row(start=start)], [make_run(started=start)]) is None
