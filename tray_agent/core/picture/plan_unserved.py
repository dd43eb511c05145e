"""Fire times of a plan that find, as it was played, that a job which they wait for does not run. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from tray_agent.core.listing import listed
from tray_agent.core.picture.plan_starts import waits_for_pc
from tray_agent.core.picture.queue_to_come import Starts
from tray_agent.core.shown import JobFacts, Snapshot
from tray_agent.core.standing import HoldKind

_SAID = {HoldKind.WAITS, HoldKind.AHEAD}


def unserved_of(
    snapshot: Snapshot, ahead: Iterable[tuple[str, datetime]], starts: Starts
) -> dict[tuple[str, datetime], str]:
    """Those of the fire times ``ahead`` that would never start, with the reason; none where not all was
    played."""
    if starts.known_until is not None or snapshot.max_concurrent <= 0:
        return {}
    found: dict[tuple[str, datetime], str] = {}
    for key in ahead:
        facts = snapshot.facts[key[0]]
        if facts.job.policies.after and key not in starts.at and not waits_for_pc(facts):
            found[key] = _reason(snapshot, facts, key[1].date(), starts)
    return found


def _reason(snapshot: Snapshot, facts: JobFacts, day: date, starts: Starts) -> str:
    is_today = day == snapshot.day
    if is_today and facts.held is not None and facts.held.kind in _SAID and facts.held.until is None:
        return facts.held.text
    comes = {job for job, fire in starts.at if fire.date() == day}
    after = facts.job.policies.after
    missing = [other for other in after if other not in comes] or list(after)
    names = [snapshot.facts[other].job.name if other in snapshot.facts else other for other in missing]
    when = "hoje" if is_today else "nesse dia"
    return f"espera {listed(names)}, que {when} não {'roda' if len(names) == 1 else 'rodam'}"
