"""What readers see, frozen from the state: a job's facts, its last run of the day, its card's colour."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from tray_agent.core.history.last import last_run, outcome_state
from tray_agent.core.history.matching import Matched, is_from_the_future, match, start_of
from tray_agent.core.history.status import history_says, state_of
from tray_agent.core.model import CardState, Job, Mark, Run
from tray_agent.core.picture.awaited import awaited
from tray_agent.core.picture.fires import fires_today
from tray_agent.core.rules.active import Phase
from tray_agent.core.rules.again import attempt_of, repeatable_after
from tray_agent.core.rules.deadline import lateness
from tray_agent.core.rules.holds import halt_of, halted, held_back, pausing_of
from tray_agent.core.rules.owed import End, credit_of, last_end
from tray_agent.core.rules.runs import left_behind
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import no_pc, own_key, places_of, running_on, total_places
from tray_agent.core.shown import Fire, FireState, HistoryState, JobFacts, SeenPc, Snapshot, own_runs
from tray_agent.core.standing import Held, HoldKind


def job_facts(
    state: State, job_id: str, now: datetime, version: int, former: JobFacts | None = None
) -> JobFacts | None:
    """The facts of a job that exists or still runs, else None; ``former`` are those it had before."""
    active, job = state.active.get(job_id), state.shown(job_id)
    if job is None:
        return None
    runs, rows = state.finished.get(job_id, []), state.rows.get(job_id, [])
    no_data = state.limits.no_data_exit_code
    run, holding = (active.run, active.phase is Phase.HOLDING) if active else (None, False)
    own = own_runs(tuple(runs), run, holding)
    matched = match(own, rows, begun=run)
    last = last_run(runs, matched, "bigquery", no_data)
    left = outcome_state(runs, matched, "bigquery", no_data) if last else None
    ticket = state.queue.ticket(job_id)
    waiting = CardState.SCHEDULED if ticket is not None else CardState.IDLE
    marks = _marks(own, matched)
    fires, debt = fires_today(state, job, now, marks)
    attempt = attempt_of(state, job, now) if active is None else None
    held = _held(state, job, now, ticket) if active is None and job_id in state.jobs else None
    fires, next_run, held = _coming(state, job, now, fires, held, debt.owed)
    end = last_end(state, job_id)
    again = repeatable_after(end) if active is None else None
    bad_end = end if end is not None and state_of(end.status) is CardState.ERROR else None
    return JobFacts(
        job=job,
        version=version,
        state=CardState.RUNNING if active else left or waiting,
        target=debt.due,
        actual=state.actual(job_id),
        next_run=next_run,
        last_run=last,
        active=run,
        holding=holding,
        stopping_since=active.stopping_since if active else None,
        silent_since=active.silent_since if active else None,
        usual_seconds=active.usual_seconds if active else None,
        overdue=active is not None and active.overdue,
        ticket=ticket,
        retry=state.retries.get(job_id),
        removed=job_id not in state.jobs,
        runs=tuple(runs),
        rows=tuple(rows),
        marks=marks,
        marks_since=_marks_since(marks, former, version),
        fires=fires,
        credit=credit_of(state, job_id),
        owed=debt.owed,
        skipped=debt.skipped,
        next_fire=_kept(_first_to_come(fires) or job.schedule.next_day(now), held),
        held=held,
        attempt=attempt,
        late=lateness(state, job, now),
        pausing=pausing_of(state, job, now),
        reason=_reason(bad_end) if bad_end is not None else "",
        acknowledged=bad_end is not None and state.acknowledged.get(job_id) == bad_end.key,
        repeatable=again is not None,
        leftovers=tuple(pid for each in left_behind(state, job_id) for pid in each.leftovers),
    )


def _reason(bad_end: End) -> str:
    """Why a run ended badly: what it said itself, else what the history says of it."""
    own = bad_end.run.reason if bad_end.run is not None else ""
    return own or history_says(bad_end.status, 120)


def _held(state: State, job: Job, now: datetime, ticket: int | None) -> Held | None:
    """What holds a job back; one that waits in the queue may wait for a PC."""
    held = held_back(state, job, now)
    if held is not None and held.kind is HoldKind.WAITS:
        foreseen = awaited(state, job, now, now)
        return held if foreseen is None else replace(held, text=foreseen.text)
    if held is None and ticket is not None and state.pcs:
        absent = no_pc(state, job, now)
        return Held(HoldKind.PC, absent) if absent else None
    return held


def _coming(
    state: State, job: Job, now: datetime, fires: tuple[Fire, ...], held: Held | None, owed: int
) -> tuple[tuple[Fire, ...], datetime | None, Held | None]:
    """The fire times, those to come with what they will wait for; the next one that is served when it comes;
    and what holds the job back, by then at the latest. What comes only later keeps the first one alone."""
    coming = [fire for fire in fires if fire.state is FireState.COMING]
    if not coming:
        return fires, None, held
    ahead = awaited(state, job, coming[0].at, now) if job.policies.after else None
    waiting = coming[:1] if ahead is not None and ahead.until else coming
    if ahead is None and state.halts and (halt := halt_of(state, job, coming[0].at)) is not None:
        ahead = halted(halt, HoldKind.TO_HALT, now)
        waiting = [fire for fire in coming if ahead.until is None or fire.at < ahead.until]
    if ahead is None:
        return fires, coming[0].at, held
    told = tuple(replace(fire, reason=ahead.text) if fire in waiting else fire for fire in fires)
    return told, None, held or (ahead if not owed else None)


def _first_to_come(fires: tuple[Fire, ...]) -> datetime | None:
    return next((fire.at for fire in fires if fire.state is FireState.COMING), None)


def _kept(fire: datetime | None, held: Held | None) -> datetime | None:
    """The next fire time, unless what holds the job back is known to last beyond it."""
    if fire is None or held is None:
        return fire
    ends = held.until is not None and held.until <= fire
    lasts = held.kind in {HoldKind.UNREAD, HoldKind.AHEAD} or (held.kind in _HALTS and not ends)
    return None if lasts else fire


_HALTS = {HoldKind.HALTED, HoldKind.TO_HALT}


def _marks(own: tuple[Run, ...], matched: Matched) -> tuple[Mark, ...]:
    """Our runs, and the rows of the history that are none of ours and say when they began, oldest first."""
    if not own and not matched.foreign:
        return ()
    marks = [(run.started, Mark(run, matched.own.get(run.id))) for run in own]
    marks += [
        (start_of(row), Mark(None, row))
        for row in matched.foreign
        if row.start is not None and not is_from_the_future(row)
    ]
    return tuple(mark for _, mark in sorted(marks, key=lambda each: each[0]))


def _marks_since(marks: tuple[Mark, ...], former: JobFacts | None, version: int) -> tuple[int, ...]:
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
    pcs = _pcs(state, former.pcs if former else ()) if state.pcs else ()
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
        max_concurrent=total_places(state),
        problems=problems,
        started=state.started,
        finished=state.ended,
        base_path=state.base_path,
        base_available=state.base_available,
        registry=state.registry,
        discovered=state.discovered,
        blocked=state.blocked(),
        paused_since=state.paused_since,
        paused_areas=tuple(sorted(state.paused_areas.items(), key=lambda each: each[0])),
        halts=state.halts,
        day_notes=state.day_notes,
        pcs=pcs,
        role="brain" if state.limits.me else "alone",
        brain=state.limits.me,
        here=state.limits.me,
        born=former.born if former else version,
        pcs_since=former.pcs_since if former and former.pcs == pcs else version,
        problems_since=former.problems_since if former and former.problems == problems else version,
        order_since=former.order_since if former and former.order is order else version,
        places_since=former.places_since if former and _places(former) == places else version,
    )


def _pcs(state: State, former: tuple[SeenPc, ...]) -> tuple[SeenPc, ...]:
    """The PCs of the team as readers see them; those that stand as before are the former ones."""
    known = {each.pc.name: each for each in former}
    own = own_key(state)
    found = []
    for key, pc in state.pcs.items():
        shown = replace(pc, places=places_of(state, pc)) if key == own else pc
        running = running_on(state, key) if key == own else len(state.active.on(key))
        seen = known.get(pc.name)
        is_same = seen is not None and seen.running == running and (seen.pc is shown or seen.pc == shown)
        found.append(seen if seen is not None and is_same else SeenPc(shown, running))
    return tuple(found)


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
