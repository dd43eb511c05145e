"""What only some agents have beside them, and is loaded for those alone: each megabyte stays all day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tray_agent import __version__
from tray_agent.adapters.notices.sender import Sender
from tray_agent.adapters.system import program
from tray_agent.core.settings import Settings
from tray_agent.core.shown import Snapshot
from tray_agent.shell.channel.answer import Unknown

if TYPE_CHECKING:
    from tray_agent.start.app import Agent
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


def answer_team(agent: Agent, method: str, params: dict[str, Any]) -> dict[str, Any]:
    """What is asked about the team, also where there is none yet. Raises Unknown with why not."""
    from tray_agent.start.joining import TeamRefused
    from tray_agent.start.team import answer

    try:
        return answer(agent, method, params)
    except TeamRefused as refused:
        raise Unknown(str(refused)) from None
