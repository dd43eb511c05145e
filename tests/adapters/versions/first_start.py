"""What a first start does with the file, as a process of its own: ``first_start.py FILE ROOT``."""

from __future__ import annotations

import sys
from pathlib import Path

from tray_agent.adapters.versions.archive import read
from tray_agent.adapters.versions.store import NoVersion, Store


def main(file: str, root: str) -> int:
    """Make the version ready; its folder or the refusal is printed."""
    try:
        package = read(Path(file))
        print("começo", flush=True)
        print(Store(Path(root)).ready(package), flush=True)
    except NoVersion as refused:
        print(refused, flush=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
