"""The engine: one thread that waits for a message or a moment, applies, plans, performs and publishes.

It alone changes the state. Everybody else posts messages and reads the published snapshot.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Command, Message, Reply
from tray_agent.core.model import Problem, Run
from tray_agent.core.picture.facts import snapshot
from tray_agent.core.ports import Clock, Journal, JournalError, Processes, Reader
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.apply import apply
from tray_agent.core.rules.limits import Limits
from tray_agent.core.rules.plan import is_under_way, plan, sleep_seconds
from tray_agent.core.rules.runs import refuse
from tray_agent.core.rules.state import first_state
from tray_agent.core.shown import Snapshot
from tray_agent.engine.inbox import Inbox, answer, answer_all
from tray_agent.engine.recorder import SHOW_SECONDS, TOGETHER_SECONDS, Recorder
from tray_agent.engine.takeup import learn_usual, load_day, restore_if_lost, take_up, take_up_wishes

_log = logging.getLogger(__name__)
_DATA_LOOK_SECONDS = 1.0
_QUIET_LOOK_SECONDS = 5.0
_NO_PROCESS = "o agente não conseguiu criar o processo; veja o registro do agente."


class Engine:
    """Owns the state. ``publish`` receives every new snapshot, on the engine's thread; it must not block."""

    def __init__(
        self,
        limits: Limits,
        clock: Clock,
        processes: Processes,
        journal: Journal,
        discovery: Reader,
        history: Reader,
        publish: Callable[[Snapshot], None],
        logs: str = "",
        boot: str = "",
        first_version: int = 1,
        base_path: str = "",
        registry: str = "",
    ) -> None:
        self._clock = clock
        self._processes = processes
        self._journal = journal
        self._discovery = discovery
        self._history = history
        self._publish = publish
        self._inbox = Inbox()
        self._moment = Moment(clock.now(), clock.monotonic())
        self._state = first_state(limits, self._moment.now, logs, boot)
        self._state.day_loaded = False
        self._state.first_version = first_version
        self._state.base_path, self._state.registry = base_path, registry  # until a discovery knows better
        self._snapshot: Snapshot | None = None
        self._next_show = 0.0
        self._show_by: float | None = None
        self._recorder = Recorder(self._state, journal, processes, lambda: self._fenced)
        self._recovered = False
        self._looked_at = -_QUIET_LOOK_SECONDS
        self._ended = self._fenced = self._stumbled = False
        self._answers: Actions = []
        self.last_turn = self._moment.seconds
        self._show(self._moment)  # so that there is an answer to the very first question

    def post(self, message: Message) -> None:
        """Put a message into the inbox; from any thread."""
        self._inbox.put(message)

    def fence(self) -> None:
        """Another engine takes over: whatever this one is in the middle of, it starts nothing more."""
        self._fenced = True

    def run(self) -> bool:
        """Turn until told to quit (True) or fenced off (False). Call it on the engine's own thread."""
        try:
            self.turn([])
            while not self._ended and not self._fenced:
                self.turn(self._wait())
        finally:
            self._close()
        return not self._fenced

    def say(self, source: str, problem: Problem) -> None:
        """Have a problem shown from the start. Before ``run`` only."""
        self._state.problems.report(source, [problem], self._moment.now)

    def _close(self) -> None:
        """Close what is this engine's own; the processes are the next one's where another took over."""
        if not self._fenced:
            self._processes.close()
        self._discovery.close()
        self._history.close()
        self._journal.close()
        said = "O motor foi reiniciado; peça de novo." if self._fenced else "O agente foi encerrado."
        self._inbox.turn_away(said)

    def _wait(self) -> list[Message]:
        """Every message that is there, waiting for the first until the next planned moment."""
        return self._inbox.wait(self._rest_seconds(Moment(self._clock.now(), self._clock.monotonic())))

    def _rest_seconds(self, moment: Moment) -> float:
        """How long to wait for a message: not at all only where looking again can come to something."""
        if self._stumbled:
            return self._state.limits.loop_seconds
        seconds = sleep_seconds(self._state, moment)
        for due in (self._recorder.together_by, self._show_by):
            if due is not None:
                seconds = min(seconds, due - moment.seconds)
        return max(0.0, seconds)

    def turn(self, messages: list[Message]) -> None:
        """One pass: read the clocks once, apply, plan, perform, publish."""
        moment = Moment(self._clock.now(), self._clock.monotonic())
        has_jumped = moment.is_beyond_a_jump(self._moment)
        if not (messages or has_jumped or self._has_work(moment)):
            self._moment, self.last_turn = moment, moment.seconds
            return
        ordered: Actions = []
        if has_jumped:
            ordered += self._apply(msg.Woke(), moment)
        self._moment = moment
        self._stumbled = False
        try:
            if moment.seconds - self._looked_at >= _DATA_LOOK_SECONDS:
                self._look_at_data(moment)
            for message in messages:
                ordered += self._apply(message, moment)
            if self._fenced:
                return
            try:
                ordered += self._plan(moment)
            finally:  # what messages ordered is done, and recorded, whatever the plan came to
                self._perform(ordered, moment)
            self._follow(moment)
            self._recorder.close_day(self._snapshot, moment)
            self._show(moment)
        except Exception:  # noqa: BLE001 - a surprise must not end the engine
            self._stumbled = True
            _log.exception("the turn failed")
        answers, self._answers = self._answers, []
        answer_all(answers)  # now that whoever asked can see what came of it
        self.last_turn = self._clock.monotonic()

    def _apply(self, message: Message, moment: Moment) -> Actions:
        try:
            return self._apply_rules(message, moment)
        except Exception:  # noqa: BLE001 - a poisoned message is set aside, the loop goes on
            _log.exception("message set aside: %r", message)
            if isinstance(message, Command):
                answer(message.reply, Reply(False, "Erro interno; veja o registro do agente."))
            return []

    def _apply_rules(self, message: Message, moment: Moment) -> Actions:
        return apply(self._state, message, moment)

    def _plan(self, moment: Moment) -> Actions:
        return plan(self._state, moment)

    def _follow(self, moment: Moment) -> None:
        """What was ordered is done and on record. A PC says so here."""

    def _has_work(self, moment: Moment) -> bool:
        """Whether a turn without a message can come to anything. The disk of a resting agent is looked at now
        and then only, and just before something is due: a question in every second of every day costs more
        than all that it does."""
        until_due = sleep_seconds(self._state, moment)
        is_near = until_due < self._state.limits.loop_seconds
        waits = self._recorder.waits or not self._recovered  # for the disk
        every = _DATA_LOOK_SECONDS if is_near or waits else _QUIET_LOOK_SECONDS
        return (
            until_due <= 0
            or is_under_way(self._state, moment)
            or self._state.changed
            or self._stumbled
            or self._recorder.together_by is not None
            or moment.seconds - self._looked_at >= every
        )

    def _look_at_data(self, moment: Moment) -> None:
        """Recover once the journal can be read; record what could not be; notice a full disk."""
        self._looked_at = moment.seconds
        trouble = self._journal.writable()
        try:
            if not self._recovered:
                self._recover(moment)
            if not self._state.day_loaded:
                load_day(self._state, self._journal, self._recorder.uncounted, moment.now)
            if not trouble:
                restore_if_lost(self._state, self._journal)
            self._recorder.catch_up()
            if self._state.data_trouble and not trouble:
                self._recorder.prove()
        except JournalError as error:
            trouble = trouble or str(error)
        except Exception:  # noqa: BLE001 - nothing starts on a journal that was not understood
            trouble = trouble or "O diário não pôde ser entendido; veja o registro do agente."
            if trouble != self._state.data_trouble:  # asked every second, told once
                _log.exception("the journal was not taken up")
        self._recorder.say_data(trouble, moment)

    def _recover(self, moment: Moment) -> None:
        """Take up what an earlier agent left, and count the day."""
        state = self._state
        if not self._recorder.has_unwritten(act.RecordPause):  # else a person has said since what is to be
            state.paused = self._journal.is_paused()
            state.paused_since = moment.now if state.paused else None
        take_up_wishes(state, self._journal)
        self._perform(take_up(state, self._journal, self._processes, moment), moment)
        load_day(state, self._journal, self._recorder.uncounted, moment.now)
        self._recovered = True

    def _perform(self, ordered: Actions, moment: Moment) -> None:
        """Do what was ordered. Processes first, so that they come up while the disk works."""
        starts: list[Run] = []
        if self._recorder.together_by is not None and moment.seconds >= self._recorder.together_by:
            self._recorder.together_by = None
        for action in ordered:
            try:
                self._do(action, starts, moment)
            except Exception:  # noqa: BLE001 - what cannot be done costs the other actions nothing
                _log.exception("not done: %r", action)
                if isinstance(action, act.Hold):
                    self._answers += refuse(self._state, action.run.id, _NO_PROCESS, moment)
        # What ended goes on record together with the start that takes its place, if that is held soon. An
        # agent killed in between leaves a run without an end: it counts, and its exit code is unknown.
        if self._recorder.is_due(starts, ends_now=self._ended):
            self._answers += self._recorder.record(starts, moment)

    def _do(self, action: act.Action, starts: list[Run], moment: Moment) -> None:
        """Do one thing; what begins is collected, to go on record in one piece."""
        match action:
            case act.Hold(run, job):
                self._processes.hold(run, job)
                self._recorder.together_by = self._recorder.together_by or moment.seconds + TOGETHER_SECONDS
            case act.Begin(run):
                starts.append(run)
            case act.RecordEnd(run):
                self._recorder.unrecorded.append(run)
            case act.Drop(run_id):
                self._processes.drop(run_id)
            case act.Stop(run, outcome):
                self._processes.stop(run, self._state.limits.stop_grace_seconds, outcome)
                self._recorder.remember(action, moment)
            case act.StopLeftovers(run):
                self._processes.stop(run, self._state.limits.stop_grace_seconds)
            case act.Discover():
                self._discovery.ask(moment.now)
            case act.ReadHistory(at):
                self._history.ask(at)
            case act.Answer():
                self._answers.append(action)
            case act.LoadDay():
                self._load_day(moment)
            case act.End():
                self._ended = True
            case _:
                self._recorder.remember(action, moment)

    def _load_day(self, moment: Moment) -> None:
        try:
            load_day(self._state, self._journal, self._recorder.uncounted, moment.now)
        except JournalError as error:
            self._recorder.say_data(str(error), moment)

    def _show(self, moment: Moment) -> None:
        """Publish a new snapshot if anything changed: for who waits for an answer and after a rest at once,
        else with what follows; what began or ended once it is on record."""
        state = self._state
        if not state.changed and not state.stale:
            return
        due = max(self._next_show, self._recorder.together_by or 0.0)
        if moment.seconds < due and not self._answers and not self._ended:
            self._show_by = due
            return
        learn_usual(state, self._journal)
        self._snapshot = snapshot(state, self._snapshot, moment.now)
        state.stale.clear()
        state.changed = state.reordered = False
        self._next_show, self._show_by = moment.seconds + SHOW_SECONDS, None
        self._publish(self._snapshot)
