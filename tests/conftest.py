"""For every test: Ctrl+C means what it does at a terminal, also where the checks run in the background.

A shell starts background commands with SIGINT ignored, and every program started from there inherits that.
"""

from __future__ import annotations

import signal

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
