"""The registry and the scripts: when they are looked for, and what newly found jobs change."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Job
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.history import jobs_changed
from tray_agent.core.rules.places import schedule_next
from tray_agent.core.rules.rare import note_rules, watch_rare
from tray_agent.core.rules.runs import forgive
from tray_agent.core.rules.state import UNLOOKED, State
from tray_agent.core.rules.team import line_of
from tray_agent.core.standing import Ruled


def discover(state: State, moment: Moment) -> Actions:
    """Order a discovery and plan the next."""
    state.discover_at = moment.seconds + state.limits.discovery_seconds
    return [act.Discover()]


def discovered(state: State, event: msg.Discovered, moment: Moment) -> Actions:
    found = event.discovery
    state.base_path, state.registry = found.base_path, found.registry
    if found.base_available != state.base_available:
        state.base_available = found.base_available
        state.touch_all()
    if state.yields_to == UNLOOKED and found.base_available:
        state.yields_to = ""
        state.touch_all()
    state.problems.report("discovery", found.problems, moment.now)
    if found.jobs is None:
        return []
    state.discovered = True
    if state.halts != found.halts:
        state.halts = found.halts
        state.touch_all()
        for job in found.jobs:
            state.agenda.put(moment.now, job.id)
    state.pcs_named = found.pcs_named
    if state.pcs:
        from tray_agent.core.rules.pcs_named import report_unknown

        report_unknown(state, moment.now)
    former = state.jobs.keys()
    rules = _take_jobs(state, found.jobs, moment.now)
    ordered: Actions = [act.RecordRules(rules)] if rules else []
    return ordered if state.jobs.keys() == former else [*ordered, *jobs_changed(state, moment)]


def _take_jobs(state: State, jobs: tuple[Job, ...], now: datetime) -> dict[str, Ruled | None]:
    """Put newly found jobs in force; only what differs is considered anew.

    Returns what is new of their rules.
    """
    order = tuple(job.id for job in jobs)
    former = state.jobs
    state.jobs = {job.id: job for job in jobs}
    rules = note_rules(state)
    state.dependents = {}
    for job in state.all_shown():
        for other in job.policies.after:
            state.dependents.setdefault(other, set()).add(job.id)
    if order != state.order or any(former[job.id].area != job.area for job in jobs):
        state.order, state.reordered = order, True
    for gone in former.keys() - state.jobs.keys():
        state.queue.discard(gone)
        state.wanted.pop(gone, None)
        forgive(state, gone, now)
        state.late.discard(gone)
        for source in ("rare", "deadline", "after"):
            state.problems.report(f"{source}:{gone}", [], now)
        state.touched.add(gone)
    for job in jobs:
        before = former.get(job.id)
        if before is not None and before.policies.after and not job.policies.after:
            state.problems.report(f"after:{job.id}", [], now)
        if before != job:
            state.queue.stand_in(job.id, line_of(state, job))
            watch_rare(state, job, now)
            state.touched.add(job.id)
            schedule_next(state, job, now)
    return rules
