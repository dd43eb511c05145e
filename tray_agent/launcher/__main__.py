"""Where the built exe starts. Nothing is imported before it is known what is wanted."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> int:
    """Answer a command, or have the unpacked program do it; the exit code of contract.md."""
    try:
        return _main(sys.argv[1:])
    except Exception:  # noqa: BLE001 - the windowed loader would show a dialog that waits for somebody
        import traceback

        traceback.print_exc()
        return 1


def _main(arguments: list[str]) -> int:
    from tray_agent.launcher.contents import command_word, is_for_payload

    if sys.platform == "win32" or getattr(sys, "frozen", False):
        from tray_agent.adapters.system.console import bind

        place = os.environ.get("TEMP") or os.environ.get("TMPDIR") or "/tmp"  # noqa: S108 - as tempfile does
        bind(Path(place) / "C6_RPA_EXEC" / "saida.log", terminal=bool(command_word(arguments)))
    if not is_for_payload(arguments):
        try:
            from tray_agent.commands.cli import run

            return run(arguments)
        except ModuleNotFoundError:
            pass  # it takes what only the unpacked program carries
    from tray_agent.launcher.payload import run_payload

    return run_payload(Path(sys.executable), arguments)


if __name__ == "__main__":
    sys.exit(main())
