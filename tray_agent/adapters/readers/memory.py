"""How much memory a reader child may take: what a forged or runaway answer asks beyond it fails in there."""

from __future__ import annotations

import os
import sys

LIMIT_BYTES = 1_500_000_000
"""A history of 200,000 rows, the most that is read, takes 0.5 GB with its Excel copy; a usual day 0.2 GB."""
TOO_MUCH = "a leitura precisaria de mais memória do que se permite (1,5 GB)"

_ONE_THREAD = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def limit(most_bytes: int = LIMIT_BYTES) -> None:
    """Bound this process, before it imports anything large. Where the system cannot, nothing changes."""
    for name in _ONE_THREAD:  # each thread of a mathematics library reserves some 40 MB, whatever it does
        os.environ.setdefault(name, "1")
    try:
        _bound(most_bytes)
    except (OSError, ValueError):
        return  # a smaller limit is in force, or this system has none


if sys.platform == "win32":
    from tray_agent.adapters.system import windows_jobs

    def _bound(most_bytes: int) -> None:
        """A job of its own for this process; its handle is kept by the process's life."""
        windows_jobs.put_in(windows_jobs.new_job(windows_jobs.PROCESS_MEMORY, most_bytes))

else:

    def _bound(most_bytes: int) -> None:
        import resource

        _soft, hard = resource.getrlimit(resource.RLIMIT_AS)
        most = most_bytes if hard == resource.RLIM_INFINITY else min(most_bytes, hard)
        resource.setrlimit(resource.RLIMIT_AS, (most, hard))
