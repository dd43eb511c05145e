"""One thread, one inbox: wait, apply, plan, perform, publish."""

from __future__ import annotations
