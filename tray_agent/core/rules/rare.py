"""A rare fire time that nobody was there for (the fifth business day, the PC off): said for seven days.

It is not run by itself: other PCs' past days are not read. What counts is our own journal.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date, datetime, timedelta

from tray_agent.core.model import Job, Problem, Where
from tray_agent.core.rules.state import State
from tray_agent.core.schedules.schedule import ScheduleKind
from tray_agent.core.standing import Ruled

DAYS = 7
MOST_FIRE_DAYS = 2  # of seven: what fires more often comes again soon, and yesterday's closing says it

WEEKDAYS = ("seg", "ter", "qua", "qui", "sex", "sáb", "dom")


def missed_day(job: Job, today: date, ran: Container[date], first_day: date | None) -> date | None:
    """The newest day of the last seven on which a job that fires rarely was to run and did not, nor since.

    ``ran`` are the days on which it ran, ``first_day`` is the oldest of which anything is known.
    """
    if job.schedule.kind is not ScheduleKind.RULE or first_day is None:
        return None
    week = [today - timedelta(days=back) for back in range(1, DAYS + 1)]
    fired = [day for day in week if job.schedule.fires(day)]
    if not 0 < len(fired) <= MOST_FIRE_DAYS or fired[0] < first_day:
        return None
    since = [today, *(day for day in week if day >= fired[0])]
    return None if any(day in ran for day in since) else fired[0]


def note_rules(state: State) -> dict[str, Ruled | None]:
    """Since when the jobs' rules hold, where that is not on record yet; None for those that hold no more.

    What is there when nothing at all is on record holds since the journal's first day, what comes later since
    today: of a row that was added or changed today nobody was to run anything last week.
    """
    if state.ruled is None:
        return {}
    begun = state.day if state.ruled else state.first_day or state.day
    news: dict[str, Ruled | None] = {"": Ruled("", begun)} if not state.ruled else {}
    for job in state.jobs.values():
        known = state.ruled.get(job.id)
        if job.schedule.kind is ScheduleKind.RULE and (known is None or known.text != job.schedule.text):
            news[job.id] = Ruled(job.schedule.text, begun)
    for gone in state.ruled.keys() - state.jobs.keys() - {""}:
        news[gone] = None
    known_now = {**state.ruled, **news}
    state.ruled = {job: ruled for job, ruled in known_now.items() if ruled is not None}
    return news


def watch_rare(state: State, job: Job, now: datetime) -> None:
    """Say it, or take it back once the job has run."""
    ran = set(state.ran.get(job.id, ()))
    if state.actual(job.id):
        ran.add(state.day)
    ruled = state.ruled.get(job.id) if state.ruled is not None else None
    known = max(state.first_day, ruled.since) if state.first_day is not None and ruled is not None else None
    day = missed_day(job, state.day, ran, known)
    problems = []
    if day is not None:
        when = f"{WEEKDAYS[day.weekday()]} {day:%d/%m}"
        what = f"{job.name}: não rodou em {when} ({job.schedule.text})"
        action = "Ninguém estava lá para rodar; se ainda for preciso, Executar."
        problems = [Problem(Where.RUN, what, action, job=job.id)]
    state.problems.report(f"rare:{job.id}", problems, now)
