"""What a newcomer has after the README's first command: a screen, and no ``gi`` in the environment."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from tests.desktop.screen import Screen, until, virtual_screen
from tests.e2e.agent import Program
from tests.e2e.workspace import Workspace
from tray_agent.core.model import CardState
from tray_agent.shell.tray.icon import COLOURS

pytestmark = pytest.mark.desktop

NO_GI = "import sys\nsys.modules['gi'] = None\n"
BROKEN_ICON = """
Menu = lambda items: items

class Icon:
    def __init__(self, *_):
        raise UnicodeEncodeError("latin-1", "…", 0, 1, "x")
"""


@pytest.fixture
def fresh(tmp_path: Path, screen: Screen) -> Iterator[Program]:
    """The program in an environment where importing gi is impossible."""
    with closing(fresh_program(tmp_path, screen)) as program:
        yield program


def fresh_program(folder: Path, screen: Screen, *, gi: bool = False) -> Program:
    program = Program(Workspace(folder / "place"))
    shims = folder / "shims"
    shims.mkdir()
    if not gi:
        (shims / "sitecustomize.py").write_text(NO_GI, encoding="utf-8")
    program.environment |= {
        name: value
        for name, value in screen.env.items()
        if name not in {"HOME", "PYTHONPATH"} and (gi or name != "PYSTRAY_BACKEND")
    }
    paths = (str(shims), program.environment["PYTHONPATH"], screen.env.get("PYTHONPATH") if gi else "")
    program.environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return program


def start_demo(program: Program) -> None:
    """The README's command, in a folder that is known."""
    place = program.place
    program.environment.pop("TRAY_AGENT_APP_DIR")
    program.set(data_dir=None, base_path=None, history=None)
    folder = place.folder / "demo"
    with (place.folder / "agent.out").open("wb") as out:
        program.agent = program.popen("demo", "--dir", str(folder), stdout=out, stderr=out)
    place.data = folder / "dados"


def cli(program: Program, *words: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "tray_agent", "--app-dir", str(program.place.folder / "demo"), *words]
    return subprocess.run(
        argv, env=program.environment, capture_output=True, text=True, timeout=60, check=False
    )


def test_the_first_command_of_the_readme_shows_its_icon_and_keeps_running(
    fresh: Program, screen: Screen
) -> None:
    start_demo(fresh)
    until(lambda: screen.tray_icon("tray-agent"), 40, "the icon")
    fresh.until(lambda status: status["totals"]["finished"] >= 1)
    answer = cli(fresh, "status", "--json")
    assert answer.returncode == 0, answer.stderr
    assert json.loads(answer.stdout)["headless"] is False
    coloured = [COLOURS[state] for state in COLOURS if state is not CardState.IDLE]
    until(lambda: any(screen.shows(colour) > 100 for colour in coloured), what="a colour of the day")
    assert cli(fresh, "quit", "--stop-runs").returncode == 0
    assert fresh.wait() == 0
    assert "Traceback" not in fresh.output
    assert "erro inesperado" not in fresh.output


def test_an_icon_that_cannot_be_made_never_ends_the_agent_and_is_said(fresh: Program) -> None:
    shim = fresh.place.folder.parent / "shims" / "pystray"
    shim.mkdir()
    (shim / "__init__.py").write_text(BROKEN_ICON, encoding="utf-8")
    start_demo(fresh)
    status = fresh.until(lambda status: status["totals"]["finished"] >= 1)
    assert "O agente segue sem ícone." in fresh.output
    assert "Traceback" not in fresh.output
    assert [each["where"] for each in status["problems"] if "ícone" in each["what"]] == ["settings"]
    assert "UnicodeEncodeError" in fresh.log
    assert cli(fresh, "quit", "--stop-runs").returncode == 0
    assert fresh.wait() == 0


@pytest.mark.parametrize("gi", [False, True], ids=["xorg", "gtk"])
def test_the_agent_outlives_its_screen(tmp_path: Path, gi: bool) -> None:
    with virtual_screen() as screen, closing(fresh_program(tmp_path, screen, gi=gi)) as program:
        place = program.place
        place.register(place.job("uma"))
        program.start("--app-dir", str(place.app))
        until(lambda: screen.tray_icon("__main__.py" if gi else "tray-agent"), 40, "the icon")
        [server] = [each for each in psutil.Process().children() if each.name() == "Xvfb"]
        server.kill()
        program.until(lambda status: any("ícone" in each["what"] for each in status["problems"]))
        assert "O agente segue sem ícone." in program.output
        program.call("run", job="uma")
        program.until(lambda status: status["totals"]["finished"] == 1)
