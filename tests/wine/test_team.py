"""Two PCs of a team by the exe alone: the server that it carries, an invitation, a run on the other PC."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wine.agent import EXE, Agent, Program, card, processes, until
from tests.wine.session import Session
from tests.wine.test_exe import early_morning

BRAIN, OTHER = r"C:\Equipe\Cérebro", r"C:\Equipe\Outro PC"
BY_HAND = "reprocessa_devolucoes"
SCRIPT = """
import os, pathlib, time
print("Daqui:", pathlib.Path(__file__).resolve().parents[4].name, flush=True)
while not pathlib.Path(__file__).with_name("pode acabar").exists():
    time.sleep(0.2)
"""
# The demo's registry has no column for PCs: this puts it there, for the job that runs by hand.
_ADD_COLUMN = """
import openpyxl, sys
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.worksheets[0]
column = sheet.max_column + 1
sheet.cell(1, column).value = "pc"
for row in sheet.iter_rows(min_row=2):
    if any(cell.value == sys.argv[2] for cell in row):
        sheet.cell(row[0].row, column).value = "PC-B"
book.save(sys.argv[1])
"""


@pytest.fixture(scope="module")
def team(windows: Session, exe: Program) -> Iterator[tuple[Agent, Agent]]:
    """Two agents of the exe, each with an application folder and a data folder of its own."""
    agents = Agent(windows, BRAIN), Agent(windows, OTHER)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {"TRAY_AGENT_TIMEZONE": early_morning(), "TRAY_AGENT_TEAM_PORT": str(port)}
    for agent in agents:
        agent.make_demo(BY_HAND, SCRIPT)
        exe.start("demo", "--headless", "--dir", agent.folder, env=env)
    for agent in agents:
        agent.when(lambda now: bool(now["cards"]), "an agent answers")
    added = windows.python("-c", _ADD_COLUMN, rf"{BRAIN}\registro_automacoes.xlsx", BY_HAND)
    assert added.returncode == 0, added.stdout
    yield agents
    for agent in reversed(agents):
        exe.run("--app-dir", agent.folder, "quit", "--stop-runs")


def test_another_pc_joins_by_the_server_that_the_exe_carries(
    windows: Session, exe: Program, team: tuple[Agent, Agent]
) -> None:
    asked = ("team", "invite", "--host", "127.0.0.1", "--name", "PC-A", "--json")
    invited = exe.run("--app-dir", BRAIN, *asked)
    assert invited.returncode == 0, invited.stdout
    code = json.loads(invited.stdout)["code"]
    [server] = [each for each in processes(windows) if each["name"].lower() == "nats-server.exe"]
    assert r"\tray-agent\versions" in server["exe"]
    team[1].when(_rests, "nothing runs there")  # else it would be refused
    joined = exe.run("--app-dir", OTHER, "join", code, "--name", "PC-B")
    assert joined.returncode == 0, joined.stdout
    team[0].when(_has_both, "both PCs are there")


def _rests(now: dict[str, Any]) -> bool:
    return now["totals"]["started"] == now["totals"]["finished"] > 0 and now["counts"]["queued"] == 0


def _has_both(now: dict[str, Any]) -> bool:
    return {each["name"]: each["present"] for each in now["pcs"]} == {"PC-A": True, "PC-B": True}


def test_a_job_of_the_other_pc_runs_there_and_is_counted_here(
    windows: Session, exe: Program, team: tuple[Agent, Agent]
) -> None:
    brain, _other = team
    before = card(brain.when(_knows_where, "the registry was read"), BY_HAND)["actual"]
    done = exe.run("--app-dir", BRAIN, "run", BY_HAND)
    assert done.returncode == 0, done.stdout
    running = brain.when(lambda now: card(now, BY_HAND)["state"] == "RUNNING", "it runs")
    assert card(running, BY_HAND)["pc"] == "PC-B"
    said = until(lambda: next((log for log in [brain.log(BY_HAND)] if "Daqui:" in log), None), "it prints")
    assert "Daqui: Outro PC" in said
    _gate(windows, OTHER).touch()
    ended = brain.when(lambda now: card(now, BY_HAND)["actual"] == before + 1, "it has ended")
    assert card(ended, BY_HAND)["state"] == "SUCCESS"
    assert not _gate(windows, BRAIN).exists()


def _knows_where(now: dict[str, Any]) -> bool:
    return bool(now["cards"]) and _has_both(now)


def _gate(windows: Session, folder: str) -> Path:
    place = Agent(windows, folder).seen(f"automacoes/Cadastro/{BY_HAND}/metodos")
    return place / "pode acabar"


def test_without_the_brain_no_server_is_left(
    windows: Session, exe: Program, team: tuple[Agent, Agent]
) -> None:
    for agent in reversed(team):
        assert exe.run("--app-dir", agent.folder, "quit", "--stop-runs").returncode == 0
    until(lambda: None if _programs(windows) else True, "every process of both agents has ended")


def _programs(windows: Session) -> list[str]:
    names = [each["name"].lower() for each in processes(windows)]
    return [name for name in names if name in {EXE.name, "nats-server.exe"}]
