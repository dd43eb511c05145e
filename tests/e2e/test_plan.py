"""``plan``: the same day told by an agent, and without one."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.e2e.agent import Program, card_of
from tests.e2e.workspace import Workspace

HEADINGS = ("script_name", "area_name", "cron_schedule", "active", "recurso")


@pytest.fixture
def place(tmp_path: Path) -> Workspace:
    place = Workspace(tmp_path / "plano")
    place.register(
        (*place.job("manhã", "8, 12"), ""),
        (*place.job("tarde", "a cada 30 min das 17h às 18h"), ""),
        (*place.job("uteis", "dias úteis 16h"), "SAP"),
        (*place.job("quinto", "5º dia útil 16h"), "SAP"),
        (*place.job("noite", "seg-sex 16h"), "SAP"),
        (*place.job("quebrada", "8-12"), ""),
        (*place.job("manual", "MANUAL"), ""),
        headings=HEADINGS,
    )
    return place


def asked(program: Program, *arguments: str) -> dict[str, Any]:
    answer = program.cli("plan", "--json", *arguments)
    assert (answer.code, answer.err) == (0, ""), answer
    plan = json.loads(answer.out)
    assert {"day", "fires", "skipped", "problems"} <= plan.keys()
    order = [(fire["time"], fire["job"]) for fire in plan["fires"]]
    assert order == sorted(order)
    order = [(each["time"], each["job"]) for each in plan["skipped"]]
    assert order == sorted(order)
    return dict(plan)


def coming(plan: dict[str, Any]) -> list[tuple[str, str, str]]:
    return [
        (fire["time"], fire["job"], fire["estimate"][11:19])
        for fire in plan["fires"]
        if fire["state"] == "coming"
    ]


def states(plan: dict[str, Any]) -> list[tuple[str, str]]:
    return [(fire["time"], fire["state"]) for fire in plan["fires"]]


REST = [
    ("16:00", "noite", "16:00:00"),
    ("16:00", "uteis", "16:01:00"),
    ("17:00", "tarde", "17:00:00"),
    ("17:30", "tarde", "17:30:00"),
    ("18:00", "tarde", "18:00:00"),
]


def test_a_day_is_planned_alike_with_and_without_an_agent(place: Workspace) -> None:
    with closing(Program(place)) as program:
        alone = asked(program)
        assert coming(alone) == REST
        assert [(fire["time"], fire["state"]) for fire in alone["fires"]][:2] == [
            ("08:00", "owed"),
            ("12:00", "owed"),
        ]

        program.start()
        program.until(lambda status: card_of(status, "manhã")["actual"] == 2)
        told = asked(program)

        assert coming(told) == REST
        assert [(fire["time"], fire["state"]) for fire in told["fires"]][:2] == [
            ("08:00", "done"),
            ("12:00", "done"),
        ]
        assert told["fires"][0]["estimate"] is None
        reasons = {each["job"]: each["reason"] for each in told["skipped"]}
        assert reasons.keys() == {"manual", "quebrada"}
        assert '"8-12" não está claro' in reasons["quebrada"]
        assert any("8-12" in each["what"] for each in told["problems"])


def test_another_day_the_next_hours_and_a_table_for_people(place: Workspace) -> None:
    with closing(Program(place)) as program:
        saturday = asked(program, "--day", "14/03/2026")
        assert saturday["day"] == "2026-03-14"
        assert {fire["job"] for fire in saturday["fires"]} == {"manhã", "tarde"}
        assert {"job": "uteis", "time": "16:00", "reason": "não é dia útil (sábado)"} in saturday["skipped"]
        assert asked(program, "--day", "amanhã")["day"] == "2026-03-11"
        assert [each[:2] for each in coming(asked(program, "--next", "2h"))] == [
            ("16:00", "noite"),
            ("16:00", "uteis"),
        ]

        said = program.cli("plan")
        assert "Plano de terça, 10/03/2026" in said.out
        assert "16:00  uteis  (começa por volta de 16:01)" in said.out
        assert "quebrada: " in said.out
        wrong = program.cli("plan", "--day", "ontem")
        assert wrong.code == 2
        assert "não é um dia" in wrong.error_line
        assert "já passou" in program.cli("plan", "--day", "2026-03-09").error_line
        assert not place.data.exists()


def test_explain_knows_the_teams_own_days_with_and_without_an_agent(place: Workspace) -> None:
    book = load_workbook(place.registry)
    days = book.create_sheet("Feriados")
    days.append(["data", "nome"])
    days.append([date(2026, 3, 11), "Aniversário da cidade"])
    book.save(place.registry)
    with closing(Program(place)) as program:
        alone = program.cli("explain", "dias úteis 9h").out
        assert "11/03/2026" not in alone
        assert "qua 11/03/2026 09:00" in program.cli("explain", "9h").out
        program.start()

        told = program.cli("explain", "dias úteis 9h").out
        assert "11/03/2026" not in told
        assert "qui 12/03/2026 09:00" in told
        assert told == alone
        assert "não está claro" in program.cli("explain", "8-12").error_line
        reasons = {each["job"]: each["reason"] for each in asked(program, "--day", "amanhã")["skipped"]}
        assert reasons["uteis"] == "não é dia útil (Aniversário da cidade)"


def test_explain_says_when_it_could_not_read_the_teams_own_days(place: Workspace) -> None:
    place.registry.write_bytes(b"no workbook")
    with closing(Program(place)) as program:
        said = program.cli("explain", "dias úteis 9h")
        assert said.code == 0
        assert "contam só os feriados nacionais" in said.out
        assert "feriados" not in program.cli("explain", "9h").out
        place.registry.unlink()
        assert "nacionais" not in program.cli("explain", "dias úteis 9h").out
