"""Held children on POSIX: a shell waits at a socket, opens the run's log when let go, and becomes the script.

The shell keeps its pid and creation time when it becomes the script. End of file at the socket (the agent
gave up, or died) makes it exit. The log exists only if the child was let go: that is the evidence which
outlives the agent. To the agent itself the child also says so, through the socket: the log may be moved or
deleted while the script runs, what was said is not taken back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs.trees import session_of, signal_one
from tray_agent.core.model import Identity

_SHELL = "/bin/sh"
_NAME = "held"  # the shell's $0, by which one that waits is known, also an earlier version's
# $1 log, $2 folder, $3 script, $4 umask, then the command. All that can be refused is asked before the log
# exists; a word that is no path ($5 without a slash) is the shell's to find, which for a path would find a
# file that nobody may execute. Nobody may be left to hear the word: it is said with SIGPIPE ignored
# and what the shell complains of going nowhere yet.
_WAIT_THEN_BECOME = """
IFS= read -r go || exit 125
cd -- "$2" && [ -f "$3" ] || exit 126
case $5 in
*/*) [ -f "$5" ] && [ -x "$5" ] || exit 126 ;;
*) command -v "$5" >/dev/null || exit 126 ;;
esac
exec 3>&1 >"$1" </dev/null
umask "$4"
trap '' PIPE
echo began >&3
trap - PIPE
exec 2>&1 3>&-
shift 4
exec "$@"
"""


class HeldChild:
    """A child that has not begun. Exactly one of :meth:`let_go` and :meth:`drop` is called.

    ``link`` is our end of the connection to it: it waits at the other one, and says there that it began.
    """

    def __init__(self, identity: Identity, link: socket.socket, log: Path) -> None:
        self.identity = identity
        self._link = link
        self._log = log
        self._one = threading.Lock()
        self._is_told = False
        self._said_so = False

    def let_go(self) -> None:
        """Let it begin."""
        self._tell(lambda: self._link.send(b"\n"))

    def drop(self) -> None:
        """Give it up: it exits without having run."""
        self._tell(lambda: self._link.shutdown(socket.SHUT_WR))

    def _tell(self, say: Callable[[], object]) -> None:
        with self._one:
            is_told, self._is_told = self._is_told, True
            if not is_told:
                with contextlib.suppress(OSError):  # the child is gone; its exit is reported by wait()
                    say()

    def wait(self) -> int | None:
        """Wait for its end; the exit code, negative for a signal, None where somebody else took it."""
        try:
            code = os.waitstatus_to_exitcode(os.waitpid(self.identity.pid, 0)[1])
        except ChildProcessError:  # children's ends are ignored in this process: by who started it
            code = None
        with self._one:
            self._is_told = True
        with contextlib.suppress(OSError):  # gone before it had heard the word: then it said nothing either
            self._said_so = bool(self._link.recv(1))
        self._link.close()
        return code

    def began(self) -> bool:
        """Whether the script itself was started. Known once it was waited for."""
        return self._said_so or os.path.lexists(self._log)

    def left(self) -> list[Identity]:
        """What lives on in its session; to be asked as soon as it was waited for."""
        if sys.platform == "win32":
            return []
        try:
            os.killpg(self.identity.pid, 0)
        except OSError:  # nobody is left of its group, or somebody else's processes alone
            return []
        return session_of(self.identity.pid)


class PosixBackend:
    """Fulfils :class:`tray_agent.adapters.runs.processes.Backend` with a shell, sessions and SIGTERM.

    Scripts get none of this process's descriptors: Python's own are closed at an ``exec``, and those that
    it was itself started with are marked so here. ``umask`` is what scripts are to have, None for this
    process's own.
    """

    def __init__(self, umask: int | None = None) -> None:
        self._umask = f"{_own_umask() if umask is None else umask:04o}"
        self._knows_ticks: bool | None = None
        for descriptor in _inherited():
            with contextlib.suppress(OSError):
                os.set_inheritable(descriptor, False)

    def start_held(
        self, argv: Sequence[str], folder: Path, script: Path, environment: Mapping[str, str], log: Path
    ) -> HeldChild:
        """Create a held child in a session of its own. Raises OSError when the system refuses."""
        if not log.parent.is_dir():
            log.parent.mkdir(parents=True, exist_ok=True)
        link, its = socket.socketpair()
        before = ids.boot_seconds()
        try:
            with its:
                words = [str(log), str(folder), str(script), self._umask, *argv]
                pid = _spawn(words, environment, its.fileno())
        except BaseException:  # a word that no program can be given is a ValueError
            link.close()
            raise
        try:
            return HeldChild(Identity(pid, self._creation(pid, before)), link, log)
        except OSError:
            link.close()  # it is given up
            os.waitpid(pid, 0)
            raise

    def _creation(self, pid: int, before: float | None) -> float:
        """When a child was created that did not exist ``before``. Raises OSError where nothing tells.

        The first is asked too: whether the clock is the one by which the system dates its processes.
        """
        known = ids.created_since(before)
        if known is not None and self._knows_ticks:
            return known
        moment = ids.created(pid)
        if moment is None:
            raise OSError("o processo terminou antes de começar")
        if known is not None and self._knows_ticks is None:
            self._knows_ticks = ids.same_moment(known, moment)
        return moment

    def has_begun(self, log: Path, identity: Identity) -> bool:
        """Whether the run with this log was ever let go: its log was opened by the child itself.

        Somebody may have deleted it since: what runs and is no longer the held shell began, and where not
        even the folder of the log is left there is no evidence, and a run is rather lost than doubled.
        """
        return os.path.lexists(log) or not log.parent.is_dir() or _has_become(identity)

    def ask_to_end(self, members: list[Identity]) -> None:
        """SIGTERM for every member of a tree."""
        for each in members:
            signal_one(each, signal.SIGTERM)


def _spawn(words: Sequence[str], environment: Mapping[str, str], link: int) -> int:
    """Start the shell that waits and speaks at this end of a connection; its pid. Raises OSError.

    ``subprocess`` takes twice as long over it. What Python ignores for itself the script finds as every
    program does.
    """
    if sys.platform == "win32":
        raise OSError("only on POSIX systems")
    return os.posix_spawn(
        _SHELL,
        [_SHELL, "-c", _WAIT_THEN_BECOME, _NAME, *words],
        environment,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, link, 0),
            (os.POSIX_SPAWN_DUP2, link, 1),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
        setsid=True,
        setsigdef=(signal.SIGPIPE, signal.SIGXFSZ),
    )


def _own_umask() -> int:
    former = os.umask(0o077)
    os.umask(former)
    return former


def _inherited() -> list[int]:
    """The descriptors beyond the standard three that this process has open."""
    try:
        return [number for name in os.listdir("/proc/self/fd") if (number := int(name)) > 2]  # noqa: PTH208
    except OSError:
        return []


def _has_become(identity: Identity) -> bool:
    """Whether the process is there and no longer the shell that waits."""
    try:
        words = Path(f"/proc/{identity.pid}/cmdline").read_bytes()
    except OSError:
        return False
    shell, waits = f"{_SHELL}\0-c\0".encode(), f"\0{_NAME}\0".encode()
    is_held = words.startswith(shell) and waits in words
    return bool(words) and not is_held and ids.is_alive(identity)
