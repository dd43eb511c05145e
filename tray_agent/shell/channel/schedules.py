"""The questions about schedules: what a cell means."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from tray_agent.core.model import Snapshot
from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.shell.views.snapshots import Json

_LONGEST_CELL = 2000


class ScheduleQuestions:
    """Answers them for one service, which says what is known, and the time."""

    def __init__(self, snapshot: Callable[[], Snapshot | None], now: Callable[[], datetime]) -> None:
        self._snapshot = snapshot
        self._now = now
        self.questions: dict[str, Callable[[Json], Any]] = {"explain": self._explain}

    def _explain(self, params: Json) -> Json:
        from tray_agent.core.schedules.explaining import explain  # the grammar only where somebody asks
        from tray_agent.shell.views.schedules import explanation

        text = str(params.get("text", ""))[:_LONGEST_CELL]
        return explanation(explain(text, self._now(), self._calendar()))

    def _calendar(self) -> Calendar:
        """The team's own days, as the registry that was read has them."""
        snapshot = self._snapshot()
        calendars = (each.job.schedule.calendar for each in (snapshot.facts.values() if snapshot else ()))
        return next((each for each in calendars if each is not NATIONAL), NATIONAL)
