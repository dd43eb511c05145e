"""Brain and PC of the protocol in one thread, by the hand of chance: thousands of lives in seconds.

Their decisions are the real ones (``Grants``, ``Keeping``); books are dictionaries, which outlive a crash,
and what is on its way is a bag from which anything may come at any time, twice, or never.
"""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

from tests.builders import at
from tray_agent.core import messages as msg
from tray_agent.core.model import Identity, Outcome, Run, Trigger
from tray_agent.core.team import keeping as deed
from tray_agent.core.team import orders as say
from tray_agent.core.team.grant import Effect, Send, about_of
from tray_agent.core.team.granting import Grants
from tray_agent.core.team.keeping import Keeping, Stage
from tray_agent.core.team.orders import About, OrderBody, Reply, ReplyBody
from tray_agent.core.team.roll import Roll

HOLD = 30.0
NOW = at("12:00")


def run_of(about: About) -> Run:
    """A run of which another tells."""
    return Run(about.run, about.job, about.job, about.path, about.trigger, about.day, about.started, "log")


def told_of(run: Run) -> About:
    """What is told of a run."""
    return about_of(run, run.script, "")


@dataclass
class World:
    """What is true whatever anybody knows."""

    chance: random.Random
    seconds: float = 0.0
    starts: Counter[str] = field(default_factory=Counter)
    began: set[str] = field(default_factory=set)
    to_pc: dict[str, list[OrderBody]] = field(default_factory=dict)
    to_brain: list[tuple[str, Reply]] = field(default_factory=list)


class SimPc:
    """A PC: ``book`` outlives it; ``running`` are scripts, which do as well."""

    def __init__(self, name: str, world: World) -> None:
        self.name = name
        self.world = world
        self.book: dict[str, Run] = {}
        self.book_id = f"{name}-1"
        self.running: set[str] = set()
        self.acked: set[str] = set()
        self.lives = 0
        self.begin()

    def begin(self) -> None:
        """A new life: what was held is gone, what was let go is not."""
        self.lives += 1
        self.keeping = Keeping(f"{self.name}/{self.lives}", HOLD)
        self.held: dict[str, say.Hold] = {}
        for run in list(self.book):
            if run not in self.world.began:
                del self.book[run]  # no log: it never began
            elif self.book[run].outcome is None and run not in self.running:
                self.end(run, None)
        self.presence()

    def lose_book(self) -> None:
        """Its data folder is gone while it is off."""
        self.book, self.acked = {}, set()
        self.book_id += "1"
        self.begin()

    def say(self, body: ReplyBody) -> None:
        self.world.to_brain.append((self.name, Reply(self.book_id, self.keeping.instance, body)))

    def presence(self) -> None:
        open_ = tuple(run for run, row in self.book.items() if row.outcome is None)
        unsaid = tuple(run for run, row in self.book.items() if row.outcome and run not in self.acked)
        self.say(say.Presence(3, (), "1", NOW, tuple(self.held), open_, unsaid))

    def stage(self, run: str) -> Stage:
        if run in self.held:
            return Stage.HELD
        row = self.book.get(run)
        return Stage.NOTHING if row is None else Stage.RUNNING if row.outcome is None else Stage.ENDED

    def heed(self, body: OrderBody) -> None:
        for each in self.keeping.heed(body, self.stage, self.world.seconds):
            self.do(each)

    def do(self, each: deed.Deed) -> None:
        match each:
            case deed.Create(hold):
                run = hold.about.run
                if self.keeping.came_up(run, self.world.seconds):
                    self.held[run] = hold
                    self.tell(run)
            case deed.LetGo(go):
                hold = self.held.pop(go.run)
                self.keeping.is_gone(go.run)
                self.book[go.run] = run_of(hold.about)
                if self.world.chance.random() < 0.1:
                    self.begin()  # killed between its row and letting go
                    return
                self.world.starts[hold.about.job] += 1
                self.world.began.add(go.run)
                self.running.add(go.run)
                self.tell(go.run)
            case deed.GiveUp(run):
                self.held.pop(run, None)
            case deed.Tell(run):
                self.tell(run)
            case deed.TellAll():
                self.presence()
            case deed.Answer(body):
                self.say(body)
            case deed.MarkSaid(runs):
                self.acked |= set(runs)

    def tell(self, run: str) -> None:
        if run in self.held:
            self.say(say.Held(run, 1, 1.0, "hash"))
            return
        row = self.book[run]
        about = told_of(row)
        if row.outcome is None:
            self.say(say.Running(run, 1, 1.0, about))
        else:
            self.say(say.Exited(run, row.exit_code, 1.0, NOW, row.outcome, "", (), 1, 1.0, "hash", about))

    def end(self, run: str, code: int | None) -> None:
        """A script has ended."""
        self.running.discard(run)
        if run in self.book and self.book[run].outcome is None:
            outcome = Outcome.UNKNOWN if code is None else Outcome.ENDED
            self.book[run] = replace(self.book[run], outcome=outcome, exit_code=code, ended=NOW)
            self.tell(run)

    def tick(self) -> None:
        for run in self.keeping.overdue(self.world.seconds):
            self.held.pop(run, None)
            self.say(say.Never(run))


class SimBrain:
    """The brain: ``journal`` outlives it. Every job of its list is to run once."""

    def __init__(self, world: World, pcs: list[str], jobs: list[str]) -> None:
        self.world = world
        self.pcs = pcs
        self.jobs = jobs
        self.journal: dict[str, Run] = {}
        self.number = 0
        self.begin()

    def begin(self) -> None:
        """A new life: the journal tells what may be under way."""
        self.roll = Roll(15.0, "1", 1, "B")
        self.roll.invite(self.pcs, NOW)
        self.grants = Grants(self.roll, HOLD, self.journal.get, run_of)
        self.active: dict[str, Run] = {}
        self.is_on_record: set[str] = set()
        self.number += 1
        hello = say.Hello(NOW, "1", f"life{self.number}")
        for pc in self.pcs:
            self.world.to_pc[pc].append(hello)
        for run in self.journal.values():
            if run.outcome is None:
                self.active[run.job] = run
                self.is_on_record.add(run.id)
                self.do(self.grants.adopt(run, self.world.seconds))

    def paid(self) -> set[str]:
        return {run.job for run in self.journal.values()}

    def give_out(self) -> None:
        """Ask any PC for a run that is owed."""
        owed = [job for job in self.jobs if job not in self.active and job not in self.paid()]
        if not owed:
            return
        job, pc = self.world.chance.choice(owed), self.world.chance.choice(self.pcs)
        self.number += 1
        run = Run(f"r{self.number}", job, job, job, Trigger.SCHEDULED, NOW.date(), NOW, "log", pc=pc)
        self.active[job] = run
        self.do(self.grants.ask(run, "hash", f"metodos/{job}.py", "", None, self.world.seconds))

    def do(self, effects: list[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self.world.to_pc[effect.pc].append(effect.body)
            else:
                self.take(effect.message)

    def hear(self, pc: str, reply: Reply) -> None:
        is_anew = isinstance(reply.body, say.Presence) and self.roll.hear(
            pc, reply, reply.body, NOW, self.world.seconds
        )
        self.do(self.grants.hear(pc, reply, self.world.seconds, is_anew=is_anew))

    def take(self, message: msg.Message) -> None:
        """As an engine does it."""
        match message:
            case msg.RunHeld(run, identity, _, book):
                self.held(run, identity, book)
            case msg.RunUnplaced(run):
                self.never(run)
            case msg.RunExited(run, code, began):
                if not began:
                    self.never(run)
                elif any(each.id == run for each in self.active.values()):
                    self.ended(self.of(run), code, message.outcome or Outcome.ENDED)
            case msg.RunFound(run):
                known = self.journal.get(run.id)
                if known is None or known.outcome in {None, Outcome.UNKNOWN}:
                    self.journal[run.id] = run
                if run.outcome is not None:
                    self.active = {job: each for job, each in self.active.items() if each.id != run.id}
                    self.do(self.grants.recorded([], [run]))
                elif run.job not in self.active:
                    self.active[run.job] = run
                    self.is_on_record.add(run.id)

    def of(self, run: str) -> Run:
        return next(each for each in self.active.values() if each.id == run)

    def held(self, run: str, identity: Identity, book: str) -> None:
        if all(each.id != run for each in self.active.values()):
            self.do(self.grants.drop(run))
            return
        if self.world.chance.random() < 0.1:
            self.begin()  # killed before its row
            return
        known = replace(self.of(run), identity=identity, book=book)
        self.active[known.job] = self.journal[run] = known
        self.is_on_record.add(run)
        if self.world.chance.random() < 0.1:
            self.begin()  # killed between its row and go
            return
        self.do(self.grants.recorded([known], []))
        self.do(self.grants.let_go(run, self.world.seconds))

    def never(self, run: str) -> None:
        if all(each.id != run for each in self.active.values()):
            return
        del self.active[self.of(run).job]
        if run in self.is_on_record:
            self.is_on_record.discard(run)
            del self.journal[run]

    def ended(self, run: Run, code: int | None, outcome: Outcome) -> None:
        del self.active[run.job]
        self.journal[run.id] = replace(run, outcome=outcome, exit_code=code, ended=NOW)
        if self.world.chance.random() < 0.1:
            self.begin()  # killed between the end's row and ack
            return
        self.do(self.grants.recorded([], [self.journal[run.id]]))


class Life:
    """A whole day of it. ``step`` is one thing that happens; ``calm_down`` lets all be said."""

    def __init__(self, seed: int, pcs: int = 2, jobs: int = 4, *, loses_books: bool = False) -> None:
        self.chance = random.Random(seed)
        self.world = World(self.chance)
        names = [f"P{n}" for n in range(pcs)]
        self.world.to_pc = {name: [] for name in names}
        self.pcs = {name: SimPc(name, self.world) for name in names}
        self.jobs = [f"j{n}" for n in range(jobs)]
        self.brain = SimBrain(self.world, names, self.jobs)
        self.loses_books = loses_books
        self.lost: set[str] = set()

    def step(self) -> None:
        chance = self.chance.random()
        if chance < 0.6:
            self.deliver()
        elif chance < 0.72:
            self.brain.give_out()
        elif chance < 0.82:
            self.end_one()
        elif chance < 0.88:
            self.pass_time(self.chance.choice([1.0, 6.0, 20.0, 40.0]))
        elif chance < 0.92:
            self.chance.choice(list(self.pcs.values())).presence()
        elif chance < 0.95:
            self.chance.choice(list(self.pcs.values())).begin()
        elif chance < 0.97:
            self.brain.begin()
        elif self.loses_books and chance < 0.975:
            pc = self.chance.choice(list(self.pcs.values()))
            self.lost |= set(pc.book)
            pc.lose_book()

    def deliver(self) -> None:
        """Any message that is on its way; it may be lost, or be there once more."""
        bags: list[tuple[str, list]] = [("", self.world.to_brain), *self.world.to_pc.items()]  # type: ignore[type-arg]
        bags = [(name, bag) for name, bag in bags if bag]
        if not bags:
            return
        name, bag = self.chance.choice(bags)
        at_ = self.chance.randrange(len(bag))
        message = bag[at_]
        if self.chance.random() > 0.15:
            del bag[at_]
        if self.chance.random() < 0.1:
            return
        if name:
            self.pcs[name].heed(message)
        else:
            self.brain.hear(*message)

    def end_one(self) -> None:
        pc = self.chance.choice(list(self.pcs.values()))
        if pc.running:
            pc.end(self.chance.choice(sorted(pc.running)), self.chance.choice([0, 3]))

    def pass_time(self, seconds: float) -> None:
        self.world.seconds += seconds
        self.brain.do(self.brain.grants.tick(self.world.seconds))
        for pc in self.pcs.values():
            pc.tick()

    def calm_down(self) -> None:
        """No more accidents: everything is said in turn until all is done."""
        for _ in range(400):
            self.pass_time(1.0)
            self.brain.give_out()
            for pc in self.pcs.values():
                pc.presence()
                for run in list(pc.running):
                    pc.end(run, 0)
            while self.world.to_brain or any(self.world.to_pc.values()):
                for name, bag in self.world.to_pc.items():
                    orders, bag[:] = list(bag), []
                    for order in orders:
                        self.pcs[name].heed(order)
                replies, self.world.to_brain[:] = list(self.world.to_brain), []
                for pc_name, reply in replies:
                    self.brain.hear(pc_name, reply)
            if self.is_done():
                return

    def is_done(self) -> bool:
        rows = self.brain.journal.values()
        said = all(run in pc.acked or run in self.lost for pc in self.pcs.values() for run in pc.book)
        return said and {run.job for run in rows if run.outcome} == set(self.jobs) and not self.brain.active
