"""What jobs may not use at once (SAP, Excel …): derived from the runs under way, so nothing can leak."""

from __future__ import annotations

from collections import Counter

from tray_agent.core.model import Job
from tray_agent.core.rules.state import Active, State


def in_use(state: State) -> Counter[str]:
    """How many runs use each resource: held, running, or stopping until their tree is gone."""
    used: Counter[str] = Counter()
    for active in state.active.values():
        used.update(resources_of(_job(state, active)))
    return used


def resources_of(job: Job) -> list[str]:
    """A job's resources as keys."""
    return [name.casefold() for name in job.policies.resources]


def are_free(state: State, job: Job, used: Counter[str]) -> bool:
    """Whether a job can have all of its resources beside those in use."""
    return all(used[each] < capacity(state, each) for each in resources_of(job))


def capacity(state: State, resource: str) -> int:
    """How many runs may use a resource at once: the setting ``[resources]``, else one."""
    return state.limits.resources.get(resource, 1)


def who_uses(state: State, job: Job) -> tuple[str, Active] | None:
    """The first resource of a job that is taken, and a run that uses it."""
    used = in_use(state)
    for name in job.policies.resources:
        if used[name.casefold()] >= capacity(state, name.casefold()):
            for active in state.active.values():
                if name.casefold() in resources_of(_job(state, active)):
                    return name, active
    return None


def _job(state: State, active: Active) -> Job:
    return state.jobs.get(active.job.id, active.job)
