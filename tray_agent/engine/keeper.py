"""The engine of a PC whose team has its brain elsewhere: orders in, replies out, its own journal as its book.

It decides nothing about when a job runs. What runs here goes on, and what ended is kept, whether or not the
brain is heard. Everything else is the engine's: one thread, records, snapshots.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.messages import Message
from tray_agent.core.model import Problem, Run, Where
from tray_agent.core.ports import Book, Clock, JournalError, Processes, Reader
from tray_agent.core.rules.active import Moment
from tray_agent.core.rules.answers import Actions, answer
from tray_agent.core.rules.day import turn_day
from tray_agent.core.rules.limits import Limits
from tray_agent.core.rules.plan import keeps_agent
from tray_agent.core.rules.runs import watch
from tray_agent.core.shown import Snapshot
from tray_agent.core.team import keeping as deed
from tray_agent.core.team import orders as say
from tray_agent.core.team.keeping import Brain, Keeping
from tray_agent.core.team.orders import Order, Reply, ReplyBody
from tray_agent.core.team.wire import encode, order_of
from tray_agent.engine.loop import Engine
from tray_agent.engine.runs_here import RunsHere
from tray_agent.engine.words_here import Outside, Post

_log = logging.getLogger(__name__)
_BOOK, _EPOCH = "team_book", "team_epoch"
_SILENT_SIGNALS = 3
_OWN_COMMANDS = (msg.StopJob, msg.Quit, msg.Acknowledge)


class Keeper(Engine):
    """Fulfils what is asked of an :class:`Engine`; a PC's."""

    def __init__(
        self,
        post: Post,
        outside: Outside,
        brain: str,
        limits: Limits,
        clock: Clock,
        processes: Processes,
        book: Book,
        no_reader: Reader,
        publish: Callable[[Snapshot], None],
        logs: str = "",
        boot: str = "",
        first_version: int = 1,
        base_path: str = "",
    ) -> None:
        self._book = book
        self._station = post
        self._outside = outside
        self._keeping = Keeping(post.instance, post.hold_seconds, post.script_folder)
        self._brain = Brain()
        self._brain_name = brain
        self._is_unheard = False
        self._linked, self._why = False, ""
        self._presence_at = 0.0
        self._heard: Moment | None = None

        def show(seen: Snapshot) -> None:
            publish(self._as_pc(seen))

        super().__init__(
            limits,
            clock,
            processes,
            book,
            no_reader,
            no_reader,
            show,
            logs,
            boot,
            first_version,
            base_path,
        )
        state = self._state
        state.discovered = state.base_available = True
        state.discover_at = state.read_at = float("inf")
        self._since = self._moment
        self._runs = RunsHere(state, book, self._keeping, post, outside)

    def _apply_rules(self, message: Message, moment: Moment) -> Actions:
        match message:
            case msg.OrderHeard(said):
                return self._heed(said, moment)
            case msg.BrainLinked(up, why):
                self._since = moment if up else self._since
                self._linked, self._why = up, why
                self._tell_all()
                return []
            case msg.ScriptPlaced():
                return self._runs.placed(message, moment)
            case msg.RunHeld():
                return self._runs.came_up(message)
            case msg.RunRefused(run, reason):
                return self._runs.refuse(run, reason)
            case msg.RunExited(began=False):
                return self._runs.never_began(message)
            case msg.Woke():
                self._tell_all()
                return []
            case msg.Command() if not isinstance(message, _OWN_COMMANDS):
                return self._turn_away(message)
        ordered = super()._apply_rules(message, moment)
        match message:
            case msg.RunExited(run):
                self._runs.to_tell[run] = None
            case msg.RunStopped(run, killed, survivors):
                self._runs.replies.append(say.Stopped(run, killed, survivors))
            case msg.RunLeft(run, leftovers):
                self._runs.replies.append(say.Left(run, leftovers))
        return ordered

    def _turn_away(self, command: msg.Command) -> Actions:
        """What only the brain does. Looking anew is asked of a PC, too: it says again how all stands."""
        if isinstance(command, msg.Refresh):
            self._tell_all()
            return [answer(command, True, "Atualizando.")]
        said = f"Neste PC as automações rodam por ordem do cérebro, {self._named_brain()}; peça lá."
        return [answer(command, False, said)]

    def _plan(self, moment: Moment) -> Actions:
        """What the passing of time brings: another day, limits, children held for too long, the end."""
        state = self._state
        ordered: Actions = []
        if moment.now.date() != state.day:
            self._runs.forget_day()
            ordered += [each for each in turn_day(state, moment) if isinstance(each, act.LoadDay)]
        ordered += watch(state, moment)
        for run in self._keeping.overdue(self._outside.age()):
            ordered += self._runs.give_up(run)
            said = f"ficou {self._station.hold_seconds:g} s no {self._station.me} sem ordem de começar."
            self._runs.replies.append(say.Never(run, said))
        known = state.problems.version
        self._judge_brain(moment)
        state.changed |= state.problems.version != known
        if state.quitting and not any(keeps_agent(active) for active in state.active.values()):
            ordered.append(act.End())
        state.changed = state.changed or bool(state.touched or ordered)
        state.stale |= state.touched
        state.touched.clear()
        return ordered

    def _judge_brain(self, moment: Moment) -> None:
        """Say that the brain is not heard, since when, and what that means."""
        heard = self._heard if self._heard and self._heard.seconds > self._since.seconds else self._since
        silence = moment.seconds - heard.seconds
        self._is_unheard = silence > _SILENT_SIGNALS * self._station.signal_seconds
        if not self._is_unheard:
            self._state.problems.report("brain", [], moment.now)
            return
        what = f"O cérebro, {self._named_brain()}, não é ouvido desde {heard.now:%H:%M}"
        why = f": {self._why}" if self._why and not self._linked else ""
        action = "O que roda aqui continua e os resultados ficam guardados; nada novo começa até ele voltar."
        self._state.problems.report(
            "brain", [Problem(Where.SETTINGS, what + why.rstrip("."), action)], moment.now
        )

    def _as_pc(self, seen: Snapshot) -> Snapshot:
        blocked = seen.blocked or ("unheard" if self._is_unheard else "")
        here = self._station.me
        return replace(seen, role="pc", brain=self._named_brain(), here=here, blocked=blocked)

    def _named_brain(self) -> str:
        return self._brain.name or self._brain_name

    def _follow(self, moment: Moment) -> None:
        """What was ordered is done and on record: say what came of it."""
        runs = self._runs
        runs.recorded()
        if not self._recovered:
            return
        replies, runs.replies = runs.replies, []
        try:
            for run in list(runs.to_tell):
                told = runs.standing(run)
                if told is not None:
                    del runs.to_tell[run]
                    replies.append(told)
        except JournalError as error:
            self._recorder.say_data(str(error), moment)
        if self._linked and (moment.seconds >= self._presence_at or self._ended):
            self._presence_at = moment.seconds + self._station.signal_seconds
            replies.insert(0, runs.presence(moment, self._brain.epoch, self._brain.name))
        for body in replies:
            self._say(body)

    def _say(self, body: ReplyBody) -> None:
        self._outside.send(encode(Reply(self._runs.book_id, self._station.instance, body)))

    def _tell_all(self) -> None:
        """Say soon that this PC is there, and every end that the brain does not have."""
        self._presence_at = 0.0
        self._runs.tell_ends()

    def _rest_seconds(self, moment: Moment) -> float:
        seconds = super()._rest_seconds(moment)
        if self._linked:
            seconds = min(seconds, self._presence_at - moment.seconds)
        overdue = self._keeping.until_overdue(self._outside.age())
        return max(0.0, seconds if overdue is None else min(seconds, overdue))

    def _has_work(self, moment: Moment) -> bool:
        is_due = self._linked and moment.seconds >= self._presence_at
        return is_due or bool(self._runs.to_tell) or super()._has_work(moment)

    def _recover(self, moment: Moment) -> None:
        self._runs.book_id = self._book.recall(_BOOK) or secrets.token_hex(8)
        self._book.remember(_BOOK, self._runs.book_id)
        epoch, _, name = (self._book.recall(_EPOCH) or "0 ").partition(" ")
        self._brain = Brain(int(epoch), name)
        super()._recover(moment)
        self._state.paused, self._state.paused_since = False, None  # of a time when it decided itself
        self._runs.take_up(moment)
        self._tell_all()
        self._outside.place("", "")

    def _do(self, action: act.Action, starts: list[Run], moment: Moment) -> None:
        if isinstance(action, act.Stop) and action.run.id in self._runs.graces:
            self._processes.stop(action.run, self._runs.graces.pop(action.run.id))
            self._recorder.remember(action, moment)
            return
        super()._do(action, starts, moment)

    def _heed(self, said: Mapping[str, Any], moment: Moment) -> Actions:
        """Do what the brain orders, if it is the brain that is obeyed."""
        order = order_of(said)
        if not isinstance(order, Order):
            _log.warning("an order was not understood: %s, %s", order.kind, order.why)
            return []
        if not self._recovered:
            return []  # the book cannot be read: nothing is known, nothing is said
        try:
            if self._brain.yields_to(order):
                self._obey(order)
            elif not self._brain.is_of(order):
                self._runs.replies.append(say.Outranked(self._brain.epoch, self._brain.name))
                return []
            self._heard = moment
            if isinstance(order.body, say.Hello) and self._runs.has_other_book(order.body.book):
                self._tell_all()
            deeds = self._keeping.heed(order.body, self._runs.stage, self._outside.age())
            return [action for each in deeds for action in self._do_deed(each, moment)]
        except JournalError as error:
            self._recorder.say_data(str(error), moment)
            if isinstance(order.body, say.Hold):
                return self._runs.refuse(order.body.about.run, str(error))
            return []

    def _obey(self, order: Order) -> None:
        """Another brain than before: what it cannot know of the day is told again. Raises JournalError."""
        if self._brain.name:
            self._runs.tell_day_again()
        self._book.remember(_EPOCH, f"{order.epoch} {order.brain}")
        self._brain, self._state.changed = Brain(order.epoch, order.brain), True
        self._tell_all()

    def _do_deed(self, each: deed.Deed, moment: Moment) -> Actions:
        runs = self._runs
        match each:
            case deed.Create(hold):
                return runs.create(hold, moment)
            case deed.LetGo(go):
                return runs.begin(go, moment)
            case deed.GiveUp(run):
                return runs.give_up(run)
            case deed.EndTree(order):
                return runs.end_tree(order, moment)
            case deed.Tell(run):
                runs.to_tell[run] = None
            case deed.TellAll():
                self._tell_all()
            case deed.Answer(body):
                runs.replies.append(body)
            case deed.MarkSaid(told):
                runs.mark_said(told)
            case deed.ReadLog(asked):
                runs.read_log(asked, self._say)
        return []
