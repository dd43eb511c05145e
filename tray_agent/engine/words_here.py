"""What a PC says of its runs and of itself, from its state and its book."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tray_agent.core.model import Run
from tray_agent.core.rules.active import Active, Moment, Phase
from tray_agent.core.rules.state import State
from tray_agent.core.team import orders as say
from tray_agent.core.team.grant import about_of
from tray_agent.core.team.orders import About, ReplyBody

MOST_TOLD = 50  # at once: each end comes with that of its log


@dataclass(frozen=True, slots=True)
class Post:
    """What a PC is in its team. Times in seconds; ``instance`` names this life of its program."""

    me: str
    places: int
    tags: tuple[str, ...]
    version: str
    instance: str
    hold_seconds: float = 30.0
    signal_seconds: float = 5.0
    script_folder: str = "metodos"


@dataclass(frozen=True, slots=True)
class Outside:
    """What a keeper has done for it, none of it blocking.

    ``send`` gives a message to the radio. ``place`` finds a run's script, and posts ScriptPlaced. ``tail`` is
    the end of a run's log: its size, where the tail begins, the tail, what was cut out. ``read_log`` says a
    piece of one. ``age`` is a clock that counts sleep (s).
    """

    send: Callable[[Mapping[str, Any]], None]
    place: Callable[[str, str], None]
    tail: Callable[[Run], tuple[int, int, bytes, tuple[int, ...]]]
    read_log: Callable[[Run, say.ReadLog, Callable[[ReplyBody], None]], None]
    age: Callable[[], float]


class Words:
    """Makes what is to be said; it changes nothing."""

    def __init__(self, state: State, post: Post, outside: Outside) -> None:
        self._state = state
        self._station = post
        self._outside = outside

    def of_active(self, active: Active) -> ReplyBody | None:
        """Of a run whose process is there."""
        identity = active.run.identity
        if identity is None:
            return None
        if active.phase is Phase.HOLDING:
            return say.Held(active.run.id, identity.pid, identity.created, active.run.script_hash)
        return say.Running(active.run.id, identity.pid, identity.created, self._about(active.run))

    def presence(self, moment: Moment, unsaid: Iterable[str], epoch: int, brain: str) -> say.Presence:
        """That this PC is there, and all that it has to do with."""
        begun, waits = [], []
        for active in self._state.active.values():
            is_held = active.phase is Phase.HOLDING
            if is_held and active.run.identity is not None:
                waits.append(active.run.id)
            elif not is_held and not active.exited:
                begun.append(active.run.id)
        station, state = self._station, self._state
        takes = station.places if state.base_available and not state.data_trouble else 0
        return say.Presence(
            takes,
            station.tags,
            station.version,
            moment.now,
            tuple(waits),
            tuple(begun),
            tuple(islice(unsaid, MOST_TOLD)),
            epoch,
            brain,
            leaving=state.quitting,
        )

    def of_ended(self, run: Run) -> say.Exited:
        """Of a run whose end is on record."""
        size, at, tail, cut = self._outside.tail(run)
        seen = next((r for r in self._state.finished.get(run.job, ()) if r.id == run.id), run)
        assert run.outcome is not None  # noqa: S101 - ended runs have one
        return say.Exited(
            run.id,
            run.exit_code,
            run.duration_seconds,
            run.ended or run.started,
            run.outcome,
            run.reason,
            seen.leftovers,
            run.identity.pid if run.identity else 0,
            run.identity.created if run.identity else 0.0,
            run.script_hash,
            self._about(run),
            size,
            at,
            tail,
            cut,
        )

    def _about(self, run: Run) -> About:
        path = run.script.replace("\\", "/")
        base = self._state.base_path.replace("\\", "/").rstrip("/")
        job = self._state.jobs.get(run.job)
        return about_of(run, path.removeprefix(f"{base}/") if base else path, job.area if job else "")
