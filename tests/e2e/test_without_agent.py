"""The command line where no agent runs, settings that are wrong, and how an agent ends."""

from __future__ import annotations

import json
import signal

import pytest

from tests.e2e.agent import Program, card_of, is_alive, wait_until
from tests.e2e.workspace import Workspace

TALKING = (
    ("status",),
    ("status", "--json"),
    ("run", "a"),
    ("stop", "a"),
    ("logs", "a"),
    ("pause",),
    ("resume",),
    ("refresh",),
    ("open",),
    ("quit",),
)

WRONG = {
    "history": "nuvem",
    "timezone": "America/Sao_Paulos",
    "max_concurrent": "0",
    "discovery_seconds": "dez",
    "sync_seconds": "-1",
    "stop_grace_seconds": "nan",
    "history_deadline_seconds": "0",
    "registry_deadline_seconds": "inf",
    "full_walk_seconds": "x",
    "retention_days": "1.5",
    "log_limit_mb": "-2",
    "logs_total_mb": "muito",
    "timeout_minutes": "-1",
    "no_data_exit_code": "256",
    "awake": "sempre",
    "notifications": "talvez",
    "history_table": "tabela",
    "excel_filename": " ",
    "history_copy": " ",
    "possible_roots": ";",
    "base_folders": ";",
}


@pytest.mark.parametrize("command", TALKING, ids=" ".join)
def test_a_command_without_an_agent_is_3(program: Program, command: tuple[str, ...]) -> None:
    answer = program.cli(*command)
    assert (answer.code, answer.out) == (3, "")
    assert "Nenhum agente está em execução; inicie-o com tray-agent" in answer.error_line


@pytest.mark.parametrize("until", ["sempre", "", "25:00", "31/02"])
def test_a_pause_until_what_is_no_moment_is_wrong_usage(program: Program, until: str) -> None:
    answer = program.cli("pause", "a", "--until", until)

    assert (answer.code, answer.out) == (2, "")
    assert "uma hora (14:00), uma data (2026-12-01 ou 01/12) ou uma duração (2h, 30min)" in answer.error_line


def test_who_is_in_no_team_cannot_leave_one_with_or_without_an_agent(program: Program) -> None:
    without = program.cli("leave")
    program.start(discovered=False)
    beside = program.cli("leave")

    assert (without.code, without.out) == (beside.code, beside.out) == (1, "")
    assert without.error_line == beside.error_line == "tray-agent: Este PC não está em nenhuma equipe."


def test_a_crashed_agent_is_no_agent(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa"))
    program.start()
    program.kill()

    assert (place.data / "channel.json").exists()
    answer = program.cli("status")
    assert answer.code == 3
    assert answer.error_line


@pytest.mark.parametrize("setting", WRONG)
def test_a_wrong_setting_is_2_and_one_line_with_setting_value_and_what_is_allowed(
    program: Program, setting: str
) -> None:
    value = WRONG[setting]
    program.set(**{setting: value})

    answer = program.cli("--headless")
    assert (answer.code, answer.out) == (2, "")
    line = answer.error_line
    assert setting in line
    assert repr(value) in line
    assert "use " in line


def test_a_wrong_settings_file_is_2_and_the_environment_wins(program: Program, place: Workspace) -> None:
    toml = place.app / "tray_agent.toml"
    for text, named in (
        ("max_concurrent = 0", "max_concurrent"),
        ('max_concurrent = "5 ou 6"', "max_concurrent"),
        ("concorrentes = 3", "concorrentes"),
        ("max_concurrent = ", "tray_agent.toml"),
        ("[agente]\nx = 1", "agente"),
    ):
        toml.write_text(text, encoding="utf-8")
        answer = program.cli("status")
        assert answer.code == 2, text
        assert named in answer.error_line

    toml.write_text('max_concurrent = 0\nexcel_filename = "outro.xlsx"', encoding="utf-8")
    program.set(max_concurrent=7)
    place.register(place.job("alfa"))
    place.registry.rename(place.app / "outro.xlsx")
    status = program.start()
    assert status["max_concurrent"] == 7
    assert status["registry"] == str(place.app / "outro.xlsx")


def test_excel_filename_names_the_registry_by_bare_name_and_by_absolute_path(
    program: Program, place: Workspace
) -> None:
    place.register(place.job("alfa"))
    elsewhere = place.folder / "mestre.xlsx"
    place.registry.rename(elsewhere)
    program.environment["EXCEL_FILENAME"] = str(elsewhere)
    status = program.start()
    assert [card["id"] for card in status["cards"]] == ["alfa"]
    assert status["registry"] == str(elsewhere)


def test_without_a_screen_it_says_so_and_goes_on(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa"))
    log = place.folder / "agent.out"
    with log.open("wb") as out:
        program.agent = program.popen(stdout=out, stderr=out)
    status = program.until(lambda status: status["cards"])

    assert status["headless"] is True
    assert len(program.output.splitlines()) == 1
    assert program.cli("quit").code == 0
    assert program.wait() == 0


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_agent_and_lets_runs_finish(
    program: Program, place: Workspace, number: signal.Signals
) -> None:
    place.register(place.waiting_job("longa"))
    program.start()
    program.call("run", job="longa")
    pid = program.card("longa")["pid"]
    assert program.agent is not None
    program.agent.send_signal(number)

    assert program.wait() == 0
    assert is_alive(pid)
    place.open_gate("longa")
    wait_until(lambda: not is_alive(pid))
    assert place.spans("longa")[0].end is not None
    assert "Traceback" not in program.output


def test_quit_lets_runs_finish_and_names_them(program: Program, place: Workspace) -> None:
    place.register(place.waiting_job("longa"), place.waiting_job("quieta"))
    program.start()
    program.call("run", job="longa")
    pid = program.card("longa")["pid"]

    answer = program.cli("quit")
    assert answer.code == 0
    assert "longa" in answer.out
    assert "quieta" not in answer.out
    assert program.wait() == 0
    assert is_alive(pid)
    assert program.cli("status").code == 3
    place.open_gate("longa")
    wait_until(lambda: [span for span in place.spans("longa") if span.end is not None])


def test_quit_with_stop_runs_leaves_nothing_running(program: Program, place: Workspace) -> None:
    place.register(place.waiting_job("longa"), place.waiting_job("outra"))
    program.start()
    for job in ("longa", "outra"):
        program.call("run", job=job)
    pids = [program.card(job)["pid"] for job in ("longa", "outra")]

    assert program.cli("quit", "--stop-runs").code == 0
    assert program.wait() == 0
    assert not any(map(is_alive, pids))

    program.start()
    for job in ("longa", "outra"):
        card = program.card(job)
        assert (card["state"], card["actual"], card["last_run"]["status"]) == ("IDLE", 1, "PARADA")


def test_doctor_without_an_agent_says_what_to_do(program: Program, place: Workspace) -> None:
    answer = program.cli("doctor")
    assert answer.code == 1
    assert str(place.registry) in answer.out
    assert "→" in answer.out
    assert answer.err == ""

    place.register(place.job("alfa"))
    answer = program.cli("doctor")
    assert answer.code == 0, answer.out
    assert answer.err == ""
    assert "--  Agente: nenhum em execução" in answer.out


def test_doctor_names_missing_places_and_a_wrong_interpreter(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa"))
    program.set(base_path=place.folder / "longe", python=place.folder / "python9")
    answer = program.cli("doctor")
    assert answer.code == 1
    assert "longe" in answer.out
    assert "python9" in answer.out
    assert "Traceback" not in answer.err


def test_only_its_data_folder_tells_agents_apart(program: Program, place: Workspace) -> None:
    place.register(place.job("alfa"))
    first = program.start()
    other = program.cli("status", "--json", TRAY_AGENT_DATA_DIR=str(place.folder / "other"))
    assert other.code == 3
    assert json.loads(program.cli("status", "--json").out)["pid"] == first["pid"]
    assert card_of(first, "alfa")


@pytest.mark.parametrize("python", ["/etc/passwd", "/bin/true", "/tmp"])
def test_a_python_setting_that_is_no_python_is_refused_in_one_line(program: Program, python: str) -> None:
    answer = program.cli("--headless", TRAY_AGENT_PYTHON=python)
    assert answer.code == 2
    assert answer.error_line.startswith(f"tray-agent: configuração python = '{python}': valor não permitido;")
    doctor = program.cli("doctor", TRAY_AGENT_PYTHON=python)
    assert doctor.code == 1
    assert "!!  Interpretador Python: " in doctor.out
