"""What the engine takes up from an earlier agent: its open runs, its wishes, the day that it counted."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from tray_agent.core.model import Job, Outcome, Run
from tray_agent.core.ports import Journal, JournalError, Processes, Standing
from tray_agent.core.registry.sheets import NO_AREA
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.rare import DAYS, note_rules, watch_rare
from tray_agent.core.rules.runs import stop
from tray_agent.core.rules.state import State
from tray_agent.core.schedules.schedule import MANUAL
from tray_agent.engine.closing import take_up_notes

_log = logging.getLogger(__name__)


def take_up(state: State, journal: Journal, processes: Processes, moment: Moment) -> Actions:
    """Adopt, close or forget the runs of an earlier agent; carry out the stops that it had accepted.

    Raises JournalError; it may be called again then.
    """
    ordered: Actions = []
    wished = journal.stops_wished()
    for run in journal.open_runs():
        standing = _standing(state, run, processes)
        _log.info("run %s of an earlier agent: %s", run.id, standing.value)
        if standing is Standing.NEVER_BEGAN:
            journal.forget(run.id)
        elif standing is Standing.ENDED:
            journal.record([], [replace(run, ended=moment.now, outcome=Outcome.UNKNOWN)])
        elif run.job not in state.active:
            active = _adopt(state, run, processes, moment)
            if standing is Standing.UNKNOWN:
                active.silent_since, active.is_unconfirmed = moment.now, True
            if run.id in wished:
                ordered += stop(state, active, wished[run.id], moment)
    return ordered


def _standing(state: State, run: Run, processes: Processes) -> Standing:
    """What became of a run; without a team nobody can say it of another PC's."""
    if not state.limits.me and run.pc:
        return Standing.UNKNOWN
    return processes.standing(run)


def _adopt(state: State, run: Run, processes: Processes, moment: Moment) -> Active:
    """Watch a run of an earlier agent."""
    age = processes.age(run)
    since = moment.seconds - max(0.0, (moment.now - run.started).total_seconds() if age is None else age)
    job = Job(run.job, run.name, NO_AREA, run.script, MANUAL)
    active = Active(run, job, Phase.RUNNING, since, True)
    state.active[run.job] = active
    state.touched.add(run.job)
    if state.limits.me or not run.pc:
        processes.adopt(run)
    return active


def learn_usual(state: State, journal: Journal) -> None:
    """Have each run under way know how long its job's runs usually take, before it is shown for the first
    time: of hundreds a minute most are over by then. Nothing waits for it."""
    for active in state.active.values():
        if active.phase is Phase.RUNNING and not active.usual_asked:
            active.usual_asked = True
            with suppress(JournalError):
                active.usual_seconds = journal.usual_seconds(active.job.id)


def load_day(state: State, journal: Journal, unrecorded: Iterable[Run], now: datetime) -> None:
    """Count the day's ended runs: those on record, and those that could not be recorded yet. What the history
    counted beyond them meanwhile goes on record.

    Raises JournalError.
    """
    ended = [*journal.runs_of(state.day), *unrecorded]
    kept = journal.surplus_of(state.day)
    state.load_day({run.id: run for run in ended}.values(), kept)
    beyond = {job: more for job, more in state.surplus.items() if more > kept.get(job, 0)}
    if beyond:
        state.day_loaded = False
        journal.record_surplus(state.day, beyond)
        state.day_loaded = True
    for job, moment in journal.cleared_of(state.day).items():
        state.cleared.setdefault(job, moment)
    state.ran, state.first_day = journal.days_run(state.day - timedelta(days=DAYS)), journal.first_day()
    state.ruled = journal.rules()
    news = note_rules(state) if state.discovered else {}
    if news:
        journal.record_rules(news)
    for known in state.jobs.values():
        watch_rare(state, known, now)


def take_up_wishes(state: State, journal: Journal) -> None:
    """What people had asked for that outlives an agent: pauses, and bad ends that they took note of; and what
    was said of the day before.

    Raises JournalError.
    """
    state.paused_jobs, state.paused_areas = journal.pausings()
    state.acknowledged = journal.acknowledged()
    take_up_notes(state, journal)
    for job, pausing in state.paused_jobs.items():
        if pausing.until is not None:
            state.agenda.put(pausing.until, job)


def restore_if_lost(state: State, journal: Journal) -> None:
    """Where the journal's file was taken away under a running agent, have what is known of the day in it
    again: the counts of the day are to survive the next restart too. Raises JournalError."""
    if not journal.was_replaced():
        return
    _log.critical("the journal was taken away: the day is put on record anew")
    ended = [run for runs in state.finished.values() for run in runs]
    begun = [active.run for active in state.active.values() if active.phase is not Phase.HOLDING]
    journal.restore(list({run.id: run for run in [*begun, *ended]}.values()))
    journal.set_paused(state.paused)
    journal.record_surplus(state.day, state.surplus)
    journal.record_rules(state.ruled or {})
    for job, moment in state.cleared.items():
        journal.clear(job, moment)
    for job, pausing in state.paused_jobs.items():
        journal.pause_job(job, pausing)
    for area, pausing in state.paused_areas.items():
        journal.pause_area(area, pausing)
    for job, run in state.acknowledged.items():
        journal.acknowledge(job, run)
