"""The figures of a run of the suite, as a page and as a closing line."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any


def closing_line(results: Sequence[dict[str, Any]], seconds: float) -> str:
    """As pytest ends: what failed and what passed."""
    failed = sum(bool(each["violations"]) for each in results)
    passed = len(results) - failed
    faults = sum(sum(each["faults"].values()) for each in results)
    runs = sum(int(each["runs"]) for each in results)
    violations = sum(len(each["violations"]) for each in results)
    words = [f"{failed} failed"] if failed else []
    words.append(f"{passed} passed")
    came_to = f"{len(results)} seeds, {faults} faults, {runs} runs, {violations} violations"
    return f"==== {', '.join(words)} in {seconds:.2f}s ({came_to}) ===="


def tell(result: dict[str, Any], came_to: str) -> None:
    """How a seed ended, in one line, and each violation in one."""
    word = "FAILED" if result["violations"] else "passed"
    mounts = "" if result["mounts"] else " (WITHOUT DISK FAULTS: mounting is not permitted)"
    print(f"seed {result['seed']} {word}: {came_to}{mounts}", flush=True)
    for each in result["violations"]:
        print(f"    {each}", flush=True)


def write_report(
    path: Path,
    results: Sequence[dict[str, Any]],
    seconds: float,
    arguments: list[str],
    suite: str = "faults",
    about: str = "The installed program, real scripts, real disks.",
) -> None:
    """The page that is kept."""
    faults: Counter[str] = Counter()
    for each in results:
        faults.update(each["faults"])
    total = sum(faults.values())
    kinds = Counter(str(each["kind"]) for each in results)
    violations = [(each["seed"], text) for each in results for text in each["violations"]]
    lines = [
        f"# {suite.capitalize()}",
        "",
        f"`python -m tests.{suite} {' '.join(arguments)}`, {datetime.now():%Y-%m-%d}, {os.cpu_count()} cores,"
        f" {seconds / 60:.0f} minutes. {about}",
        "",
        "| | |",
        "| --- | ---: |",
        f"| seeds | {len(results)} ({', '.join(f'{count} {kind}' for kind, count in kinds.items())}) |",
        f"| faults injected | {total:,} |",
        f"| runs that scripts recorded | {sum(each['runs'] for each in results):,} |",
        f"| looks at every invariant | {sum(each['checks'] for each in results):,} |",
        f"| **violations** | **{len(violations)}** |",
        "",
        "| fault | times |",
        "| --- | ---: |",
        *(f"| {kind} | {count:,} |" for kind, count in sorted(faults.items())),
        "",
    ]
    lines += [f"- seed {seed}: {text}" for seed, text in violations]
    if not all(each["mounts"] for each in results):
        lines.append("Without disk faults: mounting was not permitted.")
    path.parent.mkdir(exist_ok=True)
    path.write_text("\n".join(lines).rstrip() + "\n", encoding="utf-8")
