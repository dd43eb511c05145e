"""Held children on POSIX: a shell waits at a pipe, opens the run's log when let go, and becomes the script.

The shell keeps its pid and creation time when it becomes the script. End of file at the pipe (the agent
gave up, or died) makes it exit. The log exists only if the child was let go: that is the evidence which
outlives the agent. To the agent itself the child also says so, through a pipe: the log may be moved or
deleted while the script runs, what was said is not taken back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from tray_agent.adapters.identity import created, is_alive
from tray_agent.adapters.trees import signal_one
from tray_agent.core.model import Identity

# $1 log, $2 folder, $3 script, then the command. Everything that can be refused is asked before the log
# exists; a word that is no path ($4 without a slash) is the shell's to find, which for a path would find a
# file that nobody may execute. Nobody may be left to hear the word: it is said with SIGPIPE ignored.
_WAIT_THEN_BECOME = """
IFS= read -r go || exit 125
cd -- "$2" && [ -f "$3" ] || exit 126
case $4 in
*/*) [ -f "$4" ] && [ -x "$4" ] || exit 126 ;;
*) command -v "$4" >/dev/null || exit 126 ;;
esac
exec 3>&1 >"$1" 2>&1 </dev/null
trap '' PIPE
echo began 2>/dev/null >&3
trap - PIPE
exec 3>&-
shift 3
exec "$@"
"""


class HeldChild:
    """A child that has not begun. Exactly one of :meth:`let_go` and :meth:`drop` is called."""

    def __init__(self, popen: subprocess.Popen[bytes], identity: Identity, log: Path) -> None:
        self._popen = popen
        self.identity = identity
        self._log = log
        self._one = threading.Lock()
        self._said_so = False

    def let_go(self) -> None:
        """Let it begin."""
        self._write(b"\n")

    def drop(self) -> None:
        """Give it up: it exits without having run."""
        self._write(b"")

    def _write(self, word: bytes) -> None:
        pipe = self._popen.stdin
        with self._one:
            if pipe is None or pipe.closed:
                return
            with contextlib.suppress(OSError):  # the child is gone; its exit is reported by wait()
                pipe.write(word)
            pipe.close()

    def wait(self) -> int:
        """Wait for its end; the exit code, negative for a signal."""
        code = self._popen.wait()
        self.drop()  # the pipe goes with the child, also when neither word was ever said
        heard = self._popen.stdout
        if heard is not None and not heard.closed:
            self._said_so = bool(heard.read(1))
            heard.close()
        return code

    def began(self) -> bool:
        """Whether the script itself was started. Known once it was waited for."""
        return self._said_so or os.path.lexists(self._log)


class PosixBackend:
    """Fulfils :class:`tray_agent.adapters.processes.Backend` with a shell, sessions and SIGTERM."""

    def start_held(
        self, argv: Sequence[str], folder: Path, script: Path, environment: Mapping[str, str], log: Path
    ) -> HeldChild:
        """Create a held child in a session of its own. Raises OSError when the system refuses."""
        log.parent.mkdir(parents=True, exist_ok=True)
        popen = subprocess.Popen(
            ["/bin/sh", "-c", _WAIT_THEN_BECOME, "held", str(log), str(folder), str(script), *argv],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
            start_new_session=True,
            bufsize=0,
        )
        try:
            moment = created(popen.pid)
        except OSError:
            popen.communicate()
            raise
        if moment is None:
            popen.communicate()
            raise OSError("o processo terminou antes de começar")
        return HeldChild(popen, Identity(popen.pid, moment), log)

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


def _has_become(identity: Identity) -> bool:
    """Whether the process is there and no longer the shell that waits."""
    try:
        words = Path(f"/proc/{identity.pid}/cmdline").read_bytes()
    except OSError:
        return False
    return bool(words) and _WAIT_THEN_BECOME.encode() not in words and is_alive(identity)
