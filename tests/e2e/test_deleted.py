"""What the agent needs in its data folder is deleted under it, or between two starts."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.agent import Program, card_of, wait_until
from tests.e2e.workspace import Workspace


def answers(program: Program) -> bool:
    return program.cli("status").code == 0


def test_without_its_lock_no_second_agent_works_beside_it(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "8, 14"))
    program.start()
    assert program.agent is not None
    (place.data / "agent.lock").unlink()
    wait_until((place.data / "agent.lock").exists)
    second = program.cli("--headless")
    assert second.code == 0
    assert "já há um agente" in second.error_line
    assert program.status()["pid"] == program.agent.pid


def test_an_agent_whose_folder_another_one_took_leaves_it_the_work(
    program: Program, place: Workspace
) -> None:
    place.register(place.waiting_job("espera"), place.job("devida", "8, 14"))
    program.start()
    program.until(lambda status: card_of(status, "devida")["actual"] == 2)
    program.call("run", job="espera")
    wait_until(lambda: place.count("espera"))
    first, program.agent = program.agent, None
    assert first is not None
    (place.data / "agent.lock").unlink()
    status = program.start()  # quicker than the first one's look, or refused after it: either is right
    wait_until(lambda: first.poll() is not None or (program.agent and program.agent.poll() is not None))
    left = program.agent if first.poll() is not None else first
    if left is first:
        program.agent = first
    assert left is not None
    status = program.until(lambda status: status["pid"] == left.pid)
    assert card_of(status, "espera")["state"] == "RUNNING"
    place.open_gate("espera")
    program.until(lambda status: card_of(status, "espera")["actual"] == 1)
    assert (place.count("devida"), place.count("espera")) == (2, 1)


def test_without_its_channel_file_it_is_soon_reached_again(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "8, 14"))
    program.start()
    (place.data / "channel.json").unlink()
    wait_until(lambda: answers(program))
    (place.data / "channel.json").write_text("{}")
    wait_until(lambda: answers(program))
    assert program.cli("quit").code == 0
    assert program.wait() == 0
    assert not (place.data / "channel.json").exists()


@pytest.mark.parametrize("what", ["folder", "journal"])
def test_what_ran_today_survives_the_loss_of_folder_or_journal_and_a_restart(
    program: Program, place: Workspace, what: str
) -> None:
    place.register(place.job("devida", "8, 14"), place.waiting_job("espera"))
    program.start()
    program.until(lambda status: card_of(status, "devida")["actual"] == 2)
    program.call("run", job="espera")
    program.until(lambda status: card_of(status, "espera")["pid"])
    if what == "folder":
        wait_until(lambda: place.count("espera"))  # until then it writes its modules there
        shutil.rmtree(place.data)
    else:
        for file in place.data.glob("journal.sqlite3*"):
            file.unlink()
    wait_until((place.data / "journal.sqlite3").exists)
    wait_until(lambda: answers(program))
    assert card_of(program.status(), "devida")["actual"] == 2
    if what == "folder":
        status = program.until(lambda status: status["problems"])
        assert ["apagado" in each["what"] for each in status["problems"]] == [True]
        wait_until((place.data / "agent.log").exists)
        assert "taken again" in program.log
        program.call("refresh")
        program.until(lambda status: status["problems"] == [])
    program.kill()
    program.start()
    status = program.until(lambda status: card_of(status, "espera")["state"] == "RUNNING")
    assert card_of(status, "devida")["actual"] == 2
    place.open_gate("espera")
    program.until(lambda status: card_of(status, "espera")["actual"] == 1)
    assert (place.count("devida"), place.count("espera")) == (2, 1)


@pytest.mark.parametrize("what", ["empty", "missing"])
def test_with_local_history_a_lost_journal_starts_nothing_until_a_person_says_so(
    program: Program, place: Workspace, what: str
) -> None:
    place.register(place.job("devida", "8, 14"))
    program.start()
    program.until(lambda status: card_of(status, "devida")["actual"] == 2)
    assert program.cli("quit").code == 0
    program.wait()
    for file in place.data.glob("journal.sqlite3*"):
        file.unlink()
    if what == "empty":
        (place.data / "journal.sqlite3").touch()

    program.start()
    status = program.until(lambda status: status["cards"] and status["problems"])
    [problem] = status["problems"]
    assert problem["where"] == "data"
    assert "tray-agent refresh" in problem["what"]
    refused = program.cli("run", "devida")
    assert refused.code == 1
    assert "Nada foi iniciado" in refused.error_line
    assert place.count("devida") == 2

    assert program.cli("refresh").code == 0
    status = program.until(lambda status: card_of(status, "devida")["actual"] == 2)
    assert status["problems"] == []
    assert place.count("devida") == 4


def test_a_first_start_has_no_journal_and_nothing_to_say(program: Program, place: Workspace) -> None:
    place.register(place.job("devida", "14"))
    (place.data / "logs").mkdir(parents=True)
    program.start()
    status = program.until(lambda status: card_of(status, "devida")["actual"] == 1)
    assert status["problems"] == []
