from __future__ import annotations

from datetime import date, timedelta

import pytest

from tray_agent.core.model import CardState, Outcome
from tray_agent.core.picture.past import (
    End,
    Ends,
    Figures,
    PastDay,
    Tally,
    figures,
    past_days,
    quantile,
    state_of_end,
)

TODAY = date(2026, 3, 10)


def ends(*seconds: float, day: date = TODAY, code: int = 0) -> list[End]:
    return [End(day.isoformat(), "ended", code, each) for each in seconds]


@pytest.mark.parametrize(
    ("outcome", "code", "state"),
    [
        (Outcome.ENDED, 0, CardState.SUCCESS),
        (Outcome.ENDED, 3, CardState.ERROR),
        (Outcome.ENDED, 7, CardState.NO_DATA),
        (Outcome.TIMED_OUT, 0, CardState.ERROR),
        (Outcome.STOPPED, -15, None),
        (Outcome.UNKNOWN, None, None),
        (None, None, None),
    ],
)
def test_what_an_end_means(outcome: Outcome, code: int | None, state: CardState | None) -> None:
    assert state_of_end(outcome, code, 7) is state


def test_a_day_is_as_bad_as_its_worst_run_and_empty_days_are_there() -> None:
    yesterday = (TODAY - timedelta(days=1)).isoformat()
    found = past_days(
        [
            Tally("pix", yesterday, "ended", 0, 5),
            Tally("pix", yesterday, "ended", 1, 2),
            Tally("pix", TODAY.isoformat(), "stopped", -15, 1),
            Tally("pix", "2025-01-01", "ended", 1, 9),
            Tally("old", "2025-01-01", "ended", 1, 9),
        ],
        TODAY,
        3,
        0,
    )

    assert found == {
        "pix": [
            PastDay(TODAY - timedelta(days=2), None, 0, 0),
            PastDay(TODAY - timedelta(days=1), CardState.ERROR, 7, 2),
            PastDay(TODAY, None, 1, 0),
        ]
    }


def test_a_day_without_data_is_worse_than_a_good_one() -> None:
    tallies = [Tally("pix", TODAY.isoformat(), "ended", code, 1) for code in (0, 7)]

    assert past_days(tallies, TODAY, 1, 7)["pix"] == [PastDay(TODAY, CardState.NO_DATA, 2, 0)]


def test_figures_of_nothing_say_nothing() -> None:
    assert figures(Ends({}, []), 0) == Figures()


def test_what_somebody_stopped_is_neither_success_nor_failure() -> None:
    stopped = End(TODAY.isoformat(), "stopped", -15, 900.0)
    found = figures(Ends({}, [*ends(1, 2, 3), *ends(50, code=1), stopped]), 0)

    assert found.runs == 5
    assert found.success_rate == 0.75
    assert found.median_seconds == 2
    assert found.p95_seconds == pytest.approx(2.9)


def test_the_trend_is_the_growth_of_the_days_median_whatever_one_bad_day_says() -> None:
    days = [TODAY + timedelta(days=n) for n in range(20)]
    growing = [end for n, day in enumerate(days) for end in ends(60 + 2 * n, 61 + 2 * n, 62 + 2 * n, day=day)]
    bad = ends(9000, 9000, 9000, day=days[7])

    assert figures(Ends({}, growing), 0).trend_seconds_per_day == pytest.approx(2.0)
    assert figures(Ends({}, growing + bad), 0).trend_seconds_per_day == pytest.approx(2.0, abs=0.1)
    assert figures(Ends({}, ends(1, 2, day=days[0]) + ends(3, day=days[1])), 0).trend_seconds_per_day is None


@pytest.mark.parametrize(
    ("values", "part", "expected"),
    [
        ([], 0.5, None),
        ([4.0], 0.95, 4.0),
        ([1.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(101)], 0.95, 95.0),
    ],
)
def test_a_quantile_lies_between_its_neighbours(
    values: list[float], part: float, expected: float | None
) -> None:
    assert quantile(values, part) == expected


def test_what_ended_well_counts_the_same_told_alone_or_one_by_one() -> None:
    others = [*ends(50, code=1), *ends(7, code=4), End(TODAY.isoformat(), "ended", 0, None)]
    alone = Ends({TODAY.isoformat(): [3.0, 1.0, 2.0]}, others)

    assert figures(alone, 4) == figures(Ends({}, [*ends(1, 2, 3), *others]), 4)
