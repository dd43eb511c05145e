"""What the checks run is what README tells people to run."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_checks_run_readmes_test_command_word_for_word() -> None:
    steps = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()[-1]
    assert steps.endswith(".venv/bin/nox")
    assert f"```sh\n{steps}\n```" in (ROOT / "README.md").read_text(encoding="utf-8")
