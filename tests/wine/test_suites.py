"""The tests of the engine and the platform, run by a Windows Python. The core touches no platform."""

from __future__ import annotations

import re

import pytest

from tests.wine.agent import FROM_SOURCE
from tests.wine.session import CHECKOUT, Session

SUITES = {"engine": 600, "adapters": 1200, "shell": 1200}  # seconds; a third of it on two free cores


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_passes_under_a_windows_python(windows: Session, suite: str) -> None:
    options = ["-q", "-rs", "-p", "no:cacheprovider", "--timeout", "100", "--color", "no"]
    done = windows.python(
        *["-m", "pytest", *options, f"tests/{suite}"],
        timeout=SUITES[suite],
        cwd=CHECKOUT,
        env={**FROM_SOURCE, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"},
    )
    closing = done.stdout.strip().rsplit("\n", 1)[-1]
    print(f"\nwine stage: tests/{suite} on Windows: {closing}")
    skipped = re.findall(r"^SKIPPED \[\d+\] (.+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in closing
    print("\n".join(f"wine stage: left out: {line}" for line in skipped))
