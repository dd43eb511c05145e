"""What only some agents have beside them, and is loaded for those alone: each megabyte stays all day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from tray_agent import __version__
from tray_agent.adapters.notices.sender import Sender
from tray_agent.adapters.system import program
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot

if TYPE_CHECKING:
    from tray_agent.start.succession import Succession
    from tray_agent.start.telling import Teller


def succession_of(
    snapshot: Callable[[], Snapshot | None], notice: Callable[..., None], quit_agent: Callable[[], None]
) -> Succession | None:
    """What follows this version: in a built program that may be replaced."""
    if not program.is_frozen():
        return None
    from tray_agent.start.succession import succession

    return succession(__version__, snapshot, notice, quit_agent)


def teller_of(
    settings: Settings,
    snapshot: Callable[[], Snapshot | None],
    now: Callable[[], datetime],
    sender: Sender,
    away: tuple[datetime, datetime] | None,
) -> Teller | None:
    """Who tells the team, where there are addresses."""
    if not settings.notify_urls and not settings.notify_areas:
        return None
    from tray_agent.start.telling import Teller, targets

    return Teller(targets(settings), snapshot, now, sender.send, away)
