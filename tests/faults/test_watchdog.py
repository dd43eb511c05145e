"""An engine that hangs or dies is noticed and replaced; a process that merely slept is left alone."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.adapters.children import until
from tests.e2e.agent import ROOT, Program, card_of
from tray_agent.start.watchdog import Watchdog

# An engine that turns every 50 ms, except that after its process was stopped its first turn takes a second.
ENGINE = """
import sys, threading, time
from tray_agent.start.watchdog import Watchdog
turn = time.monotonic()
def replace(age):
    print("replaced", flush=True)
Watchdog(lambda: turn, replace, 0.1, 0.8).start()
print("up", flush=True)
until = time.monotonic() + 6
while time.monotonic() < until:
    time.sleep(0.05)
    if time.monotonic() - turn > 1:
        time.sleep(0.6)
    turn = time.monotonic()
print("done", flush=True)
"""


class TestWatchdog:
    def test_an_engine_that_hangs_or_died_is_replaced_with_its_age(self) -> None:
        ages: list[float] = []
        began = time.monotonic()
        dog = Watchdog(lambda: began, ages.append, 0.02, 0.2)
        dog.start()
        until(lambda: ages)
        dog.close()

        assert 0.2 < ages[0] < 10

    def test_one_that_turns_is_left_alone(self) -> None:
        ages: list[float] = []
        dog = Watchdog(time.monotonic, ages.append, 0.01, 0.2)
        dog.start()
        threading.Event().wait(0.6)
        dog.close()

        assert ages == []

    def test_a_replacement_that_fails_is_tried_again(self) -> None:
        tries: list[float] = []

        def failing(age: float) -> None:
            tries.append(age)
            raise RuntimeError("can't start new thread")

        began = time.monotonic()
        dog = Watchdog(lambda: began, failing, 0.02, 0.2)
        dog.start()
        until(lambda: len(tries) > 2)
        dog.close()

    @pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
    def test_a_process_that_was_stopped_is_no_hang_even_if_its_first_turn_is_slow(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-c", ENGINE],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        ) as child:
            assert child.stdout is not None
            assert child.stdout.readline() == b"up\n"
            child.send_signal(signal.SIGSTOP)
            threading.Event().wait(1.5)
            child.send_signal(signal.SIGCONT)

            assert child.stdout.read() == b"done\n"


def stalling_disk(folder: Path) -> Path:
    """A preload library under which nothing is synchronised while a file exists."""
    built = folder / "stall.so"
    source = Path(__file__).with_name("stall.c")
    subprocess.run(["gcc", "-O2", "-Wall", "-Werror", "-shared", "-fPIC", "-o", built, source], check=True)
    return built


def test_an_engine_that_hangs_on_its_disk_is_replaced_and_nothing_is_lost_or_doubled(
    program: Program,
) -> None:
    """Forty seconds: the watchdog gives an engine half a minute."""
    place, stall = program.place, program.place.folder / "stall"
    preload = program.environment["LD_PRELOAD"]
    # Beside the workspace, whose name has blanks: to the loader they part one library from the next.
    program.environment["LD_PRELOAD"] = f"{preload}:{stalling_disk(place.folder.parent)}"
    program.environment["FAULTS_STALL"] = str(stall)
    place.register(
        place.waiting_job("longa", "14"),
        place.job("pix", "8, 14"),
        place.job("ted", "15"),
        place.job("avulsa"),
    )
    program.start()
    program.until(lambda status: card_of(status, "pix")["actual"] == 2 and card_of(status, "longa")["pid"])

    stall.touch()
    program.clock.set("2026-03-10 15:00:01")
    status = program.until(
        lambda status: any("motor parou de responder" in each["what"] for each in status["problems"]), 60
    )
    stall.unlink()

    status = program.until(lambda status: card_of(status, "ted")["actual"] == 1)
    assert card_of(status, "longa")["state"] == "RUNNING"
    program.call("run", job="avulsa")  # people, too, reach the engine that took over
    program.until(lambda status: card_of(status, "avulsa")["actual"] == 1)
    place.open_gate("longa")
    program.until(lambda status: card_of(status, "longa")["actual"] == 1)
    assert [place.count(job) for job in ("longa", "pix", "ted", "avulsa")] == [1, 2, 1, 1]
    with closing(sqlite3.connect(place.data / "journal.sqlite3")) as journal:
        rows = journal.execute("SELECT job, ended IS NOT NULL FROM runs ORDER BY job").fetchall()
    assert rows == [("avulsa", 1), ("longa", 1), ("pix", 1), ("pix", 1), ("ted", 1)]


def test_a_journal_that_another_program_holds_is_said_and_no_hang(program: Program) -> None:
    """Twelve seconds under an exclusive lock: the agent answers, starts nothing, and goes on afterwards."""
    place = program.place
    place.register(place.job("pix", "8"), place.job("ted", "15"))
    program.start()
    program.until(lambda status: card_of(status, "pix")["actual"] == 1)

    with closing(sqlite3.connect(place.data / "journal.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        program.clock.set("2026-03-10 15:00:01")
        program.until(lambda status: any(each["where"] == "data" for each in status["problems"]))
        slowest = 0.0
        until_then = time.monotonic() + 6
        while time.monotonic() < until_then:
            began = time.monotonic()
            status = program.status()
            slowest = max(slowest, time.monotonic() - began)
            assert place.count("ted") == 0
        assert slowest < 2
        assert not any("motor" in each["what"] for each in status["problems"])
        other.execute("ROLLBACK")

    program.until(lambda status: card_of(status, "ted")["actual"] == 1 and not status["problems"])
    assert place.count("ted") == 1
