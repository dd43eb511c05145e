"""``python -m benchmarks [--only W1,W3] [--short] [--check] [--json FILE] [--readme]``."""

from __future__ import annotations

import argparse
import compileall
import importlib
import json
import math
import os
import platform
import sys
import time
from pathlib import Path

from benchmarks.report import put_into_readme, table
from benchmarks.setting import ROOT, Bench, Figure, Json, Skipped

WORKS = {
    "W1": "drain",
    "W2": "dispatch",
    "W3": "idle",
    "W4": "registry",
    "W5": "tree",
    "W6": "turn",
    "W7": "start",
    "W8": "page",
    "W9": "traffic",
    "W10": "day",
}
RESULTS = Path(__file__).with_name("results.json")
_LONG = frozenset({"W10"})


def _machine() -> Json:
    system = f"{platform.system()} {'.'.join(platform.release().split('.')[:2])}"
    return {"cores": os.cpu_count(), "python": platform.python_version(), "kernel": system}


def _measured(work: str, short: bool) -> list[Figure]:
    """The figures of one work; none, and a word, where this machine cannot measure it."""
    bench: Bench = importlib.import_module(f"benchmarks.{WORKS[work]}").measure
    began = time.monotonic()
    try:
        figures = bench(short)
    except Skipped as skipped:
        print(f"{work}: left out, {skipped}", file=sys.stderr)
        return []
    for figure in figures:
        state = "ok" if figure.reached else "BEYOND"
        bound = "" if math.isinf(figure.bound) else f" (to reach: {figure.bound:g})"
        print(f"{work} {figure.what}: {figure.value:.3g} {figure.unit}{bound} {state} | {figure.floor}")
    print(f"{work} took {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return figures


def _as_json(figures: list[Figure], short: bool) -> Json:
    return {
        "machine": _machine(),
        "form": "short" if short else "full",
        "figures": [
            {
                "work": each.work,
                "what": each.what,
                "value": round(each.value, 4),
                "unit": each.unit,
                "to_reach": None if math.isinf(each.bound) else each.bound,
                "reached": each.reached,
                "floor": each.floor,
            }
            for each in figures
        ],
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", help="W1,W3: these works alone")
    parser.add_argument("--short", action="store_true", help="fewer rounds; W10 is left out")
    parser.add_argument("--check", action="store_true", help="short, and fail beyond generous bounds")
    parser.add_argument(
        "--json", type=Path, help="where the results go; a full run's: benchmarks/results.json"
    )
    parser.add_argument("--readme", action="store_true", help="put the results' table into README.md")
    return parser.parse_args()


def main() -> int:
    """Measure, say, keep."""
    options = _options()
    if options.readme:
        put_into_readme(ROOT / "README.md", table(json.loads((options.json or RESULTS).read_text("utf-8"))))
        return 0
    short = options.short or options.check
    named = options.only.split(",") if options.only else [w for w in WORKS if not (short and w in _LONG)]
    compileall.compile_dir(ROOT / "tray_agent", quiet=2)
    figures = [figure for work in named for figure in _measured(work, short)]
    results = _as_json(figures, short)
    target = options.json or (None if short or options.only else RESULTS)
    if target is not None:
        target.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n" + table(results))
    if not options.check:
        return 0
    failed = [figure for figure in figures if not figure.passes]
    for figure in failed:
        print(f"FAILED {figure.work} {figure.what}: {figure.value:.3g}, at most {figure.check:g}")
    print(f"{len(figures) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
