"""The hidden modes: children of the agent that are this same program, told before parsing."""

from __future__ import annotations

import os
import sys


def is_python_wanted(arguments: list[str]) -> bool:
    """Whether a script that the bundled interpreter runs started ``sys.executable``, meaning a Python."""
    if not getattr(sys, "frozen", False) or os.environ.get("TRAY_AGENT_AS_PYTHON") != "1":
        return False
    return arguments[:1] not in (["--internal"], ["--self-test"])


def run_hidden(arguments: list[str]) -> int | None:
    """Run a hidden mode and return its exit code; None when the arguments ask for none."""
    if is_python_wanted(arguments):
        from tray_agent.adapters.runs.as_python import main as python

        return python(arguments)
    if len(arguments) >= 2 and arguments[0] == "--self-test":
        from tray_agent.checks.self_test import main as self_test

        return self_test(arguments[1])
    if len(arguments) < 2 or arguments[0] != "--internal":
        return None
    return _internal(arguments[1], arguments[2:])


_READERS = frozenset(
    {
        "read-registry",
        "read-history",
        "details",
        "export",
        "notify",
        "team-keys",
        "team-join",
        "team-look",
    }
)


def _internal(mode: str, rest: list[str]) -> int:
    """A mode that the agent itself asks for; each loads what it needs and nothing else."""
    if mode in _READERS:
        from tray_agent.start.reader_child import main as read

        return read(mode)
    if mode == "make-demo" and rest:
        from tray_agent.commands.demo import make

        return make(rest[0])
    if mode == "make-registry" and rest:
        from tray_agent.commands.registry_file import make_registry

        return make_registry(rest[0])
    if mode == "dashboard":
        from tray_agent.shell.window.window import run as show
        from tray_agent.start.choosing import keep_folder

        return show(rest, keep_folder)
    if mode == "run-script":
        from tray_agent.adapters.runs.run_script import main as run_script

        return run_script(rest)
    if mode == "radio":
        from tray_agent.adapters.team.radio_child import main as radio

        return radio()
    if mode == "with-us" and len(rest) > 1:
        from tray_agent.adapters.system.with_us import main as with_us

        return with_us(rest)
    if mode == "interrupt":
        from tray_agent.adapters.runs.interrupt import main as interrupt

        return interrupt(rest)
    return 2
