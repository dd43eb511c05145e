from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.readers.priority import LESS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a Windows reader stays as it is")
_CHILD = """
import os, sys
from tray_agent.start import reader_child
reader_child._answers = lambda mode: lambda request: {"ok": True, "nice": os.nice(0)}
sys.exit(reader_child.main("read-registry"))
"""


def test_a_reader_yields_to_scripts_and_agent() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _CHILD],
        input=b"{}\n",
        capture_output=True,
        cwd=Path(__file__).parents[3],
        check=False,
    ).stdout
    assert told == f'{{"ok":true,"nice":{min(19, os.nice(0) + LESS)}}}\n'.encode()
