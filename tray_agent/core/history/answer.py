"""A read of the history sorted out: each job's runs, the rows of no job, and what is worth saying of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from tray_agent.core.history.matching import is_from_the_future, one_a_run, start_of
from tray_agent.core.history.names import Strangers, owners, strangers
from tray_agent.core.history.times import as_written, read_as_local
from tray_agent.core.model import HistoryRow, Problem, Run, Where

Rows = dict[str, list[HistoryRow]]
MOST_ROWS = 2000  # of one job; more than one a minute
_NAMED = 5


@dataclass(frozen=True, slots=True)
class Known:
    """What was known before a read: the jobs, their rows and the rows of no job, and a job's runs of today
    that have begun. ``finds_local``: whether local time taken for UTC is looked for."""

    jobs: Collection[str]
    rows: Mapping[str, list[HistoryRow]]
    strangers: Strangers
    runs: Callable[[str], list[Run]]
    finds_local: bool = True


@dataclass(frozen=True, slots=True)
class SortedOut:
    """A read: the rows of each job, one a run and oldest first, how many more than these it has (of a job
    with very many only the last are kept), and the rows of no job."""

    rows: Rows
    more: dict[str, int]
    strangers: Strangers


def sort_out(read: Iterable[HistoryRow], known: Known, now: datetime) -> SortedOut:
    """Whose the rows of a read are, and when they began."""
    read = list(read)
    owner = owners({row.job for row in read}, known.jobs)
    found: Rows = {}
    nobodys = []
    for row in read:
        job = owner.get(row.job)
        if job is None:
            nobodys.append(row)
        else:
            found.setdefault(job, []).append(row if row.job == job else replace(row, job=job))
    former: Rows = {}
    for row in known.strangers.kept:
        former.setdefault(row.job, []).append(row)
    rows = {job: _taken(its_rows, known.rows.get(job, ()), now) for job, its_rows in found.items()}
    if known.finds_local:
        rows = {job: read_as_local(each, known.runs(job)) or each for job, each in rows.items()}
    for job, its_rows in rows.items():
        rows[job] = sorted(its_rows, key=lambda row: (row.start is not None, row.start or now))
    more = {job: len(each) - MOST_ROWS for job, each in rows.items() if len(each) > MOST_ROWS}
    rows |= {job: rows[job][-MOST_ROWS:] for job in more}
    by_name: Rows = {}
    for row in nobodys:
        by_name.setdefault(row.job, []).append(row)
    seen = [row for name, each in by_name.items() for row in _seen(each, former.get(name, ()), now)]
    return SortedOut(rows, more, strangers(seen))


def _taken(rows: Iterable[HistoryRow], former: Iterable[HistoryRow], now: datetime) -> list[HistoryRow]:
    return one_a_run(_seen(rows, map(as_written, former), now))


def _seen(rows: Iterable[HistoryRow], former: Iterable[HistoryRow], now: datetime) -> Iterable[HistoryRow]:
    """The rows with the moment at which each was first known."""
    known = {row.start: row for row in former if row.start is not None}
    for row in rows:
        same = known.get(row.start) if row.start is not None else None
        if same is not None and same == row:
            yield same
        else:
            seen = row.seen or (same.seen if same else None) or now
            yield HistoryRow(row.job, row.status, row.start, row.duration_seconds, seen)


def notes(rows: Rows) -> list[Problem]:
    """What people must know of how the jobs' rows are read: moved by the zone's offset, or in the future."""
    found = []
    moved = sorted(job for job, each in rows.items() if any(row.written is not None for row in each))
    if moved:
        what = f"{_listed(moved)}: a hora local está gravada sem fuso; as linhas são lidas corrigidas"
        action = "Grave start_time com o fuso, ou defina history_times em tray_agent.toml."
        found.append(Problem(Where.HISTORY, what, action))
    future = [row for each in rows.values() for row in each if is_from_the_future(row)]
    if future:
        many = len(future) > 1
        begin = f"{len(future)} linhas do histórico começam" if many else "1 linha do histórico começa"
        count = "contam, mas não valem" if many else "conta, mas não vale"
        first = sorted({f"{row.job} às {start_of(row):%H:%M}" for row in future})
        what = f"{begin} no futuro ({count} como última execução): {_listed(first)}"
        action = "Confira o relógio e o fuso com que start_time é gravado."
        found.append(Problem(Where.HISTORY, what, action))
    return found


def _listed(names: list[str]) -> str:
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" e mais {more}" if more > 0 else "")
