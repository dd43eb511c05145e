"""For every test: Ctrl+C means what it does at a terminal, also where the checks run in the background.

Values are made as slowly as a loaded machine makes them: that says nothing about what is tested.
A shell starts background commands with SIGINT ignored, and every program started from there inherits that.
"""

from __future__ import annotations

import signal

from hypothesis import HealthCheck, settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile("any-machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("any-machine")
