"""Runs as processes: one thread follows each run from its start to its end and posts what happens.

Everything that can block (a file on a dead drive, a process that never ends) blocks that thread alone.
"""

from __future__ import annotations

import hashlib
import logging
import os
import stat
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple, Protocol

from tray_agent.adapters.runs import identity as ids
from tray_agent.adapters.runs import trees
from tray_agent.adapters.runs.bytecode import BROKEN
from tray_agent.adapters.runs.leftovers import Leftovers
from tray_agent.adapters.runs.reason import read_reason
from tray_agent.adapters.runs.threads import SpareThreads
from tray_agent.adapters.system.blank import has_nothing
from tray_agent.adapters.system.os_faults import reason
from tray_agent.core.messages import RunExited, RunHeld, RunRefused, RunStopped
from tray_agent.core.model import Identity, Job, Outcome, Run
from tray_agent.core.ports import Post, Standing

_log = logging.getLogger(__name__)
_SETTLE_SECONDS = 2.0
_PIECE_BYTES = 1_000_000
_NOT_FOUND = "arquivo não encontrado."
# A pipe is not waited for; on Windows bytes are as they are.
_READING = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class Held(Protocol):
    """A child that exists and has not begun."""

    identity: Identity

    def let_go(self) -> None: ...
    def drop(self) -> None: ...
    def wait(self) -> int | None: ...
    def began(self) -> bool: ...
    def left(self) -> list[Identity]: ...


class Backend(Protocol):
    """What differs between systems."""

    def start_held(
        self, argv: Sequence[str], folder: Path, script: Path, environment: Mapping[str, str], log: Path
    ) -> Held: ...
    def has_begun(self, log: Path, identity: Identity) -> bool: ...
    def ask_to_end(self, members: list[Identity]) -> None: ...


class StartRefused(Exception):
    """A run cannot be started; the text is one Portuguese sentence."""


class ScriptProcesses:
    """Fulfils :class:`tray_agent.core.ports.Processes`.

    ``command`` names the interpreter for a script (it raises StartRefused when there is none);
    ``environment`` makes a run's environment; ``ended`` gets a run's log when nothing is added to it any
    more by the script itself; ``base`` is the folder outside of which nothing is run, None for anywhere;
    ``mend`` gets the log and code of a run that ended and tells whether its script can have begun. All are
    called on the run's own thread.
    """

    def __init__(
        self,
        post: Post,
        backend: Backend,
        command: Callable[[Path], Sequence[str]],
        environment: Callable[[Run], Mapping[str, str]],
        ended: Callable[[Path], None] = lambda log: None,
        base: Callable[[], Path | None] = lambda: None,
        mend: Callable[[Path, int | None], bool] = lambda log, code: True,
    ) -> None:
        self._post = post
        self._backend = backend
        self._command = command
        self._environment = environment
        self._ended = ended
        self._base = base
        self._mend = mend
        self._leftovers = Leftovers(post)
        self._stopping: set[str] = set()
        self._held: dict[str, Held] = {}
        self._let_go_at: dict[str, float] = {}
        self._threads = SpareThreads("run")

    def hold(self, run: Run, job: Job) -> None:
        """Create the run's process held; posts RunHeld or RunRefused, and in the end RunExited."""
        self._threads.do(partial(self._live, run))

    def let_go(self, run: str) -> None:
        """Let a held child begin."""
        child = self._held.get(run)
        if child is not None:
            self._let_go_at[run] = time.monotonic()
            try:
                child.let_go()
            except OSError:
                _log.exception("run %s could not be let go", run)

    def drop(self, run: str) -> None:
        """Give a held child up."""
        child = self._held.get(run)
        if child is not None:
            child.drop()

    def adopt(self, run: Run) -> None:
        """Watch a process that an earlier agent (or an engine fenced off) started."""
        if run.id not in self._held:
            self._threads.do(partial(self._watch, run))

    def stop(self, run: Run, grace_seconds: float, outcome: Outcome = Outcome.STOPPED) -> None:
        """End the run's tree; posts RunStopped."""
        self._threads.do(partial(self._stop, run, grace_seconds))

    def standing(self, run: Run) -> Standing:
        """What became of a run that an earlier agent put on record."""
        if run.identity is None:
            return Standing.NEVER_BEGAN
        if run.boot != ids.boot_id() and sys.platform != "win32":
            return Standing.ENDED
        log = Path(run.log)
        if self._backend.has_begun(log, run.identity):
            return Standing.RUNNING if ids.is_alive(run.identity) else Standing.ENDED
        if trees.wait_gone([run.identity], _SETTLE_SECONDS):
            return Standing.ENDED if self._backend.has_begun(log, run.identity) else Standing.NEVER_BEGAN
        if self._backend.has_begun(log, run.identity):
            return Standing.RUNNING
        trees.signal_one(run.identity, 9)
        if not trees.wait_gone([run.identity], _SETTLE_SECONDS):
            return Standing.RUNNING  # not even killed: whatever it is, its job does not run beside it
        return Standing.ENDED if self._backend.has_begun(log, run.identity) else Standing.NEVER_BEGAN

    def age(self, run: Run) -> float | None:
        """How long the run's process has lived (s)."""
        return ids.age(run.identity) if run.identity is not None else None

    def close(self) -> None:
        """Give up what is held; running scripts go on."""
        for run, child in list(self._held.items()):
            if run not in self._let_go_at:
                child.drop()

    def _live(self, run: Run) -> None:
        """The life of a run on its own thread: refused, or held and then ended."""
        try:
            opened = what_is_run(Path(run.script), self._base())
            child = self._start(run, opened.path)
        except StartRefused as refused:
            self._post(RunRefused(run.id, str(refused)))
            return
        except OSError as error:
            _log.warning("run %s could not be started", run.id, exc_info=True)
            self._post(RunRefused(run.id, f"o sistema recusou o processo ({error.strerror or error})."))
            return
        except Exception:  # noqa: BLE001 - the top of a thread: unsaid, the run would take its place for ever
            _log.exception("run %s could not be started", run.id)
            self._post(RunRefused(run.id, "erro interno ao criar o processo; veja o registro do agente."))
            return
        self._held[run.id] = child
        self._post(RunHeld(run.id, child.identity, opened.sha256))
        code = child.wait()
        ended = time.monotonic()
        since = self._let_go_at.pop(run.id, None)
        del self._held[run.id]
        duration = None if since is None else ended - since
        began = child.began()
        self._end(run, code, began, duration, child.left() if began else [])

    def _start(self, run: Run, script: Path) -> Held:
        argv = [*self._command(script), str(script), *run.arguments]
        return self._backend.start_held(argv, script.parent, script, self._environment(run), Path(run.log))

    def _watch(self, run: Run) -> None:
        assert run.identity is not None  # noqa: S101 - only journalled runs are adopted
        code = ids.wait_end(run.identity)
        self._end(run, code, True, None, trees.tree(run.identity, run.id))

    def _end(
        self, run: Run, code: int | None, began: bool, duration: float | None, left: list[Identity]
    ) -> None:
        """Say that a run's own process ended, why if it went badly, and what it left behind."""
        if not began:
            self._post(RunExited(run.id, code, False, duration))
            return
        log = Path(run.log)
        if not self._mend(log, code):
            self._post(RunExited(run.id, code, False, duration, BROKEN))
            return
        self._ended(log)
        # What a stop is about to end is no leftover; should it survive, the stop says so.
        pids = () if run.id in self._stopping else tuple(sorted(each.pid for each in left))
        self._post(RunExited(run.id, code, True, duration, read_reason(log, code), pids))
        if run.id not in self._stopping:
            self._leftovers.watch(run.id, left, pids)

    def _stop(self, run: Run, grace_seconds: float) -> None:
        assert run.identity is not None  # noqa: S101 - a run that began has an identity
        ask, known = self._backend.ask_to_end, self._leftovers.of(run.id)
        self._stopping.add(run.id)
        try:
            killed, survivors = trees.stop_tree(run.identity, run.id, grace_seconds, ask, known)
        except Exception:  # noqa: BLE001 - the top of a thread: unsaid, the run would be "stopping" for ever
            _log.exception("run %s could not be stopped", run.id)
            killed, survivors = False, (run.identity.pid,) if ids.is_alive(run.identity) else ()
        finally:
            self._stopping.discard(run.id)
            self._leftovers.look()
        self._post(RunStopped(run.id, killed, survivors))


class Opened(NamedTuple):
    """The file that a run opens, and the SHA-256 of what is in it."""

    path: Path
    sha256: str


def what_is_run(script: Path, base: Path | None) -> Opened:
    """The file that a run opens: links were followed, none leads out of ``base``, and it can be read.

    The discovery has seen to the same, but a link may have been put in its place since. The base itself stays
    as it is written: of a drive's letter Windows would make a path on which not every program can work.
    Raises StartRefused, which is no run.
    """
    file = _open(script)
    try:
        if base is not None and not _is_plainly_below(script, file, base):
            real, root = Path(os.path.realpath(script)), Path(os.path.realpath(base))
            if not real.is_relative_to(root):
                raise StartRefused(f"o link leva para fora da pasta de automações ({real}).")
            script = base / real.relative_to(root)
        return Opened(script, _digest(file))
    except OSError as error:
        raise _unreadable(error) from error
    finally:
        os.close(file)


def _open(script: Path) -> int:
    """A descriptor of the script, to be closed. Raises StartRefused where there is none that can be read.

    Here and below in as few calls as it takes: at each of them another thread may take the interpreter.
    """
    try:
        file = os.open(script, _READING)
    except OSError as error:
        if script.is_file():
            raise _unreadable(error) from error
        raise StartRefused(_NOT_FOUND) from error
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise StartRefused(_NOT_FOUND)
    return file


def _unreadable(error: OSError) -> StartRefused:
    return StartRefused(f"o arquivo não pode ser lido ({reason(error)}).")


def _is_plainly_below(script: Path, file: int, base: Path) -> bool:
    """Whether there is no link on the way to the open script, as nearly always: then nothing leads out of
    the base that it is written below. To follow all links costs ten looks at the disk; Linux just tells."""
    if sys.platform != "linux" or not str(script).startswith(f"{base}{os.sep}"):
        return False
    try:
        return os.readlink(f"/proc/self/fd/{file}") == str(script)  # noqa: PTH115 - a Path costs thrice as much
    except OSError:
        return False


def _digest(file: int) -> str:
    """The SHA-256 of an open script. Raises OSError, and StartRefused for one with nothing in it."""
    digest, is_blank = hashlib.sha256(), True
    while piece := os.read(file, _PIECE_BYTES):
        digest.update(piece)
        is_blank = is_blank and has_nothing(piece)
    if is_blank:
        raise StartRefused("o arquivo está vazio.")
    return digest.hexdigest()
