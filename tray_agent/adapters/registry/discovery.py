"""Discovery on a thread of its own: the walk, the registry, and their crossing into jobs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

from tray_agent.adapters.readers.asking import AskedThread
from tray_agent.adapters.readers.process import ReaderProcess
from tray_agent.adapters.registry.scripts import BaseGone, ScriptsFound, ScriptTree
from tray_agent.adapters.registry.source import RegistrySource
from tray_agent.core.messages import Discovered
from tray_agent.core.model import Discovery, Job, Problem, RegistryRow, Where
from tray_agent.core.policies import Halt
from tray_agent.core.ports import Post
from tray_agent.core.registry.linking import link
from tray_agent.core.registry.references import resolve_halts

BasePath = Callable[[], tuple[Path, bool]]
Linked = tuple[tuple[Job, ...], tuple[Problem, ...]]


class DiscoveryReader:
    """Fulfils :class:`~tray_agent.core.ports.Reader`: each answer is a :class:`Discovered`.

    ``base_path`` says where the scripts are now and whether that place exists; it may block, as may the walk:
    only this thread waits. While neither rows nor scripts change, ``Discovery.jobs`` is the very same tuple.
    """

    def __init__(
        self,
        post: Post,
        base_path: BasePath,
        registry: Path,
        deadline_seconds: float,
        full_walk_seconds: float,
        environment: Mapping[str, str] | None = None,
        reader: ReaderProcess | None = None,
    ) -> None:
        self._post = post
        self._base_path = base_path
        self._registry = RegistrySource(registry, deadline_seconds, environment, reader)
        self._full_walk_seconds = full_walk_seconds
        self._tree = ScriptTree(Path())
        self._walked: float | None = None
        self._linked_from: tuple[Path, tuple[RegistryRow, ...], ScriptsFound] | None = None
        self._linked: Linked = ((), ())
        self._halts: tuple[Halt, ...] = ()
        self._good: tuple[Job, ...] | None = None
        self._last: Discovery | None = None
        self._asked = AskedThread("discovery", self._discover, self._broken)

    def ask(self, at: datetime) -> None:
        """Discover now, or once more after the discovery that is under way."""
        self._asked.ask(at)

    def close(self) -> None:
        """Give up what is under way: its child is killed, its thread not waited for."""
        self._asked.close()
        self._registry.close()

    def _discover(self, _at: datetime) -> None:
        base, exists = self._base_path()
        found = self._walk(base, exists)
        rows, wrong = self._registry.read()
        if isinstance(found, Problem):
            wrong = (found, *wrong, *self._linked[1])
        elif rows is None:
            wrong = (*wrong, *found.problems)
        else:
            self._good = self._link(base, rows, found)
            wrong = (*wrong, *self._linked[1], *found.problems)
        jobs = () if self._good is None and rows is not None else self._good
        self._answer(jobs, wrong, base, not isinstance(found, Problem))

    def _walk(self, base: Path, exists: bool) -> ScriptsFound | Problem:
        if self._tree.base != base:
            self._tree, self._walked = ScriptTree(base), None
        if not exists:
            return _base_gone(base, "não existe")
        now = time.monotonic()
        full = self._walked is None or now - self._walked >= self._full_walk_seconds
        try:
            found = self._tree.scan(full)
        except BaseGone as gone:
            return _base_gone(base, str(gone))
        if full:
            self._walked = now
        return found

    def _link(self, base: Path, rows: tuple[RegistryRow, ...], found: ScriptsFound) -> tuple[Job, ...]:
        former = self._linked_from
        if former is None or former[0] != base or former[1] is not rows or former[2] is not found:
            jobs, problems = link(rows, found.scripts, base, found.skipped)
            good = self._registry.good
            self._halts, unknown = resolve_halts(good.halts if good else (), jobs)
            problems += unknown
            same = self._linked[0] == jobs
            self._linked = (self._linked[0] if same else jobs), problems
            self._linked_from = (base, rows, found)
        return self._linked[0]

    def _broken(self, _at: datetime, error: Exception) -> None:
        problem = Problem(
            Where.REGISTRY,
            f"a descoberta falhou de forma inesperada: {type(error).__name__}: {error}"[:300],
            "Veja o log do agente e avise o suporte.",
        )
        base, available = (self._last.base_path, self._last.base_available) if self._last else ("", False)
        self._answer(self._good, (problem,), Path(base), available)

    def _answer(
        self, jobs: tuple[Job, ...] | None, problems: tuple[Problem, ...], base: Path, available: bool
    ) -> None:
        registry = str(self._registry.path)
        self._last = Discovery(
            jobs, problems, str(base), available, registry, self._registry.is_current, self._halts
        )
        self._post(Discovered(self._last))


def _base_gone(base: Path, why: str) -> Problem:
    return Problem(
        Where.BASE_PATH,
        f"a pasta de automações {base} {why}; nada novo é iniciado até ela voltar",
        "Verifique se a unidade está conectada e sincronizada, ou corrija a configuração base_path.",
    )
