"""One agent per data folder, whatever is done at the same time, and whatever lies in that folder."""

from __future__ import annotations

import contextlib
import signal
import subprocess

import pytest

from tests.e2e.agent import Program, card_of, wait_until
from tests.e2e.workspace import Workspace


def test_of_many_starts_at_once_one_becomes_the_agent(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "8, 14"))
    children = [program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    wait_until(lambda: sum(child.poll() is None for child in children) == 1)
    [program.agent] = [child for child in children if child.poll() is None]
    for child in children:
        if child is not program.agent:
            out, err = child.communicate()
            assert child.returncode == 0
            assert out == b""
            assert len(err.splitlines()) == 1
    status = program.until(lambda status: card_of(status, "devida")["backlog"] == 0)
    assert status["pid"] == program.agent.pid
    assert place.count("devida") == 2
    assert program.cli("quit").code == 0
    out, err = program.agent.communicate(timeout=20)
    assert (program.agent.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize("milliseconds", [60, 90, 110, 130, 160, 200, 300])
def test_a_signal_to_end_is_heeded_however_early_it_comes(program: Program, milliseconds: int) -> None:
    child = program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(milliseconds / 1000)
    child.terminate()
    child.communicate(timeout=30)
    assert child.returncode in {0, -signal.SIGTERM}


def test_of_two_people_who_run_the_same_job_at_once_one_is_refused(
    program: Program, place: Workspace
) -> None:
    place.register(place.waiting_job("disputada"))
    program.start()
    children = [
        program.popen("run", "disputada", stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(3)
    ]
    answers = [child.communicate(timeout=30) for child in children]
    assert sorted(child.returncode for child in children) == [0, 1, 1]
    assert sorted(len(err.splitlines()) for _, err in answers) == [0, 1, 1]
    wait_until(lambda: place.count("disputada"))
    place.open_gate("disputada")
    program.until(lambda status: card_of(status, "disputada")["actual"] == 1)
    assert place.count("disputada") == 1


@pytest.mark.parametrize("content", [b"", b"\xff\x00garbage", b'{"port": "x"}', b"[]"])
def test_a_channel_file_that_says_nothing_is_no_agent(
    program: Program, place: Workspace, content: bytes
) -> None:
    place.data.mkdir()
    channel = place.data / "channel.json"
    channel.touch(mode=0o600)
    channel.write_bytes(content)
    answer = program.cli("status")
    assert answer.code == 3
    assert answer.error_line


def test_a_data_folder_that_cannot_be_one_is_said_in_one_line(program: Program, place: Workspace) -> None:
    place.data.write_text("a file")
    answer = program.cli("--headless")
    assert answer.code == 1
    assert str(place.data) in answer.error_line
    assert program.cli("status").code in {1, 3}
    assert "Traceback" not in program.cli("doctor").err


def test_a_damaged_journal_starts_nothing_and_is_a_problem(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "14"))
    place.data.mkdir()
    journal = place.data / "journal.sqlite3"
    journal.write_bytes(b"this is no database, and was never one" * 100)
    program.start()
    status = program.until(lambda status: status["cards"])
    assert [each["where"] for each in status["problems"]] == ["data"]
    assert str(journal) in status["problems"][0]["what"]
    assert program.cli("run", "devida").code == 1
    assert place.count("devida") == 0

    journal.unlink()
    program.until(lambda status: card_of(status, "devida")["actual"] == 1)
    assert program.status()["problems"] == []


def test_names_as_people_write_them_reach_their_scripts(program: Program, place: Workspace) -> None:
    name = "Relatório diário 'v2' $HOME & cia"
    upper = place.base / "Área com espaço" / "METODOS"
    place.script(name)
    place.script("maiuscula")
    upper.mkdir(parents=True)
    (place.base / "Geral" / "maiuscula" / "metodos" / "maiuscula.py").rename(upper / "MAIÚSCULA.py")
    place.register(
        (f"  {name.upper()}.py ", "Área com espaço", "14H", "SIM"),
        ("maiúscula\u00a0", "Área com espaço", "14:00", 1),
    )
    status = program.start()
    status = program.until(lambda status: [card["actual"] for card in status["cards"]] == [1, 1])
    assert status["problems"] == []
    assert {card["name"] for card in status["cards"]} == {name, "MAIÚSCULA"}
    for named in (name, name.casefold(), f"{name}.py"):
        assert program.cli("run", named).code == 0
        program.until(lambda status: status["counts"]["RUNNING"] == 0)
    assert program.cli("logs", "maiúscula").code == 0
    assert place.count(name) == 4
