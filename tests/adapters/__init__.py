"""Tests of the adapters, each against the real thing."""

from __future__ import annotations
