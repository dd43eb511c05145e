"""The loopback BigQuery as a program of its own, on the same wall clock as the agent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.agent import ROOT

HERE = Path(__file__).parent.parent.parent
Row = dict[str, Any]


class History:
    """A running stand-in; ``environment`` is what the agent needs to find it."""

    def __init__(self, key: Path, clock: Mapping[str, str]) -> None:
        self.key = key
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.adapters.history.bigquery_server", "--key", str(key)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=HERE,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": f"{HERE}{os.pathsep}{ROOT}", **clock},
        )
        assert self._server.stdout is not None
        said = json.loads(self._server.stdout.readline())
        self.address: str = said["address"]
        self.environment: dict[str, str] = said["environment"]

    def set(self, **changes: Any) -> None:
        """Change what the table holds or how the service behaves."""
        self._ask("/control", json.dumps(changes).encode())

    def heal(self, *rows: Row) -> None:
        """A healthy service with these rows and no others."""
        self.set(
            rows=list(rows),
            extra_rows=[],
            fault="",
            start_type="TIMESTAMP",
            page_rows=0,
            token_seconds=3600,
            service_shift=0,
            job_times="answer",
            total_rows=-1,
            rename={},
            message="",
        )

    def queries(self) -> list[str]:
        """The SQL that arrived so far."""
        found: list[str] = self._ask("/control")["queries"]
        return found

    def asked(self) -> int:
        """How many requests of any kind arrived so far."""
        requests: dict[str, int] = self._ask("/control")["requests"]
        return sum(requests.values())

    def _ask(self, path: str, body: bytes | None = None) -> dict[str, Any]:
        with urllib.request.urlopen(self.address + path, body, timeout=20) as answer:
            told: dict[str, Any] = json.load(answer)
            return told

    def close(self) -> None:
        """End it."""
        if self._server.stdin is not None:
            self._server.stdin.close()
        self._server.wait(20)
        if self._server.stdout is not None:
            self._server.stdout.close()


def row(job: str, start: str | None, status: str | None = "SUCCESS", seconds: float | None = 4.2) -> Row:
    """A row of the table: ``start`` is ``2026-03-10T12:00:01``, in the zone of the setting."""
    return {
        "script_name": job,
        "status": status,
        "start_time": start,
        "duration_seconds": seconds,
        "date": start[:10] if start else None,
    }
