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

from tray_agent.core import actions as act
from tray_agent.core.model import Asked, Problem, Run, Where
from tray_agent.core.ports import BEGIN_ANEW, BEGIN_SUSPENDED, Journal, JournalError, Processes
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.runs import began, refuse
from tray_agent.core.rules.state import State
from tray_agent.core.shown import Snapshot
from tray_agent.engine.closing import close_day

TOGETHER_SECONDS = 0.02  # what happens within it goes on record in one piece
SHOW_SECONDS = 0.1  # what changes within it is shown in one piece: nobody sees it any sooner
_MOST_ASKED = 1000


class Recorder:
    """Writes to the journal for the engine; what the disk refuses is kept and tried again, in its order."""

    def __init__(
        self, state: State, journal: Journal, processes: Processes, is_fenced: Callable[[], bool]
    ) -> None:
        self._state = state
        self._journal = journal
        self._processes = processes
        self._is_fenced = is_fenced
        self._asked: list[Asked] = []
        self._undone: list[act.Action] = []
        self.together_by: float | None = None
        self.unrecorded: list[Run] = []

    def is_due(self, starts: list[Run], *, ends_now: bool) -> bool:
        """Whether to write now, or to wait for the start that may follow an end."""
        waits = bool(self.unrecorded) or (ends_now and bool(self._asked))
        return bool(starts) or (waits and (self.together_by is None or ends_now))

    def record(self, starts: list[Run], moment: Moment) -> Actions:
        """Put starts and ends on record in one piece; only then are the held children let go."""
        follow: Actions = []
        self.together_by = None
        starts = [run for run in starts if self._state.may_begin(run.id)]
        try:
            self._journal.record(starts, self.unrecorded, self._asked)
        except JournalError as error:
            self.say_data(str(error), moment)
            for run in starts:
                self._processes.drop(run.id)
                follow += refuse(self._state, run.id, str(error), moment, wait=False)
            return follow
        self.unrecorded, self._asked = [], []
        for run in [run for run in starts if self._let_go(run, moment)]:  # all go before any is told of
            follow += began(self._state, run.id, moment)
        return follow

    def _let_go(self, run: Run, moment: Moment) -> bool:
        """Let a run begin whose start is on record; False where another engine decides by now."""
        if self._is_fenced():
            self._processes.drop(run.id)
            self.remember(act.Forget(run.id), moment)
            return False
        self._processes.let_go(run.id)
        return True

    def remember(self, action: act.Action, moment: Moment) -> None:
        """Write something else than a start or an end; later, where the disk refuses now."""
        if isinstance(action, act.RecordAsked):  # with what is recorded next: nobody waits for it
            self._asked = [*self._asked[-_MOST_ASKED:], action.asked]
            return
        try:
            self._write(action)
        except JournalError as error:
            self._undone.append(action)
            self.say_data(str(error), moment)

    def close_day(self, last: Snapshot | None, moment: Moment) -> None:
        """Where the day has turned since this snapshot, keep what is said of the one that is over."""
        closed = close_day(self._state, last)
        if closed is not None:
            self.remember(closed, moment)

    def _write(self, action: act.Action) -> None:
        match action:
            case act.Forget(run):
                self._journal.forget(run)
            case act.Stop(run, outcome):
                # Else a stop that was accepted would be forgotten by an agent that dies within the grace.
                self._journal.wish_stopped(run.id, outcome)
            case act.RecordPause(paused):
                self._journal.set_paused(paused)
            case act.RecordPausing(pausing, job, area):
                if job:
                    self._journal.pause_job(job, pausing)
                else:
                    self._journal.pause_area(area, pausing)
            case act.RecordCleared(job, moment):
                self._journal.clear(job, moment)
            case act.RecordSurplus(day, surplus, falls):
                self._journal.record_surplus(day, surplus, falls=falls)
            case act.RecordFound(run):
                self._journal.record_found([run])
            case act.RecordRules(rules):
                self._journal.record_rules(rules)
            case act.RecordClosing(day, notes):
                self._journal.record_closing(day, notes)
            case act.RecordAcknowledged(job, run_id):
                self._journal.acknowledge(job, run_id)

    def catch_up(self) -> None:
        """Write what the disk refused before, and what waited for company. Raises JournalError."""
        if self.unrecorded or self._asked:
            self._journal.record([], self.unrecorded, self._asked)
            self.unrecorded, self._asked = [], []
        while self._undone:
            self._write(self._undone[0])
            del self._undone[0]

    def prove(self) -> None:
        """Show that writing works again after trouble. Raises JournalError."""
        self._journal.set_paused(self._state.paused)

    @property
    def uncounted(self) -> list[Run]:
        """The ended runs that are not on record yet."""
        found = [each.run for each in self._undone if isinstance(each, act.RecordFound) and each.run.outcome]
        return [*self.unrecorded, *found]

    @property
    def waits(self) -> bool:
        """Whether something waits for the disk."""
        return bool(self._state.data_trouble or self.unrecorded or self._undone)

    def has_unwritten(self, kind: type[act.Action]) -> bool:
        """Whether a wish of this kind waits for the disk: what the journal says of it is older."""
        return any(isinstance(action, kind) for action in self._undone)

    def say_data(self, trouble: str, moment: Moment) -> None:
        """Say why nothing can be written, or that it can again ("")."""
        if trouble == self._state.data_trouble:
            return
        self._state.data_trouble = trouble
        self._state.touch_all()
        free = "Libere espaço ou permissão; as execuções em andamento continuam, novas esperam."
        action = "" if trouble.endswith((BEGIN_ANEW, BEGIN_SUSPENDED)) else free
        problems = [Problem(Where.DATA, trouble, action)] if trouble else []
        self._state.problems.report("data", problems, moment.now)
