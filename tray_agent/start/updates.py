"""Replacing the file is updating: notices another version in its place, makes it ready, changes over.

One thread. The agent goes on with the version it is until the other one is unpacked and nothing runs (or a
person asks); a file that is half there changes nothing.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, Protocol

from tray_agent.adapters.versions.archive import Package
from tray_agent.adapters.versions.file_watch import FileState, FileWatch, Look
from tray_agent.core.model import Problem, Where

_log = logging.getLogger(__name__)
LOOK_SECONDS = 5.0
_SWEEP_AFTER_SECONDS, _SWEEP_EVERY_SECONDS = 20.0, 3600.0
_ANSWER_SECONDS = 45.0
_FIRST_TRY_PAUSE_SECONDS, _LONGEST_TRY_PAUSE_SECONDS = 60.0, 3600.0


class Around(Protocol):
    """What the updates need of the agent and of the machine. Called on the updates' thread."""

    def prepare(self, package: Package) -> str:
        """Have the new file unpack itself; why it could not, as a Portuguese clause, or ""."""
        ...

    def is_idle(self) -> bool:
        """Whether nothing runs and nothing waits."""
        ...

    def say(self, *problems: Problem) -> None:
        """Have this, and nothing else of ours, be shown."""
        ...

    def change(self, package: Package) -> None:
        """End the agent and start the file's version; runs go on and are taken up."""
        ...

    def sweep(self) -> None:
        """Remove versions that nothing runs from."""
        ...


class Updates:
    """Looks at the file every five seconds. ``refused`` is a version that was tried and did not come up."""

    def __init__(
        self,
        watch: FileWatch,
        own: str,
        around: Around,
        *,
        refused: str = "",
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._watch = watch
        self._own = own
        self._around = around
        self._refused = refused
        self._look_seconds = look_seconds
        self._asked = threading.Event()
        self._wake = threading.Event()
        self._judged = threading.Condition()
        self._looks = 0
        self._closing = False
        self._ready = ""  # the identity that was unpacked
        self._tried = ""  # the identity that could not be
        self._try_again = 0.0  # when to prepare a version anew that could not be (monotonic s)
        self._try_pause = _FIRST_TRY_PAUSE_SECONDS
        self._trouble = ""
        self._look = Look(FileState.SAME)
        self._said: Problem | None = None
        self._sweep_in = _SWEEP_AFTER_SECONDS

    def start(self) -> None:
        """Begin, on a daemon thread."""
        threading.Thread(target=self._work, name="updates", daemon=True).start()

    def close(self) -> None:
        """Look no more."""
        self._closing = True
        self._wake.set()

    def view(self) -> dict[str, Any]:
        """Both versions, for whoever shows them: ``found`` is the file's where it is another."""
        look = self._look
        return {
            "running": self._own,
            "file": str(self._watch.file),
            "found": look.package.version if look.package else None,
            "state": look.state.value,
            "text": self._text(look),
        }

    def ask(self) -> tuple[bool, str]:
        """A person wants the file's version now: whether it is changed to, and a sentence. Takes seconds."""
        self._asked.set()
        with self._judged:
            before = self._looks
            self._wake.set()
            # One look sees that it changed, the next that it is left alone.
            self._judged.wait_for(lambda: self._closing or self._looks >= before + 2, _ANSWER_SECONDS)
        if self._look.package is not None and not self._trouble:
            return True, f"Trocando para a versão {self._look.package.version}; as execuções seguem."
        self._asked.clear()
        return False, self._text(self._look) or f"O arquivo é desta mesma versão, {self._own}."

    def _text(self, look: Look) -> str:
        if look.state is FileState.BROKEN:
            where = f"O arquivo {self._watch.file} não está completo ({look.trouble})"
            return f"{where}; a versão {self._own} segue."
        if look.package is None:
            return ""
        version = look.package.version
        if self._trouble:
            return f"A versão {version} não pôde ser usada: {self._trouble}; a {self._own} segue."
        if self._ready != look.package.identity:
            return f"A versão {version} está sendo preparada; a {self._own} segue."
        return f"A versão {version} está pronta; a {self._own} dá lugar a ela quando nada executar."

    def _work(self) -> None:
        while not self._closing:
            try:
                self._turn()
            except Exception:  # noqa: BLE001 - the top of a thread that must outlive any surprise
                _log.exception("looking for another version failed")
            with self._judged:
                self._looks += 1
                self._judged.notify_all()
            self._wake.clear()
            self._wake.wait(0.5 if self._asked.is_set() else self._look_seconds)

    def _turn(self) -> None:
        self._look = self._watch.look()
        package = self._look.package
        if package is None or (self._tried and self._tried != package.identity):
            self._trouble, self._tried, self._try_again = "", "", 0.0
            self._try_pause = _FIRST_TRY_PAUSE_SECONDS
        if package is not None:
            self._make_ready(package)
        self._tell(package)
        if package is not None and not self._trouble and (self._asked.is_set() or self._around.is_idle()):
            _log.info("changing from %s to %s", self._own, package.version)
            self._closing = True
            self._around.change(package)
            return
        self._sweep_in -= self._look_seconds
        if self._sweep_in <= 0:
            self._sweep_in = _SWEEP_EVERY_SECONDS
            self._around.sweep()

    def _make_ready(self, package: Package) -> None:
        """Prepare it once; one that could not be prepared is tried again ever more rarely, or when asked."""
        if package.identity == self._refused and not self._asked.is_set():
            self._trouble = "ela não iniciou"
        elif self._ready != package.identity:
            if time.monotonic() < self._try_again and not self._asked.is_set():
                return
            self._trouble = self._around.prepare(package)
            if not self._trouble:
                self._ready = package.identity
                return
            self._asked.clear()  # whoever asked is told; it is not tried over and over
            self._tried = package.identity
            self._try_again = time.monotonic() + self._try_pause
            self._try_pause = min(2 * self._try_pause, _LONGEST_TRY_PAUSE_SECONDS)

    def _tell(self, package: Package | None) -> None:
        """Show what is wrong, or that something waits; a version that finds nothing running needs no word."""
        text = self._text(self._look)
        problem = None
        if text and package is not None and not self._trouble:
            if not self._around.is_idle():
                problem = Problem(Where.SETTINGS, text, "Para trocar já: tray-agent update.")
        elif text:
            problem = Problem(Where.SETTINGS, text, "Copie o arquivo de novo, inteiro.")
        if problem != self._said:
            self._said = problem
            if text:
                _log.info("%s", text)
            self._around.say(*([problem] if problem else []))
