"""A run's whole process tree: taken before the signal, asked to end, killed after the grace, verified gone.

A process belongs to a run when it descends from the run's own process or carries the run's mark in its
environment (children that changed session, or whose parent is gone, carry it still).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tray_agent.adapters.runs.environment import RUN_MARK
from tray_agent.adapters.runs.identity import created, is_alive
from tray_agent.core.model import Identity

if sys.platform != "win32":
    from tray_agent.adapters.runs.identity import open_pidfd

_KILL_ROUNDS = 5
_KILL_WAIT_SECONDS = 2.0
_LOOK_SECONDS = 0.02
_MARK = f"{RUN_MARK}=".encode()


def tree(root: Identity, run: str) -> list[Identity]:
    """Every live process of a run, the root first if it lives."""
    found = {}
    if is_alive(root):
        found = {each.pid: each for each in (root, *_descendants(root), *session_of(root.pid))}
    for each in marked([run]).get(run, ()):
        found.setdefault(each.pid, each)
    found.pop(os.getpid(), None)
    return list(found.values())


def _certain(pid: int, is_member: Callable[[], bool]) -> list[Identity]:
    """The identity of a process that was seen to be a member, if it is one even after its identity was read:
    else its pid has had a new owner since."""
    moment = created(pid)
    return [Identity(pid, moment)] if moment is not None and is_member() else []


def _descendants(root: Identity) -> list[Identity]:
    import psutil

    try:
        process = psutil.Process(root.pid)
        children = process.children(recursive=True) if is_alive(root) else []
    except psutil.Error:
        return []
    return [found for child in children for found in _certain(child.pid, child.is_running)]


def marked(runs: Iterable[str]) -> dict[str, list[Identity]]:
    """The processes whose environment names one of these runs, in one pass over all that there are.

    Other users' processes cannot be read and are not ours.
    """
    wanted = {f"{RUN_MARK}={run}".encode(): run for run in runs}
    if not wanted:
        return {}
    if sys.platform == "win32":
        return _marked_by_psutil(set(wanted.values()))

    def mark_of(pid: int) -> str | None:
        said = read_environment(pid)
        if _MARK not in said:
            return None
        return next((wanted[word] for word in said.split(b"\0") if word in wanted), None)

    found: dict[str, list[Identity]] = {}
    for pid in _pids():
        run = mark_of(pid)
        if run is not None:
            found.setdefault(run, []).extend(_certain(pid, partial(lambda p, r: mark_of(p) == r, pid, run)))
    return found


def session_of(leader: int) -> list[Identity]:
    """The live processes in the session, or the group, that a process leads or has led, itself excepted.

    The number means the same only while the leader lives, or has ended this very moment.
    """
    if sys.platform == "win32":
        return []

    def is_in(pid: int) -> bool:
        try:
            stat = Path(f"/proc/{pid}/stat").read_bytes()
        except OSError:
            return False
        group, session = stat[stat.rindex(b")") + 2 :].split(None, 4)[2:4]
        return leader in (int(group), int(session))

    return [
        found
        for pid in _pids()
        if pid != leader and is_in(pid)
        for found in _certain(pid, partial(is_in, pid))
    ]


def _pids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - a Path each costs


def read_environment(pid: int) -> bytes:
    """A process's environment as the system keeps it, "" where it may not be read."""
    try:
        with open(f"/proc/{pid}/environ", "rb", buffering=0) as file:  # noqa: PTH123 - one for each process
            return file.read()
    except OSError:
        return b""


def _marked_by_psutil(runs: set[str]) -> dict[str, list[Identity]]:
    """Windows never gives an orphan a new parent, so that no tree shows it: its environment does."""
    import psutil

    found: dict[str, list[Identity]] = {}
    for process in psutil.process_iter():
        try:
            run = process.environ().get(RUN_MARK)
            if run in runs:
                found.setdefault(run, []).extend(_certain(process.pid, process.is_running))
        except (psutil.Error, OSError):
            continue
    return found


if sys.platform == "win32":

    def signal_one(identity: Identity, number: int) -> None:
        """End exactly this process (there is no other signal here); a pid's new owner is left alone."""
        import psutil

        try:
            process = psutil.Process(identity.pid)
            if is_alive(identity):
                process.kill()
        except psutil.Error:
            return

else:

    def signal_one(identity: Identity, number: int) -> None:
        """Signal exactly this process; one that is gone, or whose pid has a new owner, is left alone."""
        handle = open_pidfd(identity)
        if handle is None:
            return
        try:
            signal.pidfd_send_signal(handle, number)
        except OSError:
            return
        finally:
            os.close(handle)


def wait_gone(identities: Iterable[Identity], seconds: float) -> bool:
    """Wait until all are gone; False when some are left after that many seconds."""
    deadline = time.monotonic() + seconds
    left = list(identities)
    while True:
        left = [each for each in left if is_alive(each)]
        if not left:
            return True
        if time.monotonic() >= deadline:
            return False
        threading.Event().wait(min(_LOOK_SECONDS, max(0.0, deadline - time.monotonic())))


def stop_tree(
    root: Identity,
    run: str,
    grace_seconds: float,
    ask: Callable[[list[Identity]], None],
    known: Iterable[Identity] = (),
) -> tuple[bool, tuple[int, ...]]:
    """End a run's tree: ``ask`` it, wait for the grace, kill what is alive.

    ``known`` are processes of the run that were found before, and may show no sign of it any more. Returns
    whether anything had to be killed, and the pids that survived even that.
    """
    members = _merge(tree(root, run), [each for each in known if is_alive(each)])
    ask(members)
    wait_gone(members, grace_seconds)
    killed = False
    for _ in range(_KILL_ROUNDS):
        alive = _merge([each for each in members if is_alive(each)], tree(root, run))
        if not alive:
            return killed, ()
        killed = True
        members = _merge(members, alive)
        for each in reversed(alive):
            signal_one(each, getattr(signal, "SIGKILL", signal.SIGTERM))
        wait_gone(alive, _KILL_WAIT_SECONDS)
    return killed, tuple(each.pid for each in members if is_alive(each))


def _merge(first: list[Identity], second: list[Identity]) -> list[Identity]:
    return list({each.pid: each for each in [*first, *second]}.values())
