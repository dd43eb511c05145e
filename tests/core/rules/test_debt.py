from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.builders import at
from tray_agent.core.policies import NO_POLICIES, CatchUp, Limit, Policies
from tray_agent.core.rules.debt import Count, coming, debt

LAST, NONE = Policies(catch_up=CatchUp.LAST), Policies(catch_up=CatchUp.NONE)
FIRES = [at("08:00"), at("09:00"), at("10:00"), at("11:00")]


def owed(policies: Policies, clock: str, actual: int = 0, **count: object) -> tuple[int, int]:
    found = debt(policies, FIRES, at(clock), Count(actual, **count))  # type: ignore[arg-type]
    return found.owed, found.skipped


def test_all_that_passed_is_owed() -> None:
    assert owed(NO_POLICIES, "10:30") == (3, 0)
    assert owed(NO_POLICIES, "10:30", 2) == (1, 0)
    assert owed(NO_POLICIES, "10:30", 5) == (0, 0)


def test_after_a_long_sleep_only_the_newest_is_owed_and_the_others_are_said() -> None:
    assert owed(LAST, "11:30") == (1, 3)
    assert owed(LAST, "11:30", 1, starts=[at("11:31")]) == (0, 3)
    assert owed(LAST, "11:30", 1, starts=[at("08:00")]) == (1, 2)


def test_what_is_not_caught_up_is_owed_for_a_quarter_of_an_hour() -> None:
    assert owed(NONE, "11:15") == (1, 3)
    assert owed(NONE, "11:16") == (0, 4)


def test_nothing_is_owed_after_the_hour_limit() -> None:
    until = Policies(start_by=Limit(minute=10 * 60 + 30))
    assert owed(until, "10:30") == (3, 0)
    assert owed(until, "10:31") == (0, 3)
    assert owed(until, "11:00") == (0, 4)


def test_a_fire_time_is_owed_for_as_many_minutes_as_the_row_says() -> None:
    for_thirty = Policies(start_by=Limit(after_minutes=30))
    assert owed(for_thirty, "10:30") == (1, 2)
    assert owed(for_thirty, "10:31") == (0, 3)


def test_what_a_person_gave_up_is_owed_no_more_and_later_fires_are() -> None:
    assert owed(NO_POLICIES, "10:30", cleared=at("10:15")) == (0, 3)
    assert owed(NO_POLICIES, "11:00", cleared=at("10:15")) == (1, 3)


def test_a_retry_takes_no_later_fire_time() -> None:
    assert owed(NO_POLICIES, "09:00", 2, credit=1, starts=[at("08:00")]) == (1, 0)


def test_a_run_under_way_is_no_longer_owed() -> None:
    assert owed(NO_POLICIES, "08:30", coming=at("08:00")) == (0, 0)
    assert owed(LAST, "11:30", coming=at("11:30")) == (0, 3)


def test_a_run_made_ahead_covers_the_next_fire_time_and_only_that() -> None:
    ahead = Count(1, starts=[at("07:00")])

    told = coming(NO_POLICIES, FIRES, at("07:30"), ahead)

    assert list(told.values()) == [False, True, True, True]


def test_runs_stand_for_nothing_any_more_once_the_limit_of_what_they_stood_for_is_past() -> None:
    fires = [at(clock) for clock in ("09:00", "09:30", "10:00", "10:30", "11:00")]
    ahead = Count(2, starts=[at("09:40"), at("09:40")])

    told = coming(Policies(start_by=Limit(after_minutes=30)), fires, at("09:45"), ahead)

    assert list(told.values()) == [True, True, True]


MINUTES = st.integers(0, 1439)
POLICIES = st.builds(
    Policies,
    catch_up=st.sampled_from(CatchUp),
    start_by=st.one_of(
        st.none(),
        st.builds(Limit, minute=MINUTES),
        st.builds(Limit, after_minutes=st.integers(1, 300)),
    ),
)


def moment(minute: int) -> datetime:
    return at("00:00") + timedelta(minutes=minute)


@given(
    POLICIES,
    st.sets(MINUTES, max_size=12),
    MINUTES,
    st.lists(MINUTES, max_size=8),
    st.integers(0, 3),
    st.integers(0, 3),
    st.booleans(),
    st.one_of(st.none(), MINUTES),
)
def test_what_is_owed_never_exceeds_what_is_missing_and_all_adds_up(
    policies: Policies,
    fires: set[int],
    now: int,
    starts: list[int],
    undated: int,
    credit: int,
    is_coming: bool,
    cleared: int | None,
) -> None:
    begun = sorted(moment(min(start, now)) for start in starts)
    actual = len(begun) + undated + credit
    count = Count(
        actual,
        credit,
        begun,
        moment(now) if is_coming else None,
        None if cleared is None else moment(min(cleared, now)),
    )

    found = debt(policies, sorted(map(moment, fires)), moment(now), count)

    missing = found.due + credit - actual - is_coming
    assert 0 <= found.owed <= max(0, missing)
    assert found.owed + found.skipped == max(0, missing)
    assert (found.since is None) == (found.owed == 0)
    if policies.catch_up is CatchUp.LAST:
        assert found.owed <= 1
    if policies.start_by is not None and policies.start_by.minute is not None:
        assert found.owed == 0 or now <= policies.start_by.minute
