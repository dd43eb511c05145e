"""The brain's processes: those of its own PC, and by radio those of the others.

One thread does all that is about other PCs, in the order in which it comes; what may block is done beside it.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from tray_agent.adapters.runs.processes import StartRefused, what_is_run
from tray_agent.adapters.runs.threads import SpareThreads
from tray_agent.adapters.system.clock import awake_or_not
from tray_agent.adapters.system.fault_points import reach
from tray_agent.adapters.system.os_faults import reason
from tray_agent.adapters.team.logs import RemoteLogs
from tray_agent.core.messages import RunRefused, TeamSeen
from tray_agent.core.model import Job, Outcome, Pc, Run
from tray_agent.core.naming import slug
from tray_agent.core.ports import Clock, Post, Processes, Radio, Standing
from tray_agent.core.team import orders as say
from tray_agent.core.team.grant import Effect, Send
from tray_agent.core.team.granting import Grants
from tray_agent.core.team.names import pc_key
from tray_agent.core.team.orders import About, Order, Reply
from tray_agent.core.team.roll import Roll
from tray_agent.core.team.wire import encode, reply_of

_log = logging.getLogger(__name__)
_SILENT_SIGNALS = 3
_TOGETHER_SECONDS = 0.1  # what happens to many PCs within it is told in one piece
_MOST_KNOWN = 20_000
_GONE = "gone"  # the server's own word, which no PC can say


@dataclass(frozen=True, slots=True)
class Brain:
    """Who this brain is, and how it keeps time (s). ``timeout_minutes`` is for jobs that name none; 0: no
    limit."""

    name: str
    epoch: int
    version: str
    life: str
    logs: str
    places: int
    tags: tuple[str, ...] = ()
    hold_seconds: float = 30.0
    signal_seconds: float = 5.0
    timeout_minutes: float = 0.0


class TeamProcesses:
    """Fulfils :class:`tray_agent.core.ports.Processes` for a team.

    ``row`` finds a run in the brain's journal, on this one's thread; ``members`` names the PCs that were
    invited; ``base`` is the folder below which every script lies; ``outranked`` is told of a PC's name and of
    the brain that it obeys instead; ``book`` names the journal, on this one's thread, "" while it cannot.
    """

    def __init__(
        self,
        brain: Brain,
        clock: Clock,
        local: Processes,
        post: Post,
        base: Callable[[], Path],
        row: Callable[[str], Run | None],
        members: Callable[[], Iterable[str]],
        outranked: Callable[[str, int, str], None] = lambda pc, epoch, name: None,
        book: Callable[[], str] = str,
    ) -> None:
        self._brain = brain
        self._clock = clock
        self._local = local
        self._post = post
        self._base = base
        self._members = members
        self._outranked = outranked
        self._book, self._book_id = book, ""
        self._radio: Radio | None = None
        self._roll = Roll(_SILENT_SIGNALS * brain.signal_seconds, brain.version, brain.epoch, brain.name)
        self._grants = Grants(self._roll, brain.hold_seconds, row, self._found)
        self._inbox: queue.SimpleQueue[Callable[[], Iterable[Effect]]] = queue.SimpleQueue()
        self._threads = SpareThreads("team-hold")
        self._remote: dict[str, None] = {}
        self._hello_at = self._notice_at = self._show_at = 0.0
        self._own: Pc | None = None
        self._closed = threading.Event()
        self.thread = threading.Thread(target=self._work, name="team", daemon=True)
        self.logs = RemoteLogs(self._send, self._is_remote)

    def start(self, radio: Radio) -> None:
        """Begin, on a thread of its own. What is to be said goes to this radio; it may be deaf yet."""
        self._radio = radio
        self._inbox.put(self._invite)
        self.thread.start()

    def end(self) -> None:
        """End the thread; the radio is its owner's."""
        self._closed.set()
        self._inbox.put(tuple)

    def heard(self, pc: str, message: Mapping[str, Any]) -> None:
        """A PC said something; from any thread."""
        self._inbox.put(partial(self._hear, pc, message))

    def link(self, up: bool, why: str) -> None:
        """The way to the others opened or closed; from any thread."""
        if up:
            self._inbox.put(self._greet)

    def changed(self) -> None:
        """Somebody was invited or removed; from any thread."""
        self._inbox.put(self._invite)

    def recorded(self, starts: Sequence[Run], ends: Sequence[Run]) -> None:
        """These starts and ends are on record now; from any thread."""
        mine = [run for run in starts if run.pc], [run for run in ends if run.pc]
        if any(mine):
            self._inbox.put(partial(self._grants.recorded, *mine))

    def hold(self, run: Run, job: Job) -> None:
        """Create the run's process held, here or on its PC."""
        if not self._is_remote(run):
            self._local.hold(run, job)
            return
        self._know(run)
        self._threads.do(partial(self._prepare, run, job))

    def let_go(self, run: str) -> None:
        """Let a held child begin."""
        if run in self._remote:
            self._inbox.put(lambda: self._grants.let_go(run, awake_or_not()))
        else:
            self._local.let_go(run)

    def drop(self, run: str) -> None:
        """Give a held child up."""
        if run in self._remote:
            self._inbox.put(partial(self._grants.drop, run))
        else:
            self._local.drop(run)

    def adopt(self, run: Run) -> None:
        """Watch a run that an earlier agent (or an engine fenced off) started."""
        if self._is_remote(run):
            self._know(run)
            self._inbox.put(lambda: self._grants.adopt(run, awake_or_not()))
        else:
            self._local.adopt(run)

    def stop(self, run: Run, grace_seconds: float, outcome: Outcome = Outcome.STOPPED) -> None:
        """End the run's tree; of another PC as soon as it is heard."""
        if self._is_remote(run):
            self._inbox.put(partial(self._grants.stop, run, say.Stop(run.id, grace_seconds, outcome)))
        else:
            self._local.stop(run, grace_seconds, outcome)

    def standing(self, run: Run) -> Standing:
        """What became of a run on record: of one on another PC only that PC tells."""
        return Standing.UNKNOWN if self._is_remote(run) else self._local.standing(run)

    def age(self, run: Run) -> float | None:
        """How long the run's process has lived (s)."""
        return None if self._is_remote(run) else self._local.age(run)

    def close(self) -> None:
        """Give up what is held, here and elsewhere; running scripts go on."""
        self._local.close()
        self._inbox.put(self._grants.give_up_held)

    def _know(self, run: Run) -> None:
        """Its id alone says from now on where it is. On the engine's thread."""
        self._remote[run.id] = None
        while len(self._remote) > _MOST_KNOWN:
            del self._remote[next(iter(self._remote))]

    def _is_remote(self, run: Run) -> bool:
        return bool(run.pc) and pc_key(run.pc) != pc_key(self._brain.name)

    def _work(self) -> None:
        while not self._closed.is_set():
            try:
                self._turn()
            except Exception:  # noqa: BLE001 - the top of a thread that must outlive any surprise
                _log.exception("an order or a word of the team was set aside")

    def _turn(self) -> None:
        try:
            work: Callable[[], Iterable[Effect]] = self._inbox.get(timeout=self._rest())
        except queue.Empty:
            work = tuple
        self._do(work())
        now = awake_or_not()
        self._do(self._grants.tick(now))
        if now >= self._hello_at:
            self._do(self._greet())
        if now >= self._notice_at:
            self._notice_at = now + _TOGETHER_SECONDS
            self._roll.notice_silence(self._clock.now(), now)
        self._show(now)

    def _rest(self) -> float:
        now = awake_or_not()
        due = self._grants.until_due(now)
        rest = min(self._hello_at - now, self._brain.signal_seconds if due is None else due)
        return max(0.0, min(rest, self._show_at - now) if self._roll.has_news else rest)

    def _do(self, effects: Iterable[Effect]) -> None:
        for effect in effects:
            if isinstance(effect, Send):
                self._send(effect.pc, effect.body)
            else:
                self._post(effect.message)

    def _send(self, pc: str, body: say.OrderBody) -> None:
        if isinstance(body, say.Go):
            reach("brain.before_go")
        if isinstance(body, say.Ack):
            reach("brain.before_ack")
        if self._radio is not None:
            self._radio.send(pc, encode(Order(self._brain.epoch, self._brain.name, body)))
        if isinstance(body, say.Hold):
            reach("brain.after_hold")

    def _greet(self) -> Iterable[Effect]:
        """Say to everybody that this brain is there: the epoch, so that no other is obeyed."""
        self._hello_at = awake_or_not() + self._brain.signal_seconds
        self._book_id = self._book_id or self._book()
        hello = say.Hello(self._clock.now(), self._brain.version, self._brain.life, self._book_id)
        return [Send(name, hello) for name in self._roll.names()]

    def _invite(self) -> Iterable[Effect]:
        self._roll.invite(self._members(), self._clock.now())
        return self._greet()

    def _hear(self, pc: str, message: Mapping[str, Any]) -> Iterable[Effect]:
        if message.get("kind") == _GONE:
            self._roll.is_gone(pc, self._clock.now())
            return []
        reply = reply_of(message)
        if not isinstance(reply, Reply):
            _log.warning("not understood from %s: %s, %s", pc, reply.kind, reply.why)
            return []
        member, now = self._roll.member(pc), awake_or_not()
        # One that was removed from the team is heard until its runs have ended; it gets no new ones.
        member_name = pc if member is None else member.name
        is_anew = False
        self._roll.sign(pc, reply.instance, now)
        match reply.body:
            case say.Presence() if member is not None:
                is_anew = self._roll.hear(pc, reply, reply.body, self._clock.now(), now)
                if member.outranked:
                    self._outranked(member_name, reply.body.obeys, reply.body.brain)
            case say.Outranked(obeys, brain):
                return self._be_outranked(member_name, obeys, brain)
            case say.LogPart():
                self.logs.hear(reply.body)
            case say.Exited(about=about):
                self.logs.take_end(Path(self._log_of(about)), reply.body)
            case say.Refused(run, differs=True) if member is not None:
                member.lagging.add(self._grants.name_of(run))
                self._roll.look(pc)
            case say.Held(run) if member is not None and member.lagging:
                member.lagging.discard(self._grants.name_of(run))
                self._roll.look(pc)
        return self._grants.hear(member_name, reply, now, is_anew=is_anew)

    def _be_outranked(self, pc: str, obeys: int, brain: str) -> Iterable[Effect]:
        member = self._roll.member(pc)
        if member is not None:
            member.outranked = brain or f"época {obeys}"
            self._roll.look(pc)
        self._outranked(pc, obeys, brain)
        return self._grants.outranked(pc)

    def _prepare(self, run: Run, job: Job) -> None:
        """Look at the brain's own copy of the script, on a thread that may block; then ask the PC."""
        try:
            base = self._base()
            opened = what_is_run(Path(run.script), base)
            path = Path(run.script).relative_to(base).as_posix()
        except StartRefused as refused:
            self._post(RunRefused(run.id, str(refused)))
            return
        except (OSError, ValueError) as error:
            said = reason(error) if isinstance(error, OSError) else "fora da pasta de automações"
            self._post(RunRefused(run.id, f"o script não pode ser lido ({said})."))
            return
        timeout = job.timeout_minutes or self._brain.timeout_minutes or None
        self._inbox.put(lambda: self._grants.ask(run, opened.sha256, path, job.area, timeout, awake_or_not()))

    def _found(self, about: About) -> Run:
        """A run of which a PC tells, with script and log as they are here."""
        return Run(
            about.run,
            about.job,
            about.name,
            (self._base() / about.path).as_posix(),
            about.trigger,
            about.day,
            about.started,
            self._log_of(about),
            by=about.by,
            attempt=about.attempt,
            arguments=about.arguments,
            stands_for=about.stands_for,
        )

    def _log_of(self, about: About) -> str:
        return f"{self._brain.logs}/{slug(about.job)}/{slug(about.run)}.log"

    def _show(self, now: float) -> None:
        """Say which PCs stand otherwise than was said, at first all: at once after a rest, else together."""
        if now < self._show_at or not (self._roll.has_news or self._own is None):
            return
        self._show_at = now + _TOGETHER_SECONDS
        pcs, gone = self._roll.tell()
        if self._own is None:
            brain = self._brain
            self._own = Pc(brain.name, brain.places, brain.tags, version=brain.version, is_brain=True)
            pcs = (self._own, *pcs)
        self._post(TeamSeen(pcs, self._roll.problems(), gone))
