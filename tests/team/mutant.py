"""The agent with one rule changed for the worse: a run whose PC is not heard is run again, as engines do.

``python -m tests.team.mutant`` takes the place of ``python -m tray_agent`` on the brain of a chaos seed. It
must be caught: else the suite sees nothing.
"""

from __future__ import annotations

import sys

from tray_agent.__main__ import main
from tray_agent.core import actions as act
from tray_agent.core.messages import Message, TeamSeen
from tray_agent.core.rules.active import Moment, Phase
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.apply import apply
from tray_agent.core.rules.state import State
from tray_agent.engine import loop


def apply_naively(state: State, message: Message, moment: Moment) -> Actions:
    """What is right, and then: whatever runs on a PC that is not heard is taken back and owed again."""
    ordered = apply(state, message, moment)
    if isinstance(message, TeamSeen):
        silent = {pc.name for pc in message.pcs if not pc.present}
        for active in list(state.active.values()):
            if active.phase is Phase.RUNNING and active.run.pc in silent:
                del state.active[active.job.id]
                state.touched.add(active.job.id)
                ordered.append(act.Forget(active.run.id))
    return ordered


if __name__ == "__main__":
    loop.apply = apply_naively
    sys.exit(main())
