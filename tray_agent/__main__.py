"""``python -m tray_agent``, ``tray-agent`` and the built exe start here."""

from __future__ import annotations

import sys
import traceback


def main() -> int:
    """Hidden modes first (they must stay light and never reach the parser), then the command line."""
    if sys.platform == "win32" or getattr(sys, "frozen", False):
        _prepare_streams()
    from tray_agent.modes import run_hidden

    try:
        code = run_hidden(sys.argv[1:])
        if code is not None:
            return code
        from tray_agent.cli import run

        return run(sys.argv[1:])
    except Exception:
        if not getattr(sys, "frozen", False):
            raise
        # The windowed exe would show it in a dialog that waits for somebody to read it.
        traceback.print_exc()
        return 1


def _prepare_streams() -> None:
    """Helpers of multiprocessing are told apart in the exe; there is somewhere to print, in UTF-8."""
    import multiprocessing
    import tempfile
    from pathlib import Path

    from tray_agent.adapters.console import bind

    multiprocessing.freeze_support()
    words = sys.argv[1:]
    if words[:1] == ["--internal"]:
        return
    if words[:1] == ["--app-dir"]:
        words = words[2:]
    is_command = any(not word.startswith("-") for word in words)
    bind(Path(tempfile.gettempdir()) / "C6_RPA_EXEC" / "saida.log", terminal=is_command)


if __name__ == "__main__":
    sys.exit(main())
