"""What runs that ended have left behind: found soon after the end, watched until it is gone."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tray_agent.adapters.runs import trees
from tray_agent.adapters.runs.identity import is_alive
from tray_agent.core.messages import RunLeft
from tray_agent.core.model import Identity
from tray_agent.core.ports import Post

_log = logging.getLogger(__name__)
SOON_SECONDS = 1.0  # runs that end within it are looked after in one pass over the machine's processes
LOOK_SECONDS = 3.0


@dataclass(slots=True)
class _Left:
    """A run's living leftovers, and the pids that were last told of."""

    members: dict[int, Identity]
    said: tuple[int, ...]


class Leftovers:
    """Posts RunLeft when what a run left behind is not what was last said of it.

    ``marked`` finds the processes that carry a run's mark. A thread of its own looks, while there is
    something to look for.
    """

    def __init__(
        self,
        post: Post,
        marked: Callable[[Iterable[str]], dict[str, list[Identity]]] = trees.marked,
        soon_seconds: float = SOON_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._post = post
        self._marked = marked
        self._soon_seconds = soon_seconds
        self._look_seconds = look_seconds
        self._runs: dict[str, _Left] = {}
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._bell = threading.Event()

    def watch(self, run: str, found: Iterable[Identity], said: tuple[int, ...]) -> None:
        """A run has ended: ``found`` lives on, and ``said`` are the pids that were told of. Never blocks."""
        with self._lock:
            self._runs[run] = _Left({each.pid: each for each in found}, said)
            self._bell.set()
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="leftovers", daemon=True)
                self._thread.start()

    def of(self, run: str) -> list[Identity]:
        """What is known to live on of a run that ended."""
        with self._lock:
            left = self._runs.get(run)
            return list(left.members.values()) if left else []

    def look(self) -> None:
        """Look again at once: somebody ended something."""
        self._bell.set()

    def _work(self) -> None:
        pause = threading.Event()
        while True:
            pause.wait(self._soon_seconds)
            self._bell.clear()
            try:
                self._look_at_all()
            except Exception:  # noqa: BLE001 - the top of a thread; the next look tries again
                _log.exception("leftovers were not looked at")
            with self._lock:
                if not self._runs:
                    self._thread = None
                    return
            self._bell.wait(self._look_seconds)

    def _look_at_all(self) -> None:
        with self._lock:
            runs = dict(self._runs)
        found = self._marked(runs)
        for run, left in runs.items():
            alive = {each.pid: each for each in left.members.values() if is_alive(each)}
            alive |= {each.pid: each for each in found.get(run, ())}
            pids = tuple(sorted(alive))
            has_changed, left.said = pids != left.said, pids
            left.members = alive
            with self._lock:
                if not alive and self._runs.get(run) is left:
                    del self._runs[run]
            if has_changed:
                self._post(RunLeft(run, pids))
