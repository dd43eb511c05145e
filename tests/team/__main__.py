"""The chaos of a team: ``python -m tests.team --seeds A..B --jobs N``, ``--short``, ``--mutant``.

Each seed is a brain and three PCs as real agents over a real server. With ``--mutant`` the brain runs a lost
run again, as engines do: then it is right that there are violations. Ends with a closing line as pytest's.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.faults.namespaces import live_through, namespace
from tests.faults.report import closing_line, tell, write_report

_SHORT_JOBS = 45
_ABOUT = "A brain and three PCs as real agents, real scripts, a real server with TLS, each PC behind a proxy."


@dataclass(frozen=True)
class Form:
    """What to do: seeds, jobs of each, whether the brain is the mutant."""

    seeds: tuple[int, ...]
    jobs: int
    mutant: bool = False


def main() -> int:
    """0 when every seed kept every promise, and the mutant did not."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="one seed and the mutant, a minute at most")
    parser.add_argument("--seeds", default="1..10", help="A..B, both included, or one")
    parser.add_argument("--jobs", type=int, default=250)
    parser.add_argument("--mutant", action="store_true", help="a brain that runs lost runs again")
    parser.add_argument("--parallel", type=int, default=1)
    parser.add_argument("--report", type=Path, help="write the figures into this file")
    parser.add_argument("--keep", action="store_true", help="leave every seed's folder")
    chosen = parser.parse_args()
    first, _, last = chosen.seeds.partition("..")
    seeds = tuple(range(int(first), int(last or first) + 1))
    forms = [Form(seeds, chosen.jobs, chosen.mutant)]
    if chosen.short:
        forms = [Form((1,), _SHORT_JOBS), *(Form((seed,), _SHORT_JOBS, True) for seed in (2, 3, 4))]
    began = time.monotonic()
    kept: list[dict[str, Any]] = []
    caught = False
    for form in forms:
        if form.mutant and caught:
            continue  # once is enough: whether it does harm is a matter of chance
        results = _run_all(form, chosen.parallel, keep=chosen.keep)
        if form.mutant:
            caught = any("owed were" in text for each in results for text in each["violations"])
            print(f"the mutant {'was caught' if caught else 'WAS NOT CAUGHT'}", flush=True)
        else:
            kept += results
    took = time.monotonic() - began
    if chosen.report:
        write_report(chosen.report, kept, took, sys.argv[1:], "team", _ABOUT)
    print(closing_line(kept, took), flush=True)
    was_asked = any(form.mutant for form in forms)
    return 0 if caught >= was_asked and not any(each["violations"] for each in kept) else 1


def _run_all(form: Form, parallel: int, *, keep: bool) -> list[dict[str, Any]]:
    prefix = namespace()
    folder = Path(tempfile.mkdtemp(prefix="team-"))

    def one(seed: int) -> dict[str, Any]:
        result = _run_seed(prefix, folder / f"seed-{seed}", seed, form)
        if not form.mutant:
            _tell(result)
        return result

    with ThreadPoolExecutor(parallel) as pool:
        results = list(pool.map(one, form.seeds))
    if not keep and (form.mutant or not any(each["violations"] for each in results)):
        shutil.rmtree(folder, ignore_errors=True)
    else:
        print(f"kept: {folder}", flush=True)
    return results


def _run_seed(prefix: list[str], folder: Path, seed: int, form: Form) -> dict[str, Any]:
    options = ["--jobs", str(form.jobs), *(["--mutant"] if form.mutant else [])]
    return live_through(prefix, "tests.team.worker", folder, seed, *options, without={"jobs": 0})


def _tell(result: dict[str, Any]) -> None:
    tell(
        result,
        f"{result['jobs']} jobs, {sum(result['faults'].values())} faults, "
        f"{result['runs']} starts {result.get('by_pc')}, {result.get('unknown')} without a result, "
        f"{result['seconds']:.0f} s ({result.get('cpu')} cpu)",
    )


if __name__ == "__main__":
    sys.exit(main())
