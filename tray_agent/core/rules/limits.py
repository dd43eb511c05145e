"""What the settings bound, as the rules use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Limits:
    """The settings that the rules use; durations in seconds. ``me`` is this PC's name in its team, or ""."""

    max_concurrent: int = 5
    discovery_seconds: float = 60
    sync_seconds: float = 300
    stop_grace_seconds: float = 2
    timeout_minutes: float = 0
    local_history: bool = False
    no_data_exit_code: int = 0
    loop_seconds: float = 1.0
    resources: Mapping[str, int] = field(default_factory=dict)
    resources_per_pc: frozenset[str] = frozenset()
    me: str = ""
