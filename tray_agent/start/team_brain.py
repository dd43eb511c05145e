"""The agent as the brain of its team: server, radio, who is let in, and the processes of all PCs."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tray_agent import __version__
from tray_agent.adapters.journal.book import SqliteBook
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.readers.process import ReaderFailed
from tray_agent.adapters.runs.threads import SpareThreads
from tray_agent.adapters.system.machine import machine_mark
from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.book import ToldJournal
from tray_agent.adapters.team.brain_file import BrainFile
from tray_agent.adapters.team.channel import Channel
from tray_agent.adapters.team.door import Door, DoorRefused, Given
from tray_agent.adapters.team.logs import RemoteLogs
from tray_agent.adapters.team.membership import Membership, MembershipError, MembershipFile, Role
from tray_agent.adapters.team.own_server import NO_FOLDER, unconfirmed, unreached, write_for_server
from tray_agent.adapters.team.radio import ChildRadio
from tray_agent.adapters.team.remote import Brain, TeamProcesses
from tray_agent.adapters.team.server import Listening, TeamServer, find_server, write_configuration
from tray_agent.core.messages import BrainNamed
from tray_agent.core.model import Problem, Where
from tray_agent.core.ports import JournalError
from tray_agent.engine.loop import Engine
from tray_agent.shell.channel.user import os_user
from tray_agent.start.engines import deciding

if TYPE_CHECKING:
    from tray_agent.start.app import Agent

_log = logging.getLogger(__name__)
_BOOK = "team_book"
_KEYS_SECONDS = 60.0
_RELOAD_SECONDS = 5.0
_AGAIN_SECONDS = 5.0
_UP_SECONDS = 20.0
_SERVER_ACTION = (
    "As automações deste PC seguem; os outros PCs só são ouvidos quando isso for resolvido. "
    "Veja a equipe em tray-agent doctor."
)


class BrainSide:
    """Fulfils :class:`tray_agent.start.base_folder.TeamSide`."""

    def __init__(self, agent: Agent, file: MembershipFile, membership: Membership) -> None:
        self._agent = agent
        self._file = file
        self.membership = membership
        self._listening = Listening(agent.settings.team_port, agent.settings.signal_seconds)
        self._own_server, given = agent.settings.team_server, agent.settings.team_server_folder
        self._server_folder = agent.places.app_dir / given if given else None
        self._is_confirmed = not self._own_server
        self._threads = SpareThreads("team-door")
        self._up = threading.Event()
        self._stopped: list[str] = []
        self._server: TeamServer | None = None
        self._is_started = self._is_closed = False
        self._bringing = threading.Lock()
        self._radio = ChildRadio(
            self._channel(),
            agent.own_environment(),
            agent.places.data_dir / "radio.log",
            self._heard,
            self._link,
            self._asked,
        )
        self._processes = self._make_processes()
        self.door = Door(
            self._current,
            self.change,
            partial(ask_keys, agent, file.folder),
            lambda: (file.folder / "ca.pem").read_text(encoding="ascii"),
            agent.clock.now,
        )
        agent.base_folder.own = self._on_record
        agent.gate.ask_others(self._begin_book)

    def engine_started(self) -> None:
        """The engine that was made turns: have its processes work; at first, the server and the radio."""
        self._processes.start(self._radio)
        self._agent.outside.team_logs = self._logs
        if not self._is_started:
            self._is_started = True
            self._start()

    def _start(self) -> None:
        """Have the server and the radio come up."""
        self._bring_up()
        self._radio.start()

    def _bring_up(self) -> None:
        """Have the server come up, or be told who is in. What hinders it is a problem that is shown; a disk
        that takes nothing is tried again, for without a server no PC is heard."""
        with self._bringing:
            if not self._is_closed:
                self._bring()

    def _bring(self) -> None:
        program = None if self._own_server else find_server(os.environ)
        try:
            configuration = self._write(self.membership)
        except MembershipError as error:
            self._trouble(f"As chaves da equipe não podem ser lidas ou gravadas ({error}).")
            again = threading.Timer(_AGAIN_SECONDS, self._bring_up)
            again.daemon = True
            again.start()
        else:
            self._trouble("")
            if self._own_server:
                return
            if program is None:
                self._trouble("O programa nats-server, que leva as mensagens da equipe, não foi encontrado.")
            else:
                self._server = TeamServer(program, configuration, self._listening.port, self._trouble)
                self._server.start()

    def _write(self, membership: Membership) -> Path:
        """What the server reads: ours, or in its own folder that of the team. Raises MembershipError."""
        keys = self._file.folder
        try:
            if not self._own_server:
                return write_configuration(keys, membership, self._listening)
            if self._server_folder is None:
                raise MembershipError(NO_FOLDER.rstrip("."))
            write_for_server(keys, self._server_folder, membership)
        except OSError as error:
            raise MembershipError(str(error.strerror or error)) from error
        return self._server_folder

    def wait_up(self) -> str:
        """Wait until the radio is up; "" when it is, else what is wrong, as one sentence."""
        if self._own_server and self._server_folder is None:
            return NO_FOLDER
        if self._up.wait(_UP_SECONDS):
            return ""
        return (
            self._stopped[-1]
            if self._stopped
            else "O servidor da equipe não ficou pronto; veja tray-agent doctor."
        )

    def engine(self) -> Engine:
        """An engine that decides for all PCs, with processes of its own making."""
        self._processes.end()
        self._processes = self._make_processes()
        journal = ToldJournal(
            self._agent.places.data_dir,
            self._processes.recorded,
            "brain",
            grows_ahead=True,
            refused=self._agent.gate.refused,
        )
        return deciding(self._agent, self._processes, journal, self.membership.me)

    def close_processes(self) -> None:
        """Give up what is held, here and elsewhere."""
        self._processes.close()

    def close(self) -> None:
        """End radio and server; the PCs keep what they have to say."""
        with self._bringing:
            self._is_closed = True
        self._processes.end()
        self._radio.close()
        if self._server is not None:
            self._server.close()
        self._agent.base_folder.own = lambda: None
        self._agent.outside.team_logs = lambda: None
        self._agent.notice("team-server")
        self._agent.notice("team-list")

    def invite(self, host: str) -> Given:
        """A code for one more PC. Raises DoorRefused."""
        if not self._own_server:
            return self.door.invite(host or own_address(), self._agent.settings.team_port)
        host, _, port = self._own_server.rpartition(":")
        given = self.door.invite(host, int(port))
        if not self._is_confirmed:
            raise DoorRefused(f"{unconfirmed(self._own_server).what}; o convite ainda não vale.")
        return given

    def change(self, membership: Membership) -> None:
        """Put it in force: on the disk, at the server, for the processes. Raises MembershipError."""
        self._file.write(membership)
        self.membership = membership
        self._processes.changed()
        self._write(membership)
        self._have_read()

    def _have_read(self) -> None:
        """Have the server read who is in."""
        self._is_confirmed = self._radio.reload(_RELOAD_SECONDS)
        if not self._is_confirmed and self._server is not None:
            _log.warning("the team's server did not confirm its new configuration: it is started anew")
            self._server.start_anew()
        if self._own_server:
            problems = [] if self._is_confirmed else [unconfirmed(self._own_server)]
            self._agent.notice("team-list", *problems)

    def view(self) -> dict[str, Any]:
        """What the page's question ``team`` is answered with."""
        given = self.door.valid()
        return {
            "invite": given and {"code": given.code, "until": given.until.isoformat(timespec="seconds")},
            "link": {"up": self._up.is_set(), "why": self._stopped[-1] if self._stopped else ""},
            "members": [each.name for each in self.membership.members],
        }

    def _logs(self) -> RemoteLogs:
        return self._processes.logs

    def _current(self) -> Membership:
        return self.membership

    def _make_processes(self) -> TeamProcesses:
        agent, settings, membership = self._agent, self._agent.settings, self.membership
        rows = SqliteBook(agent.places.data_dir, refused=agent.gate.refused)
        return TeamProcesses(
            Brain(
                membership.me,
                membership.epoch,
                __version__,
                secrets.token_hex(8),
                agent.places.logs_dir.as_posix(),
                settings.max_concurrent,
                settings.team_tags,
                settings.hold_seconds,
                settings.signal_seconds,
                settings.timeout_minutes,
            ),
            agent.clock,
            agent.processes,
            self._agent.post,
            lambda: agent.places.base_path()[0],
            rows.run,
            lambda: [each.name for each in self.membership.members],
            self._outranked,
            partial(_name_of, rows),
        )

    def _begin_book(self) -> bool:
        """Have a new journal in the place of one that was lost, suspended; whether it could be made."""
        journal = SqliteJournal(self._agent.places.data_dir)
        try:
            journal.set_paused(True)
        except JournalError as error:
            _log.error("a new journal could not be begun: %s", error)
            return False
        finally:
            journal.close()
        return True

    def _channel(self) -> Channel:
        folder, settings, team = self._file.folder, self._agent.settings, self.membership.team
        return Channel(
            servers=(self._own_server or f"127.0.0.1:{settings.team_port}",),
            server_name=subjects.server_name(team),
            authority=str(folder / "ca.pem"),
            certificate=str(folder / "me.pem"),
            key=str(folder / "me.key"),
            team=team,
            pc="",
            signal_seconds=settings.signal_seconds,
            system_certificate=str(folder / "system.pem"),
            system_key=str(folder / "system.key"),
        )

    def _heard(self, pc: str, message: Mapping[str, Any]) -> None:
        if message.get("kind") == "leave":
            self._threads.do(partial(self._take_out, pc))
        else:
            self._processes.heard(pc, message)

    def _take_out(self, pc: str) -> None:
        try:
            self.door.remove(pc)
            _log.info("%s has left the team", pc)
        except DoorRefused as refused:
            _log.warning("%s wanted to leave: %s", pc, refused)

    def _link(self, up: bool, why: str) -> None:
        (self._up.set if up else self._up.clear)()
        if self._own_server:
            self._trouble("" if up else unreached(self._own_server, why, str(self._server_folder or "")))
            if up and not self._is_confirmed:
                self._threads.do(self._have_read)
        self._processes.link(up, why)

    def _asked(self, invitation: str, request: Mapping[str, Any]) -> None:
        def answer() -> None:
            self._radio.answer(invitation, self.door.answer(invitation, request))

        self._threads.do(answer)

    def _trouble(self, what: str) -> None:
        self._stopped[:] = [what] if what else []
        problem = Problem(Where.SETTINGS, what.removesuffix("."), _SERVER_ACTION)
        self._agent.notice("team-server", *([problem] if what else []))

    def _outranked(self, pc: str, epoch: int, name: str) -> None:
        """A PC obeys another brain: this one starts nothing more by itself."""
        if epoch <= self.membership.epoch and name == self.membership.me:
            return
        _log.error("%s obeys %s, of epoch %d: this brain yields", pc, name, epoch)
        self._agent.post(BrainNamed(name or "outro PC"))
        what = f"Os PCs da equipe obedecem a {name or 'outro cérebro'}: este PC não inicia mais nada sozinho"
        action = "Saia desta equipe (tray-agent leave) e entre na outra com um código."
        self._agent.notice("outranked", Problem(Where.SETTINGS, what, action))

    def _on_record(self) -> BrainFile:
        membership = self.membership
        return BrainFile(
            membership.me,
            membership.team,
            membership.epoch,
            membership.address,
            membership.since,
            os_user(),
            machine_mark(),
        )


def _name_of(journal: SqliteBook) -> str:
    """What tells this journal from another in its place; "" while it cannot be read."""
    try:
        name = journal.recall(_BOOK) or secrets.token_hex(8)
        journal.remember(_BOOK, name)
    except JournalError:
        return ""
    return name


def ask_keys(agent: Agent, folder: Path, request: Mapping[str, Any]) -> Mapping[str, Any]:
    """Have the child that has the keys do something. Raises DoorRefused."""
    try:
        answer = agent.reader_process().run("team-keys", {**request, "folder": str(folder)}, _KEYS_SECONDS)
    except ReaderFailed as failed:
        raise DoorRefused(f"As chaves da equipe não puderam ser feitas: {failed}.") from failed
    if not answer["ok"]:
        error = str(answer.get("error", "")).rstrip(".")
        raise DoorRefused(f"{error[:1].upper()}{error[1:]}.")
    return answer


def new_brain(agent: Agent, file: MembershipFile, me: str, epoch: int) -> Membership:
    """Make a team of which this PC is the brain: its keys, then its file. Raises DoorRefused."""
    team = secrets.token_hex(4)
    ask_keys(agent, file.folder, {"what": "make", "team": team})
    address = agent.settings.team_server or f"{own_address()}:{agent.settings.team_port}"
    since = agent.clock.now().isoformat(timespec="seconds")
    made = Membership(Role.BRAIN, team, me, me, address, epoch, since=since)
    try:
        file.write(made)
    except MembershipError as error:
        raise DoorRefused(f"A equipe não pôde ser gravada: {error}.") from error
    return made


def own_address() -> str:
    """The address under which other PCs most likely reach this one; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as way:
        try:
            way.connect(("10.255.255.255", 9))
            return str(way.getsockname()[0])
        except OSError:
            return socket.gethostname()
