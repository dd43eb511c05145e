"""On which PC a job runs: who of the team is there, may run it and has a free place.

Without a team there is one PC, and nothing here is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from tray_agent.core.model import Job, Pc, Run
from tray_agent.core.rules.pcs import key_of
from tray_agent.core.rules.queue import Line
from tray_agent.core.rules.state import State

UNSUITED_SECONDS = 60.0
UNANSWERED_SECONDS = 2.0  # a PC that did not take a run is not asked again at once, or it would be all day


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


def line_of(state: State, job: Job) -> Line | None:
    """In which line of the queue a job stands; None without a team."""
    policies = job.policies
    return Line(policies.pcs, bool(policies.resources)) if state.pcs else None


def places_of(state: State, pc: Pc) -> int:
    """How many runs a PC takes at once: none while it is not heard."""
    if pc.is_brain:
        return state.limits.max_concurrent
    return pc.places if pc.present else 0


def total_places(state: State) -> int:
    """How many runs there may be at once, on all PCs that are there."""
    return state.limits.max_concurrent + state.pcs.places


def running_on(state: State, key: str) -> int:
    """How many runs are on a PC, as far as is known."""
    mine = len(state.active.on("")) if key == own_key(state) else 0
    return mine + len(state.active.on(key))


def free_on(state: State, key: str) -> int:
    """How many places of a PC are free; less than none where persons had more begin."""
    return places_of(state, state.pcs[key]) - running_on(state, key)


def allowed(state: State, words: tuple[str, ...]) -> Mapping[str, Pc]:
    """The PCs of the team on which a job with these words runs, there or not: the brain's own where its row
    has none."""
    if not words:
        own = own_key(state)
        return {own: state.pcs[own]}
    return state.pcs.named(map(key_of, words))


def who_is_there(state: State, words: tuple[str, ...]) -> list[tuple[str, Pc]]:
    """Those of them that are heard."""
    return [(key, pc) for key, pc in allowed(state, words).items() if pc.present or pc.is_brain]


def pc_for(state: State, job: Job, now: datetime) -> tuple[Pc | None, str]:
    """On which PC a person's run of a job begins, past its limit (None: there is one), or why on none, as a
    clause."""
    if not state.pcs:
        return None, ""
    suited = [
        (free_on(state, key), pc.is_brain, -state.pcs.rank(key), pc)
        for key, pc in who_is_there(state, job.policies.pcs)
        if not is_unsuited(state, job, key, now)
    ]
    if not suited:
        return None, no_pc(state, job, now) or "um PC não a aceitou há pouco"
    return max(suited, key=lambda each: each[:3])[3], ""


def is_unsuited(state: State, job: Job, key: str, now: datetime) -> bool:
    """Whether a PC did not take this job a moment ago."""
    found = state.unsuited.get((job.id, key)) if state.unsuited else None
    return found is not None and found.until > now


def silent_since(state: State, run: Run, now: datetime) -> datetime | None:
    """Since when the PC of a run is not heard, None where it is."""
    place = place_of(state, run)
    pc = state.pcs.get(place)
    if not place or (pc is not None and pc.present):
        return None
    return now if pc is None or pc.since is None else pc.since


def no_pc(state: State, job: Job, now: datetime) -> str:
    """What a job waits for that no PC can run now, as a Portuguese clause, or ""."""
    words = job.policies.pcs
    if not state.pcs:
        return ""
    if words and not state.pcs.is_any_there(map(key_of, words)):
        return _absent(state, words)
    refused = {key for (name, key), each in state.unsuited.items() if name == job.id and each.lasting}
    if not refused:
        return ""
    refusals = [state.unsuited.get((job.id, key)) for key, _ in who_is_there(state, words)]
    said = [each.reason for each in refusals if each is not None and each.until > now and each.lasting]
    return said[0] if len(said) == len(refusals) else ""


def _absent(state: State, words: tuple[str, ...]) -> str:
    keys = [key_of(word) for word in words]
    pcs = allowed(state, words)
    by_name = sorted((key for key in pcs if key in keys), key=state.pcs.rank)
    if by_name:
        return "espera " + " ou ".join(f"o {pcs[key].name}" for key in by_name[:3])
    names = " ou ".join(words[:3])
    if pcs:
        return f"nenhum PC com a etiqueta {names} está ligado"
    return f"espera {names}, que não é um PC da equipe nem uma etiqueta"
