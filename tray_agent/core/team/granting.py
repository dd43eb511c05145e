"""What the brain has asked of the PCs, and what it makes of their words: decided here, done by its radio.

Pure.

The invariants of the protocol that are the brain's: a run is asked of one PC, and ``go`` is said only of what
that PC holds; once on record it is given up only for that PC's own ``never``, out of the book that held it;
silence changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from tray_agent.core import messages as msg
from tray_agent.core.model import Identity, Outcome, Run
from tray_agent.core.team import orders as say
from tray_agent.core.team.grant import (
    ON_RECORD,
    Book,
    Effect,
    Grant,
    Phase,
    Post,
    Send,
    about_of,
    keep_newest,
)
from tray_agent.core.team.names import pc_key
from tray_agent.core.team.orders import About, Exited, Hold, Presence, Reply
from tray_agent.core.team.roll import Roll

ANSWER_SECONDS = 5.0


class Grants:
    """All runs on other PCs that the brain has to do with. ``row`` finds a run in the brain's journal.

    ``found`` makes a run of ours of what a PC tells of one: log and script as they are here.
    """

    def __init__(
        self,
        roll: Roll,
        hold_seconds: float,
        row: Callable[[str], Run | None],
        found: Callable[[About], Run],
    ) -> None:
        self._roll = roll
        self._hold_seconds = hold_seconds
        self._row = row
        self._found = found
        self._grants = Book()
        self._gone: dict[str, None] = {}
        self._stops: dict[str, tuple[str, say.Stop]] = {}
        self._unacked: dict[str, str] = {}
        self._stopped: dict[str, None] = {}

    def name_of(self, run: str) -> str:
        """The name of a run's job, or the run's where nothing more is known of it."""
        grant = self._grants.get(run)
        return run if grant is None else grant.run.name

    def ask(
        self, run: Run, sha256: str, path: str, area: str, timeout: float | None, now: float
    ) -> list[Effect]:
        """Ask a PC to hold a run."""
        member = self._roll.member(run.pc)
        if member is None or not member.is_usable:
            self._forget(run.id)
            return [Post(msg.RunUnplaced(run.id, f"o {run.pc} não está ligado."))]
        self._grants.keep(Grant(run, Phase.ASKED, now))
        return [Send(run.pc, Hold(about_of(run, path, area), member.instance, sha256, timeout))]

    def let_go(self, run: str, now: float) -> list[Effect]:
        """The start of a held run is on record here."""
        grant = self._grants.get(run)
        if grant is None:
            return [Post(msg.RunUnplaced(run, "o PC não a segurava mais."))]
        if grant.phase is not Phase.HELD:
            return []
        if now - grant.since >= self._hold_seconds:
            grant.phase = Phase.DROPPING
            return [Send(grant.run.pc, say.Drop(run))]
        grant.phase = Phase.GOING
        return [self._go(grant)]

    def drop(self, run: str) -> list[Effect]:
        """Nobody wants it any more. What was never told to go never begins."""
        grant = self._grants.get(run)
        if grant is None:
            return [Post(msg.RunExited(run, None, began=False))]
        if grant.phase in ON_RECORD:
            grant.phase = Phase.DROPPING
            return [Send(grant.run.pc, say.Drop(run))]
        self._forget(run)
        return [Send(grant.run.pc, say.Drop(run)), Post(msg.RunExited(run, None, began=False))]

    def stop(self, run: Run, order: say.Stop) -> list[Effect]:
        """Have a run's tree ended; said again until the PC has done it."""
        self._stops[run.id] = (run.pc, order)
        return [Send(run.pc, order)]

    def adopt(self, run: Run, now: float) -> list[Effect]:
        """A run on record of which this engine knows nothing more."""
        grant = self._grants.get(run.id)
        if grant is not None and grant.phase is Phase.RUNNING:
            return [Post(msg.RunConfirmed(run.id))]
        if grant is None or grant.phase is not Phase.DROPPING:
            self._grants.keep(Grant(run, Phase.SILENT, now, run.book))
        return [Send(run.pc, say.Ask((run.id,)))]

    def recorded(self, starts: Iterable[Run], ends: Iterable[Run]) -> list[Effect]:
        """Starts and ends that are on record here now."""
        effects: list[Effect] = []
        for run in starts:
            grant = self._grants.get(run.id)
            if grant is not None:
                grant.run = run
        for run in ends:
            pc = self._unacked.pop(run.id, "")
            if pc:
                effects.append(Send(pc, say.Ack((run.id,))))
            self._grants.pop(run.id)
        return effects

    def give_up_held(self) -> list[Effect]:
        """The engine ends: what is held and was not told to go goes."""
        waiting = [grant.run.id for grant in self._grants.all() if grant.phase not in ON_RECORD]
        return [effect for run in waiting for effect in self.drop(run) if isinstance(effect, Send)]

    def tick(self, now: float) -> list[Effect]:
        """Who did not answer in time is not waited for."""
        effects: list[Effect] = []
        while (grant := self._grants.oldest_asked()) and now - grant.since >= ANSWER_SECONDS:
            effects += self._unplaced(grant, _NO_ANSWER.format(pc=grant.run.pc))
        return effects

    def until_due(self, now: float) -> float | None:
        """In how many seconds the next answer is overdue; None where none is waited for."""
        grant = self._grants.oldest_asked()
        return None if grant is None else max(0.0, grant.since + ANSWER_SECONDS - now)

    def hear(self, pc: str, reply: Reply, now: float, *, is_anew: bool = False) -> list[Effect]:
        """What a PC said. ``is_anew``: with a presence, that it began anew since it was last heard."""
        match reply.body:
            case Presence():
                return self._presence(pc, reply.body, now, is_anew=is_anew)
            case say.Held():
                return self._held(pc, reply, reply.body, now)
            case say.Refused(run, reason, unsuited):
                grant = self._asked_of(pc, run)
                return [] if grant is None else self._unplaced(grant, reason, unsuited=unsuited)
            case say.Running():
                return self._running(pc, reply, reply.body, now)
            case say.Never(run, reason):
                return self._never(pc, reply.book, run, reason)
            case Exited():
                return self._exited(pc, reply, reply.body)
            case say.Stopped(run, killed, survivors):
                self._stops.pop(run, None)
                keep_newest(self._stopped, run)
                return [Post(msg.RunStopped(run, killed, survivors))]
            case say.Left(run, leftovers):
                return [Post(msg.RunLeft(run, leftovers))]
        return []

    def outranked(self, pc: str) -> list[Effect]:
        """A PC obeys another brain: nothing comes of what was asked of it."""
        asked = [grant for grant in self._grants.on(pc) if grant.phase is Phase.ASKED]
        return [
            effect for grant in asked for effect in self._unplaced(grant, f"o {pc} obedece a outro cérebro.")
        ]

    def _presence(self, pc: str, presence: Presence, now: float, *, is_anew: bool) -> list[Effect]:
        """Make good whatever was lost on the way: what is told of and what is not."""
        effects: list[Effect] = []
        unclear: list[str] = []
        told = {*presence.held, *presence.running, *presence.unsaid}
        for grant in self._grants.on(pc):
            run = grant.run.id
            if (is_anew and grant.phase is Phase.ASKED) or (is_anew and grant.phase is Phase.HELD):
                effects += self._unplaced(grant, f"o {pc} reiniciou.")
            elif grant.phase is not Phase.ASKED and (run not in told or grant.phase is Phase.SILENT):
                unclear.append(run)
        for run in presence.held:
            effects += self._still_held(pc, run, now)
        unclear += [run for run in presence.running if self._is_news(run)]
        unclear += [run for run in presence.unsaid if run not in unclear]
        effects += [Send(pc, order) for at, order in self._stops.values() if pc_key(at) == pc_key(pc)]
        return [*effects, Send(pc, say.Ask(tuple(unclear)))] if unclear else effects

    def _is_news(self, run: str) -> bool:
        grant = self._grants.get(run)
        return grant is None or grant.phase in {Phase.GOING, Phase.DROPPING}

    def _held(self, pc: str, reply: Reply, held: say.Held, now: float) -> list[Effect]:
        grant = self._asked_of(pc, held.run)
        if grant is None:
            return self._still_held(pc, held.run, now)
        grant.phase, grant.since, grant.book = Phase.HELD, now, reply.book
        identity = Identity(held.pid, held.created)
        return [Post(msg.RunHeld(held.run, identity, held.sha256, reply.book))]

    def _still_held(self, pc: str, run: str, now: float) -> list[Effect]:
        """A PC holds a run: it is to go if it was told to and is young, else nobody wants it."""
        grant = self._grants.get(run)
        if grant is not None and grant.phase in {Phase.ASKED, Phase.HELD}:
            return []
        if grant is None:
            return [Send(pc, say.Drop(run))]
        if grant.phase is Phase.GOING and now - grant.since < self._hold_seconds:
            return [self._go(grant)]
        if grant.phase in {Phase.GOING, Phase.SILENT}:
            grant.phase = Phase.DROPPING
        return [Send(pc, say.Drop(run))]

    def _running(self, pc: str, reply: Reply, running: say.Running, now: float) -> list[Effect]:
        grant = self._grants.get(running.run)
        if grant is not None:
            was, grant.phase, grant.book = grant.phase, Phase.RUNNING, grant.book or reply.book
            return [Post(msg.RunConfirmed(running.run))] if was in {Phase.SILENT, Phase.DROPPING} else []
        if running.run in self._gone:
            return []
        row = self._row(running.run)
        if row is not None and row.outcome is Outcome.UNKNOWN:  # a person gave it up, and it is at work
            self._grants.keep(Grant(row, Phase.RUNNING, now, reply.book))
            return [Post(msg.RunConfirmed(running.run))]
        if row is not None:
            return []  # open: the engine is about to take it up; ended: this word was late
        found = self._found_run(pc, reply, running.about, Identity(running.pid, running.created))
        self._grants.keep(Grant(found, Phase.RUNNING, now, reply.book))
        return [Post(msg.RunFound(found))]

    def _never(self, pc: str, book: str, run: str, reason: str) -> list[Effect]:
        self._stops.pop(run, None)
        grant = self._grants.get(run)
        if grant is None or pc_key(grant.run.pc) != pc_key(pc):
            return []
        self._forget(run)
        if grant.phase not in ON_RECORD or not grant.book or book == grant.book:
            return [Post(msg.RunUnplaced(run, reason or f"o {pc} não a segurou."))]
        lost = f"o diário do {pc} é outro desde então: não se sabe se terminou."
        return [Post(msg.RunExited(run, None, reason=lost, outcome=Outcome.UNKNOWN))]

    def _exited(self, pc: str, reply: Reply, end: Exited) -> list[Effect]:
        was_said = end.run in self._unacked
        self._unacked[end.run] = pc
        if self._grants.get(end.run) is not None and not was_said:
            if end.outcome in {Outcome.STOPPED, Outcome.TIMED_OUT} and end.run not in self._stopped:
                # A stop is over when the PC says so: where that word is lost, it is asked for again.
                self._stops.setdefault(end.run, (pc, say.Stop(end.run, 0, end.outcome)))
            exited = msg.RunExited(
                end.run, end.code, True, end.seconds, end.reason, end.leftovers, end.outcome
            )
            return [Post(exited)]
        row = self._row(end.run)
        if row is not None and row.outcome not in {None, Outcome.UNKNOWN}:
            del self._unacked[end.run]
            return [Send(pc, say.Ack((end.run,)))]
        run = self._found_run(pc, reply, end.about, Identity(end.pid, end.created))
        ended = replace(
            run,
            ended=end.ended,
            duration_seconds=end.seconds,
            exit_code=end.code,
            outcome=end.outcome,
            reason=end.reason,
            leftovers=end.leftovers,
            script_hash=end.sha256,
        )
        return [Post(msg.RunFound(ended))]

    def _found_run(self, pc: str, reply: Reply, about: About, identity: Identity) -> Run:
        member = self._roll.member(pc)
        name = member.name if member else pc
        return replace(self._found(about), pc=name, book=reply.book, identity=identity)

    def _unplaced(self, grant: Grant, reason: str, *, unsuited: bool = False) -> list[Effect]:
        run = grant.run.id
        self._forget(run)
        return [Send(grant.run.pc, say.Drop(run)), Post(msg.RunUnplaced(run, reason, unsuited))]

    def _asked_of(self, pc: str, run: str) -> Grant | None:
        grant = self._grants.get(run)
        is_so = grant is not None and grant.phase is Phase.ASKED
        return grant if is_so and grant and pc_key(grant.run.pc) == pc_key(pc) else None

    def _go(self, grant: Grant) -> Send:
        run = grant.run
        return Send(run.pc, say.Go(run.id, run.day, run.started))

    def _forget(self, run: str) -> None:
        """Its id is given up for good."""
        self._grants.pop(run)
        keep_newest(self._gone, run)


_NO_ANSWER = "o {pc} não respondeu em " + f"{ANSWER_SECONDS:g} s."
