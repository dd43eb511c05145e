"""What the scripts of this PC are run with: interpreter, environment, processes, and the keeper of their
logs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from tray_agent.adapters.history.credentials import find_credentials
from tray_agent.adapters.runs import bytecode
from tray_agent.adapters.runs import environment as script_environment
from tray_agent.adapters.runs.interpreter import Interpreters, NoInterpreter
from tray_agent.adapters.runs.log_keeper import LogKeeper
from tray_agent.adapters.runs.processes import Backend, ScriptProcesses, StartRefused
from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import Places
from tray_agent.core.messages import Message
from tray_agent.core.model import Run, Trigger
from tray_agent.core.settings import Settings


class Scripts:
    """The processes of the runs on this PC, and what each needs before it is held.

    ``base`` is where the scripts are, asked at each start. ``post`` takes what becomes of them, ``growing``
    names the logs that are written now, ``today`` the day, ``refused`` says why a journal is not to be
    trusted ("": it is). ``umask`` is the person's own: the scripts' one.
    """

    def __init__(
        self,
        settings: Settings,
        places: Places,
        umask: int,
        base: Callable[[], Path],
        post: Callable[[Message], None],
        growing: Callable[[], list[Path]],
        today: Callable[[], date],
        refused: Callable[[], str],
    ) -> None:
        self._settings = settings
        self._places = places
        self._umask = umask
        self.interpreters = Interpreters(settings.python, base, program.is_frozen())
        # Made once: walking through it is a quarter of what a start costs the agent.
        self._foreign = script_environment.foreign_environment(os.environ, script_environment.bundle_root())
        self.log_keeper = LogKeeper(
            places.data_dir,
            places.logs_dir,
            growing,
            today,
            (settings.retention_days, settings.log_limit_mb, settings.logs_total_mb),
            refused,
        )
        self.processes = ScriptProcesses(
            post,
            self._backend(),
            self._command,
            self._environment,
            self.log_keeper.cap_ended,
            base,
            partial(bytecode.mend, places.data_dir / "pycache"),
        )

    def _backend(self) -> Backend:
        if sys.platform == "win32":
            from tray_agent.adapters.runs.windows_backend import WindowsBackend

            return WindowsBackend(self.interpreters.any_python)
        from tray_agent.adapters.runs.posix import PosixBackend

        return PosixBackend(self._umask)

    def _command(self, script: Path) -> tuple[str, ...]:
        try:
            return self.interpreters.for_script(script).argv
        except NoInterpreter as none:
            raise StartRefused(str(none)) from none

    def _environment(self, run: Run) -> dict[str, str]:
        return script_environment.child_environment(
            "MANUAL" if run.trigger is Trigger.MANUAL else "AGENDAMENTO",
            self._foreign,
            credentials=self._credentials(),
            pycache=self._places.data_dir / "pycache",
            run_id=run.id,
            attempt=run.attempt,
            as_python=program.is_frozen() and self.interpreters.for_script(Path(run.script)).is_bundled,
        )

    def _credentials(self) -> Path | None:
        """The key file for Google Cloud, looked for anew each time: a drive may come late."""
        return find_credentials(
            os.environ,
            os.environ.get("APPDATA"),
            self._settings.credentials_dir,
            self._settings.credentials_folder,
        )
