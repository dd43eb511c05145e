"""The fault suite: ``python -m tests.faults --short``, ``--long``, ``--seeds A..B``, ``--seed N``.

Each seed is a schedule of faults against the installed program. Ends with a closing line as pytest's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.faults.namespaces import live_through, namespace
from tests.faults.report import closing_line, tell, write_report

# Seeds, steps of each, and after how many seconds no further seed is begun (0: all are). The short form's two
# longest, 2,000 jobs and BigQuery, come first, so that they run beside others.
_SHORT: tuple[Sequence[int], int, float] = ((24, 5, 1, 2, 3, 4, 6, 7), 10, 75.0)
_LONG: tuple[Sequence[int], int, float] = (range(1, 251), 20, 0.0)


def main() -> int:
    """0 when every seed kept every promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="eight seeds, two minutes and a half at most")
    parser.add_argument("--long", action="store_true", help="250 seeds, forty minutes")
    parser.add_argument("--seeds", help="A..B, both included")
    parser.add_argument("--seed", type=int, help="one seed")
    parser.add_argument("--steps", type=int, help="faults of a seed, about")
    parser.add_argument("--parallel", type=int, default=3)
    parser.add_argument("--report", type=Path, help="write the figures into this file")
    parser.add_argument("--keep", action="store_true", help="leave every seed's folder")
    chosen = parser.parse_args()
    seeds, steps, seconds = _LONG if chosen.long else _SHORT
    if chosen.seeds:
        first, _, last = chosen.seeds.partition("..")
        seeds, seconds = range(int(first), int(last or first) + 1), 0.0
    if chosen.seed is not None:
        seeds, seconds = range(chosen.seed, chosen.seed + 1), 0.0
    began = time.monotonic()
    results = _run_all(seeds, chosen.steps or steps, chosen.parallel, seconds, keep=chosen.keep)
    took = time.monotonic() - began
    if chosen.report:
        write_report(chosen.report, results, took, sys.argv[1:])
    print(closing_line(results, took), flush=True)
    return 1 if any(each["violations"] for each in results) else 0


def _run_all(
    seeds: Sequence[int], steps: int, parallel: int, seconds: float, *, keep: bool
) -> list[dict[str, Any]]:
    prefix = namespace()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    results: list[dict[str, Any]] = []
    until = time.monotonic() + seconds if seconds else None

    def one(seed: int) -> None:
        if until is not None and time.monotonic() > until and len(results) >= parallel:
            return
        result = _run_seed(prefix, folder / f"seed-{seed}", seed, steps, keep=keep)
        results.append(result)
        _tell(result)

    with ThreadPoolExecutor(parallel) as pool:
        list(pool.map(one, seeds))
    left_out = set(seeds) - {int(each["seed"]) for each in results}
    if left_out:
        print(f"left out for want of time: {', '.join(map(str, sorted(left_out)))}")
    if not keep and not any(each["violations"] for each in results):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept: {folder}")
    return sorted(results, key=lambda each: int(each["seed"]))


def _run_seed(prefix: list[str], folder: Path, seed: int, steps: int, *, keep: bool) -> dict[str, Any]:
    options = ("--steps", str(steps))
    result = live_through(prefix, "tests.faults.worker", folder, seed, *options, without={"most_at_once": 0})
    if not result["violations"] and not keep:
        shutil.rmtree(folder, ignore_errors=True)
    return result


def _tell(result: dict[str, Any]) -> None:
    tell(
        result,
        f"{sum(result['faults'].values())} faults, {result['runs']} runs, "
        f"{result['seconds']:.0f} s ({result.get('cpu')} cpu), {result['kind']}",
    )


if __name__ == "__main__":
    sys.exit(main())
