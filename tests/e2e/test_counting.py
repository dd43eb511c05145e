"""What the history counts, to the run: foreign rows near ours, spellings, clocks, times without a zone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.agent import Program, Status, card_of, wait_until
from tests.e2e.clock import ZONE
from tests.e2e.contract import wrongs
from tests.e2e.history import History, row
from tests.e2e.workspace import Workspace

DEADLINE_SECONDS = 15


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """A program of its own for each test, at 14:05, that reads its history from BigQuery when asked."""
    place = Workspace(tmp_path / "área")
    with closing(Program(place, history_deadline_seconds=DEADLINE_SECONDS, sync_seconds=3600)) as made:
        made.set(history=None)
        yield made


@pytest.fixture
def server(program: Program) -> Iterator[History]:
    """The service, on the program's clock."""
    with closing(History(program.place.folder / "chave.json", program.clock.environment)) as made:
        program.environment.update(made.environment)
        yield made


def verified(program: Program) -> Status:
    """Start, and wait until the day's first read."""
    program.start()
    return program.until(lambda status: status["history"]["verified"] and status["cards"])


def reread(program: Program) -> Status:
    """Refresh, and wait until a read that began later has ended."""
    before = program.status()["history"]["last_sync"]
    moment = datetime.fromisoformat(before)
    wait_until(lambda: program.clock.now() >= moment + timedelta(seconds=1))
    program.call("refresh")
    return program.until(
        lambda status: status["history"]["last_sync"] != before and status["history"]["error"] is None
    )


def started(card: dict[str, Any]) -> datetime:
    """When a card's last run began."""
    return datetime.fromisoformat(card["last_run"]["start"])


def written(moment: datetime, *, plus: float = 0) -> str:
    """A row's start_time in the zone of the setting."""
    return f"{moment + timedelta(seconds=plus):%Y-%m-%dT%H:%M:%S}"


def taken_for_utc(moment: datetime, *, plus: float = 0) -> str:
    """What the table makes of a local time that was written without its zone."""
    return f"{written(moment, plus=plus)}+00:00"


def problems(status: Status) -> list[str]:
    return [each["what"] for each in status["problems"]]


def test_a_foreign_run_just_before_ours_counts_and_nothing_runs_too_often(
    program: Program, server: History
) -> None:
    """A9: it was taken for ours while ours ran, so that one run too many followed."""
    place = program.place
    place.register(place.waiting_job("x", "8, 9"))
    verified(program)
    wait_until(lambda: place.count("x") == 1)
    began = program.until(lambda status: card_of(status, "x")["pid"] is not None)
    server.set(append=[row("x", written(datetime.fromisoformat(began["now"]), plus=-40))])
    assert card_of(reread(program), "x")["actual"] == 1

    place.open_gate("x")
    status = program.until(lambda status: card_of(status, "x")["actual"] == 2)
    assert wrongs(status) == []
    reread(program)
    assert (place.count("x"), card_of(program.status(), "x")["actual"]) == (1, 2)


def test_our_own_row_while_ours_runs_does_not_count_twice_also_in_local_time(
    program: Program, server: History
) -> None:
    """A4: the row lay three hours early, counted beside our run, and the 9h run was never made; its ERROR
    never showed."""
    place = program.place
    place.register(place.waiting_job("certa", "8, 9"), place.waiting_job("local", "8, 9"))
    verified(program)
    wait_until(lambda: place.count("certa") == place.count("local") == 1)
    now = datetime.fromisoformat(program.status()["now"])
    server.set(
        append=[
            row("certa", written(now), "INICIADO", None),
            {**row("local", taken_for_utc(now), "INICIADO", None), "date": None},
        ]
    )
    status = reread(program)
    assert [card_of(status, job)["actual"] for job in ("certa", "local")] == [0, 0]

    for job in ("certa", "local"):
        place.open_gate(job)
    status = program.until(
        lambda status: all(card_of(status, job)["actual"] == 2 for job in ("certa", "local"))
    )
    assert (place.count("certa"), place.count("local")) == (2, 2)
    last = started(card_of(status, "local"))
    server.set(append=[row("local", taken_for_utc(last, plus=1), "ERRO: saldo")])
    status = reread(program)
    card = card_of(status, "local")
    assert (card["state"], card["actual"], card["last_run"]["start"]) == (
        "ERROR",
        2,
        (last + timedelta(seconds=1)).isoformat(timespec="seconds"),
    )
    assert "local: a hora local está gravada sem fuso; as linhas são lidas corrigidas" in problems(status)
    assert card_of(status, "certa")["state"] == "SUCCESS"
    assert wrongs(status) == []


def test_with_history_times_local_every_row_is_read_so_and_with_zoned_none(
    program: Program, server: History
) -> None:
    place = program.place
    place.register(place.job("x"))
    at = datetime(2026, 3, 10, 12, 30, tzinfo=ZONE)
    server.heal(row("x", taken_for_utc(at)))
    program.set(history_times="local")
    status = verified(program)
    assert (started(card_of(status, "x")), problems(status)) == (at, [])
    program.cli("quit")
    program.wait()

    program.set(history_times="zoned")
    assert started(card_of(verified(program), "x")) == at - timedelta(hours=3)
    program.cli("quit")
    program.wait()

    program.set(history_times="talvez")
    answer = program.cli("status")
    assert answer.code != 0
    assert "history_times" in answer.err and "talvez" in answer.err


def test_a_repeated_insert_and_a_start_row_with_its_end_row_are_one_run_each(
    program: Program, server: History
) -> None:
    """A3: two runs were counted, and the next hour never ran."""
    place = program.place
    place.register(place.job("repetida", "8, 12"), place.job("duas_linhas", "8"))
    twice = row("repetida", "2026-03-10T08:00:01")
    server.heal(
        twice,
        twice,
        row("duas_linhas", "2026-03-10T08:00:01", "ERRO: fim", 3),
        row("duas_linhas", "2026-03-10T08:00:01", "INICIADO", None),
    )
    verified(program)
    status = program.until(lambda status: card_of(status, "repetida")["actual"] == 2)
    assert (place.count("repetida"), place.count("duas_linhas")) == (1, 0)
    card = card_of(status, "duas_linhas")
    assert (card["actual"], card["state"], card["last_run"]["status"]) == (1, "ERROR", "ERRO: fim")
    assert status["history"]["rows"] == 4


def test_a_script_logged_under_another_spelling_is_not_run_again(program: Program, server: History) -> None:
    """A7, and the rows of no job are counted and named."""
    place = program.place
    place.register(*(place.job(name, "8") for name in ("envia_pix", "Liquidação", "boleto", "falta")))
    server.heal(
        row(r"C:\automacoes\pix\metodos\Envia_Pix.py", "2026-03-10T08:00:01"),
        row("LIQUIDACAO", "2026-03-10T08:00:01"),
        row("Bole-to.py", "2026-03-10T08:00:01"),
        row("__main__", "2026-03-10T08:00:01"),
        row("__main__", "2026-03-10T09:00:01"),
        row("outra", "2026-03-10T09:00:01"),
    )
    verified(program)
    status = program.until(lambda status: card_of(status, "falta")["actual"] == 1)
    assert [place.count(name) for name in ("envia_pix", "Liquidação", "boleto", "falta")] == [0, 0, 0, 1]
    assert problems(status) == ["3 linhas do histórico não são de nenhuma automação: __main__ (2), outra"]

    place.register(
        *(place.job(name, "8") for name in ("envia_pix", "Liquidação", "boleto", "falta")),
        place.job("outra", "8, 9"),
    )
    server.set(fault="503")
    program.call("refresh")
    status = program.until(lambda status: card_of(status, "outra")["actual"] == 2)
    assert place.count("outra") == 1, "its row of today was there before its row of the registry"
    assert "2 linhas do histórico não são de nenhuma automação: __main__ (2)" in problems(status)


def test_a_row_from_the_future_hides_no_crash(program: Program, server: History) -> None:
    """A5: green with "Última execução: 17:30" at 14:05."""
    place = program.place
    place.register(place.job("x", "8", "sys.exit(3)"))
    verified(program)
    program.until(lambda status: card_of(status, "x")["state"] == "ERROR")
    server.set(append=[row("x", "2026-03-10T17:30:00")])
    status = reread(program)
    card = card_of(status, "x")
    assert (card["state"], card["last_run"]["source"]) == ("ERROR", "local")
    assert any("no futuro" in each and "x às 17:30" in each for each in problems(status))
    assert wrongs(status) == []


@pytest.mark.parametrize("told", ["answer", "job"])
@pytest.mark.parametrize("days", [-1, 1])
def test_an_answer_from_another_day_runs_nothing(
    program: Program, server: History, days: int, told: str
) -> None:
    """A2: with the PC's clock a day off, the other day's rows were dropped and everything ran again."""
    place = program.place
    place.register(place.job("x", "8"))
    there = datetime(2026, 3, 10 + days, 8, 0, 1, tzinfo=ZONE)
    server.heal(row("x", written(there)))
    server.set(service_shift=days * 86400, job_times=told)
    program.start()
    status = program.until(lambda status: status["history"]["error"])
    assert "o relógio deste PC e o do BigQuery discordam" in status["history"]["error"]
    assert (status["history"]["verified"], place.count("x")) == (False, 0)
    assert wrongs(status) == []

    server.set(service_shift=0, rows=[row("x", "2026-03-10T08:00:01")])
    program.call("refresh")
    status = program.until(lambda status: status["history"]["verified"])
    assert (card_of(status, "x")["actual"], place.count("x"), problems(status)) == (1, 0, [])


def test_rows_that_are_all_of_another_day_run_nothing_where_no_time_is_told(
    program: Program, server: History
) -> None:
    place = program.place
    place.register(place.job("x", "8"))
    server.heal(row("x", "2026-03-09T08:00:01"))
    server.set(service_shift=-86400, job_times="")
    program.start()
    status = program.until(lambda status: status["history"]["error"])
    assert "discordam" in status["history"]["error"]
    assert (status["history"]["verified"], place.count("x")) == (False, 0)


def test_a_clock_minutes_off_is_a_problem_and_the_day_goes_on(program: Program, server: History) -> None:
    place = program.place
    place.register(place.job("x", "8"))
    server.heal(row("x", "2026-03-10T08:00:01"))
    server.set(service_shift=-600)
    status = verified(program)
    assert (card_of(status, "x")["actual"], place.count("x")) == (1, 0)
    assert problems(status) == ["o relógio deste PC está 10 min adiantado em relação ao do BigQuery"]
    assert "10 min adiantado" in program.cli("doctor").out


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"rename": {"script_name": "SCRIPT_NAME"}}, "sem a coluna script_name"),
        ({"total_rows": 5}, "total de 5"),
    ],
)
def test_an_answer_that_was_not_understood_runs_nothing(
    program: Program, server: History, change: dict[str, Any], cause: str
) -> None:
    """F2: it verified the day with nothing counted, and jobs ran."""
    place = program.place
    place.register(place.job("x", "8"))
    server.heal(row("x", "2026-03-10T08:00:01"))
    server.set(**change)
    program.start()
    status = program.until(lambda status: status["history"]["error"])
    assert cause in status["history"]["error"]
    assert (status["history"]["verified"], place.count("x")) == (False, 0)


def test_a_history_of_a_hundred_thousand_strangers_leaves_the_agent_small(
    program: Program, server: History
) -> None:
    """F3, F4: their rows were kept (90 MB), and the copy took most of the minute."""
    import psutil

    place = program.place
    place.register(place.job("x", "8"))
    at = datetime(2026, 3, 10, 8, 0, 1, tzinfo=ZONE).astimezone(UTC)
    many = [row(f"robo {number % 50}", at.isoformat()) for number in range(100_000)]
    server.heal(row("x", "2026-03-10T08:00:01", "SUCESSO " + "x" * 5_000_000))
    server.set(extra_rows=many)
    program.set(history_deadline_seconds=100)
    program.start()
    status = program.until(lambda status: status["history"]["verified"], 100)
    assert (card_of(status, "x")["actual"], place.count("x")) == (1, 0)
    assert len(card_of(status, "x")["last_run"]["status"]) == 200
    assert any(each.startswith("100000 linhas do histórico não são de") for each in problems(status))
    assert any("tem só as primeiras 50000 de 100001" in each for each in problems(status))
    assert program.agent is not None
    assert psutil.Process(program.agent.pid).memory_info().rss < 120_000_000


@pytest.mark.parametrize("how", ["kill", "quit"])
def test_a_restart_forgets_nothing_that_the_history_counted(
    program: Program, server: History, how: str
) -> None:
    """A1: one foreign row and one run of ours (its row late) were two before, one after, and x ran again."""
    place = program.place
    place.register(place.job("x", "8, 9"), place.job("sumida", "8, 9"))
    server.heal(
        row("x", "2026-03-10T08:00:00"),
        row("sumida", "2026-03-10T08:00:00"),
        row("sumida", "2026-03-10T09:00:00"),
    )
    verified(program)
    program.until(lambda status: card_of(status, "x")["actual"] == 2)
    assert (place.count("x"), place.count("sumida")) == (1, 0)

    for rows in ([row("x", "2026-03-10T08:00:00")], []):
        _end(program, how)
        server.heal(*rows)
        status = verified(program)
        assert [card_of(status, job)["actual"] for job in ("x", "sumida")] == [2, 2]
        assert (place.count("x"), place.count("sumida")) == (1, 0)
        assert wrongs(status) == []
    last = started(card_of(status, "x"))
    server.heal(row("x", "2026-03-10T08:00:00"), row("x", written(last)))
    assert card_of(reread(program), "x")["actual"] == 2, "the late row is no third run"


def _end(program: Program, how: str) -> None:
    if how == "kill":
        program.kill()
    else:
        program.cli("quit")
        program.wait()


def test_a_run_that_lives_through_a_crash_and_its_rows_are_one(program: Program, server: History) -> None:
    """A4 and A9 with a crash: a running run's own row, one in local time, and a foreign one just before."""
    place = program.place
    jobs = ("certa", "local", "vizinha")
    place.register(*(place.waiting_job(job, "8, 9") for job in jobs))
    verified(program)
    wait_until(lambda: all(place.count(job) == 1 for job in jobs))
    now = datetime.fromisoformat(program.status()["now"])
    rows = [
        row("certa", written(now), "INICIADO", None),
        row("local", taken_for_utc(now), "INICIADO", None),
        row("vizinha", written(now, plus=-60)),
    ]
    server.heal(*rows)
    status = reread(program)
    assert [card_of(status, job)["actual"] for job in jobs] == [0, 0, 1]

    program.kill()
    status = verified(program)
    assert [card_of(status, job)["actual"] for job in jobs] == [0, 0, 1]
    assert [place.count(job) for job in jobs] == [1, 1, 1]
    program.kill()
    for job in jobs:
        place.open_gate(job)
    wait_until(lambda: all(place.spans(job)[0].end for job in jobs))

    verified(program)
    status = program.until(
        lambda status: all(
            card_of(status, job)["actual"] == 2 and not card_of(status, job)["pid"] for job in jobs
        )
    )
    assert [place.count(job) for job in jobs] == [2, 2, 1]
    assert wrongs(status) == []


def test_start_and_end_rows_over_a_restart_are_one_run(program: Program, server: History) -> None:
    """A3."""
    place = program.place
    place.register(place.job("x", "8, 18"))
    begin = row("x", "2026-03-10T08:00:00", "INICIADO", None)
    server.heal(begin)
    status = verified(program)
    assert (card_of(status, "x")["actual"], card_of(status, "x")["state"]) == (1, "IDLE")
    program.kill()

    server.heal(row("x", "2026-03-10T08:00:00", "SUCESSO"), begin)
    status = verified(program)
    assert (card_of(status, "x")["actual"], card_of(status, "x")["state"], place.count("x")) == (
        1,
        "SUCCESS",
        0,
    )
