"""Starting the agent in the foreground: its log, its signals, a second start, and what carries the tray."""

from __future__ import annotations

import faulthandler
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tray_agent.adapters.system import program
from tray_agent.adapters.system.console import complain
from tray_agent.adapters.system.instance_lock import AlreadyRunning
from tray_agent.adapters.system.log_file import RotatingFile
from tray_agent.adapters.system.places import Places
from tray_agent.core.messages import Quit
from tray_agent.core.model import Problem, Where
from tray_agent.core.settings import SettingError, Settings
from tray_agent.core.shown import Snapshot
from tray_agent.shell.channel.client import ChannelError, Refused, connect, is_answered, unanswered
from tray_agent.shell.window.windows_desktop import allow_foreground
from tray_agent.start.app import Agent

if TYPE_CHECKING:
    from tray_agent.shell.tray.tray import NoScreen
    from tray_agent.shell.window.dashboard import Dashboard
    from tray_agent.start.desktop import Desktop

_log = logging.getLogger(__name__)
_LOG_BYTES, _LOG_FILES = 2_000_000, 5
_SECOND_START_SECONDS = 10.0
_FOLDER_RETRY_SECONDS = 1.0
_ENDS_SECONDS, _ENDS_RETRY_SECONDS = 5.0, 0.2  # of an agent that holds the folder still
_SESSION_END_SECONDS = 0.8  # of the second or so that Windows gives


def start_agent(
    settings: Settings,
    places: Places,
    *,
    headless: bool,
    at_login: bool = False,
    opens_dashboard: bool = False,
    on_snapshot: Callable[[Snapshot], None] | None = None,
    again: Sequence[str] = (),
) -> int:
    """Run an agent until it is told to quit; the command's exit code. ``again`` are the arguments with which
    another version takes its place."""
    agent = Agent(settings, places, headless=headless)
    wrong = agent.scripts.interpreters.wrong_setting()
    if wrong:
        complain(str(SettingError("python", settings.python, f"o programa de um Python (esse {wrong})")))
        return 2
    if on_snapshot is not None:
        agent.listeners.append(on_snapshot)
    told = _told_to_end(agent)
    try:
        _take_folder(agent, places, told)
        if told.is_set():
            return 0
        write_log(places)
        desktop = None if headless else _desktop(agent, at_login=at_login)
        agent.start(lambda error: _say_waiting(places, error))
        program.tell_ready()
    except AlreadyRunning:
        return _second_start(places, headless=headless, at_login=at_login)
    except OSError as error:
        complain(f"não é possível usar a pasta de dados {places.data_dir}: {error.strerror or error}")
        return 1
    if told.is_set():
        agent.ask_to_quit()
    try:
        _carry(agent, desktop, opens_dashboard=opens_dashboard)
    finally:
        agent.close()
    if agent.succession is not None:
        agent.succession.hand_over(again, places.data_dir, settings.update_seconds)
    return 0


def _told_to_end(agent: Agent) -> threading.Event:
    """Set from the first SIGINT or SIGTERM on. One handler for the whole life: a signal that arrives while a
    handler is being replaced is lost."""
    told = threading.Event()

    def tell(*_: object) -> None:
        told.set()
        if agent.is_started:
            agent.ask_to_quit()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, tell)
    return told


def _take_folder(agent: Agent, places: Places, told: threading.Event) -> None:
    """Take the folder as soon as it can be used, or give up when told to end. Raises OSError where a file is
    in its place: that is a mistake in the settings, which waiting does not mend; and AlreadyRunning."""
    has_said, until = False, time.monotonic() + _ENDS_SECONDS
    while not told.is_set():
        try:
            agent.take_folder()
        except (FileExistsError, NotADirectoryError):
            raise
        except AlreadyRunning:
            # One that is ending has closed its channel first; one that is starting opens it soon.
            if time.monotonic() > until or is_answered(places.data_dir):
                raise
            told.wait(_ENDS_RETRY_SECONDS)
            continue
        except OSError as error:
            if not has_said:
                _say_waiting(places, error)
                has_said = True
        else:
            return
        told.wait(_FOLDER_RETRY_SECONDS)


def _say_waiting(places: Places, error: OSError) -> None:
    cause = error.strerror or error
    program.tell_ready()
    complain(
        f"a pasta de dados {places.data_dir} não pode ser usada ({cause}); o agente espera até que possa"
    )


def _desktop(agent: Agent, *, at_login: bool) -> Desktop | None:
    """The tray's half, or None without a screen (which is said, and the agent goes on headless)."""
    from tray_agent.shell.tray.tray import NoScreen
    from tray_agent.start.desktop import Desktop

    desktop = Desktop(agent, at_login=at_login)
    try:
        desktop.prepare()
    except NoScreen as none:
        _go_on_without_icon(agent, none)
        agent.headless = True
        return None
    return desktop


def _go_on_without_icon(agent: Agent, why: NoScreen) -> None:
    """Say that there is no icon: no fault of the tray or its library is a reason for the agent to end."""
    from tray_agent.shell.tray.tray import IconFailed

    _log.warning("no icon; the agent goes on without it: %s", why)
    complain(f"{why} O agente segue sem ícone.")
    if isinstance(why, IconFailed):
        action = "As automações seguem; use o painel e a linha de comando. Para ter o ícone, inicie de novo."
        agent.notice("icon", Problem(Where.SETTINGS, str(why), action))


def _carry(agent: Agent, desktop: Desktop | None, *, opens_dashboard: bool) -> None:
    """Stay until the engine has ended, with the icon if there can be one."""
    if desktop is None:
        _wait_without_icon(agent)
    else:
        from tray_agent.shell.tray.tray import NoScreen

        def go_on(why: NoScreen) -> None:
            _go_on_without_icon(agent, why)
            _wait_without_icon(agent)
            agent.close()

        desktop.attach()
        try:
            desktop.run(go_on, opens_dashboard=opens_dashboard)
        except NoScreen as none:
            _go_on_without_icon(agent, none)
            _wait_without_icon(agent)
        agent.wait()


def _wait_without_icon(agent: Agent) -> None:
    """Headless: a window is made only for who asks for one, where there is a screen."""
    made: list[Dashboard] = []
    if sys.platform == "win32" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"):

        def open_dashboard(job: str) -> str:
            if not made:
                made.append(agent.make_dashboard(lambda code: None))
            return made[0].open(job)

        agent.open_dashboard = open_dashboard
    if sys.platform == "win32":
        _hear_windows(agent)
    try:
        agent.wait()
    finally:
        for dashboard in made:
            dashboard.close()


def _hear_windows(agent: Agent) -> None:
    """A log-off, or another program's wish that the agent close: no icon, no other window for it."""
    from tray_agent.shell.tray.session_window import SessionWindow

    def session_ends() -> None:
        agent.engine.post(Quit(stop_runs=True))
        agent.done.wait(_SESSION_END_SECONDS)

    SessionWindow(session_ends, agent.ask_to_quit).start()


def _second_start(places: Places, *, headless: bool, at_login: bool) -> int:
    """Another agent has the data folder: show its window, or say so."""
    if headless:
        complain(f"já há um agente em execução para {places.data_dir}; nada a fazer")
        return 0
    if at_login:
        return 0
    try:
        with connect(places.data_dir, timeout=_SECOND_START_SECONDS) as channel:
            allow_foreground()
            channel.call("open")
    except Refused as refused:
        complain(refused.text)
        return int(refused.code == "timeout")
    except ChannelError:
        complain(unanswered(places.data_dir))
        return 1
    return 0


def write_log(places: Places) -> None:
    """Send the agent's own log to its file in the data folder, rotated by size."""
    handler = RotatingFile(places.agent_log, _LOG_BYTES, _LOG_FILES)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.INFO, handlers=[handler])
    logging.getLogger("wakepy").setLevel(logging.WARNING)  # it reports every attempt at length
    logging.raiseExceptions = False  # a full disk must not print tracebacks over and over
    sys.excepthook = _log_surprise
    threading.excepthook = lambda args: _log.critical(
        "thread %s ended by a surprise",
        args.thread.name if args.thread else "?",
        exc_info=(args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback),
    )
    if sys.stderr is not None:
        faulthandler.enable()


def _log_surprise(kind: type[BaseException], value: BaseException, trace: object) -> None:
    _log.critical("ended by a surprise", exc_info=value)
    complain("erro inesperado; veja agent.log na pasta de dados")
