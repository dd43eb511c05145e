from __future__ import annotations

import subprocess
import sys

import pytest

from tray_agent.adapters.runs import interrupt as module
from tray_agent.adapters.runs.interrupt import ATTEMPTS, Sent, interrupt


class ConsoleThat:
    """Answers ``attach`` with the given error numbers in turn, the last one for ever."""

    def __init__(self, *attach: int, send: int = 0) -> None:
        self._attach = list(attach)
        self._send = send
        self.calls: list[str] = []

    def leave(self) -> None:
        self.calls.append("leave")

    def attach(self, pid: int) -> int:
        self.calls.append(f"attach {pid}")
        return self._attach.pop(0) if len(self._attach) > 1 else self._attach[0]

    def ignore(self) -> None:
        self.calls.append("ignore")

    def send(self) -> int:
        self.calls.append("send")
        return self._send


def test_it_leaves_its_own_console_is_deaf_itself_and_leaves_the_others() -> None:
    console = ConsoleThat(0)
    assert interrupt(7, console, pause=0) is Sent.YES
    assert console.calls == ["leave", "attach 7", "ignore", "send", "leave"]


@pytest.mark.parametrize(
    ("error", "meaning"),
    [(87, Sent.GONE), (6, Sent.NO_CONSOLE), (31, Sent.NO_CONSOLE), (1450, Sent.REFUSED)],
)
def test_each_refusal_to_attach_has_its_meaning_and_nothing_is_sent(error: int, meaning: Sent) -> None:
    console = ConsoleThat(error)
    assert interrupt(7, console, pause=0) is meaning
    assert console.calls == ["leave", "attach 7"]


@pytest.mark.parametrize("passing", [5, 233])
def test_a_console_that_is_opening_or_closing_is_tried_again(passing: int) -> None:
    assert interrupt(7, ConsoleThat(passing, passing, 0), pause=0) is Sent.YES
    stubborn = ConsoleThat(passing)
    assert interrupt(7, stubborn, pause=0) is Sent.REFUSED
    assert stubborn.calls.count("attach 7") == ATTEMPTS


@pytest.mark.parametrize(("error", "meaning"), [(6, Sent.NO_CONSOLE), (87, Sent.GONE), (5, Sent.REFUSED)])
def test_an_event_that_cannot_be_generated_is_no_success(error: int, meaning: Sent) -> None:
    assert interrupt(7, ConsoleThat(0, send=error), pause=0) is meaning


@pytest.mark.parametrize("arguments", [[], ["x"], ["1", "2"], ["-1"]])
def test_it_runs_alone_without_site_packages_and_refuses_wrong_arguments(arguments: list[str]) -> None:
    command = [sys.executable, "-I", "-S", str(module.__file__), *arguments]
    assert subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode == Sent.WRONG_USAGE
