"""One outside thing each; third-party errors stop here."""

from __future__ import annotations
