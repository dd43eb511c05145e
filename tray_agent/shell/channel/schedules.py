"""The questions about schedules: what a cell means, and what will run when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol

from tray_agent.core.schedules.calendar import NATIONAL, Calendar
from tray_agent.core.shown import Snapshot
from tray_agent.shell.channel.answer import Unknown
from tray_agent.shell.views.snapshots import Json

_LONGEST_CELL = 2000


class Usual(Protocol):
    """What the plan needs to know beside the snapshot. May block, and raise JournalError."""

    def now(self) -> datetime: ...
    def usual_seconds(self, jobs: Iterable[str]) -> dict[str, float]: ...
    def resources(self) -> Mapping[str, int]: ...


class ScheduleQuestions:
    """Answers them for one service, which says what is known."""

    def __init__(self, snapshot: Callable[[], Snapshot | None], outside: Usual) -> None:
        self._snapshot = snapshot
        self._outside = outside
        self.questions: dict[str, Callable[[Json], Any]] = {"explain": self._explain, "plan": self._plan}

    def _explain(self, params: Json) -> Json:
        from tray_agent.core.schedules.explaining import explain  # the grammar only where somebody asks
        from tray_agent.shell.views.schedules import explanation

        text = str(params.get("text", ""))[:_LONGEST_CELL]
        return explanation(explain(text, self._outside.now(), self._calendar()))

    def _plan(self, params: Json) -> Json:
        from tray_agent.core.picture.plan_of_day import plan_of_day
        from tray_agent.core.picture.plan_starts import Means
        from tray_agent.core.picture.plan_window import window_of
        from tray_agent.shell.views.plans import plan

        snapshot = self._snapshot()
        if snapshot is None:
            raise Unknown("O agente ainda está iniciando.")
        now = self._outside.now()
        try:
            day, until = window_of(_text(params, "day"), _text(params, "next"), now)
        except ValueError as error:
            raise Unknown(str(error)) from None
        means = Means(self._outside.usual_seconds(snapshot.facts), self._outside.resources())
        names = {facts.job.id: facts.job.name for facts in snapshot.facts.values()}
        return {**plan(plan_of_day(snapshot, day, now, means, until), snapshot), "names": names}

    def _calendar(self) -> Calendar:
        """The team's own days, as the registry that was read has them."""
        snapshot = self._snapshot()
        calendars = (each.job.schedule.calendar for each in (snapshot.facts.values() if snapshot else ()))
        return next((each for each in calendars if each is not NATIONAL), NATIONAL)


def _text(params: Json, name: str) -> str:
    value = params.get(name)
    return value[:100] if isinstance(value, str) else ""
