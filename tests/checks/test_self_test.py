from __future__ import annotations

import json
from pathlib import Path

import pytest

from tray_agent.checks import self_test
from tray_agent.checks.self_test import main


def test_it_writes_what_each_check_saw_and_how_long_it_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    light = {name: self_test.CHECKS[name] for name in ("picture", "time_zones", "journal", "child")}
    monkeypatch.setattr(self_test, "CHECKS", light)
    file = tmp_path / "auto teste.json"
    assert main(str(file)) == 0
    report = json.loads(file.read_text("utf-8"))
    assert report["ok"] is True
    assert [check["name"] for check in report["checks"]] == list(light)
    assert all(check["ok"] and check["detail"] and check["seconds"] >= 0 for check in report["checks"])


def fails() -> str:
    raise ImportError("DLL load failed")


@pytest.mark.parametrize(("required", "code"), [(True, 1), (False, 0)])
def test_a_part_that_is_broken_is_named_and_the_others_are_still_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, required: bool, code: int
) -> None:
    checks = {"broken": (required, fails), "well": (True, lambda: "visto")}
    monkeypatch.setattr(self_test, "CHECKS", checks)
    assert main(str(tmp_path / "out.json")) == code
    report = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert report["ok"] is (code == 0)
    assert [check["ok"] for check in report["checks"]] == [False, True]
    assert "ImportError: DLL load failed (test_self_test.py:" in report["checks"][0]["detail"]
