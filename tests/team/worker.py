"""Runs one seed inside namespaces of its own and writes what it came to as JSON."""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import shutil
import sys
from pathlib import Path

from tests.faults.disk import can_mount
from tests.team.seed import run_seed


def main() -> int:
    """The worker's exit code: 0, whatever the seed came to."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--jobs", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--answer", type=Path, required=True)
    parser.add_argument("--mutant", action="store_true")
    parser.add_argument("--own-mounts", action="store_true", help="mounts made here are seen nowhere else")
    chosen = parser.parse_args()
    faulthandler.enable()
    faulthandler.dump_traceback_later(1440, exit=True)
    mounts = chosen.own_mounts and can_mount(chosen.folder)
    result = run_seed(chosen.seed, chosen.folder, chosen.jobs, mounts=mounts, mutant=chosen.mutant)
    chosen.answer.write_text(json.dumps(result.as_json()), encoding="utf-8")
    if result.violations:  # what was on the little disks would go with the namespace
        kept = chosen.folder.with_name(chosen.folder.name + "-kept")
        shutil.copytree(chosen.folder, kept, dirs_exist_ok=True, ignore_dangling_symlinks=True)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
