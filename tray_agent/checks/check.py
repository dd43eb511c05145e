"""One thing that the doctor looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. ``ok`` is None where it does not apply; ``action`` says what to do."""

    name: str
    ok: bool | None
    text: str
    action: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the dashboard."""
        return {"name": self.name, "ok": self.ok, "text": self.text, "action": self.action}
