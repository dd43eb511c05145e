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
from pathlib import Path

from tray_agent.adapters.identity import created, is_alive
from tray_agent.adapters.script_environment import RUN_MARK
from tray_agent.core.model import Identity

if sys.platform != "win32":
    from tray_agent.adapters.identity import open_pidfd

_KILL_ROUNDS = 5
_KILL_WAIT_SECONDS = 2.0
_LOOK_SECONDS = 0.02


def tree(root: Identity, run: str) -> list[Identity]:
    """Every live process of a run, the root first if it lives."""
    found = {root.pid: root} if is_alive(root) else {}
    for pid in [*_descendants(root), *_marked(run)]:
        moment = created(pid)
        if moment is not None and pid != os.getpid():
            found.setdefault(pid, Identity(pid, moment))
    return list(found.values())


def _descendants(root: Identity) -> list[int]:
    import psutil

    if not is_alive(root):
        return []
    try:
        return [child.pid for child in psutil.Process(root.pid).children(recursive=True)]
    except psutil.Error:
        return []


def _marked(run: str) -> list[int]:
    """Processes whose environment names the run. Other users' processes cannot be read and are not ours."""
    if sys.platform == "win32":
        return _marked_by_psutil(run)
    mark = f"{RUN_MARK}={run}".encode()
    pids = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if mark in environment.split(b"\0"):
            pids.append(int(entry.name))
    return pids


def _marked_by_psutil(run: str) -> list[int]:
    """Windows never gives an orphan a new parent, so that no tree shows it: its environment does."""
    import psutil

    pids = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(RUN_MARK) == run:
                pids.append(process.pid)
        except (psutil.Error, OSError):
            continue
    return pids


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


def wait_gone(identities: Iterable[Identity], seconds: float, until: threading.Event | None = None) -> bool:
    """Wait until all are gone; False when some are left after that many seconds."""
    deadline = time.monotonic() + seconds
    left = list(identities)
    while True:
        left = [each for each in left if is_alive(each)]
        if not left:
            return True
        if time.monotonic() >= deadline or (until is not None and until.is_set()):
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
