"""Builds the exe from build.spec by the Windows Python, in a Windows of its own."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from tests.wine.agent import fresh_windows
from tests.wine.session import CHECKOUT, windows_path

BUILD_SECONDS = 1200  # 200 to 300 on two cores of one's own, twice that on a shared machine


def build(kept: Path) -> Path:
    """Build the exe; where in ``kept`` it lies."""
    began = time.monotonic()
    with fresh_windows() as windows:
        output = windows.work / "dist"
        folders = ["--distpath", windows_path(output), "--workpath", r"C:\build"]
        done = windows.python(
            *["-m", "PyInstaller", "--noconfirm", "--log-level", "WARN", *folders, "build.spec"],
            timeout=BUILD_SECONDS,
            cwd=CHECKOUT,
            env={"PYTHONDONTWRITEBYTECODE": "1"},
        )
        built = output / "tray-agent.exe"
        assert done.returncode == 0, done.stdout[-6000:]
        assert built.is_file(), done.stdout[-6000:]
        assert [each.name for each in output.iterdir()] == [built.name]
        shutil.copy(built, kept / built.name)
        print(f"wine stage: built {built.stat().st_size / 1e6:.0f} MB in {time.monotonic() - began:.0f} s")
    return kept / built.name
