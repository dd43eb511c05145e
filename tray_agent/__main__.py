"""``python -m tray_agent``, ``tray-agent`` and the built exe start here."""

from __future__ import annotations

import sys


def main() -> int:
    """Hidden modes first (they must stay light and never reach the parser), then the command line."""
    from tray_agent.modes import run_hidden

    arguments = sys.argv[1:]
    code = run_hidden(arguments)
    if code is not None:
        return code
    from tray_agent.cli import run

    return run(arguments)


if __name__ == "__main__":
    sys.exit(main())
