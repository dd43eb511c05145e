"""Rules only: no I/O, no clock, no thread, no third-party package."""

from __future__ import annotations
