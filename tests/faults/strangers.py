"""Processes that are none of the agent's business, and notice every signal that reaches them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

# Same file name as a job's script, never started by the agent; whatever signal reaches it is put on record.
_BYSTANDER = """\
import os, signal, sys
def caught(number, frame):
    os.write(1, b"%d\\n" % number)
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP, signal.SIGCHLD, signal.SIGCONT}:
    signal.signal(number, caught)
os.write(1, b"ready\\n")
while True:
    signal.pause()
"""


class Strangers:
    """Everybody beside the agent in one world."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._all: list[subprocess.Popen[bytes]] = []
        self._heard: list[Path] = []

    def add(self, name: str, pid: int | None = None) -> subprocess.Popen[bytes] | None:
        """A stranger with that script name, at that pid if the system can be brought to give it."""
        path = self._folder / "estranhos" / "metodos" / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_BYSTANDER, encoding="utf-8")
        heard = self._folder / f"bystander-{len(self._all)}"
        if pid is not None:
            try:
                Path("/proc/sys/kernel/ns_last_pid").write_text(str(pid - 1), encoding="ascii")
            except OSError:
                return None
        with heard.open("wb") as out:
            stranger = subprocess.Popen(
                [sys.executable, str(path)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                start_new_session=True,
                env={"PATH": os.environ["PATH"], "FAULTS_BYSTANDER": "1", "E2E_WORKSPACE": "none"},
            )
        self._all.append(stranger)
        self._heard.append(heard)
        return stranger

    def hurt(self) -> list[str]:
        """What was done to strangers, one sentence each."""
        wrong = []
        for stranger, heard in zip(self._all, self._heard, strict=True):
            text = heard.read_text(encoding="ascii").replace("ready", "").split()
            if text or stranger.poll() is not None:
                wrong.append(f"bystander {stranger.pid} got signals {text}, ended {stranger.returncode}")
        return wrong

    def close(self) -> None:
        """End them."""
        for stranger in self._all:
            stranger.kill()
            stranger.wait()
