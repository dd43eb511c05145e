"""The tests of the engine and the platform, run by a Windows Python. The core touches no platform."""

from __future__ import annotations

import re
import subprocess
from collections import Counter

import pytest

from tests.wine.agent import FROM_SOURCE, fresh_windows
from tests.wine.session import CHECKOUT, TooLong

SUITES = {"engine": 300, "adapters": 600, "shell": 300}  # seconds; a seventh of it on two free cores
_FEW = 4
_LEFT_OUT = re.compile(r"^SKIPPED \[(\d+)\] \S+?: (.+)$", re.MULTILINE)


def _run(suite: str, *which: str) -> subprocess.CompletedProcess[str]:
    """The suite (or some of its tests) in a Windows of its own, and in another where the first brought it to
    no end: Wine's server may die under what a suite asks of it, and every program waits for its answer for
    ever."""
    options = ["-q", "-rsfE", "-p", "no:cacheprovider", "--timeout", "100", "--color", "no"]
    command = ["-m", "pytest", *options, *(which or [f"tests/{suite}"])]
    env = {**FROM_SOURCE, "PYTHONUTF8": "1", "PYTHONUNBUFFERED": "1"}
    for _ in range(2):
        with fresh_windows() as windows:
            try:
                return windows.python(*command, timeout=SUITES[suite], cwd=CHECKOUT, env=env)
            except TooLong as hung:
                said = str(hung)
                print(f"\nwine stage: tests/{suite} came to no end; {said}")
    raise AssertionError(said)


def _told(output: str) -> str:
    """What went wrong, without the lines of what was left out, of which there are hundreds."""
    kept = [line for line in output.splitlines() if not line.startswith("SKIPPED")]
    return "\n".join(kept)[-12_000:]


@pytest.mark.parametrize("suite", SUITES)
def test_the_suite_passes_under_a_windows_python(suite: str) -> None:
    done = _run(suite)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+)", done.stdout, re.MULTILINE)
    if 0 < len(failed) <= _FEW:
        # On a busy machine Wine takes seconds for what takes Windows none. Said, and asked once more.
        print(f"\nwine stage: tests/{suite}, once more by themselves:\n{_told(done.stdout)}")
        done = _run(suite, *(name.replace("\\", "/") for name in failed))
    closing = done.stdout.strip().rsplit("\n", 1)[-1]
    print(f"\nwine stage: tests/{suite} on Windows: {closing}")
    assert done.returncode == 0, _told(done.stdout)
    assert " passed" in closing
    left_out: Counter[str] = Counter()  # by reason: a line each would push what failed out of sight
    for count, reason in _LEFT_OUT.findall(done.stdout):
        left_out[reason] += int(count)
    for reason, number in left_out.most_common():
        print(f"wine stage: left out of tests/{suite}: {number} x {reason}")
