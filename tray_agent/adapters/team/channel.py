"""What a radio's child is told; apart, so that the child loads nothing of the agent's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Channel:
    """Where a radio speaks and how it proves who it is: what its child is told. Files are PEM."""

    servers: tuple[str, ...]
    server_name: str
    authority: str
    certificate: str
    key: str
    team: str
    pc: str  # the key of this PC; "" for the brain
    signal_seconds: float
    system_certificate: str = ""
    system_key: str = ""
