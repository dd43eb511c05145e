"""Which row of the history is which run of ours (product 3.7), and how many runs a job's rows are (3.8)."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tray_agent.core.history.status import is_open
from tray_agent.core.model import HistoryRow, Run

SAME_RUN = timedelta(seconds=120)
BEFORE_ITS_PROCESS = timedelta(seconds=2)
FUTURE = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Matched:
    """A job's day: the row of each run of ours that has one (by the run's id), and the rows of other runs."""

    own: dict[str, HistoryRow]
    foreign: tuple[HistoryRow, ...]


NO_ROWS = Matched({}, ())


def match(runs: Iterable[Run], rows: Iterable[HistoryRow], begun: Run | None = None) -> Matched:
    """Give each run the row whose start lies nearest to its own, at most 120 s away, and each row one run.

    ``rows`` are one job's, ``runs`` its runs of the day. The run ``begun`` takes no row that starts before
    its process: a script and the agent share a clock.
    """
    rows = list(rows)
    if not rows:
        return NO_ROWS
    runs = list(runs)
    dated = sorted((row for row in rows if row.start is not None), key=start_of)
    own: dict[str, HistoryRow] = {}
    taken: set[int] = set()
    if dated and runs:
        for _, _, number, at in sorted(_pairs(runs, dated, begun)):
            run = runs[number].id
            if run not in own and at not in taken:
                own[run] = dated[at]
                taken.add(at)
    foreign = [row for at, row in enumerate(dated) if at not in taken]
    return Matched(own, (*foreign, *(row for row in rows if row.start is None)))


def _pairs(
    runs: list[Run], dated: list[HistoryRow], begun: Run | None
) -> Iterable[tuple[timedelta, bool, int, int]]:
    """Runs and rows (by their places) that may belong together, with their distance."""
    starts = [start_of(row) for row in dated]
    for number, run in enumerate(runs):
        before = BEFORE_ITS_PROCESS if run is begun else SAME_RUN
        first, last = bisect_left(starts, run.started - before), bisect_right(starts, run.started + SAME_RUN)
        for at in range(first, last):
            if may_be_its_row(run, dated[at]):
                away = starts[at] - run.started
                yield abs(away), away < timedelta(0), number, at


def may_be_its_row(run: Run, row: HistoryRow) -> bool:
    """Whether a row can be a run's as far as its reading goes: none is there before its run begins."""
    return row.seen is None or row.seen >= run.started


def counted(rows: Sequence[HistoryRow], active: Run | None, ended: Iterable[Run]) -> int:
    """How many of a job's rows (one a run) count: all but that of the run under way, which its end counts.

    ``active`` is the run under way if it has begun today, ``ended`` are today's ended runs of the job.
    """
    if active is None:
        return len(rows)
    return len(rows) - (active.id in match([active, *ended], rows, begun=active).own)


def start_of(row: HistoryRow) -> datetime:
    """The start of a row that has one."""
    assert row.start is not None  # noqa: S101 - rows without a start were left out by the caller
    return row.start


def is_from_the_future(row: HistoryRow) -> bool:
    """Whether a row begins over two minutes after it was first read: it is never the last run (3.5)."""
    return row.start is not None and row.seen is not None and row.start - row.seen > FUTURE


def one_a_run(rows: Iterable[HistoryRow]) -> list[HistoryRow]:
    """Rows of one job with the same start made one: a repeated insert, or a start row and its end row.

    The last one that tells of an end counts; of two ends the one that took longer is the later.
    """
    found: dict[object, HistoryRow] = {}
    for number, row in enumerate(rows):
        same: object = number if row.start is None else row.start
        former = found.get(same)
        if former is None or _rank(row) >= _rank(former):
            found[same] = row
    return list(found.values())


def _rank(row: HistoryRow) -> tuple[bool, float]:
    return not is_open(row.status), row.duration_seconds if row.duration_seconds is not None else -1.0
