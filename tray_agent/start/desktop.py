"""The agent with a screen: joins tray icon, notifications and the dashboard's window to a running agent."""

from __future__ import annotations

import logging
import queue
import sys
import threading
from collections.abc import Callable

from tray_agent.adapters.system import autostart
from tray_agent.core.messages import Command, Pause, Quit, Resume, Woke
from tray_agent.core.picture.notices import Notice, NoticeKind, NoticeState, decide
from tray_agent.shell.channel.user import os_user
from tray_agent.shell.tray.menu import TrayAction
from tray_agent.shell.tray.notices import CLOSED_TO_TRAY
from tray_agent.shell.tray.question import Choice
from tray_agent.shell.tray.tray import NoScreen, Tray
from tray_agent.shell.tray.view import TrayView, tray_view
from tray_agent.shell.window.windows_desktop import NO_ENGINE
from tray_agent.start.app import Agent
from tray_agent.start.outside import show_folder

_log = logging.getLogger(__name__)
_SESSION_END_SECONDS = 0.8  # the one-file launcher gives us about a second
_SAID_TRAY = "said_tray"
_NOTIFICATIONS = "notifications"
Deed = Callable[[], None]


class Desktop:
    """Owns the tray and the window of one agent. What people ask for is done on one thread of its own."""

    def __init__(self, agent: Agent, *, at_login: bool) -> None:
        self._agent = agent
        self._deeds: queue.SimpleQueue[Deed] = queue.SimpleQueue()
        self._notice_state = NoticeState()
        self._autostart: bool | None = None
        self._notifications = agent.settings.notifications
        self._tray = Tray(
            self._view,
            lambda action: self._deeds.put(lambda: self._do(action)),
            open_job=lambda job: self._deeds.put(lambda: self._open(job)),
            due=self._due,
            on_wake=lambda: agent.engine.post(Woke()),
            on_session_end=self._session_ends,
            at_login=at_login,
        )

    def prepare(self) -> None:
        """Make sure that there is a screen. Raises NoScreen."""
        self._tray.prepare()

    def attach(self) -> None:
        """Join a started agent: its snapshots, its dashboard, its preferences."""
        agent = self._agent
        self._dashboard = agent.make_dashboard(self._window_ended)
        agent.open_dashboard = self._dashboard.open
        kept = agent.outside.preferences().get(_NOTIFICATIONS)
        self._notifications = kept if isinstance(kept, bool) else self._notifications
        self._repair_autostart()
        agent.listeners.append(lambda snapshot: self._tray.changed())
        threading.Thread(target=self._work, name="desktop", daemon=True).start()
        threading.Thread(target=self._end_with_engine, name="desktop-end", daemon=True).start()

    def run(self, go_on: Callable[[NoScreen], None], *, opens_dashboard: bool) -> None:
        """Show the icon on this (the main) thread until the engine has ended. Raises NoScreen; where a lost
        screen would end the process, ``go_on`` is called instead, and the process ends when it returns."""
        if opens_dashboard:
            self._deeds.put(self._open)
        try:
            self._tray.run(go_on)
        finally:
            self._dashboard.close()

    def _work(self) -> None:
        while True:
            try:
                self._deeds.get()()
            except Exception:  # noqa: BLE001 - one deed that fails must not end the others
                _log.exception("a deed of the tray failed")
            self._tray.changed()

    def _end_with_engine(self) -> None:
        self._agent.done.wait()
        self._tray.stop()

    def _view(self) -> TrayView:
        snapshot = self._agent.snapshot
        if snapshot is None:
            return TrayView(status="iniciando…", tooltip="Automações: iniciando…")
        return tray_view(snapshot, self._autostart, self._notifications)

    def _due(self) -> list[Notice]:
        snapshot = self._agent.snapshot
        if snapshot is None:
            return []
        self._notice_state, notices = decide(
            self._notice_state, snapshot, self._agent.clock.now(), away=self._agent.away
        )
        return [notice for notice in notices if notice.kind is not NoticeKind.RECOVERED]

    def _do(self, action: TrayAction) -> None:
        """One action of the menu, on the desktop's thread."""
        match action:
            case TrayAction.OPEN:
                self._open()
            case TrayAction.PAUSE:
                self._ask(Pause(by=os_user()))
            case TrayAction.RESUME:
                self._ask(Resume(by=os_user()))
            case TrayAction.AUTOSTART:
                self._switch_autostart()
            case TrayAction.NOTIFICATIONS:
                self._notifications = not self._notifications
                self._agent.outside.remember({_NOTIFICATIONS: self._notifications})
            case TrayAction.LOGS:
                folder = self._agent.places.logs_dir
                folder.mkdir(parents=True, exist_ok=True)
                show_folder(folder)
            case TrayAction.QUIT:
                self._quit()

    def _ask(self, command: Command) -> None:
        self._agent.engine.post(command)

    def _open(self, job: str = "") -> None:
        trouble = self._dashboard.open(job)
        if trouble:
            self._tray.say(Notice(NoticeKind.HINT, "O painel não abriu", trouble))

    def _window_ended(self, code: int) -> None:
        """Runs on a thread of its own. 4 is a missing browser engine, of which the window itself told."""
        if code == 0:
            self._deeds.put(self._say_once)
        elif code != NO_ENGINE:
            _log.warning("the dashboard ended with code %d", code)
            text = "Abra-o de novo pelo ícone; as automações não foram afetadas."
            self._tray.say(Notice(NoticeKind.HINT, "O painel fechou de forma inesperada", text))

    def _say_once(self) -> None:
        """The first time a person closes the window: the agent is still there."""
        if not self._agent.done.is_set() and not self._agent.outside.preferences().get(_SAID_TRAY):
            self._agent.outside.remember({_SAID_TRAY: True})
            self._tray.say(CLOSED_TO_TRAY)

    def _quit(self) -> None:
        running = self._view().running
        if not running:
            self._ask(Quit(by=os_user()))
            return

        def then(choice: Choice) -> None:
            if choice is not Choice.CANCEL:
                self._ask(Quit(stop_runs=choice is Choice.STOP, by=os_user()))

        self._tray.ask_quit(running, then)

    def _session_ends(self) -> None:
        """Log-off or shutdown: children are told, the journal is closed; never a veto."""
        self._ask(Quit(stop_runs=True))
        self._agent.done.wait(_SESSION_END_SECONDS)

    def _repair_autostart(self) -> None:
        if sys.platform != "win32":
            return
        try:
            autostart.repair(self._login_command())
            self._autostart = autostart.status().state is autostart.AutostartState.ON
        except (autostart.AutostartRefused, OSError):
            _log.warning("autostart could not be read", exc_info=True)

    def _login_command(self) -> list[str]:
        return autostart.login_command(self._agent.places.app_dir)

    def _switch_autostart(self) -> None:
        try:
            if self._autostart:
                autostart.turn_off()
            else:
                autostart.turn_on(self._login_command())
        except autostart.AutostartRefused as refused:
            self._tray.say(Notice(NoticeKind.HINT, "Iniciar com o Windows", str(refused)))
        self._repair_autostart()
