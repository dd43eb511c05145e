"""What every test on a virtual screen can ask for."""

from __future__ import annotations

from tests.desktop.screen import screen

__all__ = ["screen"]
