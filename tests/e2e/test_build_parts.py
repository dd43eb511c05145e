from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.e2e
def test_every_heavy_part_is_there_and_works(tmp_path: Path) -> None:
    file = tmp_path / "auto teste.json"
    command = [sys.executable, "-m", "tray_agent", "--self-test", str(file)]
    code = subprocess.run(command, check=False, timeout=100, stdin=subprocess.DEVNULL).returncode
    report = json.loads(file.read_text("utf-8"))
    failed = {check["name"]: check["detail"] for check in report["checks"] if not check["ok"]}
    needed = {check["name"] for check in report["checks"] if check["required"]}
    assert not needed & failed.keys(), failed
    assert code == 0
    assert {"tray", "window", "pandas", "excel", "bigquery", "notices", "time_zones", "child"} <= needed
