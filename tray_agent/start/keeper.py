"""What stands in the engine's place on a PC whose team has its brain elsewhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable

from tray_agent import __version__
from tray_agent.adapters.readers.asking import NoReader
from tray_agent.adapters.runs import identity
from tray_agent.adapters.system.clock import SystemClock, awake_or_not
from tray_agent.adapters.system.places import Places
from tray_agent.adapters.team.book import PcBook
from tray_agent.adapters.team.membership import Membership
from tray_agent.adapters.team.station import Station
from tray_agent.core.ports import Processes
from tray_agent.core.rules.limits import Limits
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot
from tray_agent.engine.keeper import Keeper
from tray_agent.engine.words_here import Outside, Post


def keeper(
    membership: Membership,
    station: Station,
    settings: Settings,
    places: Places,
    clock: SystemClock,
    processes: Processes,
    publish: Callable[[Snapshot], None],
    refused: Callable[[], str],
    first_version: int = 1,
) -> Keeper:
    """A new engine for this PC, in the book that its data folder has. ``refused``: see SqliteJournal."""
    post = Post(
        membership.me or socket.gethostname(),
        settings.team_places,
        tuple(settings.team_tags),
        __version__,
        os.urandom(8).hex(),
        settings.hold_seconds,
        settings.signal_seconds,
        settings.script_folder,
    )
    outside = Outside(station.send, station.place, station.tail, station.read_log, awake_or_not)
    limits = Limits(
        max_concurrent=settings.team_places,
        stop_grace_seconds=settings.stop_grace_seconds,
        local_history=True,
        no_data_exit_code=settings.no_data_exit_code,
        loop_seconds=settings.loop_seconds,
    )
    return Keeper(
        post,
        outside,
        membership.brain,
        limits,
        clock,
        processes,
        PcBook(places.data_dir, _nobody, "pc", grows_ahead=True, refused=refused),
        NoReader(),
        publish,
        logs=places.logs_dir.as_posix(),
        boot=identity.boot_id(),
        first_version=first_version,
        base_path=str(places.expected_base_path()),
    )


def _nobody(*_: object) -> None:
    """What is on record here is told by the keeper itself."""
