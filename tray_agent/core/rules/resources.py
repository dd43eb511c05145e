"""What jobs may not use at once (SAP, Excel …): derived from the runs under way, so nothing can leak."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from tray_agent.core.model import Job, Run
from tray_agent.core.rules.active import Active
from tray_agent.core.rules.state import State

PlaceOf = Callable[[State, Run], str]


def in_use(state: State, place_of: PlaceOf | None = None) -> Counter[str]:
    """How many runs use each resource: held, running, or stopping until their tree is gone. In a team
    ``place_of`` tells on which PC a run is."""
    used: Counter[str] = Counter()
    for active in state.active.values():
        job = _job(state, active)
        if place_of is None:
            used.update(resources_of(job))
        else:
            used.update(key for _, key in keys_of(state, job, place_of(state, active.run)))
    return used


def keys_of(state: State, job: Job, place: str) -> list[tuple[str, str]]:
    """A job's resources, and what each is counted under where the job runs on that PC ("": the brain's
    own): what each PC has for itself under that PC's name."""
    own = state.limits.resources_per_pc if place else ()
    return [(name, f"{name}@{place}" if name in own else name) for name in resources_of(job)]


def resources_of(job: Job) -> list[str]:
    """A job's resources as keys."""
    return [name.casefold() for name in job.policies.resources]


def are_free(state: State, job: Job, used: Counter[str]) -> bool:
    """Whether a job can have all of its resources beside those in use."""
    return all(used[each] < capacity(state, each) for each in resources_of(job))


def capacity(state: State, resource: str) -> int:
    """How many runs may use a resource at once: the setting ``[resources]``, else one."""
    return state.limits.resources.get(resource, 1)


def who_uses(
    state: State, job: Job, place: str = "", place_of: PlaceOf | None = None
) -> tuple[str, Active] | None:
    """The first resource of a job that is taken where it would run, and a run that uses it."""
    used = in_use(state, place_of)
    for name, (key, counted) in zip(job.policies.resources, keys_of(state, job, place), strict=True):
        if used[counted] >= capacity(state, key):
            for active in state.active.values():
                there = place_of(state, active.run) if place_of else ""
                if (key, counted) in keys_of(state, _job(state, active), there):
                    return name, active
    return None


def _job(state: State, active: Active) -> Job:
    return state.jobs.get(active.job.id, active.job)
