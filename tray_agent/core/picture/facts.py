"""What readers see, frozen from the state: a job's facts, its last run of the day, its card's colour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tray_agent.core.history.status import NO_RESULT, run_status, state_of
from tray_agent.core.model import (
    SAME_RUN,
    CardState,
    HistoryRow,
    HistoryState,
    JobFacts,
    LastRun,
    Run,
    Snapshot,
    own_runs,
)
from tray_agent.core.rules.state import Phase, State


def last_run(runs: list[Run], rows: list[HistoryRow], source: str, no_data: int) -> LastRun | None:
    """The last run of today: the history's row for it decides, failing that the later start wins."""
    row = max((r for r in rows if r.start is not None), key=_row_start, default=rows[-1] if rows else None)
    run = max(runs, key=lambda each: each.started, default=None)
    if run is not None and (row is None or row.start is None or run.started - row.start > SAME_RUN):
        status = run_status(run, no_data)
        return LastRun(run.started, status, run.duration_seconds, "local", run.outcome, run.exit_code)
    if row is None:
        return None
    outcome, code = (run.outcome, run.exit_code) if run is not None and run.is_in(row) else (None, None)
    return LastRun(row.start, row.status, row.duration_seconds, source, outcome, code)


def _row_start(row: HistoryRow) -> datetime:
    assert row.start is not None  # noqa: S101 - rows without a start were left out by the caller
    return row.start


def outcome_state(runs: list[Run], rows: list[HistoryRow], source: str, no_data: int) -> CardState | None:
    """The state that today's runs leave behind; a run without a result keeps the one before it."""
    known = list(runs)
    while True:
        last = last_run(known, rows, source, no_data)
        if last is None:
            return None
        if last.status != NO_RESULT or last.source != "local":
            return state_of(last.status)
        known.remove(max(known, key=lambda each: each.started))


def job_facts(
    state: State, job_id: str, now: datetime, version: int, former: JobFacts | None = None
) -> JobFacts | None:
    """The facts of a job that exists or still runs, else None; ``former`` are those it had before."""
    active, job = state.active.get(job_id), state.shown(job_id)
    if job is None:
        return None
    runs, rows = state.finished.get(job_id, []), state.rows.get(job_id, [])
    no_data = state.limits.no_data_exit_code
    last = last_run(runs, rows, "bigquery", no_data)
    left = outcome_state(runs, rows, "bigquery", no_data) if last else None
    ticket = state.queue.ticket(job_id)
    waiting = CardState.SCHEDULED if ticket is not None else CardState.IDLE
    run, holding = (active.run, active.phase is Phase.HOLDING) if active else (None, False)
    marks = _marks(own_runs(tuple(runs), run, holding), rows)
    return JobFacts(
        job=job,
        version=version,
        state=CardState.RUNNING if active else left or waiting,
        target=job.schedule.due(now),
        actual=state.actual(job_id),
        next_run=job.schedule.next_after(now),
        last_run=last,
        active=run,
        holding=holding,
        stopping_since=active.stopping_since if active else None,
        usual_seconds=active.usual_seconds if active else None,
        overdue=active is not None and active.overdue,
        ticket=ticket,
        retry=state.retries.get(job_id),
        removed=job_id not in state.jobs,
        runs=tuple(runs),
        rows=tuple(rows),
        marks=marks,
        marks_since=_marks_since(marks, former, version),
    )


def _marks(own: tuple[Run, ...], rows: list[HistoryRow]) -> tuple[Run | HistoryRow, ...]:
    """Our runs, and the rows of the history that are none of ours and say when they began."""
    if not own and not rows:
        return ()
    foreign = [row for row in rows if row.start is not None and not any(run.is_in(row) for run in own)]
    return tuple(sorted([*own, *foreign], key=_mark_start))


def _mark_start(mark: Run | HistoryRow) -> datetime:
    return mark.started if isinstance(mark, Run) else _row_start(mark)


def _marks_since(
    marks: tuple[Run | HistoryRow, ...], former: JobFacts | None, version: int
) -> tuple[int, ...]:
    """Since which version each mark is where it is."""
    if not marks:
        return ()
    before = (former.marks, former.marks_since) if former else ((), ())
    known = [since if mark == old else version for mark, old, since in zip(marks, *before, strict=False)]
    return (*known, *[version] * (len(marks) - len(known)))


def snapshot(state: State, former: Snapshot | None, now: datetime) -> Snapshot:
    """Freeze what is known. Only what is stale is looked at; the rest is the former snapshot's."""
    version = former.version + 1 if former else state.first_version
    facts = dict(former.facts) if former else {}
    for job_id in state.stale | state.touched:
        each = job_facts(state, job_id, now, version, facts.get(job_id))
        if each is None:
            facts.pop(job_id, None)
        else:
            facts[job_id] = each
    order, problems = _order(state, facts, former), state.problems.all()
    places = (state.base_path, state.base_available, state.registry, state.discovered)
    return Snapshot(
        version=version,
        at=now,
        day=state.day,
        paused=state.paused,
        history=_history(state),
        facts=facts,
        order=order,
        queue=state.queue.jobs(),
        running=state.running(),
        max_concurrent=state.limits.max_concurrent,
        problems=problems,
        started=state.started,
        finished=state.ended,
        base_path=state.base_path,
        base_available=state.base_available,
        registry=state.registry,
        discovered=state.discovered,
        blocked=state.blocked(),
        paused_since=state.paused_since,
        born=former.born if former else version,
        problems_since=former.problems_since if former and former.problems == problems else version,
        order_since=former.order_since if former and former.order is order else version,
        places_since=former.places_since if former and _places(former) == places else version,
    )


def _places(each: Snapshot) -> tuple[str, bool, str, bool]:
    return each.base_path, each.base_available, each.registry, each.discovered


def _order(state: State, facts: dict[str, JobFacts], former: Snapshot | None) -> tuple[str, ...]:
    """The registry's order; jobs that left it while running come last. Nothing before the first registry."""
    if not state.discovered:
        return former.order if former else ()
    order = state.order
    if len(facts) != len(state.jobs):
        order += tuple(job for job in facts if job not in state.jobs)
    return former.order if former and former.order == order and not state.reordered else order


def _history(state: State) -> HistoryState:
    if not state.limits.local_history:
        return state.history
    begun = sum(
        a.phase is not Phase.HOLDING and not a.exited and a.run.day == state.day
        for a in state.active.values()
    )
    return replace(state.history, rows=state.finished_count + begun)
