"""The composition root: chooses the adapters, joins them with engine and shell, owns start and end."""

from __future__ import annotations

import logging
import os
import sys
import threading
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tray_agent import __version__
from tray_agent.adapters.notices.sender import Sender
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.system import program
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.adapters.system.instance_lock import InstanceLock
from tray_agent.adapters.system.places import APP_DIR_VARIABLE, Places
from tray_agent.adapters.system.power import KeepAwake
from tray_agent.adapters.system.privacy import close_to_others, write_privately
from tray_agent.adapters.system.waiting import MainWait
from tray_agent.core.messages import BrainNamed, Message, Noticed, Quit, Refresh, Woke
from tray_agent.core.model import Problem, Where
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot
from tray_agent.engine.loop import Engine
from tray_agent.shell.channel.control import ControlServer
from tray_agent.shell.channel.service import Service
from tray_agent.shell.channel.user import os_user
from tray_agent.shell.channel.wire import UnsafeChannelFile
from tray_agent.shell.views.snapshots import SILENT_SECONDS, Reader
from tray_agent.start.base_folder import BaseFolder, TeamSide, is_configured
from tray_agent.start.beside import answer_team, succession_of, teller_of
from tray_agent.start.choosing import take_up
from tray_agent.start.engines import alone, limits
from tray_agent.start.exporting import export
from tray_agent.start.folder_guard import FolderGuard, JournalGate
from tray_agent.start.outside import AgentOutside
from tray_agent.start.scripts import Scripts
from tray_agent.start.watchdog import Watchdog

if TYPE_CHECKING:
    from tray_agent.shell.window.dashboard import Dashboard

_log = logging.getLogger(__name__)
_SIGN_SECONDS = 60.0
_CHANNEL_RETRY_SECONDS = 1.0


class Agent:
    """One running agent: engine thread, local channel, readers, keep-awake; tray and window come on top."""

    def __init__(self, settings: Settings, places: Places, *, headless: bool) -> None:
        self._umask = write_privately()
        self.settings = settings
        self.places = places
        self.headless = headless
        self.clock = SystemClock(settings.timezone)
        self.snapshot: Snapshot | None = None
        self.server: ControlServer | None = None
        self.done = threading.Event()
        self._main = MainWait()
        self.is_started = False
        self._noticed: dict[str, Noticed] = {}
        self.succession = succession_of(lambda: self.snapshot, self.notice, self.ask_to_quit)
        self._closing = threading.Event()
        self._channel: threading.Thread | None = None
        self.listeners: list[Callable[[Snapshot], None]] = []
        self.open_dashboard: Callable[[str], str] = lambda job: "Não há tela para abrir o painel."
        self._lock = InstanceLock(places.data_dir)
        self.gate = JournalGate(places.data_dir, settings.history == "local", self.notice)
        self.scripts = Scripts(
            settings,
            places,
            self._umask,
            lambda: self.base_path()[0],
            self.post,
            self._growing_logs,
            lambda: self.clock.now().date(),
            self.gate.refused,
        )
        self.processes = self.scripts.processes
        self.base_folder = BaseFolder(self.post, self.notice)
        self.team: TeamSide | None = None
        self.changing = threading.RLock()
        self._awake = KeepAwake(settings.awake)
        self._guard = FolderGuard(places.data_dir, self._lock, self.notice, self.ask_to_quit)
        self._watchdog = Watchdog(lambda: self.engine.last_turn, self._replace_engine, also=self._look_around)
        self.away: tuple[datetime, datetime] | None = None
        self._heard_of = 0.0
        self._sender = Sender(self.reader_process, settings.notify_deadline_seconds, self._notices_failed)

    def take_folder(self) -> None:
        """Be the folder's one agent. Raises AlreadyRunning, or OSError when the folder cannot be used."""
        self._lock.acquire()
        self.away = self._lock.away(self.clock.now())
        self._be_heard_of()
        places = self.places
        close_to_others(places.data_dir, (places.app_dir, places.registry, places.home))

    def start(self, on_no_channel: Callable[[OSError], None]) -> None:
        """Begin; the folder was taken. While the channel cannot be opened (a full disk) the agent works
        without one, having told ``on_no_channel`` why. Raises UnsafeChannelFile where it never may be."""
        self.gate.look()
        if is_configured(self.places.data_dir):
            from tray_agent.start.team import side_of

            self.team = side_of(self)
        self.engine = self._engine()
        self.outside = AgentOutside(
            lambda: self.places,
            self.clock,
            lambda: self.engine.last_turn,
            self._examine,
            self._open_dashboard,
            self.scripts.interpreters,
            self._export,
            self.settings.no_data_exit_code,
            self.gate.refused,
            limits(self.settings).resources,
            self.succession.updates if self.succession else None,
            self.reader_process,
            partial(answer_team, self),
            partial(take_up, self),
        )
        self.server = ControlServer(self.places.data_dir, self._service().answer)
        try:
            self.server.start()
        except UnsafeChannelFile:
            raise
        except OSError as error:
            on_no_channel(error)
            self._channel = threading.Thread(target=self._open_channel, args=(self.server,), daemon=True)
            self._channel.start()
        self._teller = teller_of(
            self.settings, lambda: self.snapshot, self.clock.now, self._sender, self.away
        )
        if self._teller is not None:
            self.listeners.append(self._teller.changed)
            self._teller.start()
        self.is_started = True  # what is noticed from here on, the engine is told
        self._start_engine()
        self._watchdog.start()
        self._awake.start()
        self.scripts.log_keeper.start()
        if self.succession is not None:
            self.succession.updates.start()
        _log.info("agent %s started, pid %d, data in %s", __version__, os.getpid(), self.places.data_dir)

    def _service(self) -> Service:
        """What answers over the channel."""
        reader = Reader(
            version=__version__,
            pid=os.getpid(),
            headless=self.headless,
            instance=os.urandom(8).hex(),
            grace_seconds=self.settings.stop_grace_seconds,
            no_data_exit_code=self.settings.no_data_exit_code,
            person=os_user(),
        )
        return Service(lambda: self.snapshot, self.post, reader, self.outside)

    def notice(self, source: str, *problems: Problem) -> None:
        """Have this, and nothing else of this source, be shown as wrong; from any thread, also before the
        start."""
        self._noticed[source] = Noticed(source, problems)
        if self.is_started:
            self.post(self._noticed[source])

    def wait(self) -> None:
        """Until the engine has ended; signals are heeded meanwhile. On the main thread."""
        self._main.until(self.done.is_set)

    def close(self) -> None:
        """End what surrounds the engine; running scripts go on."""
        self._closing.set()
        if self._channel is not None:
            self._channel.join()
        if self.server is not None:
            self.server.close()
        if self.succession is not None:
            self.succession.updates.close()
        self._awake.close()
        self.scripts.log_keeper.close()
        self._watchdog.close()
        if self._teller is not None:
            self._teller.close()
        if self.team is not None:
            self.team.close()
        self._sender.close()
        self._be_heard_of()
        self.outside.close()
        self._lock.release()
        self._main.close()
        _log.info("agent ended")

    def ask_to_quit(self, *_: object) -> None:
        """End the engine, letting runs finish; also a signal handler. One that hangs is not waited for."""
        self.engine.post(Quit())
        if self.clock.monotonic() - self.engine.last_turn > SILENT_SECONDS:
            _log.critical("the engine does not answer: leaving without it")
            self._ended()

    def make_dashboard(self, on_end: Callable[[int], None]) -> Dashboard:
        """The holder of the window's process; ``on_end`` gets its exit code. For a started agent."""
        from tray_agent.adapters.readers.children import spawn
        from tray_agent.shell.window.dashboard import Dashboard

        assert self.server is not None  # noqa: S101 - a started agent has one
        icon = "tray-agent.ico" if sys.platform == "win32" else "tray-agent.png"
        files = (program.resource("frontend"), program.resource("assets", icon))
        command = program.command("--internal", "dashboard", *map(str, files))
        environment = {**self.own_environment(), APP_DIR_VARIABLE: str(self.places.app_dir)}
        return Dashboard(command, environment, self.server, spawn, on_end)

    def own_environment(self) -> dict[str, str]:
        """The environment of children that are this same program."""
        return program.environment(os.environ)

    def _open_channel(self, server: ControlServer) -> None:
        """Open the channel when the data folder can be written again."""
        while not self._closing.wait(_CHANNEL_RETRY_SECONDS):
            try:
                server.start()
            except OSError:
                continue
            _log.info("the channel is open")
            return

    def _start_engine(self) -> None:
        engine = self.engine
        for noticed in list(self._noticed.values()):
            engine.post(noticed)
        if self.base_folder.other:
            engine.post(BrainNamed(self.base_folder.other))

        def run() -> None:
            if engine.run():
                self._ended()

        threading.Thread(target=run, name="engine", daemon=True).start()
        if self.team is not None:
            self.team.engine_started()

    def _ended(self) -> None:
        self.done.set()
        self._main.ring()

    def _replace_engine(self, age_seconds: float) -> None:
        """The engine died or hangs: fence it off and have a new one take everything up from the journal."""
        with self.changing:
            self.engine.fence()
            (self.team or self).close_processes()
            now = self.clock.now()
            what = f"O motor parou de responder por {age_seconds:.0f} s e foi reiniciado às {now:%H:%M}."
            self.engine = self._engine()
            self.engine.say("engine", Problem(Where.DATA, what, "Avise o suporte e envie o agent.log."))
            self._start_engine()

    def change_team(self, make: Callable[[], TeamSide | None]) -> None:
        """Be something else in a team from now on: another engine takes everything up, as after its loss. The
        processes stay the same, so that runs that go on keep their exit codes."""
        with self.changing:
            former, side = self.engine, self.team
            former.fence()
            (side or self).close_processes()
            former.post(Woke())  # so that it sees that it is not wanted any more
            if side is not None:
                side.close()
            self.team = make()
            self.engine = self._engine()
            self._start_engine()

    def close_processes(self) -> None:
        """Give up what is held; running scripts go on."""
        self.processes.close()

    def _engine(self) -> Engine:
        return alone(self) if self.team is None else self.team.engine()

    def next_version(self) -> int:
        """The first version of the next engine's snapshots: they only grow."""
        return self.snapshot.version + 1 if self.snapshot else 1

    def reader_process(self, *, whole: bool = True) -> ReaderProcess:
        """A child that reads; ``whole``: see :class:`ReaderProcess`."""
        return ReaderProcess(self.own_environment(), self.places.data_dir / "readers.log", whole=whole)

    def post(self, message: Message) -> None:
        """To the engine that turns now: another may have replaced the one at the start."""
        if isinstance(message, Refresh):  # a person has read what was said, and says to go on
            self.gate.accept()
            self.notice("folder")
        self.engine.post(message)

    def base_path(self) -> tuple[Path, bool]:
        """Where the base is now, and whether it is there: what was last shown may be older than the newest
        jobs."""
        return self.places.base_path()

    def publish(self, snapshot: Snapshot) -> None:
        """Runs on the engine's thread: one assignment, and a word to those who listen."""
        was_running = self.snapshot is not None and self.snapshot.running > 0
        self.snapshot = snapshot
        if snapshot.running and not was_running:
            self.scripts.log_keeper.look()
        if self.server is not None:
            self.server.notify(snapshot.version)
        for listener in self.listeners:
            listener(snapshot)

    def _growing_logs(self) -> list[Path]:
        facts = self.snapshot.facts.values() if self.snapshot else ()
        return [Path(each.active.log) for each in facts if each.active is not None]

    def _open_dashboard(self, job: str) -> str:
        return self.open_dashboard(job)

    def _look_around(self) -> None:
        """Every few seconds, on the watchdog's thread."""
        self._guard.look(self.server)
        if self.clock.monotonic() - self._heard_of >= _SIGN_SECONDS:
            self._be_heard_of()

    def _be_heard_of(self) -> None:
        """So that the next agent knows until when there was one."""
        self._heard_of = self.clock.monotonic()
        self._lock.touch(self.clock.now().timestamp())

    def _notices_failed(self, trouble: str) -> None:
        action = "Confira notify_urls com tray-agent notify test."
        self.notice("notify", *([Problem(Where.SETTINGS, trouble, action)] if trouble else []))

    def _export(self, file: str, days: int, overwrite: bool) -> str:
        return export(
            self.reader_process(), self.settings, self.places, self.clock.now(), file, days, overwrite
        )

    def _examine(self) -> dict[str, Any]:
        from tray_agent.checks.doctor import examine

        return {"checks": [check.as_json() for check in examine(self.settings, self.places)]}
