"""For every test: Ctrl+C means what it does at a terminal, also where the checks run in the background.

Values are made as slowly as a loaded machine makes them: that says nothing about what is tested. Every check
tries the same ones, so that it tells of a change and not of luck; ``--hypothesis-profile hunt`` tries others.
A shell starts background commands with SIGINT ignored, and every program started from there inherits that.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

any_machine = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("hunt", any_machine, derandomize=False)
settings.register_profile("check", any_machine, derandomize=True, database=None)
settings.load_profile("check")
