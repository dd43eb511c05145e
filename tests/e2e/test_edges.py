"""The edges of the command line: output that nobody takes, Ctrl+C at any moment, words almost right."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.agent import Program, card_of
from tests.e2e.workspace import Workspace, write_workbook
from tray_agent.adapters.system.instance_lock import InstanceLock

NASTY = "print('um\\x1b]0;dono\\x07dois\\x9b31m\\ttres\\r\\nfim\\r', end='')"
COMMANDS = (
    ("status",),
    ("status", "--json"),
    ("logs", "rude"),
    ("doctor",),
    ("pause",),
    ("resume",),
    ("--help",),
)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One agent for the whole file."""
    place = Workspace(tmp_path_factory.mktemp("edges") / "área de teste")
    place.register(place.job("rude", "14", NASTY), place.waiting_job("espera"))
    with closing(Program(place)) as made:
        made.start()
        made.until(lambda status: card_of(status, "rude")["actual"] == 1)
        yield made


def shell(program: Program, redirection: str, *words: str) -> tuple[int, str]:
    """What a command came to under a shell's redirection of its output."""
    script = f'exec "$0" -m tray_agent "$@" {redirection}'
    done = subprocess.run(
        ["/bin/sh", "-c", script, sys.executable, *words],
        env=program.environment,
        cwd=program.place.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
@pytest.mark.parametrize("redirection", [">/dev/full", ">&-", ">&- 2>&-", "</dev/null >&- <&-"])
def test_output_that_is_full_or_closed_ends_a_command_quietly(
    program: Program, redirection: str, words: tuple[str, ...]
) -> None:
    assert shell(program, redirection, *words) == (0, "")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_pipe_that_nobody_reads_ends_every_command_alike(program: Program, words: tuple[str, ...]) -> None:
    child = program.popen(*words, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.close()
    child.stdout = None
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (0, b"")


@pytest.mark.parametrize("redirection", [">&-", ">&- 2>&-", ">/dev/full", ">/dev/full 2>/dev/full"])
def test_an_agent_without_an_output_works(tmp_path: Path, redirection: str) -> None:
    with closing(Program(Workspace(tmp_path / "place"))) as program:
        place = program.place
        place.register(place.job("devida", "14", "print('saiu')"))
        script = f'exec "$0" -m tray_agent --headless {redirection}'
        program.agent = subprocess.Popen(
            ["/bin/sh", "-c", script, sys.executable],
            env=program.environment,
            cwd=place.folder,
            stderr=subprocess.PIPE,
        )
        program.until(lambda status: card_of(status, "devida")["actual"] == 1)
        assert program.cli("logs", "devida").out == "saiu\n"
        assert program.cli("quit").code == 0
        agent = program.agent
        assert agent.communicate(timeout=30)[1] == b""
        assert agent.returncode == 0


def _is_pythons_own(err: bytes) -> bool:
    """Whether an interrupt struck while Python came up, or the entry imported what it needs of Python to heed
    one: on a busy machine that takes a while."""
    ours = [line for line in err.splitlines() if b"tray_agent/" in line]
    imports = all(b"__main__.py" in line and line.endswith(b"in <module>") for line in ours)
    return b"KeyboardInterrupt" in err and imports


@pytest.mark.parametrize("milliseconds", [20, 40, 60, 80, 100, 130, 160, 200, 260, 350, 500])
def test_an_interrupt_ends_an_agent_well_however_early_it_comes(tmp_path: Path, milliseconds: int) -> None:
    with closing(Program(Workspace(tmp_path / "place"))) as program:
        child = program.popen("--headless", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(milliseconds / 1000)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=30)
        if _is_pythons_own(err):
            pytest.skip("Python itself was not up yet")
        assert (child.returncode, out, err) == (0, b"", b"")


@pytest.mark.parametrize("milliseconds", [40, 60, 80, 100, 130])
def test_an_interrupt_ends_a_command_without_a_traceback(program: Program, milliseconds: int) -> None:
    child = program.popen("logs", "espera", "--follow", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(milliseconds / 1000)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    if _is_pythons_own(err):
        pytest.skip("Python itself was not up yet")
    assert b"Traceback" not in err
    assert child.returncode in {0, 1, -signal.SIGINT}


def test_on_a_terminal_a_scripts_control_characters_are_shown_not_obeyed(program: Program) -> None:
    leader, follower = os.openpty()
    child = program.popen("logs", "rude", stdout=follower, stderr=follower)
    os.close(follower)
    shown = b""
    with contextlib.suppress(OSError):
        while piece := os.read(leader, 4096):
            shown += piece
    os.close(leader)
    assert child.wait(30) == 0
    assert shown.decode() == "um␛]0;dono␇dois\\x9b31m\ttres\r\nfim␍"
    assert program.cli("logs", "rude").out == "um\x1b]0;dono\x07dois\x9b31m\ttres\r\nfim\r", "bytes in a pipe"


@pytest.mark.parametrize(
    "words", [("quit", "--stop"), ("status", "--js"), ("--head",), ("logs", "rude", "--fol"), ("--app", ".")]
)
def test_options_are_written_out(program: Program, words: tuple[str, ...]) -> None:
    answer = program.cli(*words)
    assert answer.code == 2
    assert answer.error_line
    assert program.status()["pid"]


def test_a_name_that_begins_with_a_dash_stands_behind_two(tmp_path: Path) -> None:
    place = Workspace(tmp_path / "w")
    place.register(place.job("-x", body="print(sys.argv[1:])"), place.job("--json"))
    with closing(Program(place)) as program:
        program.start()
        asked = [
            (("--", "-x"), []),
            (("--force", "--", "-x", "--"), []),
            (("--", "-x", "--", "-y", "z"), ["-y", "z"]),
        ]
        for made, (words, given) in enumerate(asked, 1):
            assert "-x" in program.cli("run", *words).out
            program.until(lambda status, made=made: card_of(status, "-x")["actual"] == made)  # type: ignore[misc]
            assert program.cli("logs", "--", "-x").out == f"{given}\n"
        assert program.cli("run", "--", "--json").code == 0
        assert program.cli("run", "--", "-x", "y").code == 2
        assert program.cli("run", "--", "run", "--", "x").code == 1

        for words in (
            ("run", "-x"),
            ("stop", "--json"),
            ("pause", "-x"),
            ("explain", "-8h"),
        ):
            wrong = program.cli(*words)
            assert wrong.code == 2
            assert f"depois de --: tray-agent {words[0]} -- {words[1]}" in wrong.error_line
        assert "--reason=-x" in program.cli("pause", "--reason", "-x").error_line
        assert "depois de --" not in program.cli("status", "-x").error_line
        assert "depois de --" not in program.cli("run").error_line


def test_a_name_in_bytes_that_are_no_text_is_refused_and_stops_nothing(program: Program) -> None:
    broken = os.fsdecode(b"n\xe3o h\xe1")

    for words in (
        ("run", broken),
        ("pause", broken),
        ("pause", "espera", "--reason", broken),
        ("logs", broken),
    ):
        answer = program.cli(*words)
        assert answer.code == (0 if "--reason" in words else 1), answer
        assert "Traceback" not in answer.err
    assert program.cli("resume", "espera").code == 0
    given = program.cli("run", "rude", "--", broken)
    assert given.code == 1
    assert "nada foi iniciado" in given.error_line

    assert program.cli("run", "rude").code == 0
    status = program.until(lambda status: card_of(status, "rude")["actual"] == 2)
    assert status["problems"] == []


def test_an_application_folder_of_nowhere_is_refused_however_it_is_named(program: Program) -> None:
    for answer in (
        program.cli("status", TRAY_AGENT_APP_DIR="/nonexistent"),
        program.cli("--app-dir", "/nonexistent", "status"),
    ):
        assert answer.code == 2
        assert "/nonexistent" in answer.error_line


def test_settings_nested_beyond_all_measure_are_refused_in_one_line(program: Program, tmp_path: Path) -> None:
    (tmp_path / "tray_agent.toml").write_text("a = " + "[" * 5000 + "]" * 5000)
    answer = program.cli("--app-dir", str(tmp_path), "status")
    assert answer.code == 2
    assert "tray_agent.toml" in answer.error_line
    assert len(answer.error_line) < 400


def test_an_agent_that_does_not_answer_is_no_missing_agent(program: Program) -> None:
    assert program.agent is not None
    assert "ok  Agente: em execução" in program.cli("doctor").out
    program.agent.send_signal(signal.SIGSTOP)
    try:
        answers = [program.cli(*words) for words in (("status",), (), ("plan",), ("doctor",))]
    finally:
        program.agent.send_signal(signal.SIGCONT)
    status, started, plan, doctor = answers
    for answer in (status, started, plan):
        assert "não responde" in answer.error_line
        assert f"encerre o processo {program.agent.pid}" in answer.error_line
    assert (status.code, started.code, plan.code, doctor.code) == (1, 1, 0, 1)
    assert "Plano de" in plan.out
    assert "!!  Agente: em execução" in doctor.out
    program.until(lambda status: True)


def test_a_former_agents_process_is_not_to_be_ended_for_one_that_has_no_channel_yet(tmp_path: Path) -> None:
    with closing(Program(Workspace(tmp_path / "w"))) as program:
        pid = program.start()["pid"]
        program.kill()
        lock = InstanceLock(program.place.data)
        lock.acquire()  # as an agent that waits for its disk does
        answer = program.cli("status")
        lock.release()
        assert answer.code == 1
        assert str(pid) not in answer.error_line
        assert "veja tray-agent doctor" in answer.error_line


def test_a_command_waits_for_an_agent_that_has_no_channel_yet_as_one_that_is_starting(
    program: Program,
) -> None:
    channel = program.place.data / "channel.json"
    channel.unlink()
    answer = program.cli("status")  # the agent makes the file anew when it sees that it is gone
    assert answer.code == 0
    assert channel.exists()


def test_a_link_put_in_a_scripts_place_after_the_discovery_is_not_run(tmp_path: Path) -> None:
    with closing(Program(Workspace(tmp_path / "place"), discovery_seconds=3600)) as program:
        place = program.place
        place.register(place.job("trocada"))
        program.start()
        outside = place.folder / "fora.py"
        outside.write_text("print('de fora')")
        script = place.base / "Geral" / "trocada" / "metodos" / "trocada.py"
        script.unlink()
        script.symlink_to(outside)
        answer = program.cli("run", "trocada")
        assert answer.code == 1
        assert "leva para fora da pasta de automações" in answer.error_line
        card = program.card("trocada")
        assert (card["actual"], card["pid"]) == (0, None)
        assert program.cli("logs", "trocada").code == 1


@pytest.mark.parametrize("what", ["settings", "registry", "scripts"])
def test_a_demo_never_works_in_somebodys_own_folder(program: Program, tmp_path: Path, what: str) -> None:
    if what == "settings":
        (tmp_path / "tray_agent.toml").write_text('history = "local"\nbase_path = "/srv/automacoes"\n')
    elif what == "registry":
        write_workbook(tmp_path / "registro_automacoes.xlsx", [["script_name"]])
    else:
        (tmp_path / "automacoes").mkdir()
    before = sorted(tmp_path.rglob("*"))
    answer = program.cli("demo", "--headless", "--dir", str(tmp_path))
    assert answer.code == 1
    assert str(tmp_path) in answer.error_line
    assert sorted(tmp_path.rglob("*")) == before
    assert "Demonstração em" not in answer.out


@pytest.mark.parametrize("folder", ["/proc/x", "/etc/passwd/x"])
def test_a_demo_that_cannot_be_made_says_so_in_one_line(program: Program, folder: str) -> None:
    answer = program.cli("demo", "--headless", "--dir", folder)
    assert answer.code == 1
    assert folder in answer.error_line
    assert answer.out == ""


def test_a_demo_whose_folder_is_there_goes_on_in_it(tmp_path: Path) -> None:
    folder = tmp_path / "demo"
    folder.mkdir()
    for _ in range(2):
        with closing(Program(Workspace(tmp_path / f"place{_}"))) as program:
            program.set(data_dir=None, base_path=None, history=None)
            program.environment.pop("TRAY_AGENT_APP_DIR")
            with (program.place.folder / "agent.out").open("wb") as out:
                program.agent = program.popen(
                    "demo", "--headless", "--dir", str(folder), stdout=out, stderr=out
                )
            program.place.data = folder / "dados"
            program.until(lambda status: len(status["cards"]) >= 8)
            assert program.cli("--app-dir", str(folder), "quit", "--stop-runs").code == 0
            program.wait()
