"""What the channel's answers need from the machine: logs, folders, preferences, the doctor."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.readers.children import run_to_end
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.runs.environment import bundle_root, foreign_environment, outside_bundle
from tray_agent.adapters.runs.interpreter import Interpreters, NoInterpreter
from tray_agent.adapters.runs.log_files import read_piece
from tray_agent.adapters.system import program
from tray_agent.adapters.system.clock import SystemClock
from tray_agent.adapters.system.places import Places
from tray_agent.core.model import Asked, Run
from tray_agent.core.picture.past import Ends, Tally
from tray_agent.core.ports import JournalError
from tray_agent.start.choosing import is_chosen

if TYPE_CHECKING:
    from tray_agent.adapters.team.logs import RemoteLogs
    from tray_agent.start.updates import Updates

_log = logging.getLogger(__name__)
_PREFERENCES = "preferences"
_DETAILS_SECONDS = 15.0


class AgentOutside:
    """Fulfils :class:`tray_agent.shell.channel.service.Outside`.

    Every method may block; none is the engine's.
    """

    def __init__(
        self,
        places: Callable[[], Places],
        clock: SystemClock,
        last_turn: Callable[[], float],
        doctor: Callable[[], dict[str, Any]],
        open_dashboard: Callable[[str], str],
        interpreters: Interpreters,
        export: Callable[[str, int, bool], str],
        no_data_exit_code: int,
        journal_refused: Callable[[], str],
        resources: Mapping[str, int],
        updates: Updates | None,
        reader: Callable[[], ReaderProcess],
        team: Callable[[str, dict[str, Any]], dict[str, Any]],
        take_up: Callable[[], tuple[bool, str]],
    ) -> None:
        self._places = places
        self._clock = clock
        self._last_turn = last_turn
        self._doctor = doctor
        self._open_dashboard = open_dashboard
        self._interpreters = interpreters
        data = places().data_dir
        self._journal = SqliteJournal(data, refused=journal_refused)
        self._past = PastRuns(data, no_data_exit_code)
        self._export = export
        self._resources = resources
        self._updates = updates
        self._reader = reader
        self.team_logs: Callable[[], RemoteLogs | None] = lambda: None  # of whoever is a brain
        self.team = team
        self.choose_folder = take_up
        self._one = threading.Lock()

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def program(self) -> dict[str, Any] | None:
        """The version that runs and the file's, where there is a file that may be replaced."""
        return self._updates.view() if self._updates else None

    def update(self) -> tuple[bool, str]:
        """Change to the file's version: whether it is done, and a sentence. Takes seconds."""
        if self._updates is None:
            return False, "Este agente não foi iniciado de um arquivo que se substitui."
        return self._updates.ask()

    def heartbeat_seconds(self) -> float:
        """The age of the engine's last turn, in seconds."""
        return max(0.0, self._clock.monotonic() - self._last_turn())

    def read_log(self, run: Run, offset: int | None, limit: int) -> dict[str, Any]:
        """A piece of a run's log. Raises OSError when it is gone."""
        logs = self.team_logs() if run.pc else None
        if logs is not None:
            return asdict(logs.read(run, offset, limit))
        return asdict(read_piece(Path(run.log), offset, limit))

    def interpreter(self, script: str) -> str:
        """Which Python runs a script, or why none does."""
        try:
            return self._interpreters.for_script(Path(script)).text
        except NoInterpreter as none:
            return str(none)

    def find_run(self, job: str, run: str | None) -> Run | None:
        """A run of any day, from the journal."""
        try:
            with self._one:
                return self._journal.find(job, run)
        except JournalError:
            _log.warning("the journal could not be asked", exc_info=True)
            return None

    def usual_seconds(self, jobs: Iterable[str]) -> dict[str, float]:
        """How long the runs of these jobs usually take, as far as the journal knows."""
        try:
            with self._one:
                found = {job: self._journal.usual_seconds(job) for job in jobs}
        except JournalError:
            _log.warning("the journal could not be asked", exc_info=True)
            return {}
        return {job: seconds for job, seconds in found.items() if seconds is not None}

    def resources(self) -> Mapping[str, int]:
        """How many runs may use a resource at once, where it is not one."""
        return self._resources

    def tallies(self, since: date, until: date) -> list[Tally]:
        """How the runs of these days ended, counted."""
        return self._past.tallies(since, until)

    def ends(self, since: date, until: date, jobs: list[str]) -> Ends:
        """The ended runs of these jobs."""
        return self._past.ends(since, until, jobs)

    def past_runs(self, day: date, job: str | None, *, only_errors: bool) -> list[Run]:
        """A day's runs, newest first."""
        return self._past.runs_of(day, job, only_errors=only_errors)

    def asked(self, since: date) -> list[Asked]:
        """What people asked, newest first."""
        return self._past.asked(since)

    def has_log(self, run: Run) -> bool:
        """Whether a run's log is still there."""
        return Path(run.log).is_file()

    def find(self, run: Run, text: str, start: int, line: int) -> dict[str, Any]:
        """The lines of a run's log with a text. Raises OSError when it is gone."""
        logs = self.team_logs() if run.pc else None
        if logs is not None:
            return asdict(logs.find(run, text, start, line))
        from tray_agent.adapters.runs.log_search import search  # now and then

        return asdict(search(Path(run.log), text, start, line))

    def export(self, file: str, days: int, overwrite: bool) -> str:
        """Write past days into a workbook, in a child of this program; why not, or ""."""
        return self._export(file, days, overwrite)

    def details(self, job: str, script: str) -> dict[str, Any]:
        """Which version of a job's script lies there, and its row of the registry; asked of a child."""
        request = {"job": job, "script": script, "path": str(self._places().registry)}
        try:
            found = self._reader().run("details", request, _DETAILS_SECONDS)
        except ReaderFailed as failed:
            return {"script": {"error": str(failed)}, "registry": {"error": str(failed)}}
        return {"script": found.get("script") or {}, "registry": found.get("registry") or {}}

    def new_registry(self) -> tuple[bool, str]:
        """Make a model registry where the registry is looked for, in a child; never over another file."""
        path = self._places().registry
        argv = program.command("--internal", "make-registry", str(path))
        code = run_to_end(argv, program.environment())
        if code == 0:
            return (
                True,
                f"Registro modelo criado em {path}. Abra-o no Excel e preencha uma linha por automação.",
            )
        known = {4: f"{path} já existe.", 5: f"{path} não pôde ser gravado; veja permissão e espaço."}
        return False, known.get(code, f"Não foi possível criar {path}.")

    def is_base_chosen(self) -> bool:
        """Whether somebody has said where the automations or their registry are."""
        return is_chosen(self._places().settings)

    def open_folder(self, run: Run | None) -> str:
        """Show a run's folder (or all logs) in the file manager; what was done, in Portuguese."""
        folder = Path(run.log).parent if run else self._places().logs_dir
        if not folder.is_dir():
            return "Ainda não há pasta de logs."
        show_folder(folder)
        return "Pasta aberta."

    def doctor(self) -> dict[str, Any]:
        """What ``tray-agent doctor`` says."""
        return self._doctor()

    def open_dashboard(self, job: str) -> str:
        """Show the window, at a job if one is named; why not, or ""."""
        return self._open_dashboard(job)

    def preferences(self) -> dict[str, Any]:
        """What the page asked to remember."""
        try:
            with self._one:
                kept = json.loads(self._journal.recall(_PREFERENCES) or "{}")
        except (JournalError, ValueError):
            return {}
        return kept if isinstance(kept, dict) else {}

    def remember(self, preferences: dict[str, Any]) -> None:
        """Keep what the page asked to remember; keys it does not name stay."""
        merged = {**self.preferences(), **preferences}
        try:
            with self._one:
                self._journal.remember(_PREFERENCES, json.dumps(merged))
        except JournalError:
            _log.warning("preferences were not kept", exc_info=True)

    def close(self) -> None:
        """Close the journal's second connection."""
        with self._one:
            self._journal.close()


def show_folder(folder: Path) -> None:
    """Open a folder in the system's file manager."""
    if sys.platform == "win32":
        os.startfile(folder)  # noqa: S606 - a folder of ours, checked by the caller
        return
    environment = foreign_environment(os.environ, bundle_root())
    try:
        with outside_bundle():
            subprocess.Popen(  # noqa: TID251 - the file manager is neither a script nor this program
                ["xdg-open", str(folder)], env=environment, start_new_session=True
            )
    except OSError:
        _log.warning("no file manager", exc_info=True)
