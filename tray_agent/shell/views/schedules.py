"""Schedules shaped for readers: what a cell means. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from tray_agent.core.schedules.vocabulary import WEEKDAY_NAMES

if TYPE_CHECKING:
    from tray_agent.core.schedules.explaining import Explanation


def explanation(each: Explanation) -> dict[str, Any]:
    """``explain --json``."""
    return {
        "text": each.text,
        "kind": each.kind,
        "fires": [fire.isoformat(timespec="seconds") for fire in each.fires],
        "problems": list(each.problems),
        "notes": list(each.notes),
    }


def explanation_lines(view: dict[str, Any]) -> list[str]:
    """What ``explain`` says to a person of a cell that is understood."""
    lines = [view["text"]]
    if view["kind"] == "manual":
        lines.append("Roda só quando alguém executa.")
    if view["fires"]:
        lines.append("Próximas execuções:")
        fires = map(datetime.fromisoformat, view["fires"])
        lines += [f"  {WEEKDAY_NAMES[fire.weekday()][:3]} {fire:%d/%m/%Y %H:%M}" for fire in fires]
    return [*lines, *(f"Nota: {note}" for note in view["notes"])]
