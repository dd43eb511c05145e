"""What the reader child does for a discovery: reads the registry, walks the tree, or both."""

from __future__ import annotations

from typing import Any


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """The registry at ``path`` and the tree below ``base``, each if asked for.

    ``digest`` names the walk that the agent knows; one that finds just the same is answered by that word.
    """
    answered: dict[str, Any] = {"ok": True}
    if "path" in request:
        from tray_agent.adapters.registry import workbook

        answered = workbook.answer(request)
    if "base" in request:
        from tray_agent.adapters.registry.tree_answer import walked

        try:
            answered |= walked(request["base"], request["digest"], request["folder"])
        except Exception as error:  # noqa: BLE001 - whatever a drive does, the registry's answer is not lost
            answered["tree"] = {"gone": f"não pôde ser percorrida ({type(error).__name__}: {error})"[:200]}
    return answered
