from __future__ import annotations

import json
import queue
import threading
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import pytest

from tests.builders import Day, at, make_job, make_run
from tray_agent.core import messages as msg
from tray_agent.core import model
from tray_agent.core.model import Run
from tray_agent.core.picture.past import Ends, Tally
from tray_agent.shell.channel.answer import Answer, Pieces
from tray_agent.shell.channel.service import Service
from tray_agent.shell.views.snapshots import Reader

READER = Reader("1.0.0", 4711, True, "abc", 2.0, 0)
SECONDS = 30


class Machine:
    """What lies beyond the shell, in memory."""

    def __init__(self) -> None:
        self.logs: dict[str, str] = {}
        self.older: list[Run] = []
        self.kept: dict[str, Any] = {"theme": "dark"}
        self.trouble = ""
        self.versions: dict[str, Any] | None = None
        self.updates = (True, "Trocando para a versão 1.1.0.")
        self.opened: list[str | None] = []
        self.shown: list[str] = []
        self.pieces: list[tuple[int | None, int]] = []
        self.examined = threading.Event()
        self.examined.set()

    def now(self) -> datetime:
        return at("14:05:09")

    def heartbeat_seconds(self) -> float:
        return 0.2

    def usual_seconds(self, jobs: Iterable[str]) -> dict[str, float]:
        return dict.fromkeys(jobs, 120.0)

    def resources(self) -> Mapping[str, int]:
        return {}

    def read_log(self, run: Run, offset: int | None, limit: int) -> dict[str, Any]:
        self.pieces.append((offset, limit))
        if run.id not in self.logs:
            raise FileNotFoundError(2, "No such file or directory")
        return {"size": 3, "start": 0, "end": 3, "text": self.logs[run.id]}

    def interpreter(self, script: str) -> str:
        return f"Python para {script}"

    def find_run(self, job: str, run: str | None) -> Run | None:
        return next((each for each in self.older if each.job == job and run in {None, each.id}), None)

    def open_folder(self, run: Run | None) -> str:
        self.opened.append(run.id if run else None)
        return "Pasta aberta."

    def program(self) -> dict[str, Any] | None:
        return self.versions

    def update(self) -> tuple[bool, str]:
        return self.updates

    def details(self, job: str, script: str) -> dict[str, Any]:
        return {"script": {"sha256": f"{job} {script}"}, "registry": {}}

    def new_registry(self) -> tuple[bool, str]:
        return not self.trouble, self.trouble or "Registro modelo criado."

    def choose_folder(self) -> tuple[bool, str]:
        return not self.trouble, self.trouble or "Pasta das automações: /x."

    def is_base_chosen(self) -> bool:
        return True

    def doctor(self) -> dict[str, Any]:
        assert self.examined.wait(SECONDS)
        return {"checks": []}

    def team(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        return {"text": f"{method} {params}"}

    def open_dashboard(self, job: str) -> str:
        self.shown.append(job)
        return self.trouble

    def preferences(self) -> dict[str, Any]:
        return self.kept

    def remember(self, preferences: dict[str, Any]) -> None:
        self.kept |= preferences

    def tallies(self, since: date, until: date) -> list[Tally]:
        return []

    def ends(self, since: date, until: date, jobs: list[str]) -> Ends:
        return Ends({}, [])

    def past_runs(self, day: date, job: str | None, *, only_errors: bool) -> list[Run]:
        return []

    def asked(self, since: date) -> list[model.Asked]:
        return []

    def has_log(self, run: Run) -> bool:
        return run.id in self.logs

    def find(self, run: Run, text: str, start: int, line: int) -> dict[str, Any]:
        return {"matches": [], "more": False}

    def export(self, file: str, days: int, overwrite: bool) -> str:
        return ""


class Asked:
    """A service over a day that a test plays."""

    def __init__(self) -> None:
        self.day = Day("14:05")
        self.machine = Machine()
        self.inbox: list[msg.Message] = []
        self.service = Service(lambda: self.day.snapshot, self.inbox.append, READER, self.machine)

    def send(self, method: str, params: dict[str, Any]) -> queue.SimpleQueue[Answer]:
        answers: queue.SimpleQueue[Answer] = queue.SimpleQueue()
        self.service.answer(method, params, answers.put)
        return answers

    def ask(self, method: str, **params: Any) -> Any:
        """The answer's value, or its refusal."""
        answer = self.send(method, params).get(timeout=SECONDS)
        if not answer.ok:
            return answer.code, answer.text
        if isinstance(answer.value, Pieces):
            return json.loads(b"".join(answer.value))
        return json.loads(answer.value) if isinstance(answer.value, bytes) else answer.value


@pytest.fixture
def asked() -> Asked:
    return Asked()


class TestCommands:
    @pytest.mark.parametrize(
        ("method", "params", "kind"),
        [
            ("run", {"job": "pix"}, msg.RunJob),
            ("stop", {"job": "pix"}, msg.StopJob),
            ("pause", {}, msg.Pause),
            ("resume", {}, msg.Resume),
            ("refresh", {}, msg.Refresh),
            ("quit", {}, msg.Quit),
        ],
    )
    def test_they_go_to_the_engine_and_are_answered_by_it(
        self, asked: Asked, method: str, params: dict[str, Any], kind: type[msg.Command]
    ) -> None:
        answers = asked.send(method, params)
        (command,) = asked.inbox
        assert isinstance(command, kind)
        assert answers.empty()

        command.reply(msg.Reply(True, "Feito.", ("pix",)))

        assert answers.get(timeout=SECONDS) == Answer(True, {"text": "Feito.", "runs": ["pix"]})

    @pytest.mark.parametrize("method", ["run", "stop", "pause", "resume", "refresh", "quit"])
    def test_they_carry_who_asked(self, asked: Asked, method: str) -> None:
        asked.send(method, {"job": "pix", "by": "B3\\maria" + "x" * 500})
        asked.send(method, {"job": "pix", "by": None})

        first, second = asked.inbox
        assert isinstance(first, msg.Command)
        assert isinstance(second, msg.Command)
        assert first.by.startswith("B3\\maria")
        assert len(first.by) == 120
        assert second.by == ""

    @pytest.mark.parametrize(
        ("arguments", "meant"),
        [(None, None), ([], ()), (["--dia", "a b", ""], ("--dia", "a b", ""))],
    )
    def test_a_run_carries_arguments_of_its_own(
        self, asked: Asked, arguments: list[str] | None, meant: tuple[str, ...] | None
    ) -> None:
        asked.send("run", {"job": "pix", "arguments": arguments})

        assert isinstance(asked.inbox[0], msg.RunJob)
        assert asked.inbox[0].arguments == meant

    def test_words_that_are_no_text_are_made_text(self, asked: Asked) -> None:
        asked.send("pause", {"job": "n\udce3o", "reason": "ok ☕ h\udce1"})
        deep: dict[str, Any] = {}
        for _ in range(5000):
            deep = {"a": deep}

        assert isinstance(asked.inbox[0], msg.Pause)
        assert (asked.inbox[0].job, asked.inbox[0].reason) == ("n?o", "ok ☕ h?")
        assert asked.ask("status", deep=deep) == ("refused", "O pedido está aninhado demais.")

    @pytest.mark.parametrize("arguments", ["--dia", [1], ["a\0b"], ["\udcff"], ["x" * 8000], ["x"] * 4001])
    def test_arguments_that_no_script_can_get_are_refused(self, asked: Asked, arguments: object) -> None:
        code, text = asked.ask("run", job="pix", arguments=arguments)

        assert (code, asked.inbox) == ("refused", [])
        assert text.endswith(".")

    def test_a_refusal_carries_its_sentence(self, asked: Asked) -> None:
        answers = asked.send("run", {"job": "pix"})
        command = asked.inbox[0]
        assert isinstance(command, msg.RunJob)

        command.reply(msg.Reply(False, "pix já está em execução."))

        assert answers.get(timeout=SECONDS) == Answer(False, None, "refused", "pix já está em execução.")

    @pytest.mark.parametrize("stop_runs", [True, False, "yes", 1, None])
    def test_runs_are_stopped_only_by_a_plain_yes(self, asked: Asked, stop_runs: object) -> None:
        asked.send("quit", {"stop_runs": stop_runs})

        command = asked.inbox[0]
        assert isinstance(command, msg.Quit)
        assert command.stop_runs is (stop_runs is True)

    @pytest.mark.parametrize(
        ("named", "meant"),
        [
            ("acao_pix", "acao_pix"),
            ("  Acao_PIX ", "acao_pix"),
            ("acao_pix.py", "acao_pix"),
            ("Ação", "ação"),
            ("Ac\u0327a\u0303o.PY", "ação"),
            ("nobody", "nobody"),
            (7, "7"),
            ("x" * 1000, "x" * 500),
        ],
    )
    def test_a_job_is_known_by_id_and_name(self, asked: Asked, named: object, meant: str) -> None:
        asked.day.jobs(make_job("acao_pix", name="Acao_PIX"), make_job("ação", name="Ação"))

        asked.send("stop", {"job": named})

        command = asked.inbox[0]
        assert isinstance(command, msg.StopJob)
        assert command.job == meant


class TestQuestions:
    def test_before_the_first_snapshot_there_is_a_sentence(self, asked: Asked) -> None:
        assert asked.ask("status") == ("unknown", "O agente ainda está iniciando.")
        assert asked.ask("ping") == {"version": "1.0.0", "pid": 4711, "program": None}

    def test_nobody_knows_the_method(self, asked: Asked) -> None:
        assert asked.ask("eval", code="1") == ("unknown_method", "Este agente não conhece o pedido.")

    def test_status_is_the_contracts(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))

        found = asked.ask("status")

        assert found["now"] == "2026-03-10T14:05:09-03:00"
        assert [card["id"] for card in found["cards"]] == ["pix"]

    @pytest.mark.parametrize("since", [None, 0, True, "3", 1.5])
    def test_a_page_that_knows_nothing_is_told_everything(self, asked: Asked, since: object) -> None:
        asked.day.jobs(make_job("pix"))

        found = asked.ask("snapshot", since=since)

        assert found["full"]
        assert found["preferences"] == {"theme": "dark"}

    def test_one_that_knows_something_is_told_the_rest(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))
        version = asked.ask("snapshot")["version"]

        found = asked.ask("snapshot", since=version)

        assert (found["full"], found["cards"]) == (False, [])
        assert "preferences" not in found

    def test_the_page_is_told_when_each_waiting_job_is_likely_to_start(self, asked: Asked) -> None:
        asked.day.jobs(*[make_job(f"j{n}", 8) for n in range(7)])
        for n in range(5):
            asked.day.begin(f"j{n}", usual_seconds=120.0)

        assert asked.ask("snapshot")["estimates"] == {
            "j5": "2026-03-10T14:07-03:00",
            "j6": "2026-03-10T14:07-03:00",
        }

    def test_what_runs_is_named_what_only_waits_to_begin_is_not(self, asked: Asked) -> None:
        asked.day.jobs(make_job("b", 8), make_job("a", 8), make_job("c", 8), make_job("d"))
        for job in "ab":
            asked.day.begin(job)

        assert asked.ask("running") == {"running": ["a", "b"]}

    def test_todays_runs_of_a_job(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 8))
        asked.day.whole_run()

        assert [run["status"] for run in asked.ask("runs", job="pix")["runs"]] == ["SUCCESS"]
        assert asked.ask("runs", job="x") == (
            "unknown",
            "Não há automação ativa chamada x; veja os nomes com tray-agent status.",
        )

    def test_a_model_registry_is_made_or_it_is_said_why_not(self, asked: Asked) -> None:
        assert asked.ask("new_registry") == {"text": "Registro modelo criado."}
        asked.machine.trouble = "r.xlsx já existe."
        assert asked.ask("new_registry") == ("unknown", "r.xlsx já existe.")

    def test_a_chosen_folder_is_taken_up_and_the_page_knows_that_there_is_one(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))
        assert asked.ask("choose_folder") == {"text": "Pasta das automações: /x."}
        asked.machine.trouble = "A pasta /x não está acessível."
        assert asked.ask("choose_folder") == ("unknown", "A pasta /x não está acessível.")
        assert asked.ask("snapshot")["places"]["chosen"] is True

    def test_details_are_of_the_jobs_own_script(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))
        path = asked.day.facts().job.path

        assert asked.ask("details", job="PIX.py") == {
            "script": {"sha256": f"pix {path}"},
            "registry": {},
            "interpreter": f"Python para {path}",
        }
        assert asked.ask("details", job="x") == (
            "unknown",
            "Não há automação ativa chamada x; veja os nomes com tray-agent status.",
        )

    def test_preferences_are_kept_when_they_are_some(self, asked: Asked) -> None:
        assert asked.ask("remember", preferences={"area": "Cadastro"}) == {}
        assert asked.ask("preferences") == {"theme": "dark", "area": "Cadastro"}
        for wrong in (None, [1], "x", {"x": "y" * 20_000}):
            assert asked.ask("remember", preferences=wrong) == ("unknown", "Preferências inválidas.")

    def test_the_dashboard_opens_or_it_is_said_why_not(self, asked: Asked) -> None:
        assert asked.ask("open") == {"text": "Painel aberto."}
        asked.machine.trouble = "Este agente roda sem tela (--headless)."
        assert asked.ask("open") == ("unknown", "Este agente roda sem tela (--headless).")

    def test_the_dashboard_opens_at_a_job_that_is_known(self, asked: Asked) -> None:
        asked.day.jobs(make_job("envia_pix"))

        assert asked.ask("open", job="Envia_PIX.py") == {"text": "Painel aberto."}
        assert asked.ask("open", job="nobody") == (
            "unknown",
            "Não há automação ativa chamada nobody; veja os nomes com tray-agent status.",
        )
        assert asked.machine.shown == ["envia_pix"]

    def test_a_surprise_is_a_sentence_and_the_next_is_answered(
        self, asked: Asked, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        asked.day.jobs(make_job("pix"))
        monkeypatch.setattr(asked.machine, "now", None)

        for _ in range(5):
            assert asked.ask("status") == ("internal", "Erro interno; veja o registro do agente.")
        assert asked.ask("running") == {"running": []}
        assert "question status failed" in caplog.text

    def test_a_doctor_who_takes_his_time_holds_nobody_up(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))
        asked.machine.examined.clear()
        visits = [asked.send("doctor", {}) for _ in range(4)]

        assert asked.ask("status")["cards"] != []
        asked.machine.examined.set()

        assert [visit.get(timeout=SECONDS).value for visit in visits] == [{"checks": []}] * 4


class TestLogs:
    def test_the_newest_runs_log_unless_another_is_named(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 7, 8))
        first = asked.day.begin()
        asked.day.later(1)
        asked.day.exit()
        second = asked.day.begin()
        asked.machine.logs = {first: "um", second: "dois"}

        newest = asked.ask("log", job="pix")
        python = newest.pop("interpreter")
        assert python.startswith("Python para ")
        assert newest.pop("begun") == asked.ask("runs", job="pix")["runs"][0]["start"]
        assert newest == {"run": second, "running": True, "size": 3, "start": 0, "end": 3, "text": "dois"}
        assert asked.ask("log", job="pix", run=first)["running"] is False
        assert asked.ask("log", job="pix", run=first)["text"] == "um"

    def test_a_run_that_waits_to_begin_has_no_log_yet(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 8))

        assert asked.ask("log", job="pix") == ("unknown", "Esta automação ainda não tem execução com log.")

    def test_a_run_of_another_day_is_found_in_the_journal(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix"))
        asked.machine.older = [make_run(id="old", started=at(day=9))]
        asked.machine.logs = {"old": "ontem"}

        assert asked.ask("log", job="pix")["text"] == "ontem"
        assert asked.ask("log", job="pix")["begun"][:10] == at(day=9).date().isoformat()
        assert asked.ask("log", job="pix", run="old")["run"] == "old"
        assert asked.ask("log", job="pix", run="x") == (
            "unknown",
            "Esta automação ainda não tem execução com log.",
        )

    def test_a_run_that_has_not_opened_its_log_yet_has_an_empty_one(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 8))
        run = asked.day.begin()

        piece = asked.ask("log", job="pix", offset=0)
        assert piece == {"run": run, "running": True, "size": 0, "start": 0, "end": 0, "text": ""}

    def test_a_log_that_is_gone_is_said(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 8))
        asked.day.begin()
        asked.day.exit()

        assert asked.ask("log", job="pix") == ("unknown", "O log desta execução não existe mais.")

    @pytest.mark.parametrize(
        ("params", "given"),
        [
            ({}, (None, 65536)),
            ({"offset": 5, "limit": 10}, (5, 10)),
            ({"offset": "5", "limit": None}, (None, 65536)),
        ],
    )
    def test_pieces_are_asked_for_by_whole_numbers(
        self, asked: Asked, params: dict[str, Any], given: tuple[int | None, int]
    ) -> None:
        asked.day.jobs(make_job("pix", 8))
        asked.machine.logs = {asked.day.begin(): ""}

        asked.ask("log", job="pix", **params)

        assert asked.machine.pieces == [given]

    def test_the_folder_is_opened_not_a_path_that_somebody_sends(self, asked: Asked) -> None:
        asked.day.jobs(make_job("pix", 8))
        run = asked.day.begin()

        assert asked.ask("open_log_folder", job="pix", run=None) == {"text": "Pasta aberta."}
        assert asked.ask("open_log_folder", job="../../etc")[0] == "unknown"
        assert asked.ask("open_log_folder", job="pix", run="../../etc") == {"text": "Pasta aberta."}
        assert asked.machine.opened == [run, None]


def test_anybody_may_ask_what_a_schedule_cell_means(asked: Asked) -> None:
    found = asked.ask("explain", text="seg-sex 8h")

    assert (found["text"], found["kind"], found["problems"]) == ("segunda a sexta às 8h", "rule", [])
    assert found["fires"][0] == "2026-03-11T08:00:00-03:00"
    assert asked.ask("explain", text="8-12")["text"] is None


def test_the_plan_of_a_day_is_told_with_estimates_and_load(asked: Asked) -> None:
    assert asked.ask("plan") == ("unknown", "O agente ainda está iniciando.")
    asked.day.jobs(make_job("pix", 8, 18), make_job("nunca"))

    told = asked.ask("plan")
    assert told["day"] == "2026-03-10"
    assert [(fire["time"], fire["state"]) for fire in told["fires"]] == [
        ("08:00", "running"),
        ("18:00", "coming"),
    ]
    assert told["fires"][1]["estimate"] == "2026-03-10T18:00:00-03:00"
    assert told["skipped"] == [
        {"job": "nunca", "time": "", "reason": "roda só quando alguém executa (manual)"},
    ]
    assert told["load"] == [{"hour": 18, "jobs": 1, "minutes": 2.0}]
    assert told["names"] == {"pix": "pix", "nunca": "nunca"}
    assert [fire["time"] for fire in asked.ask("plan", day="amanhã")["fires"]] == ["08:00", "18:00"]
    assert asked.ask("plan", next="2h")["fires"] == []
    assert asked.ask("plan", day="ontem")[0] == "unknown"
