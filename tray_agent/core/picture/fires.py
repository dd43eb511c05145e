"""The day's fire times of a job and what became of each: the one model that texts, strips and plans read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tray_agent.core.history.last import status_of
from tray_agent.core.history.status import NO_RESULT, STOPPED, state_of
from tray_agent.core.model import CardState, Job, Mark
from tray_agent.core.policies import CatchUp
from tray_agent.core.rules.debt import STILL_IN_TIME, Debt, at_minute, coming, in_time
from tray_agent.core.rules.owed import count_of, debt_from, fires_of
from tray_agent.core.rules.state import State
from tray_agent.core.shown import Fire, FireState

_CLOCKS_APART = timedelta(minutes=2)  # how far another PC's clock may be before ours without being "ahead"
_RESULTS = {
    CardState.SUCCESS: FireState.DONE,
    CardState.ERROR: FireState.FAILED,
    CardState.NO_DATA: FireState.NO_DATA,
}


@dataclass(slots=True)
class _Served:
    """A counted run and what it came to; a retry or a repeat of it takes its place."""

    start: datetime
    is_ours: bool
    run: str | None
    state: FireState
    reason: str = ""
    known: bool = True


def fires_today(
    state: State, job: Job, now: datetime, marks: Sequence[Mark]
) -> tuple[tuple[Fire, ...], Debt]:
    """Every fire time of the day with what became of it; and the debt they were judged by.

    ``marks`` are the day's runs wherever they were made, oldest first, and the one under way.
    """
    count, at = count_of(state, job), tuple(fires_of(state, job, now))
    debt = debt_from(state, job, now, count)
    if not at:
        return (), debt
    served = _served(state, marks)
    active = state.active.get(job.id)
    if active is not None and count.coming is not None and all(each.run != active.run.id for each in served):
        served.append(_Served(count.coming, True, active.run.id, FireState.RUNNING))  # not let go yet
    unknown = max(
        0, count.actual - count.credit - sum(each.state is not FireState.RUNNING for each in served)
    )
    taken = _taken(state, job, at, served, unknown)
    if not _wants_all(state, job):
        _cover(at[: debt.due - debt.owed], taken, served, unknown)
    open_due = [n for n in range(debt.due) if n not in taken]
    skipped = open_due[: max(0, len(open_due) - debt.owed)]
    told = [*_all(at, FireState.OWED)[: debt.due], *_all(at, FireState.COMING)[debt.due :]]
    for number in skipped:
        told[number] = Fire(at[number], FireState.SKIPPED, None, _lost(job, at[: debt.due], number, now))
    will_run = coming(job.policies, at, now, count) if debt.due < len(at) else {}
    if not all(will_run.values()):
        for number in range(debt.due, len(at)):
            if not will_run[at[number]]:
                told[number] = _not_coming(job, at[number])
    for number, run in taken.items():
        told[number] = _fire(at[number], run, now)
    return tuple(told), debt


@lru_cache(maxsize=256)
def _all(at: tuple[datetime, ...], state: FireState) -> tuple[Fire, ...]:
    """Fire times that are all in one state: the same values for every job that has them."""
    return tuple(Fire(moment, state) for moment in at)


def _served(state: State, marks: Sequence[Mark]) -> list[_Served]:
    """The runs that count for the day, in the order of their starts."""
    served: list[_Served] = []
    for mark in marks:
        if mark.run is not None and mark.run.day != state.day:
            continue  # under way since before midnight
        entry = _entry(mark, state.limits.no_data_exit_code)
        if mark.run is not None and mark.run.stands_for_another:
            if served:
                former, served[-1] = served[-1], entry
                entry.start, entry.is_ours = former.start, former.is_ours
            continue
        served.append(entry)
    return served


def _entry(mark: Mark, no_data: int) -> _Served:
    run, row = mark.run, mark.row
    if run is None:
        start = row.start if row is not None else None
        assert start is not None  # noqa: S101 - a mark of a row has a start
        status = row.status if row else None
        return _Served(start, False, None, _result(status), "", state_of(status) is not None)
    if run.outcome is None:
        return _Served(run.started, True, run.id, FireState.RUNNING)
    status = status_of(run, row, no_data)
    said = {NO_RESULT: "sem resultado conhecido", STOPPED: "parada por uma pessoa"}
    reason = run.reason or said.get(status or "", "")
    return _Served(run.started, True, run.id, _result(status), reason, state_of(status) is not None)


def _result(status: str | None) -> FireState:
    state = state_of(status)
    return FireState.DONE if state is None else _RESULTS.get(state, FireState.DONE)


def _wants_all(state: State, job: Job) -> bool:
    """Whether every fire time of the day is wanted, however late its run comes."""
    return (
        job.policies.catch_up is CatchUp.ALL and job.policies.start_by is None and job.id not in state.cleared
    )


def _taken(
    state: State, job: Job, at: Sequence[datetime], served: list[_Served], unknown: int
) -> dict[int, _Served]:
    """Which fire time each counted run stands for: the oldest that has none where all are caught up, else the
    newest one that had come when it began. Runs that are counted and not known stand for the first ones."""
    if _wants_all(state, job):
        every = [*[_UNKNOWN] * unknown, *served]
        return dict(enumerate(every[: len(at)]))
    taken: dict[int, _Served] = {}
    for run in served:
        free = [n for n, moment in enumerate(at) if moment <= _begin(run) and n not in taken]
        if free:
            taken[free[-1]] = run
    return taken


def _cover(due: Sequence[datetime], taken: dict[int, _Served], served: list[_Served], unknown: int) -> None:
    """Runs that were made ahead of every fire time, or are counted and not known, stand for those among the
    ``due`` that no other run does; what is owed besides is not among them."""
    left = [run for run in served if all(run is not other for other in taken.values())]
    for run in [*[_UNKNOWN] * unknown, *left]:
        later = (n for n, moment in enumerate(due) if n not in taken and moment > _begin(run))
        number = next(later, None)
        if number is not None:
            taken[number] = run


def _begin(run: _Served) -> datetime:
    """When a run began, or might have by our clock."""
    return run.start if run.is_ours or run is _UNKNOWN else run.start + _CLOCKS_APART


_UNKNOWN = _Served(
    datetime.min.replace(tzinfo=UTC), False, None, FireState.DONE, "contada pelo histórico", False
)


def _fire(moment: datetime, run: _Served, now: datetime) -> Fire:
    if run is _UNKNOWN:
        later = moment > now
        return Fire(moment, FireState.COVERED if later else FireState.DONE, None, run.reason, later)
    if _begin(run) < moment:
        what = "pela execução em andamento" if run.state is FireState.RUNNING else "pela execução"
        return Fire(moment, FireState.COVERED, run.run, f"coberta {what} das {run.start:%H:%M}")
    return Fire(moment, run.state, run.run, run.reason, run.known)


def _not_coming(job: Job, moment: datetime) -> Fire:
    """A later fire time for which no run will be made."""
    limit = job.policies.start_by
    if limit is not None and limit.minute is not None and moment > at_minute(limit.minute, moment):
        return Fire(moment, FireState.SKIPPED, None, "passa da hora limite (iniciar_ate)")
    return Fire(moment, FireState.COVERED, None, "coberta por execuções já feitas")


def _lost(job: Job, due: Sequence[datetime], number: int, now: datetime) -> str:
    """Why the due fire time of that number is not made up for."""
    fire, limit, catch_up = due[number], job.policies.start_by, job.policies.catch_up
    newer = catch_up is not CatchUp.ALL and number < len(due) - 1
    if newer or (catch_up is CatchUp.NONE and now > fire + STILL_IN_TIME):
        return f"não recuperada (recuperar: {catch_up.value})"
    if limit is not None and number < in_time(limit, due, now):
        return "passou da hora limite (iniciar_ate)"
    return "dispensada por uma pessoa"
