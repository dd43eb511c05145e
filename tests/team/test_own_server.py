"""A messaging server of the team's own, run by IT on its side as the documentation says, and not by the
agent."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.agent import wait_until
from tests.team.rig import BRAIN, SECONDS, Team
from tray_agent.adapters.team.server import find_server

# As in SECURITY.md: the paths are the server's own, members.conf lies beside this file.
CONFIGURATION = """\
port: {port}
tls {{
  cert_file: "{folder}/server.pem"
  key_file: "{folder}/server.key"
  ca_file: "{folder}/trusted.pem"
  verify_and_map: true
  handshake_first: true
  min_version: "1.3"
  timeout: 10
}}
include "members.conf"
"""


class OwnServer:
    """What IT has: a folder that both can reach, a configuration, a service."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, port: int) -> None:
        """Start the service."""
        file = self.folder / "nats.conf"
        file.write_text(CONFIGURATION.format(port=port, folder=self.folder), encoding="utf-8")
        server = find_server(os.environ)
        assert server is not None
        with (self.folder / "service.log").open("ab") as log:
            self._process = subprocess.Popen([str(server), "-c", str(file)], stdout=log, stderr=log)

    def close(self) -> None:
        """Stop it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(SECONDS)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[OwnServer]:
    with closing(OwnServer(tmp_path / "partilha")) as made:
        yield made


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Team]:
    with closing(Team(tmp_path / "time", 2)) as made:
        made.brain.program.set(team_server=f"127.0.0.1:{made.port}")
        yield made


def problems(status: dict[str, object]) -> str:
    return str(status["problems"])


def test_without_the_servers_folder_nobody_is_invited_and_one_sentence_says_why(team: Team) -> None:
    team.brain.start()
    team.until(lambda status: True)
    answer = team.brain.program.cli("team", "invite", "--name", BRAIN, seconds=60)
    assert answer.code == 1
    assert "diga em team_server_folder a pasta que esse servidor lê" in answer.error_line


def test_a_team_works_over_a_server_that_it_runs_itself(team: Team, own: OwnServer) -> None:
    team.brain.program.set(team_server_folder=own.folder)
    team.brain.start()
    team.until(lambda status: True)
    early = team.brain.program.cli("team", "invite", "--name", BRAIN, seconds=60)
    assert early.code == 1
    assert f"ninguém atende em 127.0.0.1:{team.port}" in early.error_line
    assert str(own.folder) in early.error_line
    team.brain.quit()
    own.start(team.port)

    team.register(team.job("um", pc="PC-1"), team.waiting_job("dois", pc="PC-2"), team.job("aqui", pc=""))
    team.gather()
    assert team.brain.children("nats-server") == []
    for job in ("um", "dois", "aqui"):
        team.run(job)
    team.until_begun("dois")
    own.close()
    team.until(lambda status: "O servidor da equipe não é alcançado" in problems(status))
    own.start(team.port)
    team.until_present(*team.pcs)
    team.until(lambda status: "servidor da equipe" not in problems(status))
    team.open_gate("dois")
    for job, pc in (("um", "PC-1"), ("dois", "PC-2"), ("aqui", BRAIN)):
        assert team.until_counted(job)["last_run"]["status"] == "SUCCESS"
        assert team.truth.of(job)[0].pcs == [pc]

    assert team.brain.program.cli("team", "remove", "PC-2", seconds=60).code == 0
    team.pcs[1].program.until(lambda status: "não reconhece este PC" in problems(status), SECONDS)
    team.run("um")
    team.until_counted("um", 2)
    assert team.brain.program.cli("doctor", seconds=60).out.count("atende e reconhece este PC") == 1


def test_a_list_that_the_server_does_not_read_is_said_until_it_did(team: Team, own: OwnServer) -> None:
    team.brain.program.set(team_server_folder=own.folder)
    team.brain.start()
    team.until(lambda status: True)
    team.brain.program.cli("team", "invite", "--name", BRAIN, seconds=60)
    team.brain.quit()
    own.start(team.port)
    team.gather()
    own.close()

    answer = team.brain.program.cli("team", "remove", "PC-2", seconds=60)
    assert answer.code == 0
    team.until(lambda status: "não confirmou a nova lista de PCs" in problems(status))
    refused = team.brain.program.cli("team", "invite", seconds=60)
    assert refused.code == 1
    own.start(team.port)
    team.until(lambda status: "nova lista" not in problems(status))
    wait_until(lambda: "PC-2" not in str(team.brain.status()), SECONDS)
