"""What tells this machine from every other: a data folder that was copied to another PC is known by it."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from tray_agent.adapters.system.windows_registry import this_machine

VARIABLE = "TRAY_AGENT_MACHINE"
"""Stands for the machine's own number, for tests with several "PCs" on one."""

_NUMBER = Path("/etc/machine-id")


def machine_mark() -> str:
    """The machine's number as nobody can read it; "" where it has none.

    It outlives updates and another name of the PC; a system that is installed anew has another one.
    """
    number = os.environ.get(VARIABLE) or _number()
    return hashlib.sha256(f"tray-agent {number}".encode()).hexdigest()[:16] if number else ""


def _number() -> str:
    if sys.platform == "win32":
        registry = this_machine()
        key = "SOFTWARE\\Microsoft\\Cryptography"
        return str((registry and registry.read("HKLM", key, "MachineGuid", 64)) or "")
    try:
        return _NUMBER.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""
