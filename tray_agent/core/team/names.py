"""The names of PCs: what spellings have in common, as subjects and certificates spell it too."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

LONGEST_NAME = 60


@lru_cache(maxsize=10_000)
def pc_key(name: str) -> str:
    """Small letters, digits and hyphens; "" for a name of which nothing is left. A key is its own key."""
    plain = unicodedata.normalize("NFKD", name.strip().casefold()).encode("ascii", "ignore").decode("ascii")
    return "".join(sign if sign.isalnum() else "-" for sign in plain).strip("-")[:LONGEST_NAME].strip("-")
