"""How Portuguese lists things in a sentence."""

from __future__ import annotations

from collections.abc import Sequence


def listed(texts: Sequence[str], most: int | None = None) -> str:
    """Such as "a, b e c"; of more than ``most`` the first ones, and how many more: "a, b, c e mais 2"."""
    if most is not None and len(texts) > most:
        return ", ".join(texts[:most]) + f" e mais {len(texts) - most}"
    return " e ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))
