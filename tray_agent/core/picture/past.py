"""What past days say of a job: how its runs ended, how often well, how long they took and whether that grows.

Pure: the journal counts, this judges. All of it is this agent's own runs; what others ran is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

from tray_agent.core.model import CardState, Outcome

_WORSE = {None: 0, CardState.SUCCESS: 1, CardState.NO_DATA: 2, CardState.ERROR: 3}
_FEW_DAYS = 3


class Tally(NamedTuple):
    """So many of a job's runs of a day ended in the same way. In the journal's words: there are thousands."""

    job: str
    day: str
    outcome: str
    exit_code: int | None
    runs: int


class End(NamedTuple):
    """One ended run of ours, as far as figures need it; ``seconds`` is None where nobody watched."""

    day: str
    outcome: str
    exit_code: int | None
    seconds: float | None


class Ends(NamedTuple):
    """Ended runs. Of those that ended with code 0 there are tens of thousands: only how long they took, in
    seconds by day, where that is known. ``others`` are all the rest, one by one."""

    well: dict[str, list[float]]
    others: list[End]


class PastDay(NamedTuple):
    """A job's day: the worst that happened (None: nothing, or nothing that is known), runs, failures."""

    day: date
    state: CardState | None = None
    runs: int = 0
    failed: int = 0


class Share(NamedTuple):
    """Of the runs whose result is known so many ended well. Shares of spans without a common day add up."""

    good: int = 0
    known: int = 0

    def plus(self, other: Share) -> Share:
        return Share(self.good + other.good, self.known + other.known)

    @property
    def rate(self) -> float:
        """0 … 1, as in :class:`Figures`."""
        return self.good / self.known


@dataclass(frozen=True, slots=True)
class Figures:
    """Of runs whose result is known the part that ended well (0 … 1), and the durations of those that did.

    ``trend_seconds_per_day`` is by how much the day's median grows from day to day; None with too few days.
    """

    runs: int = 0
    success_rate: float | None = None
    median_seconds: float | None = None
    p95_seconds: float | None = None
    trend_seconds_per_day: float | None = None


def state_of_end(outcome: Outcome | None, exit_code: int | None, no_data_exit_code: int) -> CardState | None:
    """What an end means; None for one that says nothing: a person stopped it, or nobody saw it."""
    if outcome is Outcome.TIMED_OUT:
        return CardState.ERROR
    if outcome is Outcome.STOPPED or exit_code is None:
        return None
    if no_data_exit_code and exit_code == no_data_exit_code:
        return CardState.NO_DATA
    return CardState.SUCCESS if exit_code == 0 else CardState.ERROR


class _Judge(dict[tuple[str, int | None], CardState | None]):
    """Remembers what an end means: there are a handful of kinds among thousands of runs."""

    def __init__(self, no_data_exit_code: int) -> None:
        self._no_data = no_data_exit_code

    def __missing__(self, end: tuple[str, int | None]) -> CardState | None:
        state = self[end] = state_of_end(Outcome(end[0]), end[1], self._no_data)
        return state


def past_days(
    tallies: Iterable[Tally], newest: date, count: int, no_data_exit_code: int
) -> dict[str, list[PastDay]]:
    """For each job with any run the last ``count`` days up to ``newest``, oldest first."""
    days = [newest - timedelta(days=back) for back in range(count - 1, -1, -1)]
    empty = [PastDay(day) for day in days]
    places = {day.isoformat(): place for place, day in enumerate(days)}
    judge = _Judge(no_data_exit_code)
    found: dict[str, list[PastDay]] = {}
    for job, day, outcome, exit_code, runs in tallies:
        place = places.get(day)
        if place is None:
            continue
        of_job = found.get(job) or found.setdefault(job, empty.copy())
        before, state = of_job[place], judge[outcome, exit_code]
        failed = runs if state is CardState.ERROR else 0
        if not before.runs:  # most days of most jobs have ends of one kind alone
            of_job[place] = PastDay(before.day, state, runs, failed)
            continue
        worse = max(before.state, state, key=_WORSE.__getitem__)
        of_job[place] = PastDay(before.day, worse, before.runs + runs, before.failed + failed)
    return found


def shares(tallies: Iterable[Tally], no_data_exit_code: int) -> dict[str, Share]:
    """How the runs of each job ended: what its success rate is made of, and added up from."""
    judge = _Judge(no_data_exit_code)
    good: dict[str, int] = {}
    known: dict[str, int] = {}
    for job, _day, outcome, exit_code, runs in tallies:
        state = judge[outcome, exit_code]
        if state is None:
            continue
        known[job] = known.get(job, 0) + runs
        if state is not CardState.ERROR:
            good[job] = good.get(job, 0) + runs
    return {job: Share(good.get(job, 0), runs) for job, runs in known.items()}


def figures(ends: Ends, no_data_exit_code: int) -> Figures:
    """What a job's (or an area's) runs were like."""
    judge = _Judge(no_data_exit_code)
    by_day = {day: list(seconds) for day, seconds in ends.well.items() if seconds}
    good = sum(map(len, by_day.values()))
    runs = known = good
    for day, outcome, exit_code, seconds in ends.others:
        runs += 1
        state = judge[outcome, exit_code]
        if state is None:
            continue
        known += 1
        if state is CardState.ERROR:
            continue
        good += 1
        if seconds is not None:
            by_day.setdefault(day, []).append(seconds)
    for values in by_day.values():
        values.sort()
    ordered = sorted(chain.from_iterable(by_day.values()))  # of sorted pieces: they are merged
    medians = {date.fromisoformat(day): quantile(values, 0.5) or 0.0 for day, values in by_day.items()}
    return Figures(
        runs,
        good / known if known else None,
        quantile(ordered, 0.5),
        quantile(ordered, 0.95),
        _trend(medians),
    )


def quantile(ordered: list[float], part: float) -> float | None:
    """The value below which that part of the ordered values lies, between two of them in proportion."""
    if not ordered:
        return None
    place = part * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _trend(medians: dict[date, float]) -> float | None:
    """The median slope between any two days: one bad day among thirty does not turn it."""
    days = sorted(medians)
    if len(days) < _FEW_DAYS:
        return None
    slopes = sorted(
        (medians[late] - medians[early]) / (late - early).days
        for place, early in enumerate(days)
        for late in days[place + 1 :]
    )
    return quantile(slopes, 0.5)
