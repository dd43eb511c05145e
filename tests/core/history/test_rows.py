from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tray_agent.core.history.rows import history_rows
from tray_agent.core.model import HistoryRow

ZONE = ZoneInfo("America/Sao_Paulo")
DAY = date(2026, 3, 10)


def row(**fields: object) -> dict[str, object]:
    full: dict[str, object] = {
        "script_name": "envia_pix",
        "status": "SUCCESS",
        "start_time": "2026-03-10T12:04:05",
        "duration_seconds": 4.2,
        "date": "2026-03-10",
    }
    return full | fields


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-10T12:04:05",
        "2026-03-10 12:04:05",
        "2026-03-10T15:04:05+00:00",
        "2026-03-10T15:04:05Z",
        "2026-03-10T12:04:05-03:00",
    ],
)
def test_a_start_is_read_in_the_zone_whether_it_says_one_or_not(text: str) -> None:
    (read,) = history_rows([row(start_time=text)], DAY, ZONE)
    assert read == HistoryRow("envia_pix", "SUCCESS", datetime(2026, 3, 10, 12, 4, 5, tzinfo=ZONE), 4.2)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("2026-03-10T02:59:59Z", False),
        ("2026-03-10T03:00:00Z", True),
        ("2026-03-11T02:59:59.999999Z", True),
        ("2026-03-11T03:00:00Z", False),
        ("2026-03-09T23:59:59", False),
    ],
)
def test_the_day_is_the_zones_day(text: str, kept: bool) -> None:
    assert bool(history_rows([row(start_time=text)], DAY, ZONE)) is kept


@pytest.mark.parametrize("name", ["envia_pix", "Envia_Pix.PY", " ENVIA_PIX "])
def test_names_match_as_in_the_registry(name: str) -> None:
    assert history_rows([row(script_name=name)], DAY, ZONE)[0].job == "envia_pix"


@pytest.mark.parametrize("name", [None, "", "  ", 7, float("nan")])
def test_a_row_without_a_name_is_there_for_no_job(name: object) -> None:
    assert [each.job for each in history_rows([row(script_name=name)], DAY, ZONE)] == [""]


def test_rows_full_of_nulls_never_break_a_reading() -> None:
    (read,) = history_rows([row(status=None, start_time=None, duration_seconds=None, date=None)], DAY, ZONE)
    assert read == HistoryRow("envia_pix")
    assert history_rows([{}], DAY, ZONE) == (HistoryRow(""),)


def test_a_row_without_a_start_goes_by_its_date() -> None:
    yesterday = row(start_time=None, date="2026-03-09")
    assert len(history_rows([yesterday, row(start_time="?", date="2026-03-10")], DAY, ZONE)) == 1
    assert len(history_rows([row(start_time=None, date="?")], DAY, ZONE)) == 1


@pytest.mark.parametrize(
    "seconds", [float("nan"), float("inf"), -1, "abc", None, True, 10**400, 1e308, 31 * 86400]
)
def test_a_duration_that_is_no_number_of_seconds_is_none(seconds: object) -> None:
    assert history_rows([row(duration_seconds=seconds)], DAY, ZONE)[0].duration_seconds is None


def test_a_duration_in_text_counts() -> None:
    assert history_rows([row(duration_seconds="4.5")], DAY, ZONE)[0].duration_seconds == 4.5


def test_a_start_at_the_end_of_time_is_no_start() -> None:
    assert history_rows([row(start_time="9999-12-31T23:59:59-14:00", date=None)], DAY, ZONE)[0].start is None


def test_rows_come_oldest_first_and_those_without_a_start_last() -> None:
    texts = ["2026-03-10T12:00:00", None, "2026-03-10T08:00:00"]
    read = history_rows([row(start_time=text) for text in texts], DAY, ZONE)
    assert [each.start.hour if each.start else None for each in read] == [8, 12, None]


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["script_name", "status", "start_time", "duration_seconds", "date"]),
            st.one_of(
                st.none(), st.text(), st.floats(), st.integers(), st.booleans(), st.datetimes().map(str)
            ),
        )
    )
)
def test_no_row_whatever_is_in_it_breaks_a_reading(raw: list[dict[str, object]]) -> None:
    history_rows(raw, DAY, ZONE)


def local(until: str, *starts: str) -> list[str]:
    """The starts read as local time that was taken for UTC, at that moment of the day."""
    now = datetime.fromisoformat(f"2026-03-10T{until}").replace(tzinfo=ZONE)
    rows = history_rows([row(start_time=start) for start in starts], DAY, ZONE, now)
    return [f"{each.start:%H:%M}" for each in rows if each.start]


def test_local_times_without_a_zone_are_read_as_they_were_meant() -> None:
    assert local("14:05", "2026-03-10T08:00:00+00:00", "2026-03-10T14:07:00Z") == ["08:00", "14:07"]


def test_what_says_its_zone_or_is_local_already_stays() -> None:
    assert local("14:05", "2026-03-10T08:00:00", "2026-03-10T09:00:00-03:00") == ["08:00", "09:00"]


def test_a_row_that_would_begin_later_than_now_was_utc_indeed() -> None:
    assert local("14:05", "2026-03-10T17:00:00+00:00", "2026-03-10T14:07:01Z") == ["11:07", "14:00"]


def test_no_row_is_moved_into_another_day() -> None:
    assert local("23:59", "2026-03-11T01:00:00+00:00") == ["22:00"]


def test_a_status_is_cut_to_200_signs() -> None:
    (read,) = history_rows([row(status="x" * 50_000)], DAY, ZONE)
    assert read.status is not None and len(read.status) == 200
