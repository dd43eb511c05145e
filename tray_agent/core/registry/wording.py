"""How the registry's problems are worded: what is quoted, what is listed, and where a long list ends."""

from __future__ import annotations

from collections.abc import Sequence

from tray_agent.core import listing
from tray_agent.core.model import Problem

MOST_PROBLEMS = 200
_LONGEST_SHOWN = 40
_MOST_LISTED = 3


def shown(text: str) -> str:
    """A text in quotes, cut to what fits in a sentence."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
    return f'"{cut}"'


def listed(texts: Sequence[str]) -> str:
    """Texts joined as Portuguese lists them, the first three of many."""
    return listing.listed(texts, _MOST_LISTED)


def bounded(problems: Sequence[Problem], of: str) -> tuple[Problem, ...]:
    """The first 200 problems, and in one more how many others there are; ``of`` ends its sentence.

    Nobody works off a longer list, and the agent keeps what it is given.
    """
    if len(problems) <= MOST_PROBLEMS:
        return tuple(problems)
    left = f"{len(problems) - MOST_PROBLEMS:,}".replace(",", ".")
    noun = "problema" if left == "1" else "problemas"
    more = Problem(
        problems[MOST_PROBLEMS].where,
        f"e mais {left} {noun} {of}",
        "Corrija os primeiros; os seguintes aparecem na próxima leitura.",
    )
    return (*problems[:MOST_PROBLEMS], more)
