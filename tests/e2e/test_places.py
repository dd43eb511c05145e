"""Registry, base path and data folder go wrong and come back: cards stay, problems say it, it heals."""

from __future__ import annotations

import shutil

import pytest

from tests.e2e.agent import Program, Status, card_of, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace, write_workbook


def wheres(status: Status) -> list[str]:
    """The places of the problems."""
    return [each["where"] for each in status["problems"]]


@pytest.fixture
def program(program: Program) -> Program:
    """Looks at its places every 0.3 s."""
    program.set(discovery_seconds=0.3)
    return program


def test_a_registry_that_goes_wrong_keeps_the_last_good_one_in_force(
    program: Program, place: Workspace
) -> None:
    rows = place.job("alfa", "8, 15"), place.job("beta")
    place.register(*rows)
    program.start()
    program.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
    good = place.registry.read_bytes()

    def spoiled_and_healed(said: str) -> None:
        status = program.until(lambda status: wheres(status) == ["registry"])
        assert [card["id"] for card in status["cards"]] == ["alfa", "beta"]
        assert said in status["problems"][0]["what"]
        assert wrongs(status) == []
        assert program.cli("run", "beta").code == 0
        program.until(lambda status: card_of(status, "beta")["pid"] is None)
        place.registry.unlink(missing_ok=True)
        place.registry.write_bytes(good)
        program.until(lambda status: not status["problems"])

    place.registry.write_bytes(b"PK\x03\x04 not a workbook")
    spoiled_and_healed("registro")
    place.registry.write_bytes(good[: len(good) // 2])
    spoiled_and_healed("registro")
    place.registry.unlink()
    spoiled_and_healed("não existe")
    write_workbook(place.registry, [("Rotina", "Dono", "Quando"), ("alfa", "eu", "8")])
    spoiled_and_healed("Rotina, Dono, Quando")

    place.registry.unlink()
    program.until(lambda status: wheres(status) == ["registry"])
    program.clock.set("2026-03-10 15:00:00")
    program.until(lambda status: card_of(status, "alfa")["actual"] == 2)


def test_a_rewritten_registry_is_in_force_within_a_discovery(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa", "8"), place.job("beta", "23"), place.job("nova", "8"))
    program.start()
    program.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
    place.register(
        ("beta", "Outra área", "8; 23h", "S"), ("alfa", "", "MANUAL", 1.0), ("nova.py", None, None, "não")
    )

    status = program.until(lambda status: len(status["cards"]) == 2)
    assert [(card["id"], card["area"]) for card in status["cards"]] == [
        ("beta", "Outra área"),
        ("alfa", "Sem área"),
    ]
    assert card_of(status, "alfa")["schedule"]["kind"] == "manual"
    program.until(lambda status: card_of(status, "beta")["actual"] == 1)


def test_every_mismatch_of_the_registry_is_a_problem_with_its_place(
    program: Program, place: Workspace
) -> None:
    place.script("dupla", area="Um")
    place.script("dupla", area="Dois")
    place.register(
        place.job("errada", "8, 25, 8.30, abc"),
        place.job("decimal", 8.12),
        place.job("nada", "talvez"),
        place.job("numero", 8),
        ("dupla", "Dois", "MANUAL", True),
        ("fantasma", "Geral", "ALL", "on"),
        ("numero", "Geral", "9", "sim"),
        ("inativa", "Geral", "9", "não"),
    )
    status = program.start()
    status = program.until(lambda status: len(status["problems"]) == 6)

    assert wrongs(status) == []
    assert set(wheres(status)) == {"registry"}
    said = " | ".join(each["what"] for each in status["problems"])
    for word in ("linha 2", '"25"', '"8.30"', '"abc"', "linha 3", "Texto", "linha 4", "talvez"):
        assert word in said, word
    for word in ("linha 6", "2 arquivos", "linha 7", "fantasma", "linha 8", "numero"):
        assert word in said, word
    schedules = {
        card["id"]: (card["schedule"]["kind"], card["schedule"]["hours"]) for card in status["cards"]
    }
    manual, only_eight = ("manual", []), ("hours", [8])
    assert schedules == {
        "errada": only_eight,
        "decimal": manual,
        "nada": manual,
        "numero": only_eight,
        "dupla": manual,
    }
    assert "/Dois/" in card_of(status, "dupla")["path"]


def test_while_the_base_path_is_gone_the_cards_stay_and_nothing_starts(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("alfa", "8, 15"), place.waiting_job("presa"))
    program.start()
    program.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
    program.call("run", job="presa")
    wait_until(lambda: place.count("presa"))
    away = place.base.rename(place.folder / "away")

    status = program.until(lambda status: "base_path" in wheres(status))
    assert [card["id"] for card in status["cards"]] == ["alfa", "presa"]
    assert wrongs(status) == []
    answer = program.cli("run", "alfa")
    assert answer.code == 1
    assert answer.error_line
    program.clock.set("2026-03-10 15:10:00")
    status = program.until(lambda status: card_of(status, "alfa")["backlog"] == 1)
    place.open_gate("presa")
    status = program.until(lambda status: card_of(status, "presa")["pid"] is None)
    assert card_of(status, "presa")["state"] == "SUCCESS", "what runs goes on"
    assert place.count("alfa") == 1

    away.rename(place.base)
    status = program.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
    assert status["problems"] == []
    assert place.count("alfa") == 2


def test_an_emptied_base_path_is_a_gone_one(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa"))
    program.start()
    away = place.base.rename(place.folder / "away")
    place.base.mkdir()
    status = program.until(lambda status: "base_path" in wheres(status))
    assert [card["id"] for card in status["cards"]] == ["alfa"]
    place.base.rmdir()
    away.rename(place.base)
    program.until(lambda status: not status["problems"])


def test_a_base_path_that_comes_after_the_start_is_found(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa", "14"))
    program.set(base_path=None)
    status = program.start()
    assert "base_path" in wheres(status)
    assert status["base_path"] == str(place.home / "C6 CTVM/graciliano/automacoes")

    drive = place.home / "Meu Drive/C6 CTVM/graciliano/automacoes"
    shutil.copytree(place.base, drive)
    status = program.until(lambda status: status["cards"] and card_of(status, "alfa")["actual"] == 1)
    assert status["base_path"] == str(drive)
    assert status["problems"] == []
    assert card_of(status, "alfa")["path"].startswith(str(drive))


def test_a_registry_that_comes_after_the_start_is_read(program: Program, place: Workspace) -> None:
    row = place.job("alfa", "14")
    status = program.start()
    assert status["cards"] == []
    assert wheres(status) == ["registry"]
    assert program.cli("status").code == 0
    assert program.cli("run", "alfa").code == 1

    place.register(row)
    program.until(lambda status: status["cards"] and card_of(status, "alfa")["actual"] == 1)


def test_while_the_data_folder_is_gone_nothing_starts_and_runs_go_on(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("alfa", "15"), place.waiting_job("presa"))
    program.start()
    program.call("run", job="presa")
    wait_until(lambda: place.count("presa"))
    away = place.data.rename(place.folder / "away")
    status = program.until(lambda status: "data" in wheres(status))
    assert wrongs(status) == []
    program.clock.set("2026-03-10 15:10:00")
    program.until(lambda status: card_of(status, "alfa")["backlog"] == 1)
    assert card_of(program.status(), "presa")["state"] == "RUNNING"
    assert place.count("alfa") == 0

    away.rename(place.data)
    place.open_gate("presa")
    status = program.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
    assert status["problems"] == []
    program.until(lambda status: card_of(status, "presa")["state"] == "SUCCESS")


def test_the_names_of_the_specification_are_settings(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa", "8"))
    (place.base / "Geral" / "alfa" / "metodos").rename(place.base / "Geral" / "alfa" / "rotinas")
    program.set(script_folder="Rotinas", temp_folder="OUTRA", loop_seconds="0.2")

    program.start()

    program.until(lambda status: card_of(status, "alfa")["actual"] == 1)
    assert program.status()["problems"] == []
    assert program.cli("status", TRAY_AGENT_SCRIPT_FOLDER="a/b").code == 2
