"""The program as people start it: a child process, its environment, its command line, its answers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import tray_agent
from tests.e2e.clock import Clock
from tests.e2e.workspace import Workspace
from tray_agent.shell.channel.client import Channel, ChannelError, connect

ROOT = Path(tray_agent.__file__).parent.parent
SECONDS = 30.0
Status = dict[str, Any]
T = TypeVar("T")
_KEPT = ("PATH", "LANG", "LC_ALL", "COVERAGE_PROCESS_START", "VIRTUAL_ENV")


@dataclass(frozen=True)
class Answer:
    """What a command came to. ``seconds`` includes the start of a Python."""

    code: int
    out: str
    err: str
    seconds: float

    @property
    def error_line(self) -> str:
        """The one line on stderr; fails where there is more or less."""
        lines = self.err.splitlines()
        assert len(lines) == 1, f"not one line on stderr: {self.err!r}"
        assert lines[0].strip()
        return lines[0]


class Program:
    """One installation on one workspace, with its own clock. ``module`` is what is run as the program."""

    module = "tray_agent"

    def __init__(self, place: Workspace, **settings: object) -> None:
        self.place = place
        self.clock = Clock(place.folder / "clock")
        self.clock.set("2026-03-10 14:05:00")
        self.agent: subprocess.Popen[bytes] | None = None
        self._channel: Channel | None = None
        self.environment = {name: os.environ[name] for name in _KEPT if name in os.environ} | {
            "HOME": str(place.home),
            "XDG_DATA_HOME": str(place.home / "share"),
            "TMPDIR": str(place.temp),
            "TZ": "Asia/Tokyo",
            "PYTHONPATH": str(ROOT),
            "TRAY_AGENT_APP_DIR": str(place.app),
            "E2E_WORKSPACE": str(place.folder),
            **self.clock.environment,
        }
        self.set(base_path=place.base, data_dir=place.data, history="local", **settings)

    def set(self, **settings: object) -> None:
        """Settings for programs that start from now on; None takes one away."""
        for name, value in settings.items():
            variable = f"TRAY_AGENT_{name.upper()}"
            self.environment.pop(variable, None)
            if value is not None:
                self.environment[variable] = str(value)

    def popen(self, *arguments: str, **options: Any) -> subprocess.Popen[bytes]:
        """The program with these arguments, running."""
        command = [sys.executable, "-m", self.module, *arguments]
        environment = self.environment | options.pop("env", {})
        return subprocess.Popen(command, env=environment, cwd=self.place.folder, **options)

    def cli(self, *arguments: str, seconds: float = SECONDS, **env: str) -> Answer:
        """Run a command to its end."""
        began = time.monotonic()
        child = self.popen(
            *arguments,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            out, err = child.communicate(timeout=seconds)
        except subprocess.TimeoutExpired:
            child.kill()
            out, err = child.communicate()
            raise AssertionError(f"{arguments} did not end in {seconds} s: {out!r} {err!r}") from None
        took = time.monotonic() - began
        return Answer(child.returncode, out.decode(errors="replace"), err.decode(errors="replace"), took)

    def start(self, *arguments: str, discovered: bool = True) -> Status:
        """Start an agent and wait until it answers; ``discovered``: until registry and scripts were read.

        One that a failed test left behind ends first.
        """
        if self.agent is not None:
            self.kill()
        with (self.place.folder / "agent.out").open("ab") as log:
            self.agent = self.popen(
                *(arguments or ("--headless",)),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if not discovered:
            return self.until(lambda status: True)
        return self.until(lambda status: status["cards"] or status["problems"])

    @property
    def output(self) -> str:
        """What the agents of this installation have printed so far."""
        return (self.place.folder / "agent.out").read_text(encoding="utf-8")

    @property
    def log(self) -> str:
        """The agent's own log."""
        return (self.place.data / "agent.log").read_text(encoding="utf-8")

    def call(self, method: str, **params: Any) -> Any:
        """Ask the running agent over its channel."""
        if self._channel is None or self._channel.closed.is_set():
            self._channel = connect(self.place.data)
        return self._channel.call(method, **params)

    def status(self) -> Status:
        """What ``status --json`` prints, without the price of a Python."""
        answer: Status = self.call("status")
        return answer

    def card(self, job: str) -> dict[str, Any]:
        """The card of a job now."""
        return card_of(self.status(), job)

    def until(self, holds: Callable[[Status], Any], seconds: float = SECONDS) -> Status:
        """Wait until the status is as wanted, and return it."""
        last: Status | str = "never answered"

        def look() -> Status | None:
            nonlocal last
            if self.agent is not None and self.agent.poll() is not None:
                raise AssertionError(f"the agent ended with {self.agent.returncode}: {self.output}")
            try:
                status = self.status()
            except ChannelError as error:
                last = error.text
                return None
            last = status
            try:
                return status if holds(status) else None
            except NoCard:
                return None

        return wait_until(look, seconds, lambda: json.dumps(last, ensure_ascii=False, indent=1))

    def kill(self) -> None:
        """SIGKILL, as a crash."""
        assert self.agent is not None
        self.agent.kill()
        self.agent.wait(SECONDS)
        self._forget()

    def wait(self, seconds: float = SECONDS) -> int:
        """Wait for the agent's end; its exit code."""
        assert self.agent is not None
        code = self.agent.wait(seconds)
        self._forget()
        return code

    def _forget(self) -> None:
        self.agent = None
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def close(self) -> None:
        """End whatever is left of this installation: the agent, and scripts it started."""
        if self._channel is not None:
            self._channel.close()
        if self.agent is not None and self.agent.poll() is None:
            self.agent.kill()
            self.agent.wait(SECONDS)
        for _ in range(5):
            left = processes_of(self.place.folder)
            if not left:
                return
            for pid in left:
                end(pid)
            wait_until(lambda pids=left: not any(map(is_alive, pids)), 5.0)


def wait_until(look: Callable[[], T], seconds: float = SECONDS, said: Callable[[], object] = str) -> T:
    """Look again and again until the answer is true; a failure after the deadline tells the last state."""
    deadline = time.monotonic() + seconds
    pause = threading.Event()
    while True:
        found = look()
        if found:
            return found
        if time.monotonic() > deadline:
            raise AssertionError(f"not so after {seconds} s: {said()}")
        pause.wait(0.05)


class NoCard(Exception):
    """A status without the card that was asked for; while waiting, it may yet come."""


def card_of(status: Status, job: str) -> dict[str, Any]:
    """The card of a job in a status. Raises NoCard."""
    for card in status["cards"]:
        if card["id"] == job:
            found: dict[str, Any] = card
            return found
    raise NoCard(job)


def processes_of(folder: Path) -> list[int]:
    """Every live process that was started, however indirectly, for a workspace."""
    mark = f"E2E_WORKSPACE={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:
                continue
            if mark in environment.split(b"\0") and is_alive(int(entry.name)):
                found.append(int(entry.name))
    return found


def is_alive(pid: int) -> bool:
    """Whether a process is there and not a zombie."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat[stat.rindex(")") + 2] not in "ZX"


def end(pid: int) -> None:
    """SIGKILL one process of ours."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
