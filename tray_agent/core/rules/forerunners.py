"""Jobs that wait for others which do not run that day (``depois_de``): said in the morning already."""

from __future__ import annotations

from datetime import datetime

from tray_agent.core.listing import listed
from tray_agent.core.model import Job, Problem, Where
from tray_agent.core.rules.owed import fires_of, follows, good_ends
from tray_agent.core.rules.state import State


def absent(state: State, job: Job, now: datetime) -> list[str]:
    """Whom a job waits for today that neither ended well yet nor runs by itself: their names."""
    made = state.actual(job.id)
    if job.schedule.fire_time(made, now) is None:
        return []
    others = ((other, state.jobs.get(other)) for other in job.policies.after)
    return [
        named.name if named else other
        for other, named in others
        if other not in state.active
        and not good_ends(state, other)
        and (named is None or not _runs_today(state, named, now, {job.id}))
    ]


def absence(state: State, job: Job, now: datetime) -> str:
    """That a job waits for some which do not run today, as a clause; or ""."""
    names = absent(state, job, now)
    if not names:
        return ""
    one = len(names) == 1
    if all(other not in state.jobs for other in names):
        what = "não está ativa" if one else "não estão ativas"
    else:
        what = f"hoje não {'tem' if one else 'têm'} horário"
    return f"espera {listed(names)}, que {what}"


def watch_forerunners(state: State, job: Job, now: datetime) -> None:
    """Say it, or take it back once they ended well or the job has run."""
    clause = absence(state, job, now)
    problems = []
    if clause:
        action = "Execute antes o que ela espera, ou a própria, se ela não precisar esperar hoje."
        problems = [Problem(Where.RUN, f"{job.name}: {clause}", action, job=job.id)]
    state.problems.report(f"after:{job.id}", problems, now)


def _runs_today(state: State, job: Job, now: datetime, seen: set[str]) -> bool:
    """Whether a job has fire times today, or will have some when those that it waits for have run."""
    if fires_of(state, job, now) or not follows(job) or job.id in seen:
        return bool(fires_of(state, job, now))
    seen.add(job.id)
    others = [state.jobs.get(other) for other in job.policies.after]
    return all(each is not None and _runs_today(state, each, now, seen) for each in others)
