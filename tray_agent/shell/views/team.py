"""The team shaped for readers: its PCs, and on which of them a job runs. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tray_agent.core.model import Run
from tray_agent.core.shown import JobFacts, SeenPc, Snapshot

Json = dict[str, Any]


def pcs_json(snapshot: Snapshot) -> list[Json]:
    """The PCs of the team, none without one."""
    return [_pc(each) for each in snapshot.pcs]


def _pc(seen: SeenPc) -> Json:
    pc = seen.pc
    return {
        "name": pc.name,
        "brain": pc.is_brain,
        "present": pc.present,
        "since": pc.since.isoformat(timespec="seconds") if pc.since else None,
        "places": pc.places,
        "running": seen.running,
        "tags": list(pc.tags),
        "version": pc.version or None,
        "offset_seconds": None if pc.offset_seconds is None else round(pc.offset_seconds, 1),
        "lagging": list(pc.lagging),
    }


def pc_of(facts: JobFacts, here: str) -> str | None:
    """The PC of the active or last run of ours today; None without a team."""
    runs = facts.own_runs
    run = facts.active or (max(runs, key=_started) if runs else None)
    return name_of(run, here) if run is not None else None


def name_of(run: Run, here: str = "") -> str | None:
    """The PC on which a run is; None without a team."""
    return run.pc or here or None


def _started(run: Run) -> datetime:
    return run.started


def pc_of_fire(snapshot: Snapshot, job: str, at: datetime) -> str | None:
    """On which PC the run of a fire time is or was, or may be ("PC-MARIA; PC-JOSE"); None without a team."""
    facts = snapshot.facts.get(job) if snapshot.pcs else None
    if facts is None:
        return None
    run = next((fire.run for fire in facts.fires if fire.at == at and fire.run), None)
    made = next((each for each in facts.own_runs if each.id == run), None) if run else None
    return name_of(made, snapshot.brain) if made else "; ".join(facts.job.policies.pcs) or snapshot.brain
