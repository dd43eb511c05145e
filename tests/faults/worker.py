"""Runs one seed inside namespaces of its own and prints what it came to as one JSON line."""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import shutil
import sys
from pathlib import Path

from tests.faults.disk import can_mount
from tests.faults.seed import run_seed


def main() -> int:
    """The worker's exit code: 0, whatever the seed came to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--steps", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--own-mounts", action="store_true", help="mounts made here are seen nowhere else")
    chosen = parser.parse_args()
    faulthandler.enable()
    faulthandler.dump_traceback_later(840, exit=True)
    mounts = chosen.own_mounts and can_mount(chosen.folder)
    result = run_seed(chosen.seed, chosen.folder, chosen.steps, mounts=mounts)
    chosen.answer.write_text(json.dumps(result.as_json()), encoding="utf-8")
    if result.violations:  # what was on the little disks would go with the namespace
        with_kept = chosen.folder.with_name(chosen.folder.name + "-kept")
        shutil.copytree(chosen.folder / "data", with_kept, dirs_exist_ok=True, ignore_dangling_symlinks=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
