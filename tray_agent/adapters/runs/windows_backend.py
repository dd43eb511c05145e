"""Runs on Windows, as ``processes`` wants them: ``windows_processes`` plus the evidence on disk."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from tray_agent.adapters.runs import windows as windows_processes
from tray_agent.adapters.runs.identity import is_alive
from tray_agent.core.model import Identity


def let_go_marker(log: Path) -> Path:
    """The file beside a run's log that is made just before its child is let go. It goes with the log."""
    return log.with_name(log.name + ".go")


class HeldChild:
    """A child that has not begun. Exactly one of :meth:`let_go` and :meth:`drop` is called."""

    def __init__(self, child: windows_processes.HeldChild, log: Path) -> None:
        self._child = child
        self._marker = let_go_marker(log)
        self._began = False
        self._left: list[Identity] = []
        self.identity = Identity(child.pid, child.created)

    def let_go(self) -> None:
        """Let it begin; if Windows will not, it never does."""
        try:
            self._child.let_go(self._marker)
        except OSError:
            self.drop()
            raise
        self._began = True

    def drop(self) -> None:
        """Give it up: it ends without having run."""
        self._child.drop()

    def wait(self) -> int:
        """Wait for its end; the exit code."""
        code = self._child.popen.wait()
        self._left = [Identity(pid, created) for pid, created in self._child.others()]
        self._child.close()
        return code

    def began(self) -> bool:
        """Whether the script itself was started."""
        return self._began

    def left(self) -> list[Identity]:
        """What lived on in its job when it was waited for."""
        return self._left


class WindowsBackend:
    """Fulfils :class:`tray_agent.adapters.runs.processes.Backend` with suspended children and Ctrl+C.

    ``any_python`` names a Python that may send the Ctrl+C, None where only the agent's exe can.
    """

    def __init__(self, any_python: Callable[[], str | None]) -> None:
        self._any_python = any_python

    def start_held(
        self, argv: Sequence[str], folder: Path, script: Path, environment: Mapping[str, str], log: Path
    ) -> HeldChild:
        """Create a held child at a hidden console of its own. Raises OSError when the system refuses."""
        log.parent.mkdir(parents=True, exist_ok=True)
        return HeldChild(windows_processes.start_held(argv, folder, environment, log), log)

    def has_begun(self, log: Path, identity: Identity) -> bool:
        """Whether the run with this log was ever let go. An agent that died in the middle of letting go left
        the marker and a child that is still suspended: that one never ran."""
        if not let_go_marker(log).exists():
            return False
        return not (is_alive(identity) and windows_processes.is_suspended(identity.pid))

    def ask_to_end(self, members: list[Identity]) -> None:
        """Ctrl+C at the console of the run's own process, which its descendants share."""
        if members:
            windows_processes.ask_to_end(members[0].pid, self._any_python())
