"""`python -m tests.wine.shell [--seconds N] -- python.exe ...`: one Windows command in a throw-away Windows.

The checkout is visible, read-only, under its own path on drive Z:, and is the working directory; Z:\\tmp is
the session's own. `python.exe` is the Windows Python with the project's packages.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from tests.wine.agent import FROM_SOURCE
from tests.wine.provision import provision
from tests.wine.session import CHECKOUT, PYTHON, TooLong


def main() -> int:
    """Run the command; its exit code is ours, 124 when it took too long."""
    parser = argparse.ArgumentParser(prog="python -m tests.wine.shell")
    parser.add_argument("--seconds", type=float, default=60.0, help="time limit (60)")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("command", nargs="+")
    asked = parser.parse_args()
    command = [PYTHON if word == "python.exe" else word for word in asked.command]
    environment = {**FROM_SOURCE, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    environment.update(pair.split("=", 1) for pair in asked.env)
    os.nice(10)
    with provision().session() as session:
        try:
            return session.run(
                command, timeout=asked.seconds, env=environment, cwd=Path(CHECKOUT), echo=True
            ).returncode
        except TooLong as late:
            print(str(late).splitlines()[0], file=sys.stderr)
            return 124


if __name__ == "__main__":
    raise SystemExit(main())
