"""The registry file over time: read anew in a child when it changed, with the last good one kept in force."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.registry import answer as registry_answer
from tray_agent.adapters.registry.answer import RegistryFailed, Stamp
from tray_agent.adapters.system import os_faults
from tray_agent.core.model import Problem, RegistryRow, Where
from tray_agent.core.registry.sheets import RegistryReading

_SMALL = 10


Rows = tuple[RegistryRow, ...]
State = tuple[Rows | None, tuple[Problem, ...]]


class RegistrySource:
    """One registry file. For one thread, but for ``close``.

    ``is_current`` is False while the file could not be read as it is now.
    """

    def __init__(
        self,
        path: Path,
        deadline_seconds: float,
        environment: Mapping[str, str] | None = None,
        reader: ReaderProcess | None = None,
    ) -> None:
        self.path = path
        self.is_current = False
        self._reader = reader or ReaderProcess(environment, whole=False)
        self._deadline = deadline_seconds
        self._stamp: Stamp | None = None
        self._good: RegistryReading | None = None
        self._shrunk: RegistryReading | None = None
        self._state: State = (None, ())

    def read(self) -> State:
        """The active rows in force (None when none could ever be read) and what is wrong.

        While nothing changed it is the very same value, at the price of one stat.
        """
        state = self.check()
        if state is not None:
            return state
        try:
            return self.take(self._reader.run("read-registry", {"path": str(self.path)}, self._deadline))
        except ReaderFailed as failure:
            return self.failed(failure)

    def check(self) -> State | None:
        """What is in force, without reading; None when the file must be read, for it changed."""
        try:
            status = self.path.stat()
        except OSError as error:
            self._stamp = None
            return self._failed(f"o registro não pode ser lido: {_refused(error)}")
        if self._stamp == Stamp(status.st_size, status.st_mtime_ns):
            return self._state if self._shrunk is None else self._accept(self._shrunk)
        return None

    def take(self, answer: Mapping[str, Any]) -> State:
        """What is in force after a child's answer."""
        try:
            reading, stamp = registry_answer.decode(answer)
        except (KeyError, TypeError, ValueError, IndexError) as error:
            self._stamp = None
            return self._failed(f"o registro não pode ser lido: resposta sem sentido do leitor ({error})")
        if isinstance(reading, RegistryFailed):
            self._stamp = stamp if reading.lasting else None
            return self._failed(reading.text)
        self._stamp = stamp
        if self._shrunk is None and self._is_suspicious(reading):
            return self._doubt(reading)
        return self._accept(reading)

    def failed(self, failure: ReaderFailed) -> State:
        """What is in force when the child gave no answer."""
        self._stamp = None
        return self._failed(f"o registro não pode ser lido: {failure}")

    @property
    def good(self) -> RegistryReading | None:
        """The reading in force."""
        return self._good

    def close(self) -> None:
        """Kill the child that reads, if any."""
        self._reader.kill()

    def _is_suspicious(self, reading: RegistryReading) -> bool:
        """Whether so many rows went away that it may be a file half saved or half synced."""
        former = len(self._good.rows) if self._good else 0
        now = len(reading.rows)
        return now < former and (now == 0 or (former >= _SMALL and now < former / 2))

    def _doubt(self, reading: RegistryReading) -> State:
        self._shrunk = reading
        former = len(self._good.rows) if self._good else 0
        problem = Problem(
            Where.REGISTRY,
            f"o registro passou de {former} para {len(reading.rows)} linhas ativas; "
            "a versão anterior vale até a próxima leitura confirmar",
            "Se a mudança é intencional, nada a fazer; senão, recupere a planilha.",
        )
        return self._keep_good(problem)

    def _accept(self, reading: RegistryReading) -> State:
        self._good, self._shrunk, self.is_current = reading, None, True
        self._state = reading.rows, reading.problems
        return self._state

    def _failed(self, text: str) -> State:
        self._shrunk = None
        rest = "; a última versão lida continua valendo" if self._good else ""
        return self._keep_good(Problem(Where.REGISTRY, text + rest, f"Verifique o arquivo {self.path}."))

    def _keep_good(self, problem: Problem) -> State:
        rows = self._good.rows if self._good else None
        problems = (problem, *(self._good.problems if self._good else ()))
        state = rows, problems
        self.is_current = False
        if state != self._state:
            self._state = state
        return self._state


def _refused(error: OSError) -> str:
    return "o arquivo não existe" if isinstance(error, FileNotFoundError) else os_faults.reason(error)
