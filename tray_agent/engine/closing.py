"""The day's closing: what is kept of a day when it turns, and what is shown of it on the next."""

from __future__ import annotations

from datetime import timedelta

from tray_agent.core import actions as act
from tray_agent.core.picture.closing import closing, failures
from tray_agent.core.ports import Journal
from tray_agent.core.rules.state import State
from tray_agent.core.shown import Snapshot

LOOKED_BACK_DAYS = 4  # over a long weekend


def close_day(state: State, last: Snapshot | None) -> act.RecordClosing | None:
    """Say what there is to say of the day that is over, as it was last seen; None where nothing is known."""
    if last is None or not last.discovered or last.day >= state.day:
        return None
    state.day_notes = closing(last, state.limits.no_data_exit_code)
    return act.RecordClosing(last.day, state.day_notes)


def take_up_notes(state: State, journal: Journal) -> None:
    """Show what was said of the newest day before this one; of a day that no agent saw end, its failures.

    Raises JournalError.
    """
    for back in range(1, LOOKED_BACK_DAYS + 1):
        day = state.day - timedelta(days=back)
        notes = journal.closing_of(day)
        runs = journal.runs_of(day) if notes is None else []
        if notes is not None or runs:
            state.day_notes = failures(day, runs, state.limits.no_data_exit_code) if notes is None else notes
            return
