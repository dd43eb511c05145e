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
    with subprocess.Popen(
        [sys.executable, "-c", _CHILD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    ) as reader:
        assert reader.stdin is not None and reader.stdout is not None
        reader.stdin.write(b"{}\n")
        reader.stdin.flush()  # and stays open: a reader whose agent is gone leaves at once
        told = reader.stdout.readline()
    assert told == f'{{"ok":true,"nice":{min(19, os.nice(0) + LESS)}}}\n'.encode()
