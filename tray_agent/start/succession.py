"""The agent and the file that it was started from: watches it, and hands over to what lies there now."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from tray_agent.adapters.readers.children import run_to_end
from tray_agent.adapters.system import program
from tray_agent.adapters.versions import starting
from tray_agent.adapters.versions.archive import Package
from tray_agent.adapters.versions.file_watch import FileWatch
from tray_agent.adapters.versions.store import Store, versions_root
from tray_agent.core.model import Problem
from tray_agent.core.shown import Snapshot
from tray_agent.start.successor import Successor
from tray_agent.start.updates import Updates

_log = logging.getLogger(__name__)
REFUSED_VARIABLE = "TRAY_AGENT_REFUSED"
"""Names a version that was tried and did not come up, to the one that took its place again."""
_PREPARE_SECONDS = 600.0


class Succession:
    """One per agent that was unpacked from a file. Fulfils :class:`tray_agent.start.updates.Around`."""

    def __init__(
        self,
        version: str,
        snapshot: Callable[[], Snapshot | None],
        notice: Callable[..., None],
        quit_agent: Callable[[], None],
    ) -> None:
        self.file = program.started_file()
        self.folder = program.unpacked_folder()
        self.identity = self.folder.name
        self.successor: Package | None = None
        self._snapshot = snapshot
        self._notice = notice
        self._quit = quit_agent
        self.updates = Updates(
            FileWatch(self.file, self.identity),
            f"{version} ({self.identity[:8]})",
            self,
            refused=os.environ.pop(REFUSED_VARIABLE, ""),
        )

    def prepare(self, package: Package) -> str:
        """Have the new file unpack itself: so it is seen to start at all."""
        env = program.outside_environment(os.environ)
        code = run_to_end([str(package.file), "--internal", "prepare"], env, _PREPARE_SECONDS)
        return "" if code == 0 else "ela não pôde ser preparada; veja saida.log na pasta temporária"

    def is_idle(self) -> bool:
        """Nothing runs, nothing waits."""
        snapshot = self._snapshot()
        return snapshot is not None and not snapshot.running and not snapshot.queue

    def say(self, *problems: Problem) -> None:
        """Show it beside the other problems."""
        self._notice("program", *problems)

    def change(self, package: Package) -> None:
        """End, to be followed."""
        self.successor = package
        self._quit()

    def sweep(self) -> None:
        """Remove what no process of this machine runs from."""
        root = self.folder.parent
        if sum(each.is_dir() for each in root.iterdir()) > 1:
            removed = Store(root).sweep(self.identity, _is_running_from)
            if removed:
                _log.info("old versions removed: %s", ", ".join(removed))

    def hand_over(self, again: Sequence[str], data_dir: Path, seconds: float) -> None:
        """After the agent has ended: start the file, or this version again where no agent answers within
        ``seconds``."""
        if self.successor is None:
            return
        env = program.outside_environment(os.environ)
        try:
            successor = Successor(self.file, again, env)
            if successor.comes_up(data_dir, seconds):
                return
            successor.end()
            _log.error("version %s did not come up: %s goes on", self.successor.version, self.identity)
        except OSError:
            _log.exception("version %s cannot be started", self.successor.version)
        back = {program.FILE_VARIABLE: str(self.file), REFUSED_VARIABLE: self.successor.identity}
        starting.leave([sys.executable, *again], env | back)


def succession(
    version: str,
    snapshot: Callable[[], Snapshot | None],
    notice: Callable[..., None],
    quit_agent: Callable[[], None],
) -> Succession | None:
    """The agent's, where this program was unpacked from a file that may be replaced."""
    if not program.is_frozen() or not _is_same(program.unpacked_folder().parent, versions_root(os.environ)):
        return None
    return Succession(version, snapshot, notice, quit_agent)


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False


def _is_running_from(folder: Path) -> bool:
    import psutil

    for process in psutil.process_iter():
        try:
            if Path(process.exe()).is_relative_to(folder):
                return True
        except (psutil.Error, OSError):
            continue
    return False
