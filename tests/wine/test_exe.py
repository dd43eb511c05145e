"""The built exe in a Windows as Wine makes it: examined, put through a demo day, commanded."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.wine.agent import EXE, LOCAL, NO_AGENT, Agent, Program, card, from_source, processes, until
from tests.wine.session import PYTHON, Session

DEMO = r"C:\Demonstração da equipe"
BY_HAND = "reprocessa_devolucoes"
# In the demo's place for this job: what is already there, the demo leaves.
SCRIPT = """
import os, sys, time
print("Quem executa:", sys.executable)
print("Modo:", os.environ["ENV_EXEC_MODE"])
try:
    time.sleep(900)
finally:
    print("Fechei o que estava aberto, até amanhã")
"""
RUN_KEY = r"HKCU\Software\Microsoft\Windows\CurrentVersion\Run"


@functools.cache
def early_morning() -> str:
    """A time zone in which few of the demo's hours are due yet, whatever the hour here; the same to the end,
    also when the hour here turns."""
    ahead = (2 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"


@pytest.fixture(scope="module")
def day(windows: Session, exe: Program) -> Iterator[Agent]:
    """A headless demo agent of the exe, with a script of our own for the job that runs by hand."""
    agent = Agent(windows, DEMO)
    agent.make_demo(BY_HAND, SCRIPT)
    _start(exe)
    yield agent
    if agent.status() is not None:
        exe.run("--app-dir", DEMO, "quit", "--stop-runs")


def _start(exe: Program) -> None:
    exe.start("demo", "--headless", "--dir", DEMO, env={"TRAY_AGENT_TIMEZONE": early_morning()})


def _runs(now: dict[str, Any]) -> bool:
    return bool(now["cards"]) and card(now, BY_HAND)["pid"] is not None


def _process(windows: Session, pid: int) -> dict[str, Any] | None:
    return next((each for each in processes(windows) if each["pid"] == pid), None)


def test_what_runs_was_unpacked_and_the_file_is_free(windows: Session, day: Agent) -> None:
    day.when(lambda now: True, "it is up")
    until(lambda: True if _running_from(windows) == {"versions"} else None, "the launcher has left")
    # Windows refuses to write into or to remove what a process runs from.
    moved = f"import os; os.replace({str(EXE)!r}, 'C:/beside.exe'); os.replace('C:/beside.exe', {str(EXE)!r})"
    opened = f"open({str(EXE)!r}, 'r+b').close()"
    done = windows.python("-c", f"{moved}; {opened}")
    assert done.returncode == 0, done.stdout


def test_the_exe_examines_itself_and_finds_every_part(windows: Session, exe: Program) -> None:
    done = exe.run("--self-test", r"C:\self-test.json", seconds=240)
    report = json.loads(windows.seen("/wine/drive_c/self-test.json").read_text("utf-8"))
    failed = {check["name"]: check["detail"] for check in report["checks"] if not check["ok"]}
    assert done.returncode == 0, failed
    assert report["frozen"] is True
    # There is no .NET and no WebView2 here: the page cannot be shown, everything else works.
    assert set(failed) == {"renderer"}
    child = next(check["detail"] for check in report["checks"] if check["name"] == "child")
    assert PYTHON in child


def test_a_demo_day_is_worked_off_and_its_counts_are_right(day: Agent) -> None:
    def is_over(now: dict[str, Any]) -> bool:
        return _is_worked_off(now) and not now["problems"]  # a slow machine's late reader is one, for a while

    status = day.when(is_over, "every run that is due has been made")
    assert status["headless"] is True
    assert status["totals"]["started"] == sum(each["actual"] for each in status["cards"])
    assert {each["name"]: each["state"] for each in status["cards"] if each["state"] != "SUCCESS"} == {
        "conciliacao_boletos_d0": "ERROR",
        "baixa_extrato_str": "NO_DATA",
        BY_HAND: "IDLE",
    }
    counts = {"RUNNING": 0, "SUCCESS": 7, "ERROR": 1, "NO_DATA": 1, "SCHEDULED": 0, "IDLE": 1, "queued": 0}
    assert status["counts"] == counts
    assert status["aggregate"] == "ERROR"


def _is_worked_off(status: dict[str, Any]) -> bool:
    cards = status["cards"]
    started, finished = status["totals"]["started"], status["totals"]["finished"]
    return bool(cards) and started == finished > 0 and all(each["backlog"] == 0 for each in cards)


def test_logs_carry_accents_and_what_went_wrong(day: Agent, exe: Program) -> None:
    assert "Três Corações" in exe.run("--app-dir", DEMO, "logs", "atualiza_cadastro_participantes").stdout
    failed = day.log("conciliacao_boletos_d0")
    assert "Diferença encontrada no convênio 7731" in failed
    assert "ValueError: conciliação não fechou" in failed


def test_a_script_is_run_by_the_python_of_the_machine_and_not_by_the_exe(
    windows: Session, day: Agent, exe: Program
) -> None:
    done = exe.run("--app-dir", DEMO, "run", BY_HAND)
    assert done.returncode == 0, done.stdout
    status = day.when(_runs, f"{BY_HAND} runs")
    process = _process(windows, card(status, BY_HAND)["pid"])
    assert process is not None
    assert process["exe"].lower() == PYTHON.lower()
    log = until(lambda: next((log for log in [day.log(BY_HAND)] if "Modo: " in log), None), "it prints")
    assert f"Quem executa: {PYTHON}" in log
    assert "Modo: MANUAL" in log


def test_a_run_is_stopped_by_a_ctrl_c_that_the_script_sees(day: Agent, exe: Program) -> None:
    before = card(day.when(_runs, "it runs"), BY_HAND)["actual"]
    stopped = exe.run("--app-dir", DEMO, "stop", BY_HAND)
    assert stopped.returncode == 0, stopped.stdout
    ended = card(day.when(lambda now: not _runs(now), "it ends"), BY_HAND)
    assert ended["actual"] == before + 1
    log = day.log(BY_HAND)
    assert "KeyboardInterrupt" in log
    assert "Fechei o que estava aberto, até amanhã" in log


def test_the_exe_prints_its_status_as_a_table_and_as_json(day: Agent, exe: Program) -> None:
    table = exe.run("--app-dir", DEMO, "status")
    assert table.returncode == 0
    assert "SITUAÇÃO" in table.stdout
    printed = exe.run("--app-dir", DEMO, "status", "--json")
    assert {each["area"] for each in json.loads(printed.stdout)["cards"]} == {
        "Cadastro",
        "Conciliação",
        "Mensageria",
    }


def test_doctor_names_the_python_of_the_machine(day: Agent, exe: Program) -> None:
    done = exe.run("--app-dir", DEMO, "doctor")
    assert done.returncode == 0, done.stdout
    assert PYTHON in done.stdout


def test_a_second_start_makes_no_second_engine(windows: Session, day: Agent, exe: Program) -> None:
    first = day.when(lambda now: True, "a status")["pid"]
    second = exe.run("demo", "--headless", "--dir", DEMO)
    assert second.returncode == 0
    assert "já há um agente" in second.stdout
    assert day.when(lambda now: True, "a status")["pid"] == first
    # What started it has left; readers come and go.
    until(lambda: True if len(_exes(windows)) == 1 else None, "the agent alone")


def test_a_killed_agent_is_followed_by_one_that_takes_its_run_up(
    windows: Session, day: Agent, exe: Program
) -> None:
    from_source(windows).run("--app-dir", DEMO, "run", BY_HAND)
    running = day.when(_runs_alone, f"{BY_HAND} runs")
    kill(windows)
    _start(exe)
    again = day.when(lambda now: now["pid"] != running["pid"] and _runs_alone(now), "the next agent has it")
    assert card(again, BY_HAND)["pid"] == card(running, BY_HAND)["pid"]
    assert card(again, BY_HAND)["state"] == "RUNNING"
    assert _beyond_what_is_due(again) == _beyond_what_is_due(running)


def _runs_alone(now: dict[str, Any]) -> bool:
    """The run by hand goes on, and nothing else is due: an hour may turn while this is tested."""
    return _runs(now) and all(
        each["backlog"] <= 0 and each["pid"] is None for each in now["cards"] if each["name"] != BY_HAND
    )


def _beyond_what_is_due(now: dict[str, Any]) -> dict[str, int]:
    return {each["name"]: each["actual"] - each["target"] for each in now["cards"]}


def kill(windows: Session) -> None:
    """Every process of the exe, until none is left: one that was just being started is seen late."""

    def one_more_time() -> bool | None:
        windows.run(["taskkill.exe", "/F", "/IM", EXE.name])
        return None if _exes(windows) else True

    until(one_more_time, "every process of the exe is killed")


def test_quit_ends_it_with_its_runs_and_leaves_nothing_behind(
    windows: Session, day: Agent, exe: Program
) -> None:
    running = card(day.when(_runs, "the run of the killed agent"), BY_HAND)["pid"]
    done = exe.run("--app-dir", DEMO, "quit", "--stop-runs")
    assert done.returncode == 0, done.stdout
    assert exe.run("--app-dir", DEMO, "status").returncode == NO_AGENT
    until(lambda: None if _exes(windows) else True, "every process of the exe has ended")
    until(lambda: None if _process(windows, running) else True, "the run has ended")


def test_starting_at_login_is_written_read_back_and_taken_away(windows: Session, exe: Program) -> None:
    assert "não inicia" in exe.run("autostart", "status").stdout
    assert exe.run("autostart", "on").returncode == 0
    written = windows.run(["reg.exe", "query", RUN_KEY, "/v", "tray-agent"])
    assert f'"{EXE}"' in written.stdout
    assert "--autostart" in written.stdout
    assert str(EXE) in exe.run("autostart", "status").stdout
    assert exe.run("autostart", "off").returncode == 0
    assert windows.run(["reg.exe", "query", RUN_KEY, "/v", "tray-agent"]).returncode != 0


def _running_from(windows: Session) -> set[str]:
    """``versions`` for what was unpacked, else the exe's own path."""
    return {"versions" if r"\tray-agent\versions" in each["exe"] else each["exe"] for each in _exes(windows)}


def _exes(windows: Session) -> list[dict[str, Any]]:
    return [each for each in processes(windows) if each["name"].lower() == EXE.name]


def test_a_command_removes_what_it_unpacked(windows: Session, exe: Program) -> None:
    temporary = windows.seen(f"{LOCAL}/Temp")
    before = {folder.name for folder in temporary.glob("_MEI*")}
    assert exe.run("autostart", "status").returncode == 0
    assert {folder.name for folder in temporary.glob("_MEI*")} <= before
