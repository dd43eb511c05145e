"""What may be asked over the local channel; anything else is refused before it is looked at."""

from __future__ import annotations

METHODS = frozenset(
    {
        "ping",
        "status",
        "snapshot",
        "run",
        "stop",
        "pause",
        "resume",
        "refresh",
        "open",
        "quit",
        "log",
        "runs",
        "open_log_folder",
        "details",
        "new_registry",
        "choose_folder",
        "doctor",
        "days",
        "history",
        "find",
        "copy_for_teams",
        "export",
        "plan",
        "explain",
        "repeat",
        "repeat_many",
        "acknowledge",
        "preferences",
        "remember",
        "subscribe",
        "running",
        "update",
        "team",
        "team_invite",
        "team_remove",
        "team_lost",
        "team_join",
        "team_leave",
        "team_take_over",
        "team_alone",
    }
)

COMMANDS = frozenset(
    {
        "run",
        "stop",
        "pause",
        "resume",
        "refresh",
        "quit",
        "repeat",
        "repeat_many",
        "acknowledge",
        "team_lost",
    }
)
"""Those that change something: each carries who asked, in ``by``."""
