"""The Wine stage: the Windows side, run by a Windows Python and as an exe, on a Debian machine."""

from __future__ import annotations
