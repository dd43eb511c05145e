"""On which PC a job runs: who of the team is there, may run it and has a free place.

Without a team there is one PC, and nothing here is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from tray_agent.core.collation import plain_key
from tray_agent.core.model import Job, Pc, Run
from tray_agent.core.rules.resources import capacity, in_use, keys_of
from tray_agent.core.rules.state import State

ANY = "*"
UNSUITED_SECONDS = 60.0
UNANSWERED_SECONDS = 2.0  # a PC that did not take a run is not asked again at once, or it would be all day

key_of = lru_cache(maxsize=1000)(plain_key)


def place_of(state: State, run: Run) -> str:
    """The key of the PC on which a run is; "" for the brain's own."""
    key = key_of(run.pc) if run.pc else ""
    return "" if key == key_of(state.limits.me) else key


def is_elsewhere(state: State, run: Run) -> bool:
    """Whether a run is on another PC than this one."""
    return bool(place_of(state, run))


def own_key(state: State) -> str:
    """The key of the brain's own PC among those of the team."""
    return key_of(state.limits.me)


def places_of(state: State, pc: Pc) -> int:
    """How many runs a PC takes at once: none while it is not heard."""
    if pc.is_brain:
        return state.limits.max_concurrent
    return pc.places if pc.present else 0


def total_places(state: State) -> int:
    """How many runs there may be at once, on all PCs that are there."""
    if not state.pcs:
        return state.limits.max_concurrent
    return sum(places_of(state, pc) for pc in state.pcs.values())


def running_on(state: State) -> Counter[str]:
    """How many runs are on each PC, by its key; "" for the brain's own."""
    return Counter(place_of(state, active.run) for active in state.active.values())


def is_named(pc: Pc, keys: Iterable[str]) -> bool:
    """Whether one of the keys is a PC's name, one of its tags, or any."""
    return any(key in {ANY, pc.key} or key in map(key_of, pc.tags) for key in keys)


def allowed(state: State, job: Job) -> list[Pc]:
    """The PCs of the team on which a job may run, there or not: the brain's own where its row names none."""
    if not job.policies.pcs:
        return [pc for pc in state.pcs.values() if pc.is_brain]
    keys = [key_of(name) for name in job.policies.pcs]
    return [pc for pc in state.pcs.values() if is_named(pc, keys)]


class Room:
    """What is free on each PC that is there, during one pass through those who wait."""

    def __init__(self, state: State, now: datetime) -> None:
        self._state = state
        self._now = now
        running = running_on(state)
        self._pcs = [pc for pc in state.pcs.values() if pc.present or pc.is_brain]
        self._free = {pc.key: places_of(state, pc) - running[self._place(pc)] for pc in self._pcs}
        self._allowed: dict[tuple[str, ...], list[Pc]] = {}
        self._used: Counter[str] | None = None

    @property
    def is_full(self) -> bool:
        """Whether no PC has a free place."""
        return all(free <= 0 for free in self._free.values())

    def take(self, job: Job) -> Pc | None:
        """The PC with most free places on which a job may run now, the brain's own where it is even; None
        where it waits. A job that waits for what is in use keeps it from those behind it, one that waits for
        a PC to come does not."""
        there = self._there(job)
        if not there:
            return None
        if not job.policies.resources:
            found = self._best(job, [pc for pc in there if self._free[pc.key] > 0])
        else:
            found = self._take_resources(job, there)
        if found is not None:
            self._free[found.key] -= 1
        return found

    def best(self, job: Job) -> Pc | None:
        """The PC on which a person's run begins, past its limit; None where none is there."""
        return self._best(job, self._there(job))

    def _take_resources(self, job: Job, there: list[Pc]) -> Pc | None:
        state = self._state
        used = self._used = in_use(state, place_of) if self._used is None else self._used
        having = [
            pc
            for pc in there
            if self._free[pc.key] > 0
            and all(used[key] < capacity(state, name) for name, key in self._keys(job, pc))
        ]
        found = self._best(job, having)
        for key in {key for pc in ([found] if found else there) for _, key in self._keys(job, pc)}:
            used[key] += 1
        return found

    def _keys(self, job: Job, pc: Pc) -> list[tuple[str, str]]:
        return keys_of(self._state, job, self._place(pc))

    def _place(self, pc: Pc) -> str:
        return "" if pc.is_brain else pc.key

    def _there(self, job: Job) -> list[Pc]:
        names = job.policies.pcs
        if names not in self._allowed:
            there = {pc.key for pc in self._pcs}
            self._allowed[names] = [pc for pc in allowed(self._state, job) if pc.key in there]
        return self._allowed[names]

    def _best(self, job: Job, candidates: list[Pc]) -> Pc | None:
        suited = [pc for pc in candidates if not is_unsuited(self._state, job, pc, self._now)]
        return max(suited, key=lambda pc: (self._free[pc.key], pc.is_brain), default=None)


def pc_for(state: State, job: Job, now: datetime) -> tuple[Pc | None, str]:
    """On which PC a person's run of a job begins (None: there is one), or why on none, as a clause."""
    if not state.pcs:
        return None, ""
    found = Room(state, now).best(job)
    return found, "" if found is not None else no_pc(state, job, now) or "um PC não a aceitou há pouco"


def is_unsuited(state: State, job: Job, pc: Pc, now: datetime) -> bool:
    """Whether a PC did not take this job a moment ago."""
    found = state.unsuited.get((job.id, pc.key)) if state.unsuited else None
    return found is not None and found.until > now


def no_pc(state: State, job: Job, now: datetime) -> str:
    """What a job waits for that no PC can run now, as a Portuguese clause, or ""."""
    if not state.pcs:
        return ""
    pcs = allowed(state, job)
    there = [pc for pc in pcs if pc.present or pc.is_brain]
    if not there:
        return _absent(state, job, pcs)
    refusals = [state.unsuited.get((job.id, pc.key)) for pc in there]
    said = [each.reason for each in refusals if each is not None and each.until > now and each.lasting]
    return said[0] if len(said) == len(there) else ""


def _absent(state: State, job: Job, pcs: list[Pc]) -> str:
    keys = [key_of(name) for name in job.policies.pcs]
    by_name = [pc.name for pc in pcs if pc.key in keys]
    if by_name:
        return "espera " + " ou ".join(f"o {name}" for name in by_name[:3])
    names = " ou ".join(job.policies.pcs[:3])
    if pcs:
        return f"nenhum PC com a etiqueta {names} está ligado"
    return f"espera {names}, que não é um PC da equipe nem uma etiqueta"
