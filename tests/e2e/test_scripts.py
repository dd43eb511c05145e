"""Scripts that misbehave: too much output, no UTF-8, deaf to signals, gone, without an interpreter."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from typing import Any

import psutil
import pytest

from tests.e2e.agent import Program, card_of, is_alive, processes_of, wait_until
from tests.e2e.contract import wrongs
from tests.e2e.workspace import Workspace

DEAF = """
import signal, subprocess
signal.signal(signal.SIGTERM, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_IGN)
deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"
subprocess.Popen([sys.executable, "-c", deaf], start_new_session=True)
subprocess.Popen([sys.executable, "-c", deaf], env={})
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.closerange(0, 3)
        time.sleep(600)
    os._exit(0)
os.wait()
print("pronto", flush=True)
time.sleep(600)
"""

POLITE = """
import signal
def leave(*_):
    time.sleep(0.3)
    print("até logo", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("pronto", flush=True)
time.sleep(600)
"""


FLOOD = """
block = (b"x" * 99 + b"\\n") * 10_000
for _ in range(200):
    os.write(1, block)
print("fim")
"""

LATIN = """
os.write(1, "ação\\n".encode("latin-1") + b"\\xff\\x00\\xfe fim\\n\\xc3")
"""

LEAVES_A_DAEMON = """
import subprocess
subprocess.Popen(["sleep", "600"])
print("pronto")
"""

CURIOUS = """
print(os.getcwd())
print(os.environ.get("PYTHONUTF8"), os.environ["PYTHONUNBUFFERED"], repr(sys.stdin.read()))
print(os.environ["ENV_EXEC_MODE"], sys.argv, __name__, os.path.basename(__file__))
print("erro", file=sys.stderr)
"""

ON_RECORD = """
import sqlite3
journal = sqlite3.connect("file:{journal}?mode=ro", uri=True)
[[found]] = journal.execute("SELECT count(*) FROM runs WHERE pid = ? AND ended IS NULL", [os.getpid()])
print(found)
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One agent for the whole file; one place in the queue, which ``ocupa`` keeps until its gate opens."""
    place = Workspace(tmp_path_factory.mktemp("scripts") / "área de teste")
    place.register(
        place.waiting_job("ocupa", "13"),
        place.job("some", "14"),
        place.job("volta", "14"),
        place.job("curiosa", "14", CURIOUS),
        place.job("enchente", "MANUAL", FLOOD),
        place.job("latim", "MANUAL", LATIN),
        place.job("surda", "MANUAL", DEAF),
        place.job("educada", "MANUAL", POLITE),
        place.job("deixa", "MANUAL", LEAVES_A_DAEMON),
        place.job("anotada", "MANUAL", ON_RECORD.format(journal=place.data / "journal.sqlite3")),
    )
    with closing(Program(place, max_concurrent=1, discovery_seconds=3600)) as made:
        made.start()
        made.until(lambda status: status["counts"]["queued"] == 3)
        yield made


@pytest.fixture
def place(program: Program) -> Workspace:
    """The shared agent's workspace."""
    return program.place


def ready(program: Program, job: str) -> None:
    """Run a job and wait until its script says so."""
    program.call("run", job=job)
    wait_until(lambda: "pronto" in program.call("log", job=job, offset=0)["text"])


def hide(place: Workspace, job: str) -> None:
    """Take a script away."""
    script = place.base / "Geral" / job / "metodos" / f"{job}.py"
    script.rename(script.with_suffix(".txt"))


def bring_back(place: Workspace, job: str) -> None:
    """Undo :func:`hide`."""
    script = place.base / "Geral" / job / "metodos" / f"{job}.py"
    script.with_suffix(".txt").rename(script)


def test_200_mb_of_output_block_nothing(program: Program) -> None:
    program.call("run", job="enchente")
    slowest = 0.0
    while program.card("enchente")["pid"] is not None:
        before = time.monotonic()
        program.status()
        slowest = max(slowest, time.monotonic() - before)
    assert slowest < 0.5
    assert program.card("enchente")["state"] == "SUCCESS"
    assert program.call("log", job="enchente", offset=None, limit=1000)["text"].endswith("x\nfim\n")
    text = program.cli("logs", "enchente")
    assert text.code == 0
    assert text.out.startswith("x" * 99 + "\n")
    assert text.out.endswith("x\nfim\n")


def test_a_script_finds_its_own_start_on_record(program: Program) -> None:
    for _ in range(5):
        program.call("run", job="anotada")
        program.until(lambda status: card_of(status, "anotada")["pid"] is None)
        assert program.call("log", job="anotada", offset=0)["text"] == "1\n"


def test_bytes_that_are_not_utf8_are_shown_as_far_as_they_go(program: Program) -> None:
    program.call("run", job="latim")
    program.until(lambda status: card_of(status, "latim")["state"] == "SUCCESS")

    answer = program.cli("logs", "latim")
    assert answer.code == 0
    assert "fim" in answer.out
    assert answer.err == ""
    assert program.cli("logs", "latim", "--follow").out == answer.out


def test_a_deaf_script_and_its_scattered_children_do_not_survive_stop(
    program: Program, place: Workspace
) -> None:
    before = set(processes_of(place.folder))
    ready(program, "surda")
    root = psutil.Process(program.card("surda")["pid"])
    family = {child.pid for child in root.children(recursive=True)}
    family |= set(processes_of(place.folder)) - before
    assert len(family) >= 4

    began = time.monotonic()
    assert program.cli("stop", "surda").code == 0
    assert program.card("surda")["state"] == "RUNNING"
    assert "Parando" in program.card("surda")["why"]
    asked = time.monotonic()
    program.call("stop", job="surda")
    assert time.monotonic() - asked < 0.5, "a second stop is answered at once"
    status = program.until(lambda status: card_of(status, "surda")["pid"] is None)
    assert 1.9 < time.monotonic() - began < 15
    assert not [pid for pid in family if is_alive(pid)]
    assert card_of(status, "surda")["state"] == "IDLE"
    assert card_of(status, "surda")["actual"] == 1
    assert status["problems"] == []


def test_a_script_that_heeds_sigterm_gets_to_say_goodbye(program: Program, place: Workspace) -> None:
    ready(program, "educada")

    assert program.cli("stop", "educada").code == 0
    status = program.until(lambda status: card_of(status, "educada")["pid"] is None)
    assert program.cli("logs", "educada").out == "pronto\naté logo\n"
    assert card_of(status, "educada")["actual"] == 1
    assert place.spans("educada")[0].end is not None


def test_a_run_ends_when_its_own_process_ends_whatever_it_leaves_behind(program: Program) -> None:
    program.call("run", job="deixa")
    status = program.until(lambda status: card_of(status, "deixa")["pid"] is None)
    assert card_of(status, "deixa")["state"] == "SUCCESS"


def test_a_script_that_is_gone_does_not_count_and_is_tried_again(program: Program, place: Workspace) -> None:
    hide(place, "some")
    answer = program.cli("run", "some")
    assert answer.code == 1
    assert "arquivo não encontrado" in answer.error_line
    status = program.status()
    card = card_of(status, "some")
    again = program.clock.now() + timedelta(seconds=60)
    assert card["why"].startswith("Não iniciou: arquivo não encontrado; nova tentativa às ")
    assert card["why"][-6:-1] in {f"{again:%H:%M}", f"{again - timedelta(seconds=30):%H:%M}"}
    assert (card["actual"], card["backlog"], card["pid"], card["queued"]) == (0, 1, None, False)
    assert [each["where"] for each in status["problems"]] == ["run"]
    assert wrongs(status) == []
    bring_back(place, "some")


def test_refresh_clears_the_wait_of_a_start_that_failed(program: Program, place: Workspace) -> None:
    hide(place, "volta")
    in_its_place = place.base / "Geral" / "volta" / "metodos" / "volta.py"
    os.mkfifo(in_its_place)
    assert "não encontrado" in program.cli("run", "volta").error_line
    in_its_place.unlink()
    bring_back(place, "volta")
    assert not program.card("volta")["queued"]

    program.call("refresh")
    program.until(lambda status: card_of(status, "volta")["queued"])
    status = program.until(lambda status: card_of(status, "some")["queued"])
    assert status["problems"] == []


def test_what_a_script_finds_around_it(program: Program, place: Workspace) -> None:
    place.open_gate("ocupa")
    program.until(lambda status: status["counts"]["queued"] == 0 == status["counts"]["RUNNING"])
    folder = place.base / "Geral" / "curiosa" / "metodos"
    assert program.cli("logs", "curiosa").out.splitlines() == [
        str(folder),
        "None 1 ''",
        f"AGENDAMENTO ['{folder / 'curiosa.py'}'] __main__ curiosa.py",
        "erro",
    ]
    assert [place.count(job) for job in ("some", "volta", "curiosa")] == [1, 1, 1]


def test_without_its_interpreter_nothing_starts_and_it_is_said(
    programs: Callable[[str], Program],
) -> None:
    program = programs("sem python")
    place = program.place
    place.register(place.job("devida", "14"), place.job("manual"))
    program.set(python=place.folder / "python9")
    program.start()

    program.until(lambda status: "Não iniciou" in card_of(status, "devida")["why"])
    answer = program.cli("run", "manual")
    assert answer.code == 1
    assert "python9" in answer.error_line
    status = program.status()
    assert [card["actual"] for card in status["cards"]] == [0, 0]
    assert {each["where"] for each in status["problems"]} == {"run"}
    assert status["totals"] == {"started": 0, "finished": 0}
    assert place.records() == []


@pytest.mark.parametrize("way", ["stop", "quit", "kill"])
def test_what_a_launcher_leaves_is_said_on_its_card_and_ended_with_it(
    programs: Callable[[str], Program], way: str
) -> None:
    program = programs("lançador")
    place = program.place
    place.register(place.job("lanca", "14", LEAVES_A_DAEMON))
    program.start()
    program.until(lambda status: card_of(status, "lanca")["actual"] == 1)

    def card() -> dict[str, Any]:
        shown: dict[str, Any] = program.call("snapshot")["cards"][0]
        return shown

    [pid] = wait_until(lambda: card()["leftovers"])
    assert is_alive(pid)
    assert str(pid) in card()["why"]
    assert card()["state"] == "SUCCESS"
    if way == "stop":
        assert program.cli("stop", "lanca").code == 0
        wait_until(lambda: not is_alive(pid))
        wait_until(lambda: card()["leftovers"] == [])
        assert program.cli("stop", "lanca").code == 1
    elif way == "quit":
        assert program.cli("quit", "--stop-runs").code == 0
        wait_until(lambda: not is_alive(pid))
        assert program.wait() == 0
    else:
        os.kill(pid, 9)
        wait_until(lambda: card()["leftovers"] == [])
