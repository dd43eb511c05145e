"""The day's closing: what is kept of a day when it turns, and what is shown of it on the next."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from tray_agent.core import actions as act
from tray_agent.core.picture.closing import closing, failures, unseen
from tray_agent.core.ports import Journal
from tray_agent.core.rules.state import State
from tray_agent.core.shown import Snapshot

LOOKED_BACK_DAYS = 4  # over a long weekend


def close_day(state: State, last: Snapshot | None) -> act.RecordClosing | None:
    """Say what there is to say of the day that is over, as it was last seen; None where nothing is known.

    Of the days before this agent that no agent saw end it is said as soon as the registry is read.
    """
    if state.unseen and state.discovered:
        lines = [unseen(day, state.jobs.values(), made) for day, made in state.unseen]
        state.day_notes = (*filter(None, lines), *state.day_notes)
        state.unseen, state.changed = (), True
    if last is None or not last.discovered or last.day >= state.day:
        return None
    state.day_notes = closing(last, state.limits.no_data_exit_code)
    return act.RecordClosing(last.day, state.day_notes)


def take_up_notes(state: State, journal: Journal) -> None:
    """Show what was said of the newest day before this one; of a day that no agent saw end, its failures,
    and what was not made, if our own journal is the history.

    Raises JournalError.
    """
    missed: list[tuple[date, dict[str, int]]] = []
    failed: tuple[str, ...] | None = None
    first = journal.first_day()
    for back in range(1, LOOKED_BACK_DAYS + 1):
        day = state.day - timedelta(days=back)
        notes = journal.closing_of(day)
        if notes is not None:
            failed = notes if failed is None else failed
            break
        runs = journal.runs_of(day)
        if first is not None and first <= day:
            missed.append((day, Counter(run.job for run in runs if not run.stands_for_another)))
        if runs and failed is None:
            failed = failures(day, runs, state.limits.no_data_exit_code)
    state.day_notes = failed or ()
    state.unseen = tuple(missed) if state.limits.local_history else ()
