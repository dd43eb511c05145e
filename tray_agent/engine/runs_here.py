"""The runs that a PC was ordered to make: done on its state as ordered, and said back as they stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import islice
from pathlib import PurePath

from tray_agent.core import actions as act
from tray_agent.core import messages as msg
from tray_agent.core.model import Job, Run
from tray_agent.core.naming import slug
from tray_agent.core.ports import Book
from tray_agent.core.registry.sheets import NO_AREA
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.answers import Actions
from tray_agent.core.rules.runs import stop
from tray_agent.core.rules.state import State
from tray_agent.core.schedules.schedule import MANUAL
from tray_agent.core.team import orders as say
from tray_agent.core.team.keeping import Keeping, Stage
from tray_agent.core.team.orders import ReplyBody
from tray_agent.engine.words_here import MOST_TOLD, Outside, Post, Words

_TOLD_DAYS = 30
_BRAINS_BOOK = "team_brains_book"


class RunsHere:
    """Changes the state as the brain orders; ``to_tell`` are runs to speak of, ``replies`` what to say."""

    def __init__(self, state: State, book: Book, keeping: Keeping, post: Post, outside: Outside) -> None:
        self._state = state
        self._book = book
        self._keeping = keeping
        self._station = post
        self._outside = outside
        self._orders: dict[str, say.Hold] = {}
        self._beginning: set[str] = set()
        self._unsaid: dict[str, None] = {}
        self._base_is_known = False
        self.book_id = self._brains_book = ""
        self.to_tell: dict[str, None] = {}
        self.replies: list[ReplyBody] = []
        self.graces: dict[str, float] = {}
        self._words = Words(state, post, outside)

    def take_up(self, moment: Moment) -> None:
        """Know again what an earlier life left. Raises JournalError."""
        self._brains_book = self._book.recall(_BRAINS_BOOK) or ""
        since = moment.now.date() - timedelta(days=_TOLD_DAYS)
        self._unsaid = dict.fromkeys(run.id for run in self._book.ends_unsaid(since))
        for ended in self._state.finished.values():
            self._show(_job_of(ended[-1]))
        for active in self._state.active.values():
            self._show(active.job)

    def tell_day_again(self) -> None:
        """Say every end of the day, to a brain that was none before, or whose book is another. Also in a
        later life, should this one end before all is said. Raises JournalError."""
        told = [run.id for run in self._book.runs_of(self._state.day) if run.book == self.book_id]
        self._book.record_unsaid(told)
        self._unsaid |= dict.fromkeys(told)

    def has_other_book(self, book: str) -> bool:
        """Whether the brain writes into another book than that of which this PC knew: what it lost of the day
        is to be told again. Raises JournalError."""
        if book in {"", self._brains_book}:
            return False
        self.tell_day_again()
        self._book.remember(_BRAINS_BOOK, book)
        self._brains_book = book
        return True

    def tell_ends(self) -> None:
        """Say every end that the brain does not have."""
        self.to_tell |= dict.fromkeys(islice(self._unsaid, MOST_TOLD))

    def mark_said(self, runs: tuple[str, ...]) -> None:
        """The brain has these ends. Raises JournalError."""
        self._book.record_said(runs)
        for run in runs:
            self._unsaid.pop(run, None)
            self.to_tell.pop(run, None)

    def stage(self, run: str) -> Stage:
        """How far a run is here. Raises JournalError."""
        active = self._state.active_run(run)
        if run in self._beginning:
            return Stage.UNSURE
        if active is not None and active.phase is Phase.HOLDING:
            return Stage.COMING if active.run.identity is None else Stage.HELD
        if active is not None and not active.exited:
            return Stage.RUNNING
        row = self._book.run(run)
        if row is None:
            return Stage.NOTHING
        return Stage.UNSURE if row.outcome is None else Stage.ENDED

    def create(self, hold: say.Hold, moment: Moment) -> Actions:
        """Have a run's process made, unless its job still has one that began."""
        about, ordered = hold.about, []
        other = self._state.active.get(about.job)
        if self._state.quitting:
            return self.refuse(about.run, "o agente deste PC está sendo encerrado.")
        if self._state.data_trouble:
            return self.refuse(about.run, self._state.data_trouble)
        if other is not None and (other.phase is not Phase.HOLDING or other.run.id in self._beginning):
            said = f"{other.run.name} ainda está em execução aqui, desde {other.run.started:%H:%M}."
            return self.refuse(about.run, said)
        if other is not None:  # the brain has one run of a job: this one it gave up
            ordered += self.give_up(other.run.id)
            self._keeping.deny(other.run.id)
            self.replies.append(say.Never(other.run.id))
        zone = moment.now.tzinfo
        job = Job(about.job, about.name, about.area or NO_AREA, about.path, MANUAL, hold.timeout_minutes)
        run = Run(
            about.run,
            about.job,
            about.name,
            about.path,
            about.trigger,
            about.day,
            about.started.astimezone(zone),
            f"{self._state.logs}/{slug(about.job)}/{slug(about.run)}.log",
            boot=self._state.boot,
            attempt=about.attempt,
            by=about.by,
            arguments=about.arguments,
            stands_for=about.stands_for.astimezone(zone) if about.stands_for else None,
            book=self.book_id,
        )
        self._orders[about.run] = hold
        self._state.active[about.job] = Active(run, job, Phase.HOLDING, moment.seconds)
        if not self._base_is_known or not self._state.base_available:
            self._show(job)
            self._outside.place(about.run, about.path)
            return ordered
        # The base folder is where it was last; for the next run it is looked for once this one has begun.
        active = self._state.active[about.job]
        self._put_at(active, str(PurePath(self._state.base_path, about.path)))
        return [*ordered, act.Hold(active.run, active.job)]

    def _put_at(self, active: Active, script: str) -> None:
        active.job = replace(active.job, path=script)
        active.run = replace(active.run, script=script)
        self._show(active.job)

    def placed(self, event: msg.ScriptPlaced, moment: Moment) -> Actions:
        """Where the script is on this PC is known: have its process made."""
        state, self._base_is_known = self._state, True
        if event.base != state.base_path:
            state.base_path, state.changed = event.base, True
        if state.base_available != event.is_there:
            state.base_available = event.is_there
            state.touch_all()
        active = state.active_run(event.run)
        if active is None:
            return []
        if not event.is_there:
            return self.refuse(event.run, f"a pasta de automações {event.base} não está acessível aqui.")
        self._put_at(active, event.script)
        return [act.Hold(active.run, active.job)]

    def came_up(self, event: msg.RunHeld) -> Actions:
        """The process is there: hold it, if it is wanted and is the very script that the brain means."""
        active, order = self._state.active_run(event.run), self._orders.get(event.run)
        if active is None or order is None or not self._keeping.came_up(event.run, self._outside.age()):
            return [act.Drop(event.run)]
        if event.script_hash != order.sha256:
            name = PurePath(order.about.path).name
            differs = f"a cópia de {name} no {self._station.me} difere da do cérebro"
            said = f"{differs} (espere a sincronização da pasta)."
            return self.refuse(event.run, said, differs=True)
        active.run = replace(active.run, identity=event.identity, script_hash=event.script_hash)
        self.to_tell[event.run] = None
        return []

    def begin(self, go: say.Go, moment: Moment) -> Actions:
        """The brain has the run on record: put it on record here, then let it go."""
        active = self._state.active_run(go.run)
        if active is None:
            return []
        self._keeping.is_gone(go.run)
        self._beginning.add(go.run)
        self.to_tell[go.run] = None
        active.run = replace(active.run, day=go.day, started=go.started.astimezone(moment.now.tzinfo))
        return [act.Begin(active.run)]

    def recorded(self) -> None:
        """What was to begin has begun, or was given up."""
        if self._beginning:
            self._beginning.clear()
            self._outside.place("", "")

    def refuse(self, run: str, reason: str, *, differs: bool = False) -> Actions:
        """A run will not be held here: nothing of it is left."""
        ordered = self.give_up(run)
        self._keeping.deny(run)
        self.replies.append(say.Refused(run, reason, differs=differs))
        self._outside.place("", "")  # the base folder may have gone, or be another now
        return ordered

    def give_up(self, run: str) -> Actions:
        """A run that has not begun never will: nothing of it is left."""
        self._orders.pop(run, None)
        active = self._state.active_run(run)
        if active is None or active.phase is not Phase.HOLDING:
            return []
        del self._state.active[active.job.id]
        self._state.touched.add(active.job.id)
        return [act.Drop(run)]

    def never_began(self, event: msg.RunExited) -> Actions:
        """A child ended that had not begun: given up, by itself, or let go in vain."""
        active = self._state.active_run(event.run)
        if active is None:
            return []
        if active.phase is Phase.HOLDING and event.run not in self._beginning:
            return self.refuse(event.run, event.reason or "o processo terminou antes de começar.")
        del self._state.active[active.job.id]
        self._state.touched.add(active.job.id)
        self._state.started -= active.phase is not Phase.HOLDING
        self.to_tell[event.run] = None
        return [act.Forget(event.run)]

    def end_tree(self, order: say.Stop, moment: Moment) -> Actions:
        """Have a run ended; of one that has ended, what it left behind as far as this life saw it end."""
        active = self._state.active_run(order.run)
        if active is not None:
            self.graces[order.run] = order.grace_seconds
            return stop(self._state, active, order.outcome, moment)
        ended = [run for runs in self._state.finished.values() for run in runs if run.id == order.run]
        if not any(run.leftovers for run in ended):
            self.replies.append(say.Stopped(order.run, killed=False, survivors=()))
            return []
        return [act.StopLeftovers(run) for run in ended]

    def read_log(self, asked: say.ReadLog, speak: Callable[[ReplyBody], None]) -> None:
        """Have a piece of a run's log said. Raises JournalError."""
        active = self._state.active_run(asked.run)
        run = active.run if active is not None else self._book.run(asked.run)
        if run is None:
            self.replies.append(say.LogPart(asked.run, asked.ask_id, 0, 0, b"", missing=True))
        else:
            self._outside.read_log(run, asked, speak)

    def standing(self, run: str) -> ReplyBody | None:
        """What is to be said of a run now; None while it cannot be said. Raises JournalError."""
        stage, active = self.stage(run), self._state.active_run(run)
        if stage is Stage.NOTHING:
            self._keeping.deny(run)
            return say.Never(run)
        if stage is Stage.ENDED:
            row = self._book.run(run)
            self._unsaid[run] = None
            return None if row is None else self._words.of_ended(row)
        if stage is Stage.UNSURE or active is None:
            return None
        return self._words.of_active(active)

    def presence(self, moment: Moment, epoch: int, brain: str) -> say.Presence:
        """That this PC is there, and all that it has to do with."""
        if not self._state.base_available:
            self._outside.place("", "")  # it may be back
        return self._words.presence(moment, self._unsaid, epoch, brain)

    def forget_day(self) -> None:
        """Another day: only what runs is shown of the last one."""
        for job in list(self._state.jobs):
            if job not in self._state.active:
                del self._state.jobs[job]
                self._state.touched.add(job)
        self._state.order, self._state.reordered = tuple(self._state.jobs), True

    def _show(self, job: Job) -> None:
        """Have a job's card, as it is now."""
        state = self._state
        former = state.jobs.get(job.id)
        if former is not None and job.area == NO_AREA:
            job = replace(job, area=former.area)
        state.jobs[job.id] = job
        state.touched.add(job.id)
        if former is None:
            state.order, state.reordered = tuple(state.jobs), True


def _job_of(run: Run) -> Job:
    return Job(run.job, run.name, NO_AREA, run.script, MANUAL)
