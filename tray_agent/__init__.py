"""The tray agent: runs a team's Python automations and shows what it does.

core      decides (values in, values out)
engine    does what core decides, on one thread
adapters  one outside thing each: files, processes, the journal, BigQuery, Windows
shell     what people see and command: tray, window, local channel
app       joins them; cli and __main__ start it
"""

from __future__ import annotations

__version__ = "1.0.0"
