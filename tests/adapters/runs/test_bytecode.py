from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tray_agent.adapters.runs.bytecode import mend


def run(script: Path, cache: Path, log: Path) -> int:
    """A script as the agent runs it: with compiled modules in a folder of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    with log.open("wb") as output:
        return subprocess.run(
            [sys.executable, str(script)],
            env={**env, "PYTHONPYCACHEPREFIX": str(cache)},
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode


@pytest.mark.skipif(sys.platform == "win32", reason="what Python says there has not been seen")
@pytest.mark.parametrize(("module", "began"), [("encodings/__init__", False), ("colorsys", True)])
def test_a_compiled_module_cut_short_is_made_anew(tmp_path: Path, module: str, began: bool) -> None:
    script, cache, log = tmp_path / "s.py", tmp_path / "pycache", tmp_path / "log"
    script.write_text("print('começou', flush=True)\nimport colorsys\n", encoding="utf-8")
    assert run(script, cache, log) == 0
    (compiled,) = cache.rglob(f"{module}.*.pyc")
    compiled.write_bytes(compiled.read_bytes()[:200])
    assert run(script, cache, log) == 1

    assert mend(cache, log, 1) is began

    assert not cache.exists()
    assert run(script, cache, log) == 0


@pytest.mark.parametrize("text", ["ValueError: marshal data too short\n", "", "Python path configuration:\n"])
def test_any_other_end_takes_nothing_away(tmp_path: Path, text: str) -> None:
    log, cache = tmp_path / "log", tmp_path / "pycache"
    cache.mkdir()
    log.write_text(text, encoding="utf-8")

    assert mend(cache, log, 1)
    assert cache.is_dir()
