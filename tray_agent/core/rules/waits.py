"""A queue that does not move: the runs that hold every place are named, so that nobody waits in silence."""

from __future__ import annotations

from tray_agent.core.model import Problem, Where
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.runs import far_beyond
from tray_agent.core.rules.state import State
from tray_agent.core.rules.team import total_places

UNKNOWN_USUAL_SECONDS = 15 * 60.0
_SOURCE = "stuck"


def watch_queue(state: State, moment: Moment) -> None:
    """Say it when jobs wait although every place is held by runs far beyond what is usual for them."""
    if not len(state.queue) or state.running() < total_places(state):
        if state.stuck:
            state.stuck = False
            state.problems.report(_SOURCE, [], moment.now)
        return
    if not all(_is_far_beyond(active, moment) for active in state.active.values()):
        return
    state.stuck = True
    named = ", ".join(
        f"{active.run.name} (desde {active.run.started:%H:%M})"
        for active in sorted(state.active.values(), key=lambda each: each.since)[:10]
    )
    waiting = len(state.queue)
    who = "1 automação espera" if waiting == 1 else f"{waiting} automações esperam"
    what = f"A fila não anda: {who} e todos os lugares estão com execuções longas: {named}"
    action = "Veja os logs delas; Parar libera o lugar."
    state.problems.report(_SOURCE, [Problem(Where.RUN, what, action)], moment.now)


def _is_far_beyond(active: Active, moment: Moment) -> bool:
    if active.phase is Phase.HOLDING:
        return False
    usual = active.usual_seconds
    limit = far_beyond(usual) if usual is not None else UNKNOWN_USUAL_SECONDS
    return moment.seconds - active.since > limit
