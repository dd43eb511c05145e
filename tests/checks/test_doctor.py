from __future__ import annotations

from pathlib import Path

import pytest

from tray_agent.adapters.system import program
from tray_agent.adapters.system.places import find_places
from tray_agent.checks.doctor import examine, render
from tray_agent.core.settings import Settings


def lines(folder: Path, **settings: object) -> list[str]:
    made = Settings(
        **{"history": "local", "data_dir": "dados", "base_path": "base", "temp_dir": "t"} | settings
    )
    (folder / "base").mkdir(exist_ok=True)
    return render(examine(made, find_places(folder, made)), colour=False).splitlines()


def test_without_a_python_it_says_what_that_means(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "is_frozen", lambda: True)
    monkeypatch.setenv("PATH", str(tmp_path))
    [said] = [line for line in lines(tmp_path) if "Interpretador" in line]
    assert said.startswith("--  Interpretador Python: nenhum Python encontrado neste PC")
    assert "só com os pacotes dele" in said
