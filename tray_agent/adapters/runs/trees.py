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


def tree(root: Identity, run: str) -> list[Identity]:
    """Every live process of a run, the root first if it lives."""
    found = {root.pid: root} if is_alive(root) else {}
    for each in [*_descendants(root), *_marked(run)]:
        if each.pid != os.getpid():
            found.setdefault(each.pid, each)
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


def _marked(run: str) -> list[Identity]:
    """Processes whose environment names the run. Other users' processes cannot be read and are not ours."""
    if sys.platform == "win32":
        return _marked_by_psutil(run)
    mark = f"{RUN_MARK}={run}".encode()

    def carries_it(pid: int) -> bool:
        return mark in read_environment(pid).split(b"\0")

    pids = [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]
    return [found for pid in pids if carries_it(pid) for found in _certain(pid, partial(carries_it, pid))]


def read_environment(pid: int) -> bytes:
    """A process's environment as the system keeps it, "" where it may not be read."""
    try:
        return Path(f"/proc/{pid}/environ").read_bytes()
    except OSError:
        return b""


def _marked_by_psutil(run: str) -> list[Identity]:
    """Windows never gives an orphan a new parent, so that no tree shows it: its environment does."""
    import psutil

    found: list[Identity] = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_MARK) == run:
                found += _certain(process.pid, process.is_running)
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
    root: Identity, run: str, grace_seconds: float, ask: Callable[[list[Identity]], None]
) -> tuple[bool, tuple[int, ...]]:
    """End a run's tree: ``ask`` it, wait for the grace, kill what is alive.

    Returns whether anything had to be killed, and the pids that survived even that.
    """
    members = tree(root, run)
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
