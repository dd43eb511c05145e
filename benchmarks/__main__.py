"""``python -m benchmarks [--only W1,W3] [--wine] [--short] [--check] [--json FILE] [--readme]``.

All works take some 20 minutes; ``--short`` takes 2. W3-hour takes an hour and is measured by name only, W11
(``--wine``: the built exe, under Wine) builds the exe first and needs root on Debian.
"""

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
import traceback
from pathlib import Path

from benchmarks.judge import judge
from benchmarks.report import put_into_readme, table
from benchmarks.setting import ROOT, Bench, Figure, Json, Skipped

WORKS = {
    "W1": "drain",
    "W2": "dispatch",
    "W3": "idle",
    "W3-hour": "hour",
    "W4": "registry",
    "W5": "tree",
    "W6": "turn",
    "W7": "start",
    "W8": "page",
    "W9": "traffic",
    "W10": "day",
    "W11": "exe",
    "W12": "team",
}
RESULTS = Path(__file__).with_name("results.json")
_BY_NAME = frozenset({"W3-hour", "W11", "W12"})
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


def _measured_or_none(work: str, short: bool) -> list[Figure] | None:
    """The same; None, and why, where it broke off: the other works are measured all the same."""
    try:
        return _measured(work, short)
    except Exception:  # noqa: BLE001 - an unattended run of many minutes goes on
        traceback.print_exc()
        return None


def _as_json(figures: list[Figure], short: bool) -> Json:
    return {
        "machine": _machine(),
        "form": "short" if short else "full",
        "figures": _in_order(
            [
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
            ]
        ),
    }


def _with_former(results: Json, file: Path, named: list[str]) -> Json:
    """The results, and what a former run on such a machine measured beyond the works asked for now."""
    former = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    if any(former.get(name) != results[name] for name in ("machine", "form")):
        return results
    fresh = {(each["work"], each["what"]) for each in results["figures"]}
    kept = [
        each
        for each in former["figures"]
        if each["work"] not in named and (each["work"], each["what"]) not in fresh
    ]
    return results | {"figures": _in_order([*results["figures"], *kept])}


def _in_order(figures: list[Json]) -> list[Json]:
    order = list(WORKS)
    return sorted(figures, key=lambda each: order.index(each["work"]))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", help="W1,W3: these works alone; a file of results keeps the others'")
    parser.add_argument("--wine", action="store_true", help="the built exe alone: W11")
    parser.add_argument("--short", action="store_true", help="fewer rounds; W10 is left out")
    parser.add_argument("--check", action="store_true", help="short, and fail beyond generous bounds")
    parser.add_argument(
        "--json", type=Path, help="where the results go; a full run's: benchmarks/results.json"
    )
    parser.add_argument("--readme", action="store_true", help="put the results' table into README.md too")
    return parser.parse_args()


def main() -> int:
    """Measure, say, keep."""
    options = _options()
    if options.wine:
        options.only = "W11"
    short = options.short or options.check
    left_out = _BY_NAME | (_LONG if short else frozenset())
    named = options.only.split(",") if options.only else [work for work in WORKS if work not in left_out]
    compileall.compile_dir(ROOT / "tray_agent", quiet=2)
    if options.check:
        verdict = judge(named, lambda work: _measured_or_none(work, short))
        print(verdict.text())
        return 0 if verdict.holds else 1
    found = {work: _measured_or_none(work, short) for work in named}
    for work in [work for work, figures in found.items() if figures is None]:
        found[work] = _measured_or_none(work, short)
    results = _as_json([figure for figures in found.values() for figure in figures or ()], short)
    target = options.json or (None if short else RESULTS)
    if target is not None:
        if options.only:
            results = _with_former(results, target, named)
        target.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print("\n" + table(results))
    if options.readme:
        put_into_readme(ROOT / "README.md", table(results))
    broken = [work for work, figures in found.items() if figures is None]
    if broken:
        print(f"broke off: {', '.join(broken)}", file=sys.stderr)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
