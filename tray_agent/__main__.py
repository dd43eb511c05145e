"""``python -m tray_agent``, ``tray-agent`` and the built exe start here."""

from __future__ import annotations

import sys


def main() -> int:
    """Hidden modes first (they must stay light and never reach the parser), then the command line."""
    if sys.platform == "win32" or getattr(sys, "frozen", False):
        _prepare_streams()
    from tray_agent.modes import run_hidden

    arguments = sys.argv[1:]
    code = run_hidden(arguments)
    if code is not None:
        return code
    from tray_agent.cli import run

    return run(arguments)


def _prepare_streams() -> None:
    """Helpers of multiprocessing are told apart in the exe; there is somewhere to print, in UTF-8."""
    import multiprocessing
    import tempfile
    from pathlib import Path

    from tray_agent.adapters.console import bind

    multiprocessing.freeze_support()
    if sys.argv[1:2] == ["--internal"]:
        return
    is_command = any(not argument.startswith("-") for argument in sys.argv[1:])
    bind(Path(tempfile.gettempdir()) / "C6_RPA_EXEC" / "saida.log", terminal=is_command)


if __name__ == "__main__":
    sys.exit(main())
