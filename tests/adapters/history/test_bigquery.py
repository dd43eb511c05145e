from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from tests.adapters.history.bigquery_server import BigQueryServer
from tests.adapters.history.bigquery_table import PROJECT, TABLE, Scenario
from tray_agent.adapters.history import bigquery
from tray_agent.adapters.history.credentials import VARIABLE
from tray_agent.core.history.rows import history_rows
from tray_agent.core.history.status import state_of
from tray_agent.core.model import CardState

# Announced by the client without a date; reading frames through it is what the product is made with.
pytestmark = [
    pytest.mark.integration,
    pytest.mark.filterwarnings("ignore:Retrieving DataFrames:PendingDeprecationWarning"),
]

ZONE = ZoneInfo("America/Sao_Paulo")
ORDERED = """SELECT script_name, status, start_time, duration_seconds, date
FROM `datalab-pagamentos.ADMINISTRACAO_CELULA_PYTHON.automacoes_exec`
WHERE DATE(start_time, 'America/Sao_Paulo') = CURRENT_DATE('America/Sao_Paulo')"""


@pytest.fixture(scope="module")
def service() -> Iterator[BigQueryServer]:
    with BigQueryServer() as server:
        yield server


@pytest.fixture
def server(service: BigQueryServer) -> BigQueryServer:
    service.reset()
    return service


@pytest.fixture
def request_(server: BigQueryServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, value in server.environment(tmp_path / "chaves" / "agente.json").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.delenv("APPDATA", raising=False)
    return {
        "table": TABLE,
        "timezone": "America/Sao_Paulo",
        "copy": str(tmp_path / "C6_RPA_EXEC" / "automacoes_exec.xlsx"),
        "credentials_dir": "",
        "deadline_seconds": 60.0,
    }


def row(start: datetime, name: str = "envia_pix", **fields: object) -> dict[str, Any]:
    return {
        "script_name": name,
        "status": "SUCCESS",
        "start_time": start.isoformat(),
        "duration_seconds": 4.25,
        "date": start.astimezone(ZONE).date().isoformat(),
        **fields,
    }


def today_at(hour: int, minute: int = 0) -> datetime:
    return datetime.now(ZONE).replace(hour=hour, minute=minute, second=5, microsecond=0)


def error(request: dict[str, Any]) -> str:
    answer = bigquery.answer(request)
    assert not answer["ok"], answer
    text = str(answer["error"])
    assert "\n" not in text
    assert len(text) < 400
    return text


def test_the_query_is_the_specifications_to_the_letter(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    answer = bigquery.answer(request_)
    assert (answer["ok"], answer["rows"], answer["problems"]) == (True, [], [])
    assert server.queries == [ORDERED]
    assert server.requests == {"token": 1, "post queries": 1}


def test_only_todays_rows_come_back(server: BigQueryServer, request_: dict[str, Any]) -> None:
    midnight = datetime.now(ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    server.scenario.rows = [
        row(midnight - timedelta(microseconds=1), "ontem"),
        row(midnight, "meia_noite"),
        row(midnight.astimezone(UTC) + timedelta(hours=23, minutes=59, seconds=59), "fim"),
        row(midnight + timedelta(days=1), "amanha"),
        {**row(midnight), "start_time": None},
    ]
    answer = bigquery.answer(request_)
    assert [each["script_name"] for each in answer["rows"]] == ["meia_noite", "fim"]
    read = history_rows(answer["rows"], midnight.date(), ZONE)
    assert [(each.job, each.start) for each in read] == [
        ("meia_noite", midnight),
        ("fim", midnight + timedelta(hours=23, minutes=59, seconds=59)),
    ]
    assert read[0].duration_seconds == 4.25


@pytest.mark.parametrize("kind", ["TIMESTAMP", "DATETIME", "STRING"])
def test_starts_of_every_type_mean_the_same_moment(
    server: BigQueryServer, request_: dict[str, Any], kind: str
) -> None:
    start = today_at(12, 4)
    server.scenario = Scenario(rows=[row(start)], start_type=kind)
    (read,) = history_rows(bigquery.answer(request_)["rows"], start.date(), ZONE)
    assert (read.start, read.status) == (start, "SUCCESS")
    sheet = load_workbook(request_["copy"]).active
    assert sheet is not None
    held = sheet["C2"].value
    assert (held if isinstance(held, datetime) else datetime.fromisoformat(str(held))) == start.replace(
        tzinfo=None
    )


def test_rows_full_of_nulls_come_through(server: BigQueryServer, request_: dict[str, Any]) -> None:
    empty = dict.fromkeys(["script_name", "status", "start_time", "duration_seconds", "date"])
    server.scenario.rows = [row(today_at(8), status=None, duration_seconds=None, date=None)]
    server.scenario.extra_rows = [empty, {**empty, "script_name": "x"}]
    answer = bigquery.answer(request_)
    assert answer["problems"] == []
    assert answer["rows"][1:] == [empty, {**empty, "script_name": "x"}]
    assert {answer["rows"][0][name] for name in ("status", "duration_seconds", "date")} == {None}
    assert len(history_rows(answer["rows"], today_at(8).date(), ZONE)) == 3


def test_a_result_of_many_pages_comes_whole(server: BigQueryServer, request_: dict[str, Any]) -> None:
    server.scenario.rows = [row(today_at(8), f"robo_{index}") for index in range(25)]
    server.scenario.page_rows = 10
    answer = bigquery.answer(request_)
    assert [each["script_name"] for each in answer["rows"]] == [f"robo_{index}" for index in range(25)]


def test_the_copy_is_a_plain_workbook_with_local_times(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    server.scenario.rows = [
        row(today_at(12, 4), status="=1+1"),
        row(today_at(13), "mal\x07dito", status=None, duration_seconds=None),
    ]
    assert bigquery.answer(request_)["problems"] == []
    copy = Path(request_["copy"])
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]
    sheet = load_workbook(copy).active
    assert sheet is not None
    rows = [list(each) for each in sheet.iter_rows(values_only=True)]
    assert rows[0] == ["script_name", "status", "start_time", "duration_seconds", "date"]
    assert rows[1][:4] == ["envia_pix", "=1+1", today_at(12, 4).replace(tzinfo=None), 4.25]
    assert isinstance(rows[1][4], date)
    assert sheet["B2"].data_type == "s"
    assert rows[2][0] == "mal dito"
    assert rows[2][3] is None


def test_what_excel_has_no_cell_for_is_text_in_the_copy_and_the_rest_is_there(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    """One row of the year 9999 cost the whole copy, in English."""
    starts = [
        datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1899, 12, 31, tzinfo=UTC),
    ]
    server.scenario.rows = [row(today_at(8), status="a\ufffe\uffffb")]
    server.scenario.extra_rows = [
        {"script_name": f"em {start.year}", "start_time": start.isoformat(), "duration_seconds": 1e308}
        for start in starts
    ]
    answer = bigquery.answer(request_)
    assert answer["problems"] == []
    sheet = load_workbook(request_["copy"]).active
    assert sheet is not None
    rows = [list(each) for each in sheet.iter_rows(min_row=2, values_only=True)]
    assert rows[0][1:3] == ["a  b", today_at(8).replace(tzinfo=None)]
    assert [each[0] for each in rows[1:]] == ["em 9999", "em 1", "em 1899"]
    assert [str(each[2])[:4] for each in rows[1:]] == ["9999", "0001", "1899"]


def test_what_a_failed_write_left_is_cleared_away_later(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    folder = Path(request_["copy"]).parent
    folder.mkdir()
    old, new, other = folder / "openpyxl.abc", folder / "openpyxl.def", folder / "meu.txt"
    for each in (old, new, other):
        each.touch()
    os.utime(old, (0, 0))
    os.utime(other, (0, 0))
    assert bigquery.answer(request_)["problems"] == []
    assert sorted(folder.iterdir()) == sorted([Path(request_["copy"]), new, other])


def test_of_very_many_rows_the_copy_has_the_first_and_says_so(
    server: BigQueryServer, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tray_agent.adapters.history.excel_copy.MOST_ROWS", 3)
    server.scenario.rows = [row(today_at(8), f"robo_{index}") for index in range(5)]
    answer = bigquery.answer(request_)
    assert len(answer["rows"]) == 5
    assert [what for what, _ in answer["problems"]] == [
        "a cópia do histórico em Excel tem só as primeiras 3 de 5 linhas"
    ]
    sheet = load_workbook(request_["copy"]).active
    assert sheet is not None and sheet.max_row == 4


def test_more_rows_than_a_day_can_have_are_one_sentence(
    server: BigQueryServer, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bigquery, "MOST_ROWS", 3)
    server.scenario.rows = [row(today_at(8), f"robo_{index}") for index in range(4)]
    assert error(request_) == "o histórico de hoje tem 4 linhas; o agente lê até 3"


@pytest.mark.parametrize("column", ["script_name", "status", "start_time", "duration_seconds", "date"])
@pytest.mark.parametrize("name", ["", "OUTRA"])
def test_an_answer_without_one_of_the_columns_verifies_nothing(
    server: BigQueryServer, request_: dict[str, Any], column: str, name: str
) -> None:
    server.scenario.rows = [row(today_at(8))]
    server.scenario.rename = {column: name}
    assert f"veio sem a coluna {column} (tem: " in error(request_)


@pytest.mark.parametrize(("total", "rows"), [(5, 0), (0, 1), (3, 2)])
def test_an_answer_whose_total_and_rows_disagree_verifies_nothing(
    server: BigQueryServer, request_: dict[str, Any], total: int, rows: int
) -> None:
    server.scenario.rows = [row(today_at(8), f"robo_{index}") for index in range(rows)]
    server.scenario.total_rows = total
    assert error(request_) == (
        f"a resposta do BigQuery veio com {rows} linhas e um total de {total}; nada foi contado"
    )


@pytest.mark.parametrize("told", ["answer", "job"])
@pytest.mark.parametrize("page_rows", [0, 1])
def test_the_answer_tells_when_the_service_began_the_query(
    server: BigQueryServer, request_: dict[str, Any], told: str, page_rows: int
) -> None:
    server.scenario = Scenario(
        rows=[row(today_at(8)), row(today_at(9))], job_times=told, page_rows=page_rows, service_shift=-7200
    )
    clocks = bigquery.answer(request_)["clocks"]
    sent, received, began = (datetime.fromisoformat(clocks[name]) for name in ("sent", "received", "server"))
    assert sent - timedelta(seconds=1) <= began + timedelta(hours=2) <= received
    assert server.queries == [ORDERED]


@pytest.mark.parametrize(("told", "shift"), [("", 0.0), ("job", 86400.0 * 100)])
def test_a_service_that_tells_no_time_is_read_all_the_same(
    server: BigQueryServer, request_: dict[str, Any], told: str, shift: float
) -> None:
    server.scenario = Scenario(job_times=told, service_shift=shift)
    answer = bigquery.answer(request_)
    assert (answer["ok"], answer["clocks"]["server"]) == (True, None)


def test_texts_of_any_length_are_cut_and_mean_what_they_meant(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    path = "c:/" + "pasta/" * 1000 + "envia_pix.py"
    server.scenario.rows = [row(today_at(8), path, status="SUCESSO " + "x" * 5_000_000 + " ERRO")]
    ((read),) = bigquery.answer(request_)["rows"]
    assert len(read["status"]) == 200
    assert state_of(read["status"]) is CardState.ERROR
    assert len(read["script_name"]) == 1000
    assert read["script_name"].endswith("pasta/envia_pix.py")


def test_a_refusals_words_turn_and_colour_no_terminal(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    server.control({"fault": "403", "message": "Access \x1b[31mDenied\x1b[0m \u202etable\u202c\u200b x"})
    assert error(request_) == "sem permissão no BigQuery (403): Access [31mDenied [0m table x"


def test_a_copy_that_cannot_be_written_is_a_problem_and_the_read_counts(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    server.scenario.rows = [row(today_at(8))]
    copy = Path(request_["copy"])
    (copy / "aberto").mkdir(parents=True)
    answer = bigquery.answer(request_)
    assert len(answer["rows"]) == 1
    ((what, action),) = answer["problems"]
    assert "cópia do histórico em Excel não pôde ser gravada" in what
    assert str(copy) in action
    assert [each.name for each in copy.parent.iterdir()] == [copy.name]


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("400", r"recusou a consulta \(400\): Syntax error"),
        ("400-type", r"\(400\): a coluna start_time não é do tipo TIMESTAMP"),
        ("403", r"sem permissão no BigQuery \(403\): Access Denied"),
        ("403-quota", r"cota do BigQuery acabou \(403\)"),
        ("404", r"tabela não foi encontrada no BigQuery \(404\)"),
        ("401", r"não aceitou as credenciais \(401\)"),
        ("429", r"consultas demais \(429\)"),
        ("500", r"indisponível \(500\)"),
        ("503", r"indisponível \(503\)"),
        ("html-502", r"indisponível \(502\)"),
        ("hang", "não respondeu a tempo"),
        ("stall", "não respondeu a tempo"),
        ("slow-job", "não respondeu a tempo"),
        ("reset", "sem conexão"),
        ("close", "sem conexão"),
        ("truncated", "sem conexão|incompleta"),
        ("broken-json", "incompleta"),
        ("html", "página HTML"),
        ("empty", "vazia ou sem sentido"),
        ("token-400", "recusou a chave.*Invalid JWT Signature"),
        ("token-503", "recusou a chave|sem conexão|indisponível"),
        ("token-hang", "sem conexão com o servidor de credenciais"),
    ],
)
def test_every_fault_becomes_one_sentence_within_the_deadline(
    server: BigQueryServer, request_: dict[str, Any], fault: str, cause: str
) -> None:
    server.control({"fault": fault})
    began = time.monotonic()
    assert re.search(cause, error({**request_, "deadline_seconds": 4.0}))
    assert time.monotonic() - began < 20


@pytest.mark.parametrize("fault", ["503", "429", "500", "reset", "401"])
def test_a_fault_that_passes_is_not_noticed(
    server: BigQueryServer, request_: dict[str, Any], fault: str
) -> None:
    server.control({"fault": fault, "fault_times": 1, "rows": [row(today_at(8))]})
    assert len(bigquery.answer(request_)["rows"]) == 1


def test_a_table_elsewhere_is_not_found(request_: dict[str, Any]) -> None:
    assert "(404)" in error({**request_, "table": f"{PROJECT}.OUTRO.tabela"})


def test_a_key_of_somebody_else_is_refused(server: BigQueryServer, request_: dict[str, Any]) -> None:
    with BigQueryServer() as other:
        other.account.write(Path(os.environ[VARIABLE]), f"{server.address}/token")
    assert "recusou a chave" in error(request_)


def test_a_clock_that_is_days_off_is_named_as_a_cause(
    server: BigQueryServer, request_: dict[str, Any]
) -> None:
    server.scenario.clock_shift = 5 * 86400
    assert "relógio" in error(request_)


def test_nothing_that_listens_is_no_connection(
    request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BIGQUERY_EMULATOR_HOST", "http://127.0.0.1:9")
    assert "sem conexão com o BigQuery" in error({**request_, "deadline_seconds": 4.0})


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (None, "não pode ser lida: não existe"),
        (b"", "não é um JSON válido"),
        (b"isto nao", "não é um JSON válido"),
        (b"\xef\xbb\xbf{}", "BOM"),
        (b"[1]", "não é uma chave"),
        (b"{}", "não é uma chave"),
        (b'{"type": "inventado"}', "a chave do Google Cloud não serve"),
        (b'{"type": "service_account"}', "a chave do Google Cloud não serve"),
    ],
)
def test_a_bad_key_is_named_with_what_is_wrong(
    request_: dict[str, Any], content: bytes | None, cause: str
) -> None:
    key = Path(os.environ[VARIABLE])
    key.unlink()
    if content is not None:
        key.write_bytes(content)
    assert cause in error(request_)


def test_a_key_that_is_a_folder_is_named_so(
    request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, str(Path(os.environ[VARIABLE]).parent))
    assert "é uma pasta" in error(request_)


def test_no_key_at_all_is_said_at_once(
    server: BigQueryServer, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE)
    assert "nenhuma chave do Google Cloud" in error(request_)
    assert server.requests == {}


def test_a_key_in_the_ordered_folder_is_found(
    server: BigQueryServer, request_: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv(VARIABLE)
    monkeypatch.setenv("APPDATA", str(tmp_path / "Roaming"))
    server.account.write(tmp_path / "Roaming" / "CELPY" / "k.json", f"{server.address}/token")
    assert bigquery.answer(request_)["ok"]


def test_an_unknown_surprise_is_a_sentence_too() -> None:
    assert "KeyError" in bigquery.sentence(KeyError("x"))


def test_the_server_is_a_program_of_its_own(tmp_path: Path) -> None:
    scenario = tmp_path / "cenario.json"
    scenario.write_text(json.dumps({"rows": [row(today_at(8))], "start_type": "STRING"}))
    command = [
        sys.executable,
        "-m",
        "tests.adapters.history.bigquery_server",
        "--key",
        str(tmp_path / "k.json"),
    ]
    process = subprocess.Popen(
        [*command, "--scenario", str(scenario)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    assert process.stdin
    assert process.stdout
    with process.stdin, process.stdout:
        started = json.loads(process.stdout.readline())
        order = urllib.request.Request(f"{started['address']}/control", b'{"append": [{}]}', method="POST")
        with urllib.request.urlopen(order) as answered:
            assert answered.status == 200
        assert Path(started["environment"]["GOOGLE_APPLICATION_CREDENTIALS"]).is_file()
    assert process.wait(20) == 0
