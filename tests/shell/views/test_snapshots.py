from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.builders import Day, at, make_discovery, make_job, make_read, make_row, make_rows, make_run
from tray_agent.core import messages as msg
from tray_agent.core.model import Cell, HistoryRow, Outcome, Problem, Where
from tray_agent.core.policies import Halt
from tray_agent.core.schedules.schedule import ALL_DAY
from tray_agent.core.shown import Snapshot
from tray_agent.shell.views import snapshots as views
from tray_agent.shell.views.snapshots import Reader

READER = Reader("1.0.0", 4711, True, "abc", 2.0, 0)


def status(day: Day) -> dict[str, Any]:
    assert day.snapshot is not None
    found: dict[str, Any] = json.loads(views.encode(views.status(day.snapshot, READER, day.now, 0.2)))
    return found


def page(
    day: Day, since: int = 0, heartbeat: float = 0.2, snapshot: Snapshot | None = None
) -> dict[str, Any]:
    frozen = snapshot or day.snapshot
    assert frozen is not None
    found: dict[str, Any] = json.loads(views.encode(views.page(frozen, READER, day.now, heartbeat, since)))
    return found


def contracts_day() -> Day:
    """The situation of the contract's example."""
    day = Day("14:05", verified=False).jobs(make_job("envia_pix", 8, 12, 18))
    day.turn(make_read(day.now, make_row("envia_pix", at("08:00")), make_row("envia_pix", at("12:00:01"))))
    day.later(9)
    return day


class TestStatus:
    def test_it_is_the_contracts_example_to_the_letter(self) -> None:
        found = status(contracts_day())

        assert found["cards"] == [
            {
                "id": "envia_pix",
                "name": "envia_pix",
                "area": "Mensageria",
                "path": "/base/metodos/envia_pix.py",
                "schedule": {
                    "kind": "hours",
                    "hours": [8, 12, 18],
                    "text": "todo dia às 8h, 12h e 18h",
                    "times": ["08:00", "12:00", "18:00"],
                },
                "state": "SUCCESS",
                "queued": False,
                "pid": None,
                "target": 2,
                "actual": 2,
                "backlog": 0,
                "last_run": {
                    "start": "2026-03-10T12:00:01-03:00",
                    "status": "SUCCESS",
                    "duration_seconds": 4.2,
                    "source": "bigquery",
                },
                "next_run": "2026-03-10T18:00:00-03:00",
                "next_run_text": "Próxima execução: 18:00",
                "next_fire": "2026-03-10T18:00:00-03:00",
                "reason": None,
                "covered": [],
                "paused": None,
                "policies": [],
                "pc": None,
                "silent_since": None,
                "why": "Em dia: 2 previstas até agora, 2 feitas (BigQuery 14:05).",
            }
        ]
        del found["cards"]
        assert found == {
            "version": "1.0.0",
            "pid": 4711,
            "headless": True,
            "processing_date": "2026-03-10",
            "now": "2026-03-10T14:05:09-03:00",
            "base_path": "/base",
            "registry": "/app/registro.xlsx",
            "paused": False,
            "aggregate": "SUCCESS",
            "history": {
                "source": "bigquery",
                "verified": True,
                "last_sync": "2026-03-10T14:05:00-03:00",
                "rows": 2,
                "error": None,
            },
            "counts": {
                "RUNNING": 0,
                "SUCCESS": 1,
                "ERROR": 0,
                "NO_DATA": 0,
                "SCHEDULED": 0,
                "IDLE": 0,
                "queued": 0,
            },
            "max_concurrent": 5,
            "role": "alone",
            "brain": None,
            "pcs": [],
            "totals": {"started": 0, "finished": 0},
            "heartbeat_seconds": 0.2,
            "problems": [],
            "day_notes": [],
            "areas": ["Mensageria"],
        }

    def test_before_the_first_registry_there_are_no_cards(self) -> None:
        day = Day()
        day.turn()

        found = status(day)

        assert (found["cards"], found["areas"], found["aggregate"]) == ([], [], "IDLE")

    def test_a_running_job_shows_its_pid_and_a_waiting_one_its_badge(self) -> None:
        day = Day("09:00", max_concurrent=1).jobs(make_job("a", 8), make_job("b", 8))
        day.begin("a")

        running, waiting = status(day)["cards"]

        assert (running["state"], running["pid"], running["queued"]) == ("RUNNING", 101, False)
        assert (waiting["state"], waiting["pid"], waiting["queued"]) == ("SCHEDULED", None, True)
        assert waiting["next_run_text"] == "Próxima execução: na fila (1ª)"
        found = status(day)
        assert found["counts"] | {"SUCCESS": 0} == found["counts"]
        assert (found["counts"]["RUNNING"], found["counts"]["queued"], found["aggregate"]) == (
            1,
            1,
            "RUNNING",
        )

    @pytest.mark.parametrize(
        ("job", "schedule"),
        [
            (make_job(schedule=ALL_DAY), {"kind": "all", "hours": list(range(24))}),
            (make_job(), {"kind": "manual", "hours": []}),
        ],
    )
    def test_schedules_are_named_by_kind(self, job: Any, schedule: dict[str, Any]) -> None:
        assert status(Day("23:00").jobs(job))["cards"][0]["schedule"]["kind"] == schedule["kind"]

    def test_backlog_may_be_negative(self) -> None:
        day = Day("07:00").jobs(make_job("pix", 8))
        day.turn(msg.RunJob("pix"))
        day.whole_run()

        assert status(day)["cards"][0]["backlog"] == -1

    def test_local_history_has_no_sync_and_no_error(self) -> None:
        day = Day("09:00", local_history=True).jobs(make_job("pix", 8))
        day.whole_run()

        found = status(day)

        assert found["history"] == {
            "source": "local",
            "verified": True,
            "last_sync": None,
            "rows": 1,
            "error": None,
        }
        assert found["cards"][0]["last_run"]["source"] == "local"
        assert found["cards"][0]["last_run"]["duration_seconds"] == 4.0

    def test_problems_have_their_place_and_since_when(self) -> None:
        day = Day("14:00").jobs()
        cell = Cell(7, "D", "25")
        problem = Problem(Where.REGISTRY, "linha 7: hora 25", "Corrija a célula.", cell, "pix")
        day.turn(msg.Discovered(make_discovery(problems=(problem, Problem(Where.BASE_PATH, "sumiu")))))

        assert status(day)["problems"] == [
            {
                "where": "base_path",
                "what": "sumiu",
                "since": "2026-03-10T14:00:00-03:00",
                "action": "",
                "cell": None,
                "job": None,
            },
            {
                "where": "registry",
                "what": "linha 7: hora 25",
                "since": "2026-03-10T14:00:00-03:00",
                "action": "Corrija a célula.",
                "cell": {"row": 7, "column": "D", "value": "25"},
                "job": "pix",
            },
        ]

    def test_an_engine_that_hangs_is_said_for_it(self) -> None:
        day = Day("14:00").jobs()
        assert day.snapshot is not None

        found = views.status(day.snapshot, READER, day.now, 61.2)

        assert found["problems"][0]["what"].startswith("O motor do agente não responde há 61 s")
        assert found["problems"][0]["since"] == "2026-03-10T13:58:58-03:00"

    def test_cards_and_areas_come_in_the_registrys_order(self) -> None:
        day = Day().jobs(make_job("b", area="Cadastro"), make_job("a", area="Mensageria"), make_job("c"))

        found = status(day)

        assert [card["id"] for card in found["cards"]] == ["b", "a", "c"]
        assert found["areas"] == ["Cadastro", "Mensageria"]


class TestPage:
    def test_at_first_everything_is_told(self) -> None:
        day = contracts_day()

        found = page(day)

        assert found["full"]
        assert found["version"] == day.snapshot.version  # type: ignore[union-attr]
        assert found["agent"] == {"version": "1.0.0", "pid": 4711, "instance": "abc"}
        assert (found["order"], found["areas"], found["problems"]) == (["envia_pix"], ["Mensageria"], [])
        assert found["places"] == {
            "base_path": "/base",
            "base_available": True,
            "registry": "/app/registro.xlsx",
            "discovered": True,
        }
        assert found["history"]["next_read"] == "2026-03-10T14:10:00-03:00"
        assert found["history"]["unverified_since"] is None
        assert found["cards"][0]["why"] == "Em dia: 2 previstas até agora, 2 feitas."

    def test_then_only_what_changed_is(self) -> None:
        day = Day("09:00").jobs(make_job("a"), make_job("b"))
        since = page(day)["version"]
        assert page(day, since)["cards"] == []

        day.turn(msg.RunJob("b"))
        found = page(day, since)

        assert [card["id"] for card in found["cards"]] == ["b"]
        assert found["full"] is False
        assert not {"order", "areas", "places", "problems"} & found.keys()
        day.turn(msg.RunRefused(day.run_id("b"), "arquivo não encontrado."))
        assert [each["job"] for each in page(day, since)["problems"]] == ["b"]
        day.jobs(make_job("a"))
        assert page(day, since)["order"] == ["a"]

    def test_a_run_of_which_nobody_knows_how_it_ended_is_not_done_on_the_page(self) -> None:
        names = ("stopped", "unseen", "begun", "well", "counted")
        day = Day("12:00", verified=False).jobs(*(make_job(name, 12, 18) for name in names))
        undated = replace(make_row("counted"), start=None)
        day.turn(make_read(day.now, make_row("begun", status="INICIADO"), undated, undated))
        stopped, unseen, well = (-15, Outcome.STOPPED), (None, Outcome.UNKNOWN), (0, Outcome.ENDED)
        for job, (code, outcome) in {"stopped": stopped, "unseen": unseen, "well": well}.items():
            day.begin(job)
            day.exit(job, code=code, outcome=outcome)

        told = {card["id"]: [fire["state"] for fire in card["fires"]] for card in page(day)["cards"]}
        assert told.pop("well") == ["done", "coming"]
        assert told.pop("counted") == ["unknown", "covered"]
        assert set(map(tuple, told.values())) == {("unknown", "coming")}

    @pytest.mark.parametrize("since", [0, -1, 10_000])
    def test_who_knows_another_agents_numbers_is_told_everything(self, since: int) -> None:
        assert page(Day().jobs(make_job("a")), since)["full"]

    def test_a_hanging_engine_is_said_although_nothing_changed(self) -> None:
        day = Day().jobs(make_job("a"))

        assert page(day, page(day)["version"], heartbeat=30.0)["problems"] != []

    def test_every_part_of_what_was_told_adds_up_to_the_whole(self) -> None:
        """A page that merges what it is told knows what a page that just opened does."""
        day = Day("07:59:30", verified=False, max_concurrent=1)
        known: dict[str, Any] = {}
        cards: dict[str, Any] = {}
        happens: list[Any] = [
            msg.Discovered(make_discovery(make_job("a", 8), make_job("b", 8))),
            make_read(day.now),
            30.0,
            "a",
            msg.Pause(),
            msg.StopJob("a"),
            msg.Resume(),
            make_read(at("07:59:30"), make_row("b", at("05:00")), make_row("b", at("06:00"))),
            make_read(at("07:59:30"), make_row("b", at("05:00")), make_row("b", at("06:30"))),
            msg.HistoryFailed("503"),
            msg.Discovered(make_discovery(make_job("b", 8, area="Cadastro"), base_available=False)),
        ]
        for each in happens:
            if isinstance(each, float):
                day.later(each)
            elif isinstance(each, str):
                day.begin(each)
            else:
                day.turn(each)
            told = page(day, known.get("version", 0))
            for card in told["cards"]:
                kept = cards[card["id"]]["runs"][: card["runs_kept"]] if card["runs_kept"] else []
                cards[card["id"]] = card | {"runs_kept": 0, "runs": [*kept, *card["runs"]]}
            known |= told
            whole = page(day)

            assert [cards[job] for job in known["order"]] == whole["cards"]
            for key in ("order", "areas", "problems", "places", "counts", "history", "paused", "blocked"):
                assert known[key] == whole[key]

    def test_a_job_held_by_the_sheet_of_halts_says_that_it_is(self) -> None:
        wall = at("08:00").replace(tzinfo=None)
        halt = Halt(wall, wall.replace(hour=17), job="pix")
        day = Day("09:00")
        jobs = make_job("pix", 8), make_job("ted", 18)
        day.turn(make_read(day.now), msg.Discovered(replace(make_discovery(*jobs), halts=(halt,))))

        assert {each["id"]: each["halted"] for each in page(day)["cards"]} == {"pix": True, "ted": False}

    def test_a_card_has_what_the_page_shows_beyond_the_contract(self) -> None:
        day = Day("09:00").jobs(make_job("pix", 8, timeout_minutes=30.0))
        (card,) = page(day)["cards"]
        assert (card["starting"], card["has_log"], card["runs"]) == (True, False, [])
        day.begin(usual_seconds=12.3456)

        (card,) = page(day)["cards"]

        assert {key: card[key] for key in card if key not in status(day)["cards"][0]} == {
            "ticket": None,
            "started": "2026-03-10T09:00:00-03:00",
            "trigger": "scheduled",
            "starting": False,
            "stopping_since": None,
            "stop_grace_seconds": 2.0,
            "usual_seconds": 12.346,
            "overdue": False,
            "removed": False,
            "timeout_minutes": 30.0,
            "exit_code": None,
            "outcome": None,
            "last_state": None,
            "fires": [{"time": "08:00", "state": "running", "run": day.run_id(), "reason": None}],
            "late": None,
            "retry_at": None,
            "held": None,
            "halted": False,
            "acknowledged": False,
            "repeatable": False,
            "note": "",
            "script": "/base/metodos/pix.py",
            "leftovers": [],
            "owed": 0,
            "skipped": 0,
            "has_log": True,
            "runs_kept": 0,
            "runs": [
                {
                    "start": "2026-03-10T09:00:00-03:00",
                    "end": None,
                    "state": "RUNNING",
                    "trigger": "scheduled",
                    "run": day.run_id(),
                    "exit_code": None,
                    "outcome": None,
                }
            ],
        }

    def test_tickets_rank_the_queue(self) -> None:
        day = Day("09:30", max_concurrent=1).jobs(*(make_job(name, 8) for name in "abc"))

        tickets = {card["id"]: card["ticket"] for card in page(day)["cards"]}

        assert tickets["a"] is None
        assert tickets["b"] < tickets["c"] < 2**53


class TestMarks:
    def test_runs_and_foreign_rows_come_by_their_start_each_once(self) -> None:
        day = Day("14:05", verified=False).jobs(make_job("pix", 8))
        day.state.load_day(
            [
                make_run(id="r1", started=at("08:00"), exit_code=1),
                make_run(id="r2", started=at("12:00"), outcome=Outcome.UNKNOWN, exit_code=None),
            ],
            {},
        )
        rows = (
            make_row(start=at("08:00:03")),
            make_row(start=at("10:00"), status="?"),
            HistoryRow("pix", "ERRO"),
        )
        day.turn(make_read(day.now, *rows))

        marks = page(day)["cards"][0]["runs"]

        assert [(mark["start"][11:16], mark["state"], mark["trigger"], mark["run"]) for mark in marks] == [
            ("08:00", "SUCCESS", "scheduled", "r1"),  # as its row says
            ("10:00", "UNKNOWN", "history", None),
            ("12:00", "UNKNOWN", "scheduled", "r2"),
        ]
        assert marks[1]["end"] == "2026-03-10T10:00:04-03:00"

    def test_a_row_that_cannot_be_as_long_as_it_says_breaks_nothing(self) -> None:
        day = Day("14:05").jobs(make_job("pix"))
        rows = [
            replace(row, duration_seconds=seconds)
            for row, seconds in zip(make_rows(3), (1e300, 1e12, None), strict=True)
        ]
        day.turn(make_read(day.now, *rows))

        ends = [mark["end"] for mark in page(day)["cards"][0]["runs"]]

        assert ends == [None, None, "2026-03-10T01:02:00-03:00"]

    def test_a_change_brings_the_runs_that_changed_and_how_many_did_not(self) -> None:
        day = Day("09:00").jobs(make_job("pix"))
        day.state.load_day([make_run(id=f"r{hour}", started=at(f"{hour:02d}:00")) for hour in range(8)], {})
        day.turn()
        since = page(day)["version"]
        day.turn(msg.RunJob("pix"))
        day.begin()

        (begun,) = page(day, since)["cards"]
        day.exit()
        (ended,) = page(day, since + 2)["cards"]

        assert (begun["runs_kept"], [run["state"] for run in begun["runs"]]) == (8, ["RUNNING"])
        assert (ended["runs_kept"], [run["state"] for run in ended["runs"]]) == (8, ["SUCCESS"])
        assert len(page(day)["cards"][0]["runs"]) == 9

    def test_a_run_whose_tree_is_still_being_stopped_shows_once(self) -> None:
        day = Day("09:00").jobs(make_job("pix", 8))
        day.begin()
        day.turn(msg.StopJob("pix"))
        day.exit(code=-15)

        assert len(page(day)["cards"][0]["runs"]) == 1
        assert len(views.runs(day.facts(), 0)["runs"]) == 1


def test_the_runs_of_a_job_come_newest_first() -> None:
    day = Day("09:00", local_history=True).jobs(make_job("pix", 7, 8))
    day.whole_run(code=3)
    day.begin()

    found = views.runs(day.facts(), 3)["runs"]

    assert [(run["status"], run["outcome"], run["exit_code"], run["duration_seconds"]) for run in found] == [
        ("RUNNING", None, None, None),
        ("NO_DATA", "ended", 3, 4.0),
    ]
    assert [run["start"] for run in found] == ["2026-03-10T09:00:04-03:00", "2026-03-10T09:00:00-03:00"]
    assert found[0]["end"] is None and found[0]["trigger"] == "scheduled"
