"""Mounts and process ids of a seed's own: what it does to them is seen nowhere else."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
_NAMESPACES = (
    ["unshare", "-m", "-p", "-f", "--mount-proc", "--kill-child"],
    ["unshare", "-U", "-r", "-m", "-p", "-f", "--mount-proc", "--kill-child"],
    ["unshare", "-m"],
)


def namespace() -> list[str]:
    """How a seed gets mounts and pids of its own; said loudly where it cannot."""
    for prefix in _NAMESPACES:
        try:
            done = subprocess.run([*prefix, "sh", "-c", "true"], capture_output=True, check=False, timeout=20)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if done.returncode == 0:
            if "-p" not in prefix:
                print("NO PID NAMESPACE: no pid can be reused on purpose", flush=True)
            return prefix
    print("NO NAMESPACES: disks are not filled and nothing is mounted; those faults are left out", flush=True)
    return []


_SEED_SECONDS = 1500.0


def live_through(
    prefix: Sequence[str], module: str, folder: Path, seed: int, *options: str, without: dict[str, Any]
) -> dict[str, Any]:
    """What a seed came to, lived by a worker inside of a namespace; ``without`` are the further keys of one
    that gave no answer."""
    answer = folder.with_name(folder.name + ".json")
    worker = [sys.executable, "-m", module, "--seed", str(seed), *options]
    worker += ["--folder", str(folder), "--answer", str(answer)]
    worker += ["--own-mounts"] if prefix else []
    said = run_inside(prefix, worker, folder.with_name(folder.name + ".out"), _SEED_SECONDS)
    try:
        result: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        result = {"seed": seed, "faults": {}, "runs": 0, "checks": 0, "seconds": 0.0, "kind": "?"}
        result |= {"violations": [f"the seed gave no answer: {said}"], "mounts": True, **without}
    return result


def run_inside(prefix: Sequence[str], words: Sequence[str], output: Path, seconds: float) -> str:
    """Run a program there, that long at the most; the end of what it said."""
    # The shell is the namespace's first process: it takes in whoever lost its parent.
    command = [*prefix, "sh", "-c", '"$@"; exit $?', "sh", *words]
    late = ""
    with output.open("wb") as out:
        try:
            subprocess.run(command, cwd=ROOT, stdout=out, stderr=out, timeout=seconds, check=False)
        except subprocess.TimeoutExpired:
            late = f"did not end within {seconds:g} s; "
    return late + output.read_text(errors="replace")[-800:]
