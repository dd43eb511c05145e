from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tray_agent.adapters.system import machine
from tray_agent.adapters.system.machine import VARIABLE, machine_mark


def test_a_machine_has_one_mark_that_does_not_tell_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "4c4c4544-0042")
    own = machine_mark()
    assert machine_mark() == own
    assert len(own) == 16
    assert "4c4c" not in own

    monkeypatch.setenv(VARIABLE, "4c4c4544-0043")
    assert machine_mark() != own


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has its number in the registry")
def test_a_machine_without_a_number_has_no_mark(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "_NUMBER", tmp_path / "machine-id")
    assert machine_mark() == ""
    machine._NUMBER.write_text("0123\n", encoding="ascii")
    assert machine_mark() != ""
