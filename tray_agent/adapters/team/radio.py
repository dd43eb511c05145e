"""The agent's side of the radio: a child of this program that speaks NATS, and a watch over it.
Lines go in and out: a word, whom it is about, and mostly a message as JSON, which the child passes on as it
is. A client that hangs shows nothing of itself, and is killed and started anew: what it lost, its messages,
may be lost, doubled, late and out of order anyway.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import queue
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tray_agent.adapters.readers.children import opened_log, talk
from tray_agent.adapters.system import program
from tray_agent.adapters.team.channel import Channel
from tray_agent.core.ports import Heard, Link
from tray_agent.core.team.names import pc_key

_log = logging.getLogger(__name__)
_MOST_WAITING = 10_000
_MISSED_SIGNALS = 3
_STARTING_SECONDS = 20.0
_SLACK_SECONDS = 2.0
_BEFORE_NEXT_SECONDS = 1.0
_NEVER_WAITS = sys.platform != "win32"  # where a pipe that can be written to takes a piece without waiting
_ONE_PIECE = 4096  # what POSIX writes to a pipe whole; one that is ready has room for it
_GONE = "gone"  # the server's word, which is no PC's


@dataclass(slots=True)
class _Life:
    """One child and when it was last heard of."""

    child: subprocess.Popen[bytes]
    heard: float
    orders: queue.Queue[bytes | None] = field(default_factory=lambda: queue.Queue(_MOST_WAITING))
    ended: threading.Event = field(default_factory=threading.Event)
    has_spoken: bool = False
    one: threading.Lock = field(default_factory=threading.Lock)
    is_idle: bool = False  # everything that was to be written is: what comes next need not wait for a thread

    def say(self, line: bytes) -> None:
        """Have a line written: at once where the pipe takes it, else by the thread that may wait for it."""
        with self.one:
            if self.is_idle:
                line = line[_written(self.child, line) :]
            if line:
                self.is_idle = False
                with contextlib.suppress(queue.Full):
                    self.orders.put_nowait(line)

    def written(self) -> None:
        """The thread has written all that it was given."""
        with self.one:
            self.is_idle = _NEVER_WAITS and self.orders.empty()


class ChildRadio:
    """Fulfils :class:`tray_agent.core.ports.Radio`. ``heard`` and ``link`` are called on the radio's thread;
    ``asked`` gets (invitation, request) from who has a code, on the brain."""

    def __init__(
        self,
        channel: Channel,
        environment: Mapping[str, str],
        log: Path,
        heard: Heard,
        link: Link,
        asked: Heard = lambda invitation, request: None,
        command: Callable[[str], list[str]] = lambda mode: program.command("--internal", mode),
    ) -> None:
        self._channel = channel
        self._environment = dict(environment)
        self._log = log
        self._heard = heard
        self._link = link
        self._asked = asked
        self._command = command
        self._closed = threading.Event()
        self._life: _Life | None = None
        self._is_up = False
        self._reloads: dict[int, threading.Event] = {}
        self._reload_number = 0
        self._thread = threading.Thread(target=self._watch, name="radio", daemon=True)

    def start(self) -> None:
        """Begin to connect."""
        self._thread.start()

    def send(self, pc: str, message: Mapping[str, Any]) -> None:
        """Say something to a PC, by its name or key, or to the brain (""). Never blocks; it may be lost."""
        self._tell("to", pc_key(pc), message)

    def answer(self, invitation: str, message: Mapping[str, Any]) -> None:
        """Answer who has a code."""
        self._tell("joined", invitation, message)

    def reload(self, seconds: float) -> bool:
        """Have the server read its configuration anew; whether it said that it did, within so long."""
        done = threading.Event()
        self._reload_number += 1
        number = self._reload_number
        self._reloads[number] = done
        self._tell("reload", str(number), {})
        try:
            return done.wait(seconds)
        finally:
            self._reloads.pop(number, None)

    def close(self) -> None:
        """End the child; nothing is said any more."""
        self._closed.set()
        life = self._life
        if life is not None:
            life.child.kill()
        if self._thread.is_alive() and threading.current_thread() is not self._thread:
            self._thread.join()

    def child_pid(self) -> int | None:
        """The present child, for who examines."""
        life = self._life
        return life.child.pid if life is not None and life.child.poll() is None else None

    def _tell(self, word: str, about: str, message: Mapping[str, Any]) -> None:
        life = self._life
        if life is not None and not self._closed.is_set():
            life.say(f"{word} {about} ".encode() + _encoded(message))

    def _watch(self) -> None:
        """Start the child, look whether it lives, start the next."""
        while not self._closed.is_set():
            try:
                self._life = life = self._begin()
            except OSError:
                _log.exception("the radio could not be started")
                self._say_down("o rádio da equipe não pôde ser iniciado; veja agent.log")
                self._closed.wait(_STARTING_SECONDS)
                continue
            why = self._live(life)
            life.child.kill()
            life.child.wait()
            with contextlib.suppress(queue.Full):
                life.orders.put_nowait(None)
            if not self._closed.is_set():
                _log.warning("the radio %s; a new one is started", why)
                self._say_down("o rádio da equipe foi reiniciado")
                self._closed.wait(_BEFORE_NEXT_SECONDS)

    def _begin(self) -> _Life:
        with opened_log(self._log) as log:
            child = talk(self._command("radio"), log, program.environment(self._environment))
        life = _Life(child, time.monotonic())
        assert child.stdin is not None  # noqa: S101 - pipes were asked for
        for target, name in ((self._write, "radio-out"), (self._read, "radio-in")):
            threading.Thread(target=target, args=(life,), name=name, daemon=True).start()
        return life

    def _live(self, life: _Life) -> str:
        """Until the child ended or fell silent; which of them."""
        silent = _MISSED_SIGNALS * self._channel.signal_seconds + _SLACK_SECONDS
        while not self._closed.is_set():
            if life.ended.wait(self._channel.signal_seconds):
                return "ended"
            allowed = silent if life.has_spoken else max(silent, _STARTING_SECONDS)
            if time.monotonic() - life.heard > allowed:
                return "was silent"
        return "is closed"

    def _write(self, life: _Life) -> None:
        """Give the child its orders, one after the other, on a thread that may hang with it."""
        pipe = life.child.stdin
        assert pipe is not None  # noqa: S101 - pipes were asked for
        try:
            pipe.write(_encoded(asdict(self._channel)))
            pipe.flush()
            life.written()
            while (line := life.orders.get()) is not None:
                pipe.write(line)
                pipe.flush()
                life.written()
        except (OSError, ValueError):
            return  # it is gone
        finally:
            with life.one, contextlib.suppress(OSError):
                life.is_idle = False  # its number may be another file's in a moment
                pipe.close()

    def _read(self, life: _Life) -> None:
        """Take what the child says."""
        pipe = life.child.stdout
        assert pipe is not None  # noqa: S101 - pipes were asked for
        try:
            for line in pipe:
                life.heard, life.has_spoken = time.monotonic(), True
                if life is not self._life or self._closed.is_set():
                    return
                self._take(line)
        except (OSError, ValueError):
            return
        finally:
            life.ended.set()
            with contextlib.suppress(OSError):
                pipe.close()

    def _take(self, line: bytes) -> None:
        try:
            said, who, rest = line.rstrip(b"\n").split(b" ", 2)
            about = who.decode()
            match said:
                case b"heard" | b"asked":
                    message = _message(rest)
                    if message is not None and message.get("kind") != _GONE:
                        (self._heard if said == b"heard" else self._asked)(about, message)
                case b"gone":
                    self._heard(about, {"kind": _GONE})
                case b"reloaded":
                    done = self._reloads.get(int(about))
                    if done is not None:
                        done.set()
                case b"link":
                    self._is_up = about == "up"
                    self._link(self._is_up, rest.decode())
        except Exception:  # noqa: BLE001 - one message that nobody understands must not silence the rest
            _log.exception("the radio said what could not be taken: %r", line[:200])

    def _say_down(self, why: str) -> None:
        self._is_up = False
        self._link(False, why)


def _written(child: subprocess.Popen[bytes], line: bytes) -> int:
    """How many bytes of a line a pipe takes without waiting: all or none, where it fits in one piece."""
    pipe = child.stdin
    if pipe is None or pipe.closed or len(line) > _ONE_PIECE:
        return 0
    try:
        return os.write(pipe.fileno(), line) if select.select((), (pipe,), (), 0)[1] else 0
    except (OSError, ValueError):
        return 0  # it is gone, or about to be


def _encoded(message: Mapping[str, Any]) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"


def _message(text: bytes) -> dict[str, Any] | None:
    """What somebody said, of whatever version; None for what is no message."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None
