"""A data folder that cannot be used when the agent starts: it says so, waits, and takes up work."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.e2e.agent import Program, card_of, wait_until
from tests.e2e.workspace import Workspace


def put_out_of_reach(place: Workspace) -> None:
    """The folder's lock lies on a drive that is not there."""
    place.data.mkdir()
    (place.data / "agent.lock").symlink_to(place.folder / "drive" / "agent.lock")


def test_an_agent_whose_folder_cannot_be_used_waits_for_it(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "8, 14"))
    put_out_of_reach(place)
    agent = program.agent = program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert agent.stderr is not None
    said = agent.stderr.readline().decode()
    assert str(place.data) in said
    assert "espera" in said

    (place.folder / "drive").mkdir()

    wait_until((place.data / "channel.json").exists)
    program.until(lambda status: card_of(status, "devida")["backlog"] == 0)
    assert place.count("devida") == 2
    assert program.cli("quit").code == 0
    assert agent.communicate(timeout=20) == (b"", b""), "said once"
    assert agent.returncode == 0


def test_an_agent_that_cannot_open_its_channel_runs_what_is_due_and_opens_it_later(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("devida", "8, 14"))
    obstacle = place.data / "channel.json.new" / "in the way"
    obstacle.mkdir(parents=True)
    agent = program.agent = program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    wait_until(lambda: place.count("devida") == 2)
    assert program.cli("status").code == 1, "one runs, and cannot be reached"

    obstacle.rmdir()
    obstacle.parent.rmdir()

    wait_until((place.data / "channel.json").exists)
    assert program.status()["pid"] == agent.pid
    assert program.cli("quit").code == 0
    assert agent.communicate(timeout=20)[1].decode().count("\n") == 1


def test_an_agent_that_waits_for_its_folder_can_be_ended(program: Program, place: Workspace) -> None:
    put_out_of_reach(place)
    agent = program.agent = program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert agent.stderr is not None
    agent.stderr.readline()

    agent.terminate()

    assert agent.communicate(timeout=20) == (b"", b"")
    assert agent.returncode == 0


@pytest.mark.parametrize("before", [None, 0o755])
def test_what_the_agent_keeps_is_its_users_alone_and_scripts_have_the_persons_umask(
    program: Program, place: Workspace, before: int | None
) -> None:
    place.register(place.job("devida", "14", "print(oct(os.umask(0)))\nopen('remessa', 'w').close()"))
    if before is not None:
        place.data.mkdir(mode=before)
    former = os.umask(0o022)
    try:
        program.start()
    finally:
        os.umask(former)
    program.until(lambda status: card_of(status, "devida")["actual"] == 1)
    own = [path for path in place.data.rglob("*") if "pycache" not in path.parts]  # that is the script's
    kept = [place.data, *own]
    assert len(kept) > 5
    assert {str(path): oct(path.stat().st_mode & 0o077) for path in kept if path.stat().st_mode & 0o077} == {}
    assert program.cli("logs", "devida").out == "0o22\n"
    assert (place.base / "Geral" / "devida" / "metodos" / "remessa").stat().st_mode & 0o777 == 0o666


def test_a_data_folder_that_holds_what_others_need_stays_open_to_them(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("devida", "14"))
    program.set(data_dir=place.app)
    place.data = place.app
    place.app.chmod(0o755)
    program.start()
    assert place.app.stat().st_mode & 0o777 == 0o755
    assert (place.data / "journal.sqlite3").stat().st_mode & 0o077 == 0
