"""Every command of the contract against one running agent: exit codes, stdout, one line on stderr."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.agent import Answer, Program, card_of, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One agent for the whole file; each test leaves its jobs at rest."""
    place = Workspace(tmp_path_factory.mktemp("commands") / "área de teste")
    place.register(
        place.job("alfa", "8, 12, 18", "print('feito')", area="Cadastro"),
        place.job("amanha", "8", area="Cadastro"),
        place.job("EnviaPix", "MANUAL", "print('Olá, operação concluída ✓')", area="Ágil"),
        place.job("falha", "SEM", "sys.exit('não deu')", area="Mensageria"),
        place.job("nunca", "", area="Mensageria"),
        place.waiting_job("espera"),
        place.waiting_job("outra"),
        ("sem_arquivo", "Cadastro", "ALL", "sim"),
    )
    with closing(Program(place, discovery_seconds=0.5)) as made:
        made.start()
        made.until(lambda status: card_of(status, "alfa")["backlog"] == 0)
        made.until(lambda status: card_of(status, "amanha")["state"] == "SUCCESS")
        yield made


def refused(answer: Answer, code: int) -> str:
    """The one line that a refused command prints."""
    assert answer.code == code, answer
    assert answer.out == ""
    assert "Traceback" not in answer.err
    return answer.error_line


def done(answer: Answer) -> str:
    """What a command that was done printed."""
    assert answer.code == 0, answer
    assert answer.err == ""
    return answer.out


def finish(program: Program, job: str) -> None:
    """Let a waiting job end, and close its gate again."""
    program.place.open_gate(job)
    program.until(lambda status: card_of(status, job)["pid"] is None)
    program.place.close_gate(job)


def test_status_json_is_the_contracts_to_the_letter(program: Program) -> None:
    status = json.loads(done(program.cli("status", "--json")))

    assert wrongs(status) == []
    assert status["pid"] == program.agent.pid if program.agent else None
    assert status["headless"] is True
    assert status["base_path"] == str(program.place.base)
    assert status["registry"] == str(program.place.registry)
    assert status["history"]["source"] == "local"
    assert status["max_concurrent"] == 5
    assert status["areas"] == ["Ágil", "Cadastro", "Geral", "Mensageria"]
    assert [card["id"] for card in status["cards"]] == [
        "enviapix",
        "alfa",
        "amanha",
        "espera",
        "outra",
        "falha",
        "nunca",
    ]
    alfa = card_of(status, "alfa")
    assert (alfa["schedule"]["kind"], alfa["schedule"]["hours"]) == ("hours", [8, 12, 18])
    assert alfa["schedule"]["times"] == ["08:00", "12:00", "18:00"]
    assert (alfa["target"], alfa["actual"], alfa["backlog"]) == (2, 2, 0)
    assert alfa["next_run"] == "2026-03-10T18:00:00-03:00"
    assert alfa["next_run_text"] == "Próxima execução: 18:00"
    assert alfa["last_run"]["source"] == "local"
    assert card_of(status, "amanha")["next_run_text"] == "Próxima execução: só amanhã"
    assert card_of(status, "nunca")["next_run_text"] == "Sem agendamento"
    assert card_of(status, "nunca")["state"] == "IDLE"
    assert [each["where"] for each in status["problems"]] == ["registry"]
    assert "sem_arquivo" in status["problems"][0]["what"]
    assert "linha 9" in status["problems"][0]["what"]


def test_status_in_a_pipe_is_a_plain_table(program: Program) -> None:
    table = done(program.cli("status"))

    assert "\x1b" not in table
    for word in ("EnviaPix", "alfa", "Mensageria", "sem_arquivo", "só amanhã", "Sem agendamento"):
        assert word in table


def test_status_on_a_terminal_is_in_colour_unless_it_is_not_wanted(program: Program) -> None:
    for wish, coloured in (("", True), ("1", False)):
        leader, follower = os.openpty()
        child = program.popen("status", stdout=follower, stderr=follower, env={"NO_COLOR": wish})
        os.close(follower)
        shown = b""
        with contextlib.suppress(OSError):  # how a terminal says that nobody writes any more
            while piece := os.read(leader, 4096):
                shown += piece
        os.close(leader)
        assert child.wait(30) == 0
        assert "EnviaPix" in shown.decode()
        assert (b"\x1b[" in shown) is coloured


def test_nobody_who_stops_reading_or_waiting_gets_a_traceback(program: Program) -> None:
    for command in (("status",), ("logs", "alfa")):
        child = program.popen(*command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        assert child.stdout is not None
        child.stdout.close()
        child.stdout = None
        _, err = child.communicate(timeout=30)
        assert err == b"", command

    done(program.cli("run", "espera"))
    wait_until(lambda: program.cli("logs", "espera").out == "waiting\n")
    follower = program.popen("logs", "espera", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout is not None
    assert follower.stdout.readline() == b"waiting\n"
    follower.send_signal(signal.SIGINT)
    _, err = follower.communicate(timeout=30)
    assert (follower.returncode, err) == (1, b"")
    finish(program, "espera")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_output_that_cannot_spell_it_gets_no_traceback(program: Program, encoding: str) -> None:
    for command in (("status",), ("status", "--json"), ("logs", "alfa"), ("run", "não existe")):
        answer = program.cli(*command, PYTHONIOENCODING=encoding, PYTHONUTF8="0")
        assert "Traceback" not in answer.err, (command, answer.err)
        assert answer.code == (1 if command[0] == "run" else 0)
    json.loads(program.cli("status", "--json", PYTHONIOENCODING="ascii").out)


def test_a_job_runs_by_id_and_by_name(program: Program) -> None:
    before = program.place.count("EnviaPix")
    for named in ("enviapix", "EnviaPix", "EnviaPix.py"):
        assert "EnviaPix" in done(program.cli("run", named))
        program.until(lambda status: card_of(status, "enviapix")["pid"] is None)

    assert program.place.count("EnviaPix") == before + 3
    assert {span.mode for span in program.place.spans("EnviaPix")} == {"MANUAL"}
    card = program.card("enviapix")
    assert card["state"] == "SUCCESS"
    assert card["backlog"] == -card["actual"] < 0


def test_who_has_an_answer_sees_what_it_says(program: Program) -> None:
    for _ in range(20):
        program.call("pause")
        assert program.status()["paused"] is True
        program.call("resume")
        assert program.status()["paused"] is False
    for _ in range(3):
        program.call("run", job="espera")
        assert program.call("log", job="espera", offset=0)["running"] is True
        card = program.card("espera")
        assert (card["state"], card["pid"] is None) == ("RUNNING", False)
        program.call("stop", job="espera")
        assert "Parando" in program.card("espera")["why"]
        program.until(lambda status: card_of(status, "espera")["pid"] is None)


def test_a_failing_script_leaves_an_error_and_counts(program: Program) -> None:
    done(program.cli("run", "falha"))

    status = program.until(lambda status: card_of(status, "falha")["state"] == "ERROR")
    assert card_of(status, "falha")["actual"] == program.place.count("falha")
    assert card_of(status, "falha")["last_run"]["status"] == "ERROR"
    assert status["aggregate"] == "ERROR"
    assert done(program.cli("logs", "falha")) == "não deu\n"


def test_a_running_job_is_not_run_again_and_can_be_stopped(program: Program) -> None:
    before, actual = program.place.count("espera"), program.card("espera")["actual"]
    done(program.cli("run", "espera"))
    assert program.card("espera")["state"] == "RUNNING"

    assert "espera" in refused(program.cli("run", "espera"), 1)
    wait_until(lambda: program.place.count("espera") > before)

    done(program.cli("stop", "espera"))
    stopped = program.until(lambda status: card_of(status, "espera")["pid"] is None)
    assert card_of(stopped, "espera")["state"] == "IDLE", "a person's own decision is no failure"
    assert card_of(stopped, "espera")["actual"] == actual + 1
    assert program.place.count("espera") == before + 1
    assert card_of(stopped, "espera")["last_run"]["status"] == "PARADA"


def test_stopping_what_does_not_run_is_refused(program: Program) -> None:
    assert "nunca" in refused(program.cli("stop", "nunca"), 1)


@pytest.mark.parametrize("command", ["run", "stop", "logs"])
def test_an_unknown_job_is_refused_by_name(program: Program, command: str) -> None:
    assert "fantasma" in refused(program.cli(command, "fantasma"), 1)
    assert refused(program.cli(command, "duas\nlinhas"), 1)


def test_a_job_without_a_run_has_no_log(program: Program) -> None:
    assert refused(program.cli("logs", "nunca"), 1)


def test_a_log_that_was_deleted_is_said_to_be_gone(program: Program) -> None:
    program.call("run", job="falha")
    program.until(lambda status: card_of(status, "falha")["pid"] is None)
    for log in (program.place.data / "logs" / "falha").iterdir():
        log.unlink()
    assert "não existe mais" in refused(program.cli("logs", "falha"), 1)


def test_logs_prints_all_of_the_newest_run(program: Program) -> None:
    program.cli("run", "EnviaPix")
    program.until(lambda status: card_of(status, "enviapix")["pid"] is None)

    assert done(program.cli("logs", "enviapix")) == "Olá, operação concluída ✓\n"


def test_logs_follow_shows_lines_as_they_come_and_ends_with_the_run(program: Program) -> None:
    program.place.script("outra", "print('antes')\nwait_for('outra')\nprint('depois', end='')")
    done(program.cli("run", "outra"))
    follower = program.popen("logs", "outra", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert follower.stdout is not None
    with follower:
        assert follower.stdout.readline() == b"antes\n"
        finish(program, "outra")
        rest, err = follower.communicate(timeout=20)
    assert (rest, err, follower.returncode) == (b"depois", b"", 0)


def test_logs_of_a_run_that_goes_on_returns_at_once_without_follow(program: Program) -> None:
    done(program.cli("run", "espera"))
    wait_until(lambda: program.cli("logs", "espera").out == "waiting\n")
    assert program.card("espera")["state"] == "RUNNING"
    finish(program, "espera")


def test_pause_and_resume_are_said_and_seen(program: Program) -> None:
    assert done(program.cli("pause"))
    assert json.loads(done(program.cli("status", "--json")))["paused"] is True
    assert "SUSPENSO" in done(program.cli("status"))
    done(program.cli("pause"))

    assert done(program.cli("resume"))
    assert json.loads(done(program.cli("status", "--json")))["paused"] is False
    done(program.cli("resume"))


def test_who_names_no_job_is_told_where_the_names_are(program: Program) -> None:
    for words in (("run",), ("stop",), ("logs",), ("repeat",), ("acknowledge",), ("pause",), ("resume",)):
        answer = program.cli(*words, "ninguém")
        assert (answer.code, answer.out) == (1, ""), words
        assert (
            "Não há automação ativa chamada ninguém; veja os nomes com tray-agent status."
            in answer.error_line
        )


def test_refresh_is_accepted(program: Program) -> None:
    assert done(program.cli("refresh"))


def test_a_headless_agent_says_that_it_has_no_dashboard(program: Program) -> None:
    assert refused(program.cli("open"), 1)


def test_a_second_headless_start_says_so_and_exits_0(program: Program) -> None:
    answer = program.cli("--headless")

    assert answer.code == 0
    assert answer.out == ""
    assert answer.error_line
    assert program.status()["pid"] == (program.agent.pid if program.agent else None)


def test_a_second_start_with_an_icon_exits_0_without_a_traceback(program: Program) -> None:
    answer = program.cli()

    assert answer.code == 0
    assert answer.out == ""
    assert "Traceback" not in answer.err


def test_app_dir_before_the_command_finds_the_same_agent(program: Program) -> None:
    answer = program.cli("--app-dir", str(program.place.app), "status", "--json", TRAY_AGENT_APP_DIR="")
    assert json.loads(done(answer))["pid"] == (program.agent.pid if program.agent else None)


@pytest.mark.parametrize(
    "arguments",
    [
        ("voa",),
        ("run",),
        ("stop",),
        ("logs",),
        ("run", "a", "b"),
        ("status", "--yaml"),
        ("autostart",),
        ("autostart", "talvez"),
        ("--app-dir",),
        ("--app-dir", "/nowhere/at/all", "status"),
        ("quit", "agora"),
        ("pause", "alfa", "--area", "Geral"),
        ("resume", "alfa", "--area", "Geral"),
        ("run", "alfa", "--force", "--queue"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_2_and_one_line(program: Program, arguments: tuple[str, ...]) -> None:
    line = refused(program.cli(*arguments), 2)
    for word in ("required", "unrecognized", "invalid", "choose", "expected", "argument "):
        assert word not in line


def test_help_and_version_are_0(program: Program) -> None:
    for arguments in (("--help",), ("logs", "--help")):
        text = done(program.cli(*arguments))
        assert text.startswith("uso: tray-agent")
        for word in ("usage", "options", "show", "exit"):
            assert word not in text
    assert "doctor" in done(program.cli("--help"))
    assert done(program.cli("--version")).strip() == program.status()["version"]


def test_doctor_goes_through_everything_beside_a_running_agent(program: Program) -> None:
    answer = program.cli("doctor")

    assert answer.code == 1, "the registry names a script without a file"
    assert "sem_arquivo" in answer.out
    assert str(program.place.base) in answer.out
    assert str(program.place.registry) in answer.out
    assert "\x1b" not in answer.out
    assert answer.err == ""


def test_autostart_is_for_windows_only(program: Program) -> None:
    for switch in ("on", "off", "status"):
        assert "Windows" in refused(program.cli("autostart", switch), 1)


def test_explain_says_what_a_cell_means_without_an_agent(tmp_path: Path) -> None:
    alone = Program(Workspace(tmp_path / "sem agente"))

    said = json.loads(done(alone.cli("explain", "dias úteis 9h", "--json")))
    assert said["text"] == "dias úteis às 9h"
    assert said["kind"] == "rule"
    assert said["fires"][:2] == ["2026-03-11T09:00:00-03:00", "2026-03-12T09:00:00-03:00"]
    assert len(said["fires"]) == 5
    assert "seg 16/03/2026 08:00" in done(alone.cli("explain", "seg", "8"))
    assert "não está claro" in refused(alone.cli("explain", "8-12"), 1)
    nothing = alone.cli("explain", "8-12", "--json")
    assert (nothing.code, json.loads(nothing.out)["text"], json.loads(nothing.out)["fires"]) == (1, None, [])
    assert "falta TEXTO" in refused(alone.cli("explain"), 2)
