"""What the fault tests share: a workspace and a program on it, as the end-to-end tests have them."""

from __future__ import annotations

from tests.e2e.conftest import place, program

__all__ = ["place", "program"]
