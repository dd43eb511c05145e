"""What goes on record and when: the one place where starts are recorded, let go, and ends kept.

The invariants (product 4.9), each seen in :meth:`Recorder.record`:

1. A held child is let go only after its start is on record.
2. A start that cannot be recorded is dropped: the child never began, the debt stands.
3. An end goes on record together with the start that takes its place, or 20 ms later, never later.
4. What is not on record is not shown: the caller publishes after this returns.
5. An engine that was fenced off lets nobody go and takes its records back.
"""

from __future__ import annotations

from collections.abc import Callable

from tray_agent.core.model import Outcome, Problem, Run, Where
from tray_agent.core.ports import Journal, JournalError, Processes
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.runs import began, refuse
from tray_agent.core.rules.state import Moment, State

TOGETHER_SECONDS = 0.02  # what happens within it goes on record, and is shown, in one piece


class Recorder:
    """Writes to the journal for the engine; what the disk refuses is kept and tried again."""

    def __init__(
        self, state: State, journal: Journal, processes: Processes, is_fenced: Callable[[], bool]
    ) -> None:
        self._state = state
        self._journal = journal
        self._processes = processes
        self._is_fenced = is_fenced
        self.together_by: float | None = None
        self.unrecorded: list[Run] = []
        self.unforgotten: list[str] = []
        self.pause_unrecorded = False

    def is_due(self, starts: list[Run], *, ends_now: bool) -> bool:
        """Whether to write now, or to wait for the start that may follow an end."""
        return bool(starts) or (bool(self.unrecorded) and (self.together_by is None or ends_now))

    def record(self, starts: list[Run], moment: Moment) -> Actions:
        """Put starts and ends on record in one piece; only then are the held children let go."""
        follow: Actions = []
        self.together_by = None
        starts = [run for run in starts if self._state.may_begin(run.id)]
        try:
            self._journal.record(starts, self.unrecorded)
        except JournalError as error:
            self.say_data(str(error), moment)
            for run in starts:
                self._processes.drop(run.id)
                follow += refuse(self._state, run.id, str(error), moment, wait=False)
            return follow
        self.unrecorded = []
        for run in starts:
            if self._is_fenced():
                self._processes.drop(run.id)
                self.forget(run.id, moment)
                continue
            self._processes.let_go(run.id)
            follow += began(self._state, run.id, self._usual(run.job), moment)
        return follow

    def _usual(self, job: str) -> float | None:
        try:
            return self._journal.usual_seconds(job)
        except JournalError:
            return None

    def wish_stopped(self, run: Run, outcome: Outcome, moment: Moment) -> None:
        """Else a stop that was accepted would be forgotten by an agent that dies within the grace."""
        try:
            self._journal.wish_stopped(run.id, outcome)
        except JournalError as error:
            self.say_data(str(error), moment)

    def forget(self, run: str, moment: Moment) -> None:
        """Take a run off the record that never began."""
        try:
            self._journal.forget(run)
        except JournalError as error:
            self.unforgotten.append(run)
            self.say_data(str(error), moment)

    def pause(self, paused: bool, moment: Moment) -> None:
        """Remember across restarts whether scheduling is suspended."""
        try:
            self._journal.set_paused(paused)
        except JournalError as error:
            self.pause_unrecorded = True
            self.say_data(str(error), moment)

    def catch_up(self) -> None:
        """Write what the disk refused before. Raises JournalError."""
        if self.unrecorded:
            self._journal.record([], self.unrecorded)
            self.unrecorded = []
        while self.unforgotten:
            self._journal.forget(self.unforgotten[-1])
            self.unforgotten.pop()

    def prove(self) -> None:
        """Show that writing works again after trouble. Raises JournalError."""
        self._journal.set_paused(self._state.paused)
        self.pause_unrecorded = False

    @property
    def waits(self) -> bool:
        """Whether something waits for the disk."""
        return bool(self._state.data_trouble or self.unrecorded or self.unforgotten or self.pause_unrecorded)

    def say_data(self, trouble: str, moment: Moment) -> None:
        """Say why nothing can be written, or that it can again ("")."""
        if trouble == self._state.data_trouble:
            return
        self._state.data_trouble = trouble
        self._state.touch_all()
        action = "Libere espaço ou permissão; as execuções em andamento continuam, novas esperam."
        problems = [Problem(Where.DATA, trouble, action)] if trouble else []
        self._state.problems.report("data", problems, moment.now)
