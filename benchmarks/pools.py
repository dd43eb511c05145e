"""Floors for many runs: five threads of blocking Popen, bare, and with what each run is promised alone."""

from __future__ import annotations

import os
import queue
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

PLACES = 5
_HELD = 'IFS= read -r go || exit 125; exec >"$0" 2>&1 </dev/null; exec "$@"'


def bare_pool(
    scripts: Sequence[Path],
    python: str,
    env: dict[str, str],
    logs: Path,
    *,
    keeps_output: bool = True,
    places: int = PLACES,
) -> float:
    """Seconds until each script has run once, its output going to a file of its own below ``logs``, or
    nowhere."""

    def run(script: Path, file: Path) -> None:
        with Path(file if keeps_output else os.devnull).open("wb") as log:
            subprocess.Popen(
                [python, str(script)],
                cwd=script.parent,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            ).wait()

    return _drain(scripts, logs, run, places=places)


def promising_pool(scripts: Sequence[Path], python: str, env: dict[str, str], logs: Path) -> float:
    """The same where a script begins only once its start is on record: a shell holds it, one row with the
    process's id is written and synchronised, then it is let go. Nobody decides, counts or shows anything.
    It makes the folders of its logs too, as a first day has to: scripts that keep no output need none."""
    logs.mkdir()
    with closing(
        sqlite3.connect(logs / "starts.sqlite3", isolation_level=None, check_same_thread=False)
    ) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("CREATE TABLE starts (log TEXT PRIMARY KEY, pid INTEGER, at REAL) WITHOUT ROWID")
        one = threading.Lock()

        def run(script: Path, file: Path) -> None:
            file.parent.mkdir()
            child = subprocess.Popen(
                ["/bin/sh", "-c", _HELD, str(file), python, str(script)],
                cwd=script.parent,
                env=env,
                stdin=subprocess.PIPE,
                bufsize=0,
            )
            assert child.stdin is not None
            with one:
                db.execute("INSERT INTO starts VALUES (?, ?, ?)", (str(file), child.pid, time.time()))
            child.stdin.write(b"\n")
            child.stdin.close()
            child.wait()

        return _drain(scripts, logs / "logs", run, makes_folders=False)


def _drain(
    scripts: Sequence[Path],
    logs: Path,
    run: Callable[[Path, Path], None],
    *,
    makes_folders: bool = True,
    places: int = PLACES,
) -> float:
    """Seconds that so many threads need for all scripts. The logs' files are not there, their folders are."""
    logs.mkdir()
    waiting: queue.SimpleQueue[tuple[Path, Path]] = queue.SimpleQueue()
    for number, script in enumerate(scripts):
        if makes_folders:
            (logs / script.stem).mkdir(exist_ok=True)
        waiting.put((script, logs / script.stem / f"{number}.log"))

    def work() -> None:
        while True:
            try:
                script, file = waiting.get_nowait()
            except queue.Empty:
                return
            run(script, file)

    threads = [threading.Thread(target=work) for _ in range(places)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - began


def own_seconds() -> float:
    """The processor time of this process and of its ended children, in seconds."""
    mine = os.times()
    return mine.user + mine.system + mine.children_user + mine.children_system
