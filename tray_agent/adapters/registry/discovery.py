"""Discovery on a thread of its own: the tree of scripts, the registry, and their crossing into jobs.

Here both are only looked at; a changed registry is read, and a changed tree walked, by one short-lived child.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from tray_agent.adapters.readers.asking import AskedThread
from tray_agent.adapters.readers.patience import Patience
from tray_agent.adapters.readers.process import ReaderFailed, ReaderProcess
from tray_agent.adapters.registry.scripts import SCRIPT_FOLDER, BaseGone, ScriptsFound
from tray_agent.adapters.registry.source import RegistrySource, State
from tray_agent.adapters.registry.tree import ScriptTree
from tray_agent.adapters.registry.tree_answer import folders_of
from tray_agent.core.messages import Discovered
from tray_agent.core.model import Discovery, Job, Problem, RegistryRow, Where
from tray_agent.core.policies import Halt
from tray_agent.core.ports import Post
from tray_agent.core.registry.linking import link
from tray_agent.core.registry.references import resolve_halts

_BREATH_SECONDS = 0.001
_WALK_SECONDS = 120.0  # a slow drive with many folders takes its time; one that hangs is given up

BasePath = Callable[[], tuple[Path, bool]]
Tree = ScriptsFound | Problem
Linked = tuple[tuple[Job, ...], tuple[Problem, ...]]


class DiscoveryReader:
    """Fulfils :class:`~tray_agent.core.ports.Reader`: each answer is a :class:`Discovered`.

    ``base_path`` says where the scripts are now and whether that place exists; it may block, as may any look
    at the drive: after ``look_seconds`` that is said. ``registry`` says which workbook it is now. While
    neither rows nor scripts change, ``Discovery.jobs`` is the very same tuple.
    """

    def __init__(
        self,
        post: Post,
        base_path: BasePath,
        registry: Callable[[], Path],
        deadline_seconds: float,
        full_walk_seconds: float,
        environment: Mapping[str, str] | None = None,
        reader: ReaderProcess | None = None,
        look_seconds: float = 30.0,
        script_folder: str = SCRIPT_FOLDER,
    ) -> None:
        self._post = post
        self._base_path = base_path
        self._reader = reader or ReaderProcess(environment, whole=False)
        self._deadline = deadline_seconds
        self._registry_now = registry
        self._registry = self._source(registry())
        self._full_walk_seconds = full_walk_seconds
        self._look_seconds = look_seconds
        self._tree = ScriptTree(Path(), script_folder)
        self._walked: float | None = None
        self._linked_from: tuple[Path, tuple[RegistryRow, ...], ScriptsFound] | None = None
        self._linked: Linked = ((), ())
        self._halts: tuple[Halt, ...] = ()
        self._good: tuple[Job, ...] | None = None
        self._last: Discovery | None = None
        self._drive = Patience("drive", self._look)
        self._base = Path()
        self._asked = AskedThread("discovery", self._discover, self._broken)

    def ask(self, at: datetime) -> None:
        """Discover now, or once more after the discovery that is under way."""
        self._asked.ask(at)

    def close(self) -> None:
        """Give up what is under way: its child is killed, its thread not waited for."""
        self._asked.close()
        self._registry.close()

    def _discover(self, _at: datetime) -> None:
        try:
            self._base, found = self._drive.result(self._look_seconds)
        except TimeoutError:
            found = _base_gone(self._base, f"não responde há mais de {self._look_seconds:g} s")
        base = self._base
        registry = self._registry_now()
        if registry != self._registry.path:
            self._registry = self._source(registry)
        state = self._registry.check()
        if found is None or state is None:
            found, state = self._read(found, state)
        rows, wrong = state
        if isinstance(found, Problem):
            wrong = (found, *wrong, *self._linked[1])
        elif rows is None:
            wrong = (*wrong, *found.problems)
        else:
            self._good = self._link(base, rows, found)
            wrong = (*wrong, *self._linked[1], *found.problems)
        jobs = () if self._good is None and rows is not None else self._good
        self._answer(jobs, wrong, base, not isinstance(found, Problem))

    def _source(self, registry: Path) -> RegistrySource:
        return RegistrySource(registry, self._deadline, reader=self._reader)

    def _look(self) -> tuple[Path, Tree | None]:
        """Where the base path is, and the tree as it stands, or why it cannot be seen; None when it must be
        walked. On a drive that hangs it hangs."""
        base, exists = self._base_path()
        return base, self._tree_at(base, exists)

    def _tree_at(self, base: Path, exists: bool) -> Tree | None:
        if self._tree.base != base:
            self._tree, self._walked = ScriptTree(base, self._tree.script_folder, _breathe), None
        if not exists:
            return _base_gone(base, "não existe")
        if self._walked is None or time.monotonic() - self._walked >= self._full_walk_seconds:
            return None
        try:
            return self._tree.look()
        except BaseGone as gone:
            return _base_gone(base, str(gone))

    def _read(self, found: Tree | None, state: State | None) -> tuple[Tree, State]:
        """Have a child do what is still missing. If it fails at both, each is tried for itself: a drive that
        hangs is no reason not to read the registry."""
        request: dict[str, Any] = {}
        deadline = self._deadline
        if state is None:
            request["path"] = str(self._registry.path)
        if found is None:
            request |= {
                "base": self._tree.root,
                "digest": self._tree.digest,
                "folder": self._tree.script_folder,
            }
            deadline = max(deadline, _WALK_SECONDS)
        try:
            answer = self._reader.run("read-registry", request, deadline)
        except ReaderFailed as failure:
            if found is None and state is None and not failure.cancelled:
                return self._read(None, self._registry.read())
            return (
                _base_gone(self._tree.base, f"não respondeu ({failure})") if found is None else found,
                self._registry.failed(failure) if state is None else state,
            )
        if state is None:
            state = self._registry.take(answer)
            if found is None and "tree" not in answer:  # the workbook was the child's end
                return self._read(None, state)
        return self._taken(answer) if found is None else found, state

    def _taken(self, answer: dict[str, Any]) -> Tree:
        """The tree after a child's walk."""
        try:
            walk = answer["tree"]
            if "gone" in walk:
                return _base_gone(self._tree.base, str(walk["gone"]))
            if walk.get("same"):
                found = self._tree.unchanged()
            else:
                folders = folders_of(answer["folders"], self._tree.root)
                found = self._tree.take(folders, walk["digest"])
        except BaseGone as gone:
            return _base_gone(self._tree.base, str(gone))
        except (KeyError, TypeError, ValueError) as error:
            return _base_gone(self._tree.base, f"não pôde ser percorrida (resposta sem sentido: {error})")
        self._walked = time.monotonic()
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
        good = self._registry.good
        named = good.pcs_named if good else ()
        self._last = Discovery(
            jobs, problems, str(base), available, registry, self._registry.is_current, self._halts, named
        )
        self._post(Discovered(self._last))


def _breathe() -> None:
    """A look at thousands of folders takes up the interpreter's lock after each, before anybody who waits for
    it has woken: a run would wait for the end of it all."""
    time.sleep(_BREATH_SECONDS)


def _base_gone(base: Path, why: str) -> Problem:
    return Problem(
        Where.BASE_PATH,
        f"a pasta de automações {base} {why}; nada novo é iniciado até ela voltar",
        "Verifique se a unidade está conectada e sincronizada, ou corrija a configuração base_path.",
    )
