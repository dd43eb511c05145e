"""A team in one process: real children, journals and engines of PCs, over a radio of the tests' own.

A "PC" or a "brain" dies where a fault point says so: its object is dropped at that very line, deaf and dumb
from then on, and a new one is built over the same files.
"""

from __future__ import annotations

import contextlib
import queue
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from tests.adapters.team.lossy import Air, End
from tests.builders import at, make_discovery
from tray_agent.adapters.readers.asking import NoReader
from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs.posix import PosixBackend
from tray_agent.adapters.runs.processes import ScriptProcesses
from tray_agent.adapters.system.clock import awake_or_not
from tray_agent.adapters.team import book as book_module
from tray_agent.adapters.team import remote as remote_module
from tray_agent.adapters.team import station as station_module
from tray_agent.adapters.team.book import PcBook, ToldJournal
from tray_agent.adapters.team.remote import Brain, TeamProcesses
from tray_agent.adapters.team.station import Station
from tray_agent.core import messages as msg
from tray_agent.core.messages import Message
from tray_agent.core.model import Job, Outcome, Pc, Run, Trigger
from tray_agent.core.policies import Policies
from tray_agent.core.ports import Standing
from tray_agent.core.rules.limits import Limits
from tray_agent.core.schedules.schedule import MANUAL, at_hours
from tray_agent.core.shown import Snapshot
from tray_agent.engine.keeper import Keeper
from tray_agent.engine.loop import Engine
from tray_agent.engine.words_here import Outside, Post

SIGNAL, HOLD, ANSWER = 0.1, 1.0, 0.5


class SteadyClock:
    """The clock of a day on which it is never midnight."""

    def now(self) -> datetime:
        return at("12:00") + timedelta(seconds=time.monotonic() - _BEGAN)

    def monotonic(self) -> float:
        return time.monotonic()


_BEGAN = time.monotonic()


class Killed(BaseException):
    """This thread's program is no more."""


def quietly(work: Callable[[], object]) -> Callable[[], None]:
    """The same, but that being killed is no surprise."""

    def do() -> None:
        with contextlib.suppress(Killed):
            work()

    return do


class Faults:
    """Which point is to be fatal next; ``reach`` takes the place of the real one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.armed: str = ""
        self.hits: Counter[str] = Counter()
        self._victims: dict[int, Callable[[], None]] = {}
        self._dead: set[int] = set()

    def belongs(self, thread: threading.Thread, die: Callable[[], None]) -> None:
        """What runs on this thread dies so."""
        assert thread.ident is not None
        self._victims[thread.ident] = die
        self._dead.discard(thread.ident)

    def reach(self, point: str) -> None:
        me = threading.get_ident()
        with self._lock:
            is_fatal = point == self.armed
            if is_fatal:
                self.armed = ""
                self.hits[point] += 1
        if is_fatal:
            die = self._victims.get(me)
            if die is not None:
                die()
            raise Killed(point)


class Pc_:
    """One PC, whatever life it is in."""

    def __init__(self, name: str, folder: Path, air: Air, faults: Faults, places: int = 3) -> None:
        self.name = name
        self.folder = folder
        self.base = folder / "base"
        self.air = air
        self.faults = faults
        self.places = places
        self.snapshot: Snapshot | None = None
        self.is_dead = threading.Event()
        self.lives = 0
        (self.base / "metodos").mkdir(parents=True, exist_ok=True)

    def script(self, name: str, text: str) -> None:
        (self.base / "metodos" / name).write_text(text, encoding="utf-8")

    def start(self) -> None:
        """Begin a life over the files of the last."""
        self.lives += 1
        self.is_dead = threading.Event()
        life = _PcLife(self)
        self.life = life
        life.start()

    def rows(self) -> list[Run]:
        """All rows of its book."""
        with self._reading() as book:
            return book._runs("1 = 1 ORDER BY started", ())

    def said(self) -> set[str]:
        """The ends that the brain has, as far as this PC knows."""
        with self._reading() as book:
            return book.said()

    def has_all_acked(self) -> bool:
        rows = self.rows()
        return all(run.outcome for run in rows) and self.said() == {run.id for run in rows}

    @contextlib.contextmanager
    def _reading(self) -> Iterator[PcBook]:
        book = PcBook(self.folder, lambda starts, ends: None, "reader")
        try:
            yield book
        finally:
            book.close()

    def kill(self) -> None:
        """As SIGKILL: what it was let go lives on."""
        self.life.die()

    def close(self) -> None:
        self.life.die()


class _PcLife:
    def __init__(self, pc: Pc_) -> None:
        self._pc = pc
        self._dead = pc.is_dead
        self.end = End(pc.air, pc.name)
        self.processes = ScriptProcesses(
            self.post,
            PosixBackend(),
            lambda script: ["/bin/sh"],
            lambda run: {"PATH": "/usr/bin:/bin", "TRAY_AGENT_RUN": run.id},
            base=lambda: pc.base,
        )
        self.station = Station(self.post, lambda: (pc.base, pc.base.is_dir()))
        self.station.use(self.end)
        station = self.station
        self.book = PcBook(pc.folder, lambda starts, ends: None, "pc")
        self.keeper = Keeper(
            Post(pc.name, pc.places, (), "1", secrets.token_hex(4), HOLD, SIGNAL),
            Outside(station.send, station.place, station.tail, station.read_log, awake_or_not),
            "PC-CEREBRO",
            Limits(local_history=True, stop_grace_seconds=0.5, loop_seconds=0.2),
            SteadyClock(),
            self.processes,
            self.book,
            NoReader(),
            self._publish,
            logs=str(pc.folder / "logs"),
            boot=ids.boot_id(),
        )
        self.thread = threading.Thread(target=quietly(self.keeper.run), name=f"engine-{pc.name}", daemon=True)

    def start(self) -> None:
        self.thread.start()
        self._pc.faults.belongs(self.thread, self.die)
        self._pc.air.listen(self._pc.name, lambda _, message: self.post(msg.OrderHeard(message)))
        self.post(msg.BrainLinked(True, ""))

    def die(self) -> None:
        if self._dead.is_set():
            return
        self.end.close()
        self._pc.air.listen(self._pc.name, None)
        self.keeper.fence()
        self.processes.close()
        self._dead.set()
        self.keeper.post(msg.Woke())

    def post(self, message: Message) -> None:
        if not self._dead.is_set():
            self.keeper.post(message)

    def _publish(self, snapshot: Snapshot) -> None:
        self._pc.snapshot = snapshot


@dataclass
class _Task:
    """What the clerk has to have run once."""

    job: Job
    run: Run | None = None
    begun: bool = False


class Clerk:
    """A brain as simple as can be: every job of its list is to run once, on whatever PC takes it.

    It keeps to what an engine promises its processes: a row before ``let_go``, ends on record, rows forgotten
    only for what never began.
    """

    def __init__(
        self, folder: Path, air: Air, faults: Faults, pcs: Sequence[str], jobs: Sequence[Job]
    ) -> None:
        self.folder = folder
        self._air = air
        self._faults = faults
        self._pcs = pcs
        self._jobs = jobs
        self.epoch = 1
        self.is_dead = threading.Event()
        self.name = "PC-CEREBRO"
        self.lives = 0

    def start(self) -> None:
        self.lives += 1
        self.is_dead = threading.Event()
        self.life = _ClerkLife(self, self._air, self._faults, self._pcs, self._jobs)
        self.life.start()

    def kill(self) -> None:
        self.life.die()

    def runs(self) -> list[Run]:
        """All rows of its journal."""
        journal = ToldJournal(self.folder, lambda starts, ends: None, "reader")
        try:
            return journal._runs("1 = 1 ORDER BY started", ())
        finally:
            journal.close()


class _ClerkLife:
    def __init__(
        self, clerk: Clerk, air: Air, faults: Faults, pcs: Sequence[str], jobs: Sequence[Job]
    ) -> None:
        self._clerk = clerk
        self._dead = clerk.is_dead
        self._air = air
        self._faults = faults
        self.clock = SteadyClock()
        self.inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self.tasks = {job.id: _Task(job) for job in jobs}
        self.pcs: dict[str, Pc] = {}
        self.events: list[Message] = []
        self.reader = ToldJournal(clerk.folder, lambda starts, ends: None, "reader")
        self.end = End(air, "")
        self.local = _NoProcesses()
        life = secrets.token_hex(4)
        brain = Brain(clerk.name, clerk.epoch, "1", life, str(clerk.folder / "logs"), 0, (), HOLD, SIGNAL)
        base = clerk.folder / "base"
        self.team = TeamProcesses(
            brain, self.clock, self.local, self.post, lambda: base, self.reader.run, lambda: list(pcs)
        )
        self.team.thread = threading.Thread(target=quietly(self.team._work), name="team", daemon=True)
        self.journal = ToldJournal(clerk.folder, self.team.recorded, "brain")
        self.thread = threading.Thread(target=quietly(self._run), name="clerk", daemon=True)
        self._next = 0

    def post(self, message: Message) -> None:
        if not self._dead.is_set():
            self.inbox.put(message)

    def start(self) -> None:
        self._air.listen("", self.team.heard)
        self.thread.start()
        self._faults.belongs(self.thread, self.die)
        self.team.start(self.end)
        self._faults.belongs(self.team.thread, self.die)
        self.team.link(True, "")

    def die(self) -> None:
        if self._dead.is_set():
            return
        self._dead.set()
        self.end.close()
        self._air.listen("", None)
        self.team.end()
        self.inbox.put(None)

    def _run(self) -> None:
        try:
            self._take_up()
            while not self._dead.is_set():
                self._give_out()
                try:
                    message = self.inbox.get(timeout=0.05)
                except queue.Empty:
                    continue
                if message is not None:
                    self._take(message)
        finally:
            self.journal.close()

    def _take_up(self) -> None:
        for run in self.journal.open_runs():
            task = self.tasks[run.job]
            task.run, task.begun = run, True
            assert self.team.standing(run) is Standing.UNKNOWN
            self.team.adopt(run)
        done = {run.job for run in self.journal.runs_of(self.clock.now().date())}
        for job in done:
            del self.tasks[job]

    def _give_out(self) -> None:
        """Ask PCs with free places for runs."""
        taken = Counter(task.run.pc for task in self.tasks.values() if task.run is not None)
        for task in self.tasks.values():
            free = [pc for pc in self.pcs.values() if pc.present and taken[pc.name] < pc.places]
            if task.run is not None or not free:
                continue
            pc = min(free, key=lambda each: taken[each.name])
            self._next += 1
            now = self.clock.now()
            run = Run(
                f"{now:%H%M%S%f}-{self._next}",
                task.job.id,
                task.job.name,
                task.job.path,
                Trigger.SCHEDULED,
                now.date(),
                now,
                f"{self._clerk.folder}/logs/{task.job.id}/{now:%H%M%S%f}-{self._next}.log",
                pc=pc.name,
            )
            taken[pc.name] += 1
            task.run, task.begun = run, False
            self.team.hold(run, task.job)

    def _of(self, run: str) -> _Task | None:
        return next((each for each in self.tasks.values() if each.run and each.run.id == run), None)

    def _take(self, message: Message) -> None:
        self.events.append(message)
        match message:
            case msg.TeamSeen(pcs):
                self.pcs = {pc.name: pc for pc in pcs if not pc.is_brain}
            case msg.RunHeld(run, identity, digest, book):
                task = self._of(run)
                if task is None or task.run is None or task.begun:
                    self.team.drop(run)
                    return
                now = self.clock.now()
                task.run = replace(
                    task.run, identity=identity, script_hash=digest, book=book, started=now, day=now.date()
                )
                self.journal.record([task.run], [])
                task.begun = True
                self.team.let_go(run)
            case msg.RunUnplaced(run) | msg.RunRefused(run):
                task = self._of(run)
                if task is not None:
                    if task.begun:
                        self.journal.forget(run)
                    task.run, task.begun = None, False
            case msg.RunExited(run):
                self._exited(message)
            case msg.RunFound(run):
                self.journal.record_found([run])
                if run.outcome is not None:
                    self.tasks.pop(run.job, None)

    def _exited(self, event: msg.RunExited) -> None:
        task = self._of(event.run)
        if task is None or task.run is None:
            return
        if not event.began:
            if task.begun:
                self.journal.forget(event.run)
            task.run, task.begun = None, False
            return
        outcome = event.outcome or Outcome.ENDED
        ended = replace(
            task.run,
            ended=self.clock.now(),
            duration_seconds=event.duration_seconds,
            exit_code=event.exit_code,
            outcome=outcome,
            reason=event.reason,
        )
        self.journal.record([], [ended])
        del self.tasks[task.job.id]


class EngineBrain:
    """The real engine as the brain: every job of its list is due once."""

    def __init__(
        self, folder: Path, air: Air, faults: Faults, pcs: Sequence[str], jobs: Sequence[Job]
    ) -> None:
        self.folder = folder
        self.air = air
        self.faults = faults
        self.pcs = pcs
        self.jobs = [replace(job, schedule=at_hours({0}), policies=Policies(pcs=("*",))) for job in jobs]
        self.is_dead = threading.Event()
        self.snapshot: Snapshot | None = None

    def start(self) -> None:
        self.is_dead = threading.Event()
        self.life = _EngineLife(self)
        self.life.start()

    def kill(self) -> None:
        self.life.die()

    def runs(self) -> list[Run]:
        """All rows of its journal."""
        journal = ToldJournal(self.folder, lambda starts, ends: None, "reader")
        try:
            return journal._runs("1 = 1 ORDER BY started", ())
        finally:
            journal.close()

    def is_done(self) -> bool:
        seen = self.snapshot
        return bool(
            seen
            and seen.discovered
            and not seen.running
            and not seen.queue
            and all(not facts.owed for facts in seen.facts.values())
        )


class _EngineLife:
    def __init__(self, brain: EngineBrain) -> None:
        self._brain = brain
        self._dead = brain.is_dead
        self.events: list[Message] = []
        self.clock = SteadyClock()
        self.end = End(brain.air, "")
        base = brain.folder / "base"
        self.reader = ToldJournal(brain.folder, lambda starts, ends: None, "reader")
        self.local = ScriptProcesses(
            self.post,
            PosixBackend(),
            lambda script: ["/bin/sh"],
            lambda run: {"PATH": "/usr/bin:/bin", "TRAY_AGENT_RUN": run.id},
            base=lambda: base,
        )
        me = Brain("PC-CEREBRO", 1, "1", secrets.token_hex(4), f"{brain.folder}/logs", 2, (), HOLD, SIGNAL)
        self.team = TeamProcesses(
            me, self.clock, self.local, self.post, lambda: base, self.reader.run, lambda: list(brain.pcs)
        )
        self.team.thread = threading.Thread(target=quietly(self.team._work), name="team", daemon=True)
        self.journal = ToldJournal(brain.folder, self.team.recorded, "brain")
        self.engine = Engine(
            Limits(
                max_concurrent=2,
                local_history=True,
                loop_seconds=0.2,
                me="PC-CEREBRO",
                stop_grace_seconds=0.5,
            ),
            self.clock,
            self.team,
            self.journal,
            _Discovery(self.post, brain.jobs, base),
            NoReader(),
            self._publish,
            logs=f"{brain.folder}/logs",
            boot=ids.boot_id(),
        )
        self.thread = threading.Thread(target=quietly(self.engine.run), name="engine", daemon=True)

    def post(self, message: Message) -> None:
        if not self._dead.is_set():
            self.events.append(message)
            self.engine.post(message)

    def start(self) -> None:
        self._brain.air.listen("", self.team.heard)
        self.thread.start()
        self._brain.faults.belongs(self.thread, self.die)
        self.team.start(self.end)
        self._brain.faults.belongs(self.team.thread, self.die)
        self.team.link(True, "")

    def die(self) -> None:
        if self._dead.is_set():
            return
        self.end.close()
        self._brain.air.listen("", None)
        self.engine.fence()
        self.local.close()
        self._dead.set()
        self.team.end()
        self.engine.post(msg.Woke())

    def _publish(self, snapshot: Snapshot) -> None:
        if not self._dead.is_set():
            self._brain.snapshot = snapshot


class _Discovery:
    """Finds the same jobs every time."""

    def __init__(self, post: Callable[[Message], None], jobs: Sequence[Job], base: Path) -> None:
        self._post = post
        self._found = make_discovery(*jobs, base_path=str(base))

    def ask(self, at: datetime) -> None:
        self._post(msg.Discovered(self._found))

    def close(self) -> None:
        pass


class _NoProcesses:
    """The brain of these tests runs nothing itself."""

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *args: None


@dataclass
class Team:
    """Brain, PCs and what lies between."""

    folder: Path
    air: Air
    faults: Faults = field(default_factory=Faults)

    def __post_init__(self) -> None:
        self.truth = self.folder / "truth"
        self.truth.touch()
        self.pcs: dict[str, Pc_] = {}

    def install(self, monkeypatch: object) -> None:
        """Put our fault points in the place of the real ones."""
        for module in (book_module, remote_module, station_module):
            monkeypatch.setattr(module, "reach", self.faults.reach)  # type: ignore[attr-defined]

    def pc(self, name: str, places: int = 3) -> Pc_:
        self.pcs[name] = Pc_(name, self.folder / name, self.air, self.faults, places)
        return self.pcs[name]

    def script(self, job: str, text: str = "") -> Job:
        """A script on the brain and on every PC; it tells the truth about its starts."""
        text = f'echo "$TRAY_AGENT_RUN {job}" >>{self.truth}\n{text}'
        base = self.folder / "cerebro" / "base" / "metodos"
        base.mkdir(parents=True, exist_ok=True)
        (base / f"{job}.py").write_text(text)
        for pc in self.pcs.values():
            pc.script(f"{job}.py", text)
        return Job(job, job, "Área", str(base / f"{job}.py"), MANUAL)

    def engine(self, jobs: Sequence[Job]) -> EngineBrain:
        return EngineBrain(self.folder / "cerebro", self.air, self.faults, list(self.pcs), jobs)

    def clerk(self, jobs: Sequence[Job]) -> Clerk:
        return Clerk(self.folder / "cerebro", self.air, self.faults, list(self.pcs), jobs)

    def started(self) -> Counter[str]:
        """How often each job really began."""
        return Counter(line.split()[1] for line in self.truth.read_text().splitlines())

    def runs_started(self) -> Counter[str]:
        """How often each run really began."""
        return Counter(line.split()[0] for line in self.truth.read_text().splitlines())


def wait(condition: Callable[[], object], seconds: float = 30.0, why: str = "it never came true") -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, why
        time.sleep(0.01)
