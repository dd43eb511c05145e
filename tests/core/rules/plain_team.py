"""The choice of PCs as it is meant, without any index: asks every PC for every job.

The rules are held against it. And what the indexes of a state must be, derived from nothing but jobs, PCs and
runs.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from tray_agent.core.model import Job, Pc
from tray_agent.core.rules.pcs import key_of
from tray_agent.core.rules.resources import capacity, in_use, keys_of
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import line_of, place_of, places_of


def plainly_chosen(state: State, now: datetime) -> list[tuple[str, str]]:
    """Which jobs begin now, in their order, and the key of the PC of each."""
    there = [pc for pc in state.pcs.values() if pc.present or pc.is_brain]
    running = Counter(place_of(state, active.run) for active in state.active.values())
    free = {pc.key: places_of(state, pc) - running[place(pc)] for pc in there}
    used = in_use(state, place_of)
    chosen = []
    for job_id in state.queue.jobs():
        job = state.jobs[job_id]
        mine = [pc for pc in there if may_run(pc, job)]
        if not mine:
            continue
        having = [
            pc
            for pc in mine
            if free[pc.key] > 0
            and all(used[key] < capacity(state, name) for name, key in keys_of(state, job, place(pc)))
            and not ((job.id, pc.key) in state.unsuited and state.unsuited[job.id, pc.key].until > now)
        ]
        found = max(having, key=lambda pc: (free[pc.key], pc.is_brain), default=None)
        for key in {key for pc in ([found] if found else mine) for _, key in keys_of(state, job, place(pc))}:
            used[key] += 1
        if found is not None:
            free[found.key] -= 1
            chosen.append((job.id, found.key))
    return chosen


def place(pc: Pc) -> str:
    return "" if pc.is_brain else pc.key


def may_run(pc: Pc, job: Job) -> bool:
    """Whether a row's words are a PC's: no word is the brain's own."""
    if not job.policies.pcs:
        return pc.is_brain
    words = {"*", pc.key, *map(key_of, pc.tags)}
    return any(key_of(word) in words for word in job.policies.pcs)


def is_as_derived(state: State) -> None:
    """What is kept beside jobs, PCs and runs says what they say."""
    waiting = state.queue.jobs()
    stand = [(key[1], line) for line, keys in state.queue.lines().items() for key in keys]
    assert sorted(job for job, _ in stand) == sorted(waiting)
    assert all(line == line_of(state, state.jobs[job]) for job, line in stand)
    for keys in state.queue.lines().values():
        assert [job for job in waiting if job in {key[1] for key in keys}] == [job for _, job in keys]
    known = {"*", "nobody", *(key_of(tag) for pc in state.pcs.values() for tag in pc.tags), *state.pcs}
    for word in known:
        named = {pc.key: pc for pc in state.pcs.values() if word in {"*", pc.key, *map(key_of, pc.tags)}}
        assert dict(state.pcs.named([word])) == named
        assert state.pcs.is_known(word) is bool(named)
        assert state.pcs.is_any_there([word]) is any(pc.present for pc in named.values())
    others = [pc for pc in state.pcs.values() if not pc.is_brain]
    assert state.pcs.places == sum(pc.places for pc in others if pc.present)
    for job, active in state.active.items():
        assert state.active.job_of(active.run.id) == job
        assert job in state.active.on(key_of(active.run.pc) if active.run.pc else "")
    assert sum(len(state.active.on(pc)) for pc in state.active.pcs()) == len(state.active)
