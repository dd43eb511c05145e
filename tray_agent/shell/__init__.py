"""What people see and command: local channel, views, tray, window."""

from __future__ import annotations
