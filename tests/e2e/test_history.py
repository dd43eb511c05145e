"""The real BigQuery client against a loopback service: its rows decide, and no fault holds the agent up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import openpyxl
import psutil
import pytest

from tests.e2e.agent import Program, Status, card_of, processes_of, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.history import History, row
from tests.e2e.workspace import Workspace

DEADLINE_SECONDS = 15  # a read takes 2 s of a quiet machine, several times that of a busy one

# fault -> a word that its sentence must have; what else can go wrong is tested with the reader alone
FAULTS = {
    "403": "permiss",
    "404": "tabela",
    "503": "503",
    "hang": "respond",
    "broken-json": "JSON",
    "html": "HTML",
    "token-400": "chave",
}


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """A program for the whole file that reads its history from BigQuery; no agent yet."""
    place = Workspace(tmp_path_factory.mktemp("history") / "área de teste")
    with closing(Program(place, history_deadline_seconds=DEADLINE_SECONDS, sync_seconds=3600)) as made:
        made.set(history=None)
        yield made


@pytest.fixture(scope="module")
def server(program: Program) -> Iterator[History]:
    """The service, on the program's clock."""
    with closing(History(program.place.folder / "chave.json", program.clock.environment)) as made:
        program.environment.update(made.environment)
        yield made


@pytest.fixture(scope="module")
def agent(program: Program, server: History) -> Program:
    """One agent for most tests of this file, verified, with a day behind it."""
    place = program.place
    place.register(
        place.job("feita", "8, 12, 18"),
        place.job("metade", "8, 12"),
        place.job("ERRADA", "9"),
        place.job("vazia", "9"),
        place.job("manual"),
        place.job("outra"),
        place.job("local"),
    )
    server.heal(*day())
    program.start()
    program.until(lambda status: status["history"]["verified"] and status["counts"]["RUNNING"] == 0)
    program.until(lambda status: card_of(status, "metade")["backlog"] == 0)
    return program


STRANGER = "1 linha do histórico não é de nenhuma automação: desconhecida"


def problems(status: Status) -> list[str]:
    """What stands wrong."""
    return [each["what"] for each in status["problems"]]


def day() -> list[dict[str, object]]:
    """Today's rows before the agent starts, and some that are not today's."""
    return [
        row("feita", "2026-03-10T08:00:01", "SUCESSO"),
        row("feita", "2026-03-10T12:04:05", "success: 12 rows"),
        row("metade.py", "2026-03-10T08:00:02"),
        row("errada", "2026-03-10T09:00:02", "Erro ao gravar", None),
        row("vazia", "2026-03-10T09:00:03", "NO_DATA", 0.5),
        row("manual", "2026-03-09T23:59:59"),
        row("manual", "2026-03-11T00:00:00"),
        row("desconhecida", "2026-03-10T09:00:02"),
    ]


def reread(program: Program) -> Status:
    """Refresh, and wait until a read that began later has ended."""
    before = program.status()["history"]["last_sync"]
    moment = datetime.fromisoformat(before) if before else None
    while moment and program.clock.now() < moment + timedelta(seconds=1):
        program.status()
    program.call("refresh")
    return program.until(
        lambda status: status["history"]["last_sync"] != before and status["history"]["error"] is None
    )


def test_todays_rows_decide_what_is_still_owed(agent: Program, server: History) -> None:
    status = agent.status()

    assert wrongs(status) == []
    assert status["history"]["source"] == "bigquery"
    assert status["history"]["rows"] == 6
    assert problems(status) == [STRANGER]
    place = agent.place
    assert [place.count(job) for job in ("feita", "metade", "ERRADA", "vazia")] == [0, 1, 0, 0]
    feita = card_of(status, "feita")
    assert (feita["target"], feita["actual"], feita["state"]) == (2, 2, "SUCCESS")
    assert feita["last_run"] == {
        "start": "2026-03-10T12:04:05-03:00",
        "status": "success: 12 rows",
        "duration_seconds": 4.2,
        "source": "bigquery",
    }
    sync = status["history"]["last_sync"][11:16]
    assert feita["why"] == f"Em dia: 2 previstas até agora, 2 feitas (BigQuery {sync})."
    assert card_of(status, "errada")["state"] == "ERROR"
    assert card_of(status, "errada")["name"] == "ERRADA"
    assert card_of(status, "errada")["last_run"]["duration_seconds"] is None
    assert card_of(status, "vazia")["state"] == "NO_DATA"
    assert card_of(status, "manual")["last_run"] is None
    assert status["aggregate"] == "ERROR"
    [sql] = set(server.queries())
    for words in (
        "SELECT script_name, status, start_time, duration_seconds, date",
        "FROM `datalab-pagamentos.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec`",
        "WHERE DATE(start_time, 'America/Sao_Paulo') = CURRENT_DATE('America/Sao_Paulo')",
    ):
        assert words in " ".join(sql.split())


def test_the_agent_itself_carries_none_of_the_heavy_libraries(agent: Program) -> None:
    assert agent.agent is not None
    maps = Path(f"/proc/{agent.agent.pid}/maps").read_text(encoding="utf-8")
    assert not [name for name in ("pandas", "numpy", "pyarrow", "grpc", "Qt") if f"/{name}" in maps]
    assert psutil.Process(agent.agent.pid).memory_info().rss < 60_000_000


def test_the_excel_copy_holds_todays_rows(agent: Program) -> None:
    book = openpyxl.load_workbook(agent.place.temp / "C6_RPA_EXEC" / "automacoes_exec.xlsx")
    headings, *rows = book.active.values
    book.close()
    assert list(headings) == ["script_name", "status", "start_time", "duration_seconds", "date"]
    assert len(rows) == 6
    assert rows[0][0] == "feita"
    assert rows[0][2] == datetime(2026, 3, 10, 8, 0, 1)


@pytest.mark.parametrize("fault", FAULTS)
def test_whatever_bigquery_does_the_agent_keeps_its_pace(agent: Program, server: History, fault: str) -> None:
    before = agent.status()
    former = before["history"]["error"]
    asked = server.asked()
    server.set(fault=fault)
    agent.call("refresh")
    slowest = 0.0

    def failed() -> Status | None:
        nonlocal slowest
        began = time.monotonic()
        status = agent.status()
        slowest = max(slowest, time.monotonic() - began)
        return status if status["history"]["error"] not in {None, former} else None

    wait_until(lambda: server.asked() > asked)
    began = time.monotonic()
    agent.call("run", job="manual")
    assert time.monotonic() - began < 1.5
    status = wait_until(failed)
    assert slowest < 0.5

    assert wrongs(status) == []
    cause = status["history"]["error"]
    assert FAULTS[fault] in cause
    assert len(cause) < 320
    assert {(each["where"], each["what"]) for each in status["problems"]} == {
        ("history", cause),
        ("history", STRANGER),
    }
    assert status["history"]["verified"] is True
    assert status["history"]["last_sync"] == before["history"]["last_sync"]
    assert status["history"]["rows"] == before["history"]["rows"]
    for job in ("feita", "metade", "errada", "vazia"):
        assert card_of(status, job)["last_run"] == card_of(before, job)["last_run"]
        assert card_of(status, job)["actual"] == card_of(before, job)["actual"]
    agent.until(lambda status: card_of(status, "manual")["pid"] is None)


def test_after_a_fault_the_history_heals(agent: Program, server: History) -> None:
    server.heal(*day())
    status = reread(agent)
    assert problems(status) == [STRANGER]
    assert status["history"]["error"] is None
    assert wrongs(status) == []


@pytest.mark.parametrize("kind", ["DATETIME", "STRING"])
def test_start_times_of_any_type_and_nulls_are_read(agent: Program, server: History, kind: str) -> None:
    nothing = dict.fromkeys(("script_name", "status", "start_time", "duration_seconds", "date"))
    server.set(start_type=kind, extra_rows=[nothing, row("vazia", None, None, None)])
    status = reread(agent)

    assert wrongs(status) == []
    assert card_of(status, "feita")["last_run"]["start"] == "2026-03-10T12:04:05-03:00"
    assert card_of(status, "errada")["last_run"]["start"] == "2026-03-10T09:00:02-03:00"
    assert card_of(status, "feita")["actual"] == 2
    assert card_of(status, "vazia")["state"] == "NO_DATA"
    assert problems(status) == [
        "2 linhas do histórico não são de nenhuma automação: (sem nome), desconhecida"
    ]


def test_many_pages_of_rows_are_read_whole(agent: Program, server: History) -> None:
    server.heal(*day(), *(row(f"job{number}", "2026-03-10T07:00:00") for number in range(300)))
    server.set(page_rows=50)
    assert reread(agent)["history"]["rows"] == 306


def test_the_row_of_a_run_decides_over_the_runs_own_outcome(agent: Program, server: History) -> None:
    server.heal(*day())
    agent.call("run", job="outra")
    status = agent.until(lambda status: card_of(status, "outra")["state"] == "SUCCESS")
    last = card_of(status, "outra")["last_run"]
    assert last["source"] == "local"
    start = datetime.fromisoformat(last["start"])

    far = start - timedelta(seconds=121)
    server.set(append=[row("outra", f"{far:%Y-%m-%dT%H:%M:%S}", "ERROR")])
    card = card_of(reread(agent), "outra")
    assert (card["state"], card["last_run"]["source"], card["actual"]) == ("SUCCESS", "local", 1)

    near = start - timedelta(seconds=100)
    server.set(append=[row("outra", f"{near:%Y-%m-%dT%H:%M:%S}", "Erro: saldo", 99)])
    card = card_of(reread(agent), "outra")
    assert (card["state"], card["actual"]) == ("ERROR", 2)
    assert card["last_run"] == {
        "start": f"{near:%Y-%m-%dT%H:%M:%S}-03:00",
        "status": "Erro: saldo",
        "duration_seconds": 99,
        "source": "bigquery",
    }


def test_a_run_of_ours_and_its_row_are_one(agent: Program, server: History) -> None:
    agent.call("run", job="local")
    status = agent.until(lambda status: card_of(status, "local")["actual"] == 1)
    start = card_of(status, "local")["last_run"]["start"]
    server.set(append=[row("Local", start[:19], "NO_DATA")])
    card = card_of(reread(agent), "local")
    assert (card["actual"], card["state"]) == (1, "NO_DATA")


def test_rows_that_vanish_make_nothing_run_again(agent: Program, server: History) -> None:
    server.heal()
    status = reread(agent)
    assert status["history"]["rows"] == 0
    assert card_of(status, "feita")["actual"] == 2
    assert wrongs(status) == []
    assert [agent.place.count(job) for job in ("feita", "metade", "ERRADA", "vazia")] == [0, 1, 0, 0]


def test_midnight_verifies_again_before_anything_is_scheduled(agent: Program, server: History) -> None:
    """The last test with the shared agent: its day is over."""
    place = agent.place
    place.register(place.job("zero", "0"), place.job("manual"))
    agent.call("refresh")
    agent.until(lambda status: [card["id"] for card in status["cards"]] == ["manual", "zero"])
    agent.clock.set("2026-03-10 23:50:00")
    agent.until(lambda status: card_of(status, "zero")["backlog"] <= 0)
    begun, manual = place.count("zero"), place.count("manual")
    server.set(fault="503")

    agent.clock.set("2026-03-10 23:59:59")
    status = agent.until(
        lambda status: status["processing_date"] == "2026-03-11" and status["history"]["error"]
    )
    assert wrongs(status) == []
    assert status["history"]["verified"] is False
    assert (status["history"]["rows"], status["history"]["last_sync"]) == (0, None)
    card = card_of(status, "zero")
    assert (card["backlog"], card["queued"], card["last_run"]) == (1, False, None)
    assert card["why"].startswith("Aguardando: BigQuery ainda não foi lido hoje")
    agent.call("run", job="manual")
    wait_until(lambda: place.count("manual") == manual + 1)
    assert place.count("zero") == begun

    server.heal()
    agent.call("refresh")
    status = agent.until(lambda status: card_of(status, "zero")["actual"] == 1)
    assert place.count("zero") == begun + 1
    assert status["history"]["verified"] is True


def test_before_the_first_read_nothing_is_scheduled_and_people_still_run(
    agent: Program, server: History
) -> None:
    """Starts an agent of its own, after the shared one."""
    program, place = agent, agent.place
    program.cli("quit")
    program.wait()
    program.set(sync_seconds=1)
    program.clock.set("2026-03-12 14:05:00")
    server.set(fault="503")
    place.register(place.job("devida", "8, 14"), place.job("livre"))
    program.start()

    status = program.until(lambda status: status["history"]["error"])
    assert wrongs(status) == []
    assert status["history"]["verified"] is False
    assert {each["where"] for each in status["problems"]} == {"history"}
    card = card_of(status, "devida")
    assert (card["backlog"], card["state"], card["queued"]) == (2, "IDLE", False)
    assert card["why"].startswith("Aguardando: BigQuery ainda não foi lido hoje")
    table = program.cli("status").out
    assert "BigQuery não verificado" in table
    program.call("run", job="livre")
    program.until(lambda status: card_of(status, "livre")["state"] == "SUCCESS")
    assert place.count("devida") == 0

    server.heal(row("devida", "2026-03-12T08:00:00"))
    status = program.until(lambda status: card_of(status, "devida")["actual"] == 2)
    assert place.count("devida") == 1, "one of the two was made elsewhere"
    assert status["history"]["error"] is None
    program.cli("quit")
    program.wait()
    program.set(sync_seconds=3600)


def test_a_body_that_drips_for_ever_is_cut_off_at_the_deadline(agent: Program, server: History) -> None:
    program, place = agent, agent.place
    server.set(fault="drip")
    program.set(history_deadline_seconds=6)
    program.start()
    program.set(history_deadline_seconds=DEADLINE_SECONDS)
    program.until(lambda status: status["cards"])
    asked = server.asked()
    slowest = 0.0

    def failed() -> bool:
        nonlocal slowest
        began = time.monotonic()
        status = program.status()
        slowest = max(slowest, time.monotonic() - began)
        return status["history"]["error"] is not None

    program.call("run", job="livre")
    wait_until(failed)
    assert slowest < 0.5
    assert "6 s" in program.status()["history"]["error"]
    assert server.asked() >= asked
    assert not program.status()["history"]["verified"]
    wait_until(lambda: place.count("livre") == 2)

    program.call("refresh")
    wait_until(lambda: len(processes_of(place.folder)) > 1)
    program.kill()
    wait_until(lambda: processes_of(place.folder) == [])


def test_a_run_that_nobody_saw_ending_is_decided_by_its_row(agent: Program, server: History) -> None:
    program, place = agent, agent.place
    place.register(place.waiting_job("longa"))
    server.heal()
    program.start()
    program.until(lambda status: card_of(status, "longa") and status["history"]["verified"])
    program.call("run", job="longa")
    wait_until(lambda: place.count("longa"))
    program.kill()
    place.open_gate("longa")
    wait_until(lambda: place.spans("longa")[0].end)

    program.start()
    status = program.until(lambda status: card_of(status, "longa") and status["history"]["verified"])
    card = card_of(status, "longa")
    assert (card["state"], card["actual"], card["last_run"]["status"]) == ("IDLE", 1, "SEM_RESULTADO")
    server.set(append=[row("longa", card["last_run"]["start"][:19], "NO_DATA")])
    card = card_of(reread(program), "longa")
    assert (card["state"], card["actual"], card["last_run"]["status"]) == ("NO_DATA", 1, "NO_DATA")
    program.cli("quit")
    program.wait()


def test_doctor_reads_bigquery_and_says_what_hinders_it(agent: Program, server: History) -> None:
    server.heal(row("devida", "2026-03-12T08:00:00"), row("devida", "2026-03-12T09:00:00"))
    answer = agent.cli("doctor")
    assert answer.code == 0, answer.out
    assert "BigQuery: lido agora: 2 execuções hoje" in answer.out
    server.set(fault="403")
    answer = agent.cli("doctor")
    assert answer.code == 1
    assert "403" in answer.out


def test_a_key_file_in_appdata_is_found_and_given_to_scripts(agent: Program, server: History) -> None:
    program, place = agent, agent.place
    server.heal()
    program.environment["APPDATA"] = str(place.home)
    program.environment.pop("GOOGLE_APPLICATION_CREDENTIALS")
    place.register(place.job("chave", "14", 'print(os.environ["GOOGLE_APPLICATION_CREDENTIALS"])'))
    program.start()
    status = program.until(lambda status: status["history"]["error"])
    assert "chave" in status["history"]["error"]
    assert place.count("chave") == 0

    for folder in (place.home / "CELPY", place.home / "Roaming" / "CELPY"):
        folder.mkdir(parents=True)
    wanted = place.home / "Roaming" / "CELPY" / "b.json"
    wanted.write_bytes(server.key.read_bytes())
    (place.home / "Roaming" / "CELPY" / "a.txt").write_text("{}")
    (place.home / "CELPY" / "a.json").write_text("{}")
    program.call("refresh")
    program.until(lambda status: status["history"]["verified"] and card_of(status, "chave")["actual"] == 1)
    assert program.call("log", job="chave", offset=0)["text"] == f"{wanted}\n"
