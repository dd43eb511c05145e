"""The questions about what is over, over a real journal and real logs."""

from __future__ import annotations

import json
import queue
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.builders import at, make_job, make_run
from tests.shell.channel.test_service import READER, SECONDS, Machine
from tests.shell.channel.test_service import Asked as Talk
from tray_agent.adapters.journal.past import PastRuns
from tray_agent.adapters.journal.store import SqliteJournal
from tray_agent.adapters.runs.log_files import read_piece
from tray_agent.adapters.runs.log_search import search
from tray_agent.core.model import Asked, Outcome, Run
from tray_agent.core.picture.past import Ends, Tally
from tray_agent.shell.channel.answer import Answer
from tray_agent.shell.channel.service import Service


class RealPast(Machine):
    """A machine whose journal and logs are real."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.past = PastRuns(folder)
        self.exported: list[tuple[str, int, bool]] = []
        self.export_trouble = ""
        self.counted: list[tuple[date, date]] = []

    def find_run(self, job: str, run: str | None) -> Run | None:
        return next((each for each in self.past.runs_of(at().date(), job) if run in {None, each.id}), None)

    def tallies(self, since: date, until: date) -> list[Tally]:
        self.counted.append((since, until))
        return self.past.tallies(since, until)

    def ends(self, since: date, until: date, jobs: list[str]) -> Ends:
        return self.past.ends(since, until, jobs)

    def past_runs(self, day: date, job: str | None, *, only_errors: bool) -> list[Run]:
        return self.past.runs_of(day, job, only_errors=only_errors)

    def asked(self, since: date) -> list[Asked]:
        return self.past.asked(since)

    def has_log(self, run: Run) -> bool:
        return Path(run.log).is_file()

    def read_log(self, run: Run, offset: int | None, limit: int) -> dict[str, Any]:
        return asdict(read_piece(Path(run.log), offset, limit))

    def find(self, run: Run, text: str, start: int, line: int) -> dict[str, Any]:
        return asdict(search(Path(run.log), text, start, line))

    def export(self, file: str, days: int, overwrite: bool) -> str:
        self.exported.append((file, days, overwrite))
        return self.export_trouble


class PastTalk(Talk):
    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.machine = RealPast(folder)
        self.service = Service(lambda: self.day.snapshot, self.inbox.append, READER, self.machine)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    file = tmp_path / "run.log"
    lines = [f"linha {n}" for n in range(1, 100)] + ["Traceback …", "KeyError: 'conta'", "```"]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file


@pytest.fixture
def talk(tmp_path: Path, log: Path) -> Iterator[PastTalk]:
    journal = SqliteJournal(tmp_path)
    journal.record(
        [
            make_run(id="good", started=at("08:00")),
            make_run(
                id="bad",
                started=at("09:00"),
                exit_code=3,
                reason="KeyError: 'conta'",
                log=str(log),
                by="maria",
            ),
            make_run(id="stopped", started=at("10:00"), outcome=Outcome.STOPPED, exit_code=-15),
            make_run("ted", id="ted", started=at("08:30")),
            make_run("spb", id="spb", started=at("08:30")),
            make_run(id="old", started=at("08:00", day=8), duration_seconds=10.0),
        ],
        [],
        [Asked(at("09:00"), "maria", "run", "pix", text="Iniciada."), Asked(at("09:10"), "ana", "pause")],
    )
    journal.close()
    talk = PastTalk(tmp_path)
    talk.day.jobs(make_job("pix"), make_job("ted"), make_job("spb", area="Cadastro"))
    yield talk


def test_days_are_as_many_as_asked_for_the_newest_last(talk: PastTalk) -> None:
    found = talk.ask("days", n=3)["jobs"]

    assert found["pix"] == [
        {"day": "2026-03-08", "state": "SUCCESS", "runs": 1, "failed": 0},
        {"day": "2026-03-09", "state": None, "runs": 0, "failed": 0},
        {"day": "2026-03-10", "state": "ERROR", "runs": 3, "failed": 1},
    ]
    assert set(found) == {"pix", "ted", "spb"}


@pytest.mark.parametrize(("n", "count"), [(None, 14), (True, 14), ("3", 14), (0, 1), (-4, 1), (10**9, 90)])
def test_days_are_neither_none_nor_endless(talk: PastTalk, n: object, count: int) -> None:
    assert len(talk.ask("days", n=n)["jobs"]["pix"]) == count


def test_beside_the_days_is_the_success_rate_of_thirty_days_that_the_history_tells(
    talk: PastTalk, tmp_path: Path
) -> None:
    journal = SqliteJournal(tmp_path)
    old = at("08:00") - timedelta(days=29)
    failed = [make_run(id=f"old-{n}", started=old, day=old.date(), exit_code=1) for n in range(2)]
    older = old - timedelta(days=1)
    journal.record([*failed, make_run(id="older", started=older, day=older.date(), exit_code=1)], [])
    journal.close()

    found = talk.ask("days", n=14)

    assert len(found["jobs"]["pix"]) == 14
    assert found["rates"] == {"pix": 0.4, "ted": 1.0, "spb": 1.0}  # what was stopped says nothing
    for job, rate in found["rates"].items():
        assert talk.ask("history", job=job)["stats"]["success_rate"] == rate
    assert talk.ask("days", n=1)["rates"] == talk.ask("days", n=90)["rates"] == found["rates"]


def test_days_that_are_long_over_are_counted_once(talk: PastTalk) -> None:
    assert talk.ask("days", n=14) == talk.ask("days", n=14)
    today = at().date()
    recent = (today - timedelta(days=13), today)
    assert talk.machine.counted == [
        recent,
        (today - timedelta(days=29), today - timedelta(days=14)),
        recent,
    ]


def test_a_jobs_history_has_its_runs_its_figures_and_who_asked_what(talk: PastTalk) -> None:
    found = talk.ask("history", job="PIX.py", days=30)

    assert [(day["day"], [run["run"] for run in day["runs"]]) for day in found["days"]] == [
        ("2026-03-10", ["stopped", "bad", "good"]),
        ("2026-03-08", ["old"]),
    ]
    bad = found["days"][0]["runs"][1]
    assert bad == {
        "job": "pix",
        "start": "2026-03-10T09:00:00-03:00",
        "end": "2026-03-10T09:00:04-03:00",
        "status": "ERROR",
        "outcome": "ended",
        "exit_code": 3,
        "reason": "KeyError: 'conta'",
        "trigger": "scheduled",
        "pc": None,
        "by": "maria",
        "arguments": [],
        "run": "bad",
        "duration_seconds": 4.0,
        "attempt": 0,
        "log": True,
    }
    assert not found["days"][0]["runs"][0]["log"]
    assert found["stats"] == {
        "runs": 4,
        "success_rate": pytest.approx(2 / 3),
        "median_seconds": 7.0,
        "p95_seconds": pytest.approx(9.7),
        "trend_seconds_per_day": None,
    }
    assert found["asked"] == [
        {
            "at": "2026-03-10T09:00:00-03:00",
            "by": "maria",
            "what": "run",
            "accepted": True,
            "text": "Iniciada.",
        }
    ]
    assert found["more"] is False


def test_figures_alone_are_those_of_the_whole_answer(talk: PastTalk) -> None:
    whole = talk.ask("history", area="Cadastro", days=30)
    alone = talk.ask("history", area="Cadastro", days=30, only_figures=True)

    assert alone == {"days": [], "stats": whole["stats"], "asked": [], "more": False}


def test_only_errors_of_an_area_or_of_all(talk: PastTalk) -> None:
    def shown(**params: Any) -> list[str]:
        return [run["run"] for day in talk.ask("history", **params)["days"] for run in day["runs"]]

    assert shown(only_errors=True) == ["bad"]
    assert shown(area="Cadastro") == ["spb"]
    assert set(shown(area="Mensageria", days=1)) == {"stopped", "bad", "ted", "good"}
    assert talk.ask("history", area="Cadastro")["stats"]["success_rate"] == 1.0
    assert shown(area="nenhuma") == []
    assert talk.ask("history", job="nobody") == (
        "unknown",
        "Não há automação ativa chamada nobody; veja os nomes com tray-agent status.",
    )


def test_a_long_history_says_that_there_is_more(talk: PastTalk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tray_agent.shell.views.past.MOST_RUNS", 2)

    found = talk.ask("history", job="pix")

    assert [run["run"] for day in found["days"] for run in day["runs"]] == ["stopped", "bad"]
    assert found["more"] is True
    assert found["stats"]["runs"] == 4


def test_a_word_is_found_in_the_whole_log_with_its_lines(talk: PastTalk) -> None:
    found = talk.ask("find", job="pix", run="bad", text="keyerror")

    assert [(match["line"], match["text"]) for match in found["matches"]] == [(101, "KeyError: 'conta'")]
    assert found["more"] is False
    assert talk.ask("find", job="pix", run="bad", text="linha 9", **{"from": 500})["matches"][0]["line"] > 9
    assert talk.ask("find", job="pix", run="bad", text="") == ("unknown", "Falta o texto a procurar.")
    assert talk.ask("find", job="pix", run="good", text="x")[0] == "unreadable"


def test_a_run_is_told_to_colleagues_with_its_last_lines(talk: PastTalk) -> None:
    text = talk.ask("copy_for_teams", job="pix", run="bad")["text"]

    lines = text.splitlines()
    assert lines[:4] == [
        "pix (Mensageria): erro",
        "Início: 10/03/2026 09:00:00 · Duração: 4,0 s · Código: 3",
        "Motivo: KeyError: 'conta'",
        "```",
    ]
    assert lines[-4:] == ["Traceback …", "KeyError: 'conta'", "'''", "```"]
    assert len(lines) == 3 + 30 + 2
    gone = talk.ask("copy_for_teams", job="pix", run="stopped")["text"]
    assert gone.splitlines()[0] == "pix (Mensageria): parada por uma pessoa"
    assert "```" not in gone


def test_a_workbook_is_written_or_it_is_said_why_not(talk: PastTalk) -> None:
    assert talk.ask("export", file="/x/h.xlsx", days=5) == {"text": "Histórico gravado em /x/h.xlsx."}
    assert isinstance(talk.machine, RealPast)
    talk.machine.export_trouble = "O arquivo já existe."
    assert talk.ask("export", file="/x/h.xlsx", overwrite=True) == ("unknown", "O arquivo já existe.")
    assert talk.ask("export") == ("unknown", "Falta o arquivo a gravar.")
    assert talk.machine.exported == [("/x/h.xlsx", 5, False), ("/x/h.xlsx", 30, True)]


def test_a_journal_that_cannot_be_read_is_said(talk: PastTalk, tmp_path: Path) -> None:
    for each in tmp_path.glob("journal.sqlite3*"):
        each.write_bytes(b"not a database" * 100)

    code, text = talk.ask("days")

    assert code == "unreadable"
    assert "danificado" in text


def test_answers_are_json_whatever_is_in_them(talk: PastTalk) -> None:
    answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
    for method in ("days", "history"):
        talk.service.answer(method, {}, answers.put)
        value = answers.get(timeout=SECONDS).value
        assert isinstance(value, bytes)
        json.loads(value)
