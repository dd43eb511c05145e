"""What readers see of a team."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from tests.builders import Day, at, make_job
from tests.e2e.contract import wrongs
from tray_agent.core import messages as msg
from tray_agent.core.model import Pc
from tray_agent.core.picture.plan_of_day import Means, plan_of_day
from tray_agent.core.policies import Policies
from tray_agent.shell.views import plans
from tray_agent.shell.views import snapshots as views
from tray_agent.shell.views.snapshots import Reader
from tray_agent.shell.views.table import render

READER = Reader("1.0.0", 4711, True, "abc", 2.0, 0)
BRAIN = Pc("PC-BRAIN", 5, is_brain=True, version="1.0.0", since=at("08:00"))
MARIA = Pc("PC-MARIA", 2, ("sap",), since=at("14:00"), version="1.0.0", offset_seconds=0.26)


def team_day() -> Day:
    """One job on another PC, one here, one that waits for a PC that is not there."""
    day = Day(max_concurrent=2, me="PC-BRAIN", local_history=True)
    day.turn(msg.TeamSeen((BRAIN, MARIA)))
    day.jobs(
        make_job("a", 8, 20, policies=Policies(pcs=("sap",))),
        make_job("b", 8),
        make_job("c", 8, policies=Policies(pcs=("PC-JOSE",))),
    )
    day.begin("a")
    day.begin("b")
    return day


def status(day: Day) -> dict[str, Any]:
    assert day.snapshot is not None
    found: dict[str, Any] = json.loads(views.encode(views.status(day.snapshot, READER, day.now, 0.2)))
    return found


def page(day: Day, since: int) -> dict[str, Any]:
    assert day.snapshot is not None
    found: dict[str, Any] = json.loads(views.encode(views.page(day.snapshot, READER, day.now, 0.2, since)))
    return found


def test_the_status_names_the_pcs_and_where_each_job_is() -> None:
    found = status(team_day())

    assert wrongs(found) == []
    assert (found["role"], found["brain"]) == ("brain", "PC-BRAIN")
    assert found["pcs"][1] == {
        "name": "PC-MARIA",
        "brain": False,
        "present": True,
        "since": "2026-03-10T14:00:00-03:00",
        "places": 2,
        "running": 1,
        "tags": ["sap"],
        "version": "1.0.0",
        "offset_seconds": 0.3,
        "lagging": [],
    }
    assert [(card["pc"], card["silent_since"]) for card in found["cards"]] == [
        ("PC-MARIA", None),
        ("PC-BRAIN", None),
        (None, None),
    ]


def test_a_run_that_ended_still_says_where_it_was() -> None:
    day = team_day()
    day.exit("a")

    assert status(day)["cards"][0]["pc"] == "PC-MARIA"


def test_silence_is_said_with_its_moment() -> None:
    day = team_day()
    day.turn(msg.TeamSeen((BRAIN, replace(MARIA, present=False, since=at("14:02")))))

    found = status(day)

    assert wrongs(found) == []
    assert found["cards"][0]["silent_since"] == "2026-03-10T14:02:00-03:00"
    assert found["cards"][0]["why"] == "Sem notícia do PC-MARIA desde 14:02; pode estar em execução."


def test_the_page_is_told_of_the_pcs_when_something_of_them_changed() -> None:
    day = team_day()
    assert day.snapshot is not None
    seen = day.snapshot.version
    assert len(page(day, 0)["pcs"]) == 2

    day.turn(msg.Acknowledge("a"))
    assert "pcs" not in page(day, seen)
    day.turn(msg.TeamSeen((BRAIN, replace(MARIA, places=3))))
    assert page(day, seen)["pcs"][1]["places"] == 3
    assert page(day, seen)["cards"] == []
    day.turn(msg.TeamSeen((Pc("PC-JOSE", 1, present=False),)))
    assert [(card["id"], card["why"]) for card in page(day, seen)["cards"]] == [
        ("c", "Na fila: espera o PC-JOSE.")
    ]


def test_of_the_days_runs_on_the_page_those_elsewhere_say_where() -> None:
    cards = page(team_day(), 0)["cards"]

    assert cards[0]["runs"][0]["pc"] == "PC-MARIA"
    assert "pc" not in cards[1]["runs"][0]


def test_the_plan_names_the_pcs() -> None:
    day = team_day()
    assert day.snapshot is not None
    plan = plan_of_day(day.snapshot, day.now.date(), day.now, Means())

    fires = plans.plan(plan, day.snapshot)["fires"]

    assert [(fire["job"], fire["time"], fire["pc"]) for fire in fires] == [
        ("a", "08:00", "PC-MARIA"),
        ("b", "08:00", "PC-BRAIN"),
        ("c", "08:00", "PC-JOSE"),
        ("a", "20:00", "sap"),
    ]
    assert fires[2]["estimate"] is None


def test_without_a_team_the_plan_names_none() -> None:
    day = Day(local_history=True).jobs(make_job("a", 8, policies=Policies(pcs=("PC-JOSE",))))
    assert day.snapshot is not None
    plan = plan_of_day(day.snapshot, day.now.date(), day.now, Means())

    assert [fire["pc"] for fire in plans.plan(plan, day.snapshot)["fires"]] == [None]


def test_the_table_lists_the_pcs() -> None:
    day = team_day()
    day.turn(
        msg.TeamSeen(
            (BRAIN, MARIA, Pc("PC-JOSE", 5, present=False, since=at("17:40", day=9)), Pc("PC-ANA", 1))
        )
    )

    lines = render(status(day), colour=False, width=200).splitlines()

    assert lines[lines.index("PCs da equipe") + 1 :][:4] == [
        "  PC-BRAIN: cérebro · 1 de 2 em execução",
        "  PC-MARIA: presente desde 14:00 · 1 de 2 em execução · sap",
        "  PC-JOSE: sem notícia desde 09/03 17:40 · 0 de 5 em execução",
        "  PC-ANA: presente · 0 de 1 em execução",
    ]
