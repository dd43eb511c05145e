"""The server as a child: it never outlives who started it, and what keeps it down is said."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from tests.adapters.children import until
from tests.adapters.team.rig import SECONDS, Team
from tests.adapters.team.test_rights import server_is_up
from tray_agent.adapters.team.server import FILE_VARIABLE, find_server

pytestmark = pytest.mark.integration

STARTS = """
import sys, os
from pathlib import Path
from tray_agent.adapters.team.server import TeamServer
server = TeamServer(Path(sys.argv[1]), Path(sys.argv[2]), 0, print)
server.start()
sys.stdin.read()
os._exit(0)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the Wine stage has one of its own")
def test_the_server_ends_with_an_agent_that_is_killed(tmp_path: Path) -> None:
    team = Team(tmp_path)
    server = find_server(os.environ)
    agent = subprocess.Popen(
        [sys.executable, "-c", STARTS, str(server), str(team.folder / "server.conf")], stdin=subprocess.PIPE
    )
    try:
        server_is_up(team)
        child = psutil.Process(agent.pid).children()[0]
        assert child.name() == "nats-server"
    finally:
        agent.kill()
        agent.wait()
        assert agent.stdin is not None
        agent.stdin.close()
    until(lambda: not psutil.pid_exists(child.pid))


def test_a_port_that_another_program_has_is_said_and_taken_when_it_is_free(tmp_path: Path) -> None:
    team = Team(tmp_path)
    with socket.create_server(("127.0.0.1", team.port)):
        team.server.start()
        assert (
            team.troubles.get(timeout=SECONDS)
            == f"A porta {team.port} da equipe está ocupada por outro programa."
        )
    try:
        assert team.troubles.get(timeout=SECONDS) == ""
        server_is_up(team)
    finally:
        team.close()


def test_a_closed_server_is_gone_and_no_thread_stays(tmp_path: Path) -> None:
    team = Team(tmp_path)
    team.server.start()
    server_is_up(team)
    team.close()
    assert not [each for each in threading.enumerate() if each.name == "team-server"]
    with pytest.raises(OSError, match=r"."):
        socket.create_connection(("127.0.0.1", team.port), 1)


def test_the_named_server_wins_and_a_wrong_name_is_none(tmp_path: Path) -> None:
    named = tmp_path / "nats-server"
    named.write_text("")
    assert find_server({FILE_VARIABLE: str(named)}) == named
    assert find_server({FILE_VARIABLE: str(tmp_path / "no")}) is None
    found = find_server({})
    assert found is not None and found.is_file()
