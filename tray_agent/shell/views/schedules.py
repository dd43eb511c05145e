"""Schedules shaped for readers: what a cell means. Pure."""

from __future__ import annotations

from typing import Any

from tray_agent.core.schedules.explaining import Explanation
from tray_agent.core.schedules.vocabulary import WEEKDAY_NAMES


def explanation(each: Explanation) -> dict[str, Any]:
    """``explain --json``."""
    return {
        "text": each.text,
        "kind": each.kind,
        "fires": [fire.isoformat(timespec="seconds") for fire in each.fires],
        "problems": list(each.problems),
        "notes": list(each.notes),
    }


def explanation_lines(each: Explanation) -> list[str]:
    """What ``explain`` says to a person of a cell that is understood."""
    lines = [each.text or ""]
    if each.kind == "manual":
        lines.append("Roda só quando alguém executa.")
    if each.fires:
        lines.append("Próximas execuções:")
        lines += [f"  {WEEKDAY_NAMES[fire.weekday()][:3]} {fire:%d/%m/%Y %H:%M}" for fire in each.fires]
    return [*lines, *(f"Nota: {note}" for note in each.notes)]
