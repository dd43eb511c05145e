"""Limits, disks, paths and secrets with the real program: what issue 5 asks for beyond the seeded faults."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.e2e.agent import Program, card_of, is_alive, wait_until
from tests.e2e.history import History
from tests.e2e.workspace import HEADINGS, Workspace

FREEZE = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"


def journalled(place: Workspace, columns: str) -> list[tuple[object, ...]]:
    """What the journal has of every run, oldest first."""
    with closing(sqlite3.connect(place.data / "journal.sqlite3")) as journal:
        return journal.execute(f"SELECT {columns} FROM runs ORDER BY started").fetchall()


class TestTimeLimit:
    @pytest.mark.parametrize("heading", ["tempo_limite", "Timeout"])
    def test_a_run_past_its_limit_is_stopped_with_its_tree_and_says_so(
        self, program: Program, place: Workspace, heading: str
    ) -> None:
        program.set(stop_grace_seconds=0.3)
        body = "import signal, subprocess\nprint(subprocess.Popen(['sleep', '600']).pid, flush=True)\n"
        rows = [
            (*place.job("presa", "14", f"{body}{FREEZE}\nwait_for('x', 600)"), 0.02),
            (*place.waiting_job("livre", "14"), None),
        ]
        place.register(*rows, headings=(*HEADINGS, heading))
        program.start()
        program.until(lambda status: card_of(status, "presa")["pid"])
        child = int(wait_until(lambda: program.call("log", job="presa", offset=0)["text"]))

        status = program.until(
            lambda status: card_of(status, "presa")["actual"] == 1 and not card_of(status, "presa")["pid"]
        )

        card = card_of(status, "presa")
        assert (card["state"], card["backlog"], card["last_run"]["status"]) == ("ERROR", 0, "ERROR")
        assert card["last_run"]["duration_seconds"] >= 1.2
        assert "tempo limite" in card["why"]
        assert not is_alive(child)
        assert ("presa", "timed_out") in journalled(place, "job, outcome")
        assert card_of(status, "livre")["state"] == "RUNNING"

    def test_the_setting_is_the_limit_of_who_has_none(self, program: Program, place: Workspace) -> None:
        program.set(timeout_minutes=0.02, stop_grace_seconds=0.3)
        place.register(place.waiting_job("presa", "14"))
        program.start()

        program.until(lambda status: card_of(status, "presa")["actual"] == 1)

        assert journalled(place, "outcome") == [("timed_out",)]

    def test_it_counts_on_over_a_crash_and_not_by_a_clock_that_was_set(
        self, program: Program, place: Workspace
    ) -> None:
        program.set(timeout_minutes=0.2)
        place.register(place.waiting_job("presa", "9"))
        program.start()
        program.until(lambda status: card_of(status, "presa")["pid"])
        program.kill()
        program.clock.advance(hours=3)

        status = program.start()
        assert card_of(status, "presa")["state"] == "RUNNING", "three hours by the clock are seconds"
        program.until(lambda status: card_of(status, "presa")["actual"] == 1)
        assert journalled(place, "outcome") == [("timed_out",)]


def test_a_runaway_log_is_capped_while_its_script_writes_on(program: Program, place: Workspace) -> None:
    program.set(log_limit_mb=1)
    lines = "for line in range(60_000):\n    print(f'linha {line:06d} ' + 'x' * 50)\nprint('fim')\n"
    place.register(place.job("tagarela", "14", lines + "wait_for('tagarela')"))
    program.start()
    [(log,)] = wait_until(lambda: (place.data / "journal.sqlite3").exists() and journalled(place, "log"))
    cut = Path(str(log) + ".cut")

    wait_until(cut.exists)
    wait_until(lambda: program.call("log", job="tagarela", offset=None)["text"].endswith("fim\n"))

    assert Path(str(log)).stat().st_blocks * 512 < 1_200_000 < Path(str(log)).stat().st_size
    whole = program.cli("logs", "tagarela").out
    assert whole.startswith("linha 000000")
    assert "do meio deste log foram descartados" in whole
    assert whole.rstrip().endswith("fim")
    place.open_gate("tagarela")
    program.until(lambda status: card_of(status, "tagarela")["state"] == "SUCCESS")


def test_the_log_of_a_script_that_writes_as_fast_as_it_can_never_outgrows_its_limit_by_much(
    program: Program, place: Workspace
) -> None:
    program.set(log_limit_mb=5)
    flood = "block = b'x' * 99_999 + b'\\n'\nfor _ in range(10_000):\n    os.write(1, block)\n"
    place.register(place.job("enchente", "14", flood))
    program.start()
    [(log,)] = wait_until(lambda: (place.data / "journal.sqlite3").exists() and journalled(place, "log"))
    most = 0
    while program.card("enchente")["actual"] == 0:
        with suppress(OSError):
            most = max(most, Path(str(log)).stat().st_blocks * 512)
    assert Path(str(log)).stat().st_size == 1_000_000_000
    assert Path(str(log)).stat().st_blocks * 512 < 5_200_000
    assert most < 700_000_000, "while it runs: what the disk takes in between two looks"


def test_what_lies_outside_the_base_path_is_never_run(program: Program, place: Workspace) -> None:
    outside = place.folder / "fora" / "metodos"
    outside.mkdir(parents=True)
    place.script("dentro")
    for name in ("ligada", "pasta"):
        (outside / f"{name}.py").write_text(place.script("modelo").read_text(encoding="utf-8"))
    metodos = place.base / "Geral" / "dentro" / "metodos"
    (metodos / "ligada.py").symlink_to(outside / "ligada.py")
    (place.base / "Geral" / "atalho").mkdir()
    (place.base / "Geral" / "atalho" / "metodos").symlink_to(outside)
    rows = [(name, "Geral", "8", "sim") for name in ("dentro", "ligada", "pasta", "../../fora/metodos/pasta")]
    place.register(*rows)
    program.start()

    status = program.until(lambda status: card_of(status, "dentro")["actual"] == 1)

    assert [card["id"] for card in status["cards"]] == ["dentro"]
    said = " ".join(each["what"] for each in status["problems"])
    assert "leva para fora da pasta de automações" in said
    assert place.count("modelo") == 0
    assert {record.job for record in place.records()} == {"dentro"}


class TestSecrets:
    @pytest.fixture
    def history(self, program: Program) -> Iterator[History]:
        with closing(History(program.place.folder / "chave.json", program.clock.environment)) as made:
            program.environment.update(made.environment)
            program.set(history=None)
            made.heal()
            yield made

    def test_the_key_is_nowhere_but_in_its_file(
        self, program: Program, place: Workspace, history: History, tmp_path: Path
    ) -> None:
        env = "import os\nprint(dict(os.environ), flush=True)"
        place.register(place.job("curiosa", "8", env), place.waiting_job("longa", "8"))
        history.set(fault="token-400")
        program.start()
        program.until(lambda status: status["history"]["error"])
        history.heal()
        program.call("refresh")
        status = program.until(lambda status: card_of(status, "longa")["pid"])
        pid = card_of(status, "longa")["pid"]
        program.until(lambda status: card_of(status, "curiosa")["actual"] == 1)
        bundle = tmp_path / "apoio.zip"
        assert program.cli("support-bundle", str(bundle)).code == 0

        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert b"GOOGLE_APPLICATION_CREDENTIALS=" + str(history.key).encode() in environment
        seen = {
            "environment": environment,
            "status": json.dumps(program.status()).encode(),
            "doctor": program.cli("doctor").out.encode(),
            "snapshot": json.dumps(program.call("snapshot", since=0)).encode(),
            **{str(path): path.read_bytes() for path in place.data.rglob("*") if path.is_file()},
            **{str(path): path.read_bytes() for path in place.temp.rglob("*") if path.is_file()},
        }
        with zipfile.ZipFile(bundle) as opened:
            seen |= {name: opened.read(name) for name in opened.namelist()}
        assert any(name.endswith(".log") and b"ENV_EXEC_MODE" in text for name, text in seen.items())
        key = json.loads(history.key.read_text(encoding="utf-8"))
        secrets = [line.encode() for line in key["private_key"].splitlines() if len(line) > 40]
        assert len(secrets) > 10
        assert [name for name, text in seen.items() for secret in secrets if secret in text] == []

    def test_the_channels_key_is_its_owners_alone_and_in_no_bundle(
        self, program: Program, place: Workspace, tmp_path: Path
    ) -> None:
        place.register(place.job("pix"))
        program.start()
        channel = place.data / "channel.json"
        key = json.loads(channel.read_text(encoding="utf-8"))["key"]
        bundle = tmp_path / "apoio.zip"
        assert program.cli("support-bundle", str(bundle)).code == 0

        assert channel.stat().st_mode & 0o077 == 0
        with zipfile.ZipFile(bundle) as opened:
            assert not any(key.encode() in opened.read(name) for name in opened.namelist())


def test_what_ran_is_recorded_with_its_hash(program: Program, place: Workspace) -> None:
    place.register(place.job("pix", "14"))
    program.start()
    program.until(lambda status: card_of(status, "pix")["actual"] == 1)
    script = place.base / "Geral" / "pix" / "metodos" / "pix.py"
    digest = subprocess.run(["sha256sum", script], capture_output=True, text=True, check=True).stdout.split()[
        0
    ]

    assert journalled(place, "job, script_hash") == [("pix", digest)]
