"""Tells the team where it looks: decides what each address gets, as the tray does, and has it sent."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tray_agent.adapters.notices.sender import Letter
from tray_agent.core.picture.notices import GATHERING, Notice, NoticeKind, NoticeState, decide
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot

_log = logging.getLogger(__name__)
REST_SECONDS = 60.0  # what nothing announces is looked for so often: a pause that lasts
_LISTED = 20
_KINDS = {NoticeKind.ERROR: "failure", NoticeKind.RECOVERED: "success", NoticeKind.HINT: "info"}
Away = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Target:
    """Addresses that are told the same: of everything, or of one area and what concerns all."""

    urls: tuple[str, ...]
    area: str | None = None


def targets(settings: Settings) -> list[Target]:
    """Who is told of what. An address that is told of everything is not told of an area once more."""
    everything = Target(settings.notify_urls)
    areas = (
        Target(tuple(url for url in urls if url not in settings.notify_urls), area)
        for area, urls in settings.notify_areas
    )
    return [target for target in (everything, *areas) if target.urls]


def letter(notice: Notice, urls: tuple[str, ...]) -> Letter:
    """A notice as it is sent: the reasons a line each, how to get there, and which computer speaks."""
    lines = list(notice.details[:_LISTED]) if len(notice.details) > 1 else [notice.text]
    if len(notice.details) > _LISTED:
        lines.append(f"e mais {len(notice.details) - _LISTED}")
    if notice.jobs:
        lines.append(f"Para abrir: tray-agent open {notice.jobs[0]}")
    lines.append(f"tray-agent em {socket.gethostname()}")
    return Letter(urls, notice.title, "\n".join(lines), _KINDS.get(notice.kind, "warning"))


class Teller:
    """Watches an agent's snapshots from a thread of its own and hands out letters. ``away``: see decide."""

    def __init__(
        self,
        told: Sequence[Target],
        snapshot: Callable[[], Snapshot | None],
        now: Callable[[], datetime],
        send: Callable[[Letter], None],
        away: Away | None = None,
    ) -> None:
        self._states = [(target, NoticeState()) for target in told]
        self._snapshot = snapshot
        self._now = now
        self._send = send
        self._away = away
        self._changed = threading.Event()
        self._closed = False

    def start(self) -> None:
        """Begin, on a daemon thread; without anybody to tell there is none."""
        if self._states:
            threading.Thread(target=self._watch, name="teller", daemon=True).start()

    def changed(self, _snapshot: Snapshot) -> None:
        """There is a new snapshot; from any thread."""
        self._changed.set()

    def close(self) -> None:
        """End soon."""
        self._closed = True
        self._changed.set()

    def _watch(self) -> None:
        while not self._closed:
            self._changed.clear()
            try:
                gathers = self._look()
            except Exception:  # noqa: BLE001 - the top of a thread that must outlive any surprise
                _log.exception("notices could not be decided")
                gathers = False
            self._changed.wait(GATHERING.total_seconds() if gathers else REST_SECONDS)

    def _look(self) -> bool:
        """Tell what is to be told now; tells whether something waits for company."""
        snapshot = self._snapshot()
        if snapshot is None:
            return False
        now = self._now()
        for place, (target, before) in enumerate(self._states):
            state, notices = decide(before, snapshot, now, target.area, self._away)
            self._states[place] = target, state
            for notice in notices:
                self._send(letter(notice, target.urls))
        return any(state.waiting or state.well for _, state in self._states)
