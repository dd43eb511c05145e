"""The agent's side of the dashboard: at most one child process with the window, raised when it is there."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from tray_agent.shell.channel.control import ControlServer
from tray_agent.shell.channel.wire import CHANNEL_DIR
from tray_agent.shell.window import windows_desktop

CLOSE_SECONDS = 5.0
_KILL_SECONDS = 5.0


class Child(Protocol):
    """A started process."""

    @property
    def pid(self) -> int:
        """Its process id."""
        ...

    def wait(self) -> int:
        """Wait for its end; its exit code."""
        ...

    def kill(self) -> None:
        """End it at once. Harmless when it ended already."""
        ...


Spawn = Callable[[list[str], Mapping[str, str]], Child]


class _Shown:
    """One child, from start to end: up while it listens to the channel, leaving once it stopped to."""

    __slots__ = ("child", "ended", "killed", "leaving", "up")

    def __init__(self, child: Child) -> None:
        self.child = child
        self.ended = threading.Event()
        self.up = False
        self.leaving = False
        self.killed = False

    def kill(self) -> None:
        """End it at once, as this side wants it."""
        self.killed = True
        self.child.kill()


def _later(seconds: float, act: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, act)
    timer.daemon = True
    timer.start()


class Dashboard:
    """Opens, raises and closes the window's process. Every method may be called from any thread.

    ``spawn(command, environment)`` starts a process or raises OSError. ``on_end(exit_code)`` is called on a
    thread of its own when a child ended by itself: 0 closed, 4 no browser engine (already said), else failed.
    """

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        server: ControlServer,
        spawn: Spawn,
        on_end: Callable[[int], None] = lambda _code: None,
    ) -> None:
        self._command = command
        self._environment = {**environment, CHANNEL_DIR: str(server.data_dir)}
        self._server = server
        self._spawn = spawn
        self._on_end = on_end
        self._lock = threading.Lock()
        self._shown: _Shown | None = None
        self._again = False
        self._closing = False
        self._wanted = ""
        server.watch_subscribers(self._count)

    @property
    def is_open(self) -> bool:
        """Whether a child is there, also one that starts or ends just now."""
        return self._shown is not None

    def open(self, job: str = "") -> str:
        """Open the window, or bring the one there is to the front; at a job, if one is named.

        Why not, in Portuguese, or "".
        """
        with self._lock:
            shown = self._shown
            if self._closing:
                return ""
            self._wanted = (
                job or self._wanted
            )  # told to a window that comes up; one that is up is told at once
            if shown is None:
                return self._start()
            if shown.leaving:
                if not self._again:  # closed a moment ago: a new one once it is gone
                    self._again = True
                    _later(CLOSE_SECONDS, shown.kill)
                return ""
            if not shown.up:
                return ""  # comes up by itself
            self._wanted = ""
        windows_desktop.allow_foreground(shown.child.pid)
        self._server.broadcast({"event": "raise"})
        if job:
            self._server.broadcast({"event": "show", "job": job})
        return ""

    def close(self) -> None:
        """Close the window and wait for it, at most 5 s before it is killed."""
        with self._lock:
            shown = self._shown
            self._again = False
            if shown is None:
                return
            self._closing = True
        try:
            if shown.up:
                self._server.broadcast({"event": "close"})
            if not shown.up or not shown.ended.wait(CLOSE_SECONDS):
                shown.kill()
                shown.ended.wait(_KILL_SECONDS)
        finally:
            self._closing = False

    def _start(self) -> str:
        try:
            child = self._spawn(self._command, self._environment)
        except OSError as error:
            return f"Não foi possível abrir o painel: {error.strerror or error}."
        shown = self._shown = _Shown(child)
        threading.Thread(target=self._wait, args=[shown], name="dashboard", daemon=True).start()
        return ""

    def _wait(self, shown: _Shown) -> None:
        code = shown.child.wait()
        with self._lock:
            self._shown = None
            again, self._again = self._again, False
            if again and not self._closing:
                self._start()
        shown.ended.set()
        if not shown.killed:
            self._on_end(code)

    def _count(self, subscribers: int) -> None:
        """Somebody began or stopped to listen, on the channel's thread."""
        wanted = ""
        with self._lock:
            if self._shown is not None:
                self._shown.leaving = self._shown.up and not subscribers
                self._shown.up = subscribers > 0
            if subscribers:
                wanted, self._wanted = self._wanted, ""
        if wanted:
            self._server.broadcast({"event": "show", "job": wanted})
