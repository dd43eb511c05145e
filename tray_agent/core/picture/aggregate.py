"""One state for all cards together, as the tray icon and ``status`` show it."""

from __future__ import annotations

from collections.abc import Iterable

from tray_agent.core.model import CardState

PREFERENCE = (CardState.ERROR, CardState.RUNNING, CardState.NO_DATA, CardState.SUCCESS)


def aggregate(states: Iterable[CardState]) -> CardState:
    """The state that matters most: ERROR, else RUNNING, NO_DATA, SUCCESS, else IDLE; never SCHEDULED."""
    present = set(states)
    return next((state for state in PREFERENCE if state in present), CardState.IDLE)
