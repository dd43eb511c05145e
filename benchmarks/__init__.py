"""Measures the agent against floors taken in the same run: ``python -m benchmarks``."""

from __future__ import annotations
