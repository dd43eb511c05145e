"""The tests of the engine and the platform, run by a Windows Python. The core touches no platform."""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.wine.agent import FROM_SOURCE
from tests.wine.session import CHECKOUT, Session, TooLong

SUITES = {"engine": 300, "adapters": 1200, "shell": 600}  # seconds; less than a tenth of it on two free cores


def _run(windows: Session, suite: str) -> subprocess.CompletedProcess[str]:
    """The suite, run once more where it came to no end: once Wine lost the main thread of a Python that had
    begun well, and the others waited for it. A test that fails, or hangs beyond its own limit, fails."""
    options = ["-q", "-rs", "-p", "no:cacheprovider", "--timeout", "100", "--color", "no"]
    command = ["-m", "pytest", *options, f"tests/{suite}"]
    env = {**FROM_SOURCE, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    try:
        return windows.python(*command, timeout=SUITES[suite], cwd=CHECKOUT, env=env)
    except TooLong as hung:
        print(f"\nwine stage: tests/{suite} came to no end and is run again; {hung}")
        return windows.python(*command, timeout=SUITES[suite], cwd=CHECKOUT, env=env)


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_passes_under_a_windows_python(windows: Session, suite: str) -> None:
    done = _run(windows, suite)
    closing = done.stdout.strip().rsplit("\n", 1)[-1]
    print(f"\nwine stage: tests/{suite} on Windows: {closing}")
    skipped = re.findall(r"^SKIPPED \[\d+\] (.+)$", done.stdout, re.MULTILINE)
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in closing
    print("\n".join(f"wine stage: left out: {line}" for line in skipped))
