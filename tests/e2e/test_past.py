"""``history`` and ``export``, with a running agent and without, and the questions behind the page's past."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from tests.e2e.agent import Program
from tests.e2e.workspace import Workspace
from tray_agent.shell.channel.user import os_user


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """An agent of two days: on the first it ran ``alfa`` and ``falha``, then the clock went on."""
    place = Workspace(tmp_path_factory.mktemp("past") / "área de teste")
    place.register(
        place.job("alfa", "8, 12", "print('feito')", area="Cadastro"),
        place.job("falha", "8", "print('linha um')\nsys.exit('não deu')", area="Mensageria"),
        place.job("Nova"),
    )
    with closing(Program(place, discovery_seconds=0.5)) as made:
        made.start()
        made.until(lambda status: all(card["backlog"] == 0 for card in status["cards"]))
        made.clock.set("2026-03-11 09:00:00")
        made.until(lambda status: status["processing_date"] == "2026-03-11")
        made.until(lambda status: all(card["backlog"] == 0 for card in status["cards"]))
        yield made


def test_history_is_the_contracts_newest_first(program: Program) -> None:
    answer = program.cli("history", "--json")

    assert (answer.code, answer.err) == (0, "")
    days = json.loads(answer.out)["days"]
    assert [day["day"] for day in days] == ["2026-03-11", "2026-03-10"]
    assert sorted(run["job"] for run in days[1]["runs"]) == ["alfa", "alfa", "falha"]
    bad = next(run for run in days[0]["runs"] if run["job"] == "falha")
    assert set(bad) == {
        "job", "start", "end", "status", "outcome", "exit_code", "reason", "trigger", "pc", "by",
    }  # fmt: skip
    assert (bad["status"], bad["outcome"], bad["exit_code"]) == ("ERROR", "ended", 1)
    assert bad["start"].startswith("2026-03-11T")


def test_one_jobs_history_by_its_name_is_a_table_with_its_figures(program: Program) -> None:
    answer = program.cli("history", "Alfa.py", "--days", "2")

    assert answer.code == 0
    assert "10/03/2026" in answer.out
    assert "3 execuções deste agente em 2 dias; 100,0% com sucesso" in answer.out
    assert "falha" not in answer.out


def test_a_job_that_never_ran_has_an_empty_history_with_an_agent_and_without(
    program: Program, tmp_path: Path
) -> None:
    alone = Program(Workspace(tmp_path / "w"))
    alone.place.register(alone.place.job("Nova"))
    for each in (program, alone):
        assert each.cli("history", "nova").out == "Nenhuma execução deste agente em 7 dias.\n"
        assert json.loads(each.cli("history", "nova", "--json").out) == {"days": []}
        assert each.cli("history", "velha").code == 1


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of a process")
def test_a_disk_that_is_full_before_the_workbook_is_whole_is_said_in_a_line(program: Program) -> None:
    import resource

    child = program.popen(
        "export",
        "cheio.xlsx",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"PYTHONDONTWRITEBYTECODE": "1"},  # what is written of it would be cut off as well
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (6000, 6000)),
    )
    out, err = child.communicate(timeout=30)
    assert (child.returncode, out) == (1, b"")
    assert len(err.splitlines()) == 1, err.decode()
    assert "cheio.xlsx" in err.decode()
    assert not list(program.place.folder.glob("*cheio*"))


def test_an_unknown_job_and_a_wrong_number_are_refused_in_a_line(program: Program) -> None:
    unknown = program.cli("history", "ninguem")
    assert (unknown.code, unknown.out) == (1, "")
    assert "ninguem" in unknown.error_line
    wrong = program.cli("history", "--days", "0")
    assert wrong.code == 2
    assert "--days" in wrong.error_line


def test_the_page_asks_days_history_and_whole_logs(program: Program) -> None:
    days = program.call("days", n=2)["jobs"]
    assert [(day["state"], day["runs"]) for day in days["falha"]] == [("ERROR", 1), ("ERROR", 1)]

    history = program.call("history", job="falha", days=30, only_errors=True)
    assert history["stats"]["success_rate"] == 0
    run = history["days"][1]["runs"][0]
    assert run["log"] is True
    found = program.call("find", job="falha", run=run["run"], text="LINHA")
    assert [(match["line"], match["text"]) for match in found["matches"]] == [(1, "linha um")]
    text = program.call("copy_for_teams", job="falha", run=run["run"])["text"]
    assert text.startswith("falha (Mensageria): erro\nInício: 10/03/2026 14:05:")
    assert "não deu" in text


def test_what_was_said_of_yesterday_is_shown(program: Program) -> None:
    notes = program.call("snapshot")["day_notes"]

    assert any(note.startswith("Em 10/03, 1 falha: ") and "(falha)" in note for note in notes), notes


def test_who_asked_is_in_the_history(program: Program) -> None:
    program.cli("run", "alfa")
    program.until(lambda status: all(card["pid"] is None for card in status["cards"]))

    newest = json.loads(program.cli("history", "alfa", "--json").out)["days"][0]["runs"][0]
    assert (newest["trigger"], newest["by"]) == ("manual", os_user())
    asked = program.call("history", job="alfa")["asked"]
    assert [(each["what"], each["by"], each["accepted"]) for each in asked] == [("run", os_user(), True)]


def test_the_agent_exports_in_a_child_of_its_own(program: Program) -> None:
    file = program.place.folder / "do painel.xlsx"

    program.call("export", file=str(file), days=2)

    assert openpyxl.load_workbook(file)["Execuções"].max_row == 7


def test_without_an_agent_they_read_the_journal_themselves(program: Program) -> None:
    program.cli("quit")
    program.wait()
    file = program.place.folder / "histórico.xlsx"

    answer = program.cli("export", str(file), "--days", "1")

    assert (answer.code, answer.err) == (0, "")
    sheet = openpyxl.load_workbook(file)["Execuções"]
    assert sheet["A2"].value == datetime(2026, 3, 11)
    assert sheet.max_row == 4
    again = program.cli("export", str(file))
    assert again.code == 1
    assert "--overwrite" in again.error_line
    assert program.cli("export", str(file), "--overwrite").code == 0
    assert len(json.loads(program.cli("history", "--json").out)["days"]) == 2
