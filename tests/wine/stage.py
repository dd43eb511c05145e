"""`python -m tests.wine.stage`: the whole Wine stage, its closing line that of pytest.

It needs root on Debian, and installs there what is missing (mmdebstrap, Xvfb). What it makes is kept in
TRAY_AGENT_WINE_CACHE (or ~/.cache/tray-agent-wine) for the next run. Arguments go to pytest.
"""

from __future__ import annotations

import os
import sys

import pytest

from tests.wine.session import CHECKOUT


def main() -> int:
    """Run the stage; pytest's exit code."""
    os.chdir(CHECKOUT)
    return pytest.main(
        ["tests/wine", "-v", "-s", "-ra", "-p", "no:cacheprovider", "--durations=12", *sys.argv[1:]]
    )


if __name__ == "__main__":
    sys.exit(main())
