from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.adapters.team.lossy import Air
from tests.adapters.team.one_process import Clerk, Team, wait
from tests.builders import make_run
from tray_agent.adapters.runs.log_keeper import cut_note
from tray_agent.adapters.team.logs import PART_BYTES, RemoteLogs, joined, missing, part_note, read_bytes
from tray_agent.core.model import Run
from tray_agent.core.team.orders import LogPart, ReadLog

pytestmark = pytest.mark.integration

LINES = b"".join(b"line %07d of a log that is long\n" % n for n in range(60_000))


class Pc:
    """A PC that answers, while it is there."""

    def __init__(self, folder: Path, log: bytes = LINES) -> None:
        self.log = folder / "pc.log"
        self.log.write_bytes(log)
        self.is_there = True
        self.asked: list[ReadLog] = []
        self.logs = RemoteLogs(self.answer, lambda run: bool(run.pc))
        self.run = make_run(log=str(folder / "brain" / "run.log"), pc="PC-ANA")

    def answer(self, pc: str, asked: ReadLog) -> None:
        self.asked.append(asked)
        if self.is_there:
            threading.Thread(target=self.logs.hear, args=(read_bytes(self.log, asked),)).start()

    @property
    def mine(self) -> Path:
        return Path(self.run.log)


@pytest.fixture
def pc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pc:
    monkeypatch.setattr("tray_agent.adapters.team.logs._ANSWER_SECONDS", 0.3)
    return Pc(tmp_path)


def test_the_end_is_there_at_once_and_nothing_else_is_fetched_for_it(pc: Pc) -> None:
    piece = pc.logs.read(pc.run, None, 1000)

    assert piece.size == len(LINES) and piece.end == len(LINES)
    assert LINES.decode().endswith(piece.text)
    assert len(pc.asked) == 1


def test_read_on_from_the_start_it_is_the_pcs_log_byte_for_byte(pc: Pc) -> None:
    pc.logs.read(pc.run, None, 1000)
    text, at = "", 0
    while True:
        piece = pc.logs.read(pc.run, at, 100_000)
        text, at = text + piece.text, piece.end
        if at >= piece.size:
            break

    assert text.encode() == LINES
    assert pc.mine.read_bytes() == LINES
    assert not part_note(pc.mine).exists()
    before = len(pc.asked)
    pc.is_there = False
    assert pc.logs.read(pc.run, 500, 70).text == LINES[500:570].decode()
    assert len(pc.asked) == before


def test_what_a_silent_pc_has_is_a_line_that_says_so(pc: Pc) -> None:
    pc.logs.read(pc.run, None, 1000)
    pc.is_there = False

    piece = pc.logs.read(pc.run, 0, 5000)

    assert piece.text == "\n[… 2,1 MB deste log estão no PC-ANA, que não responde …]\n"
    assert piece.end == len(LINES) - 1000
    assert pc.logs.read(pc.run, piece.end, 5000).text == LINES[-1000:].decode()


def test_nothing_here_and_nobody_there_is_no_log(pc: Pc) -> None:
    pc.is_there = False
    with pytest.raises(FileNotFoundError):
        pc.logs.read(pc.run, None, 1000)


def test_a_word_is_found_in_all_of_it(pc: Pc) -> None:
    found = pc.logs.find(pc.run, "0033333", 0, 0)

    assert [(match.line, match.text) for match in found.matches] == [
        (33334, "line 0033333 of a log that is long")
    ]


def test_a_log_that_was_cut_is_shown_as_cut(pc: Pc) -> None:
    cut_note(pc.log).write_text("[10000, 1500000]", encoding="ascii")

    assert "foram descartados" in pc.logs.read(pc.run, 10_000, 1000).text
    assert pc.logs.read(pc.run, 1_500_000, 34).text == LINES[1_500_000:1_500_034].decode()


def test_fifty_megabytes_are_fetched_in_pieces(tmp_path: Path) -> None:
    pc = Pc(tmp_path, os.urandom(1000) * 50_000)

    pc.logs.find(pc.run, "nothing of the kind", 0, 0)

    assert pc.mine.stat().st_size == 50_000_000
    assert pc.mine.read_bytes() == pc.log.read_bytes()
    assert max(asked.limit for asked in pc.asked) <= PART_BYTES


def test_spans_are_joined_and_what_is_missing_is_found() -> None:
    assert joined([(5, 9), (0, 3), (3, 4), (8, 12), (20, 20)]) == [(0, 4), (5, 12)]
    assert missing([(0, 4), (5, 12)], 2, 20) == [(4, 5), (12, 20)]
    assert missing([], 3, 3) == []
    assert missing([(0, 9)], 2, 8) == []


def test_a_piece_of_no_log_is_none(tmp_path: Path) -> None:
    assert read_bytes(tmp_path / "none", ReadLog("r", 0, 10, "1")) == LogPart(
        "r", "1", 0, 0, b"", missing=True
    )


@pytest.mark.skipif(sys.platform == "win32", reason="the children of these tests are POSIX's")
class TestOfARun:
    @pytest.fixture
    def team(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Team]:
        made = Team(tmp_path, Air(1))
        made.install(monkeypatch)
        yield made
        for pc in made.pcs.values():
            pc.close()
        made.air.close()

    def follow(self, clerk: Clerk, run: Run, lines: int) -> str:
        """As ``logs --follow`` does, until so many lines are there."""
        text, at, until = "", 0, time.monotonic() + 20
        while text.count("\n") < lines:
            assert time.monotonic() < until, text
            try:
                piece = clerk.life.team.logs.read(run, at, 4096)
            except FileNotFoundError:
                continue
            text, at = text + piece.text, piece.end
        return text

    def test_it_is_followed_while_the_run_goes_on_and_whole_when_it_has_ended(self, team: Team) -> None:
        pc = team.pc("PC-ANA")
        waits = f"while [ ! -e {team.folder}/$n ]; do sleep 0.02; done"
        text = f"for n in 1 2 3; do echo $n; {waits}; done\necho end\n"
        clerk = team.clerk([team.script("pix", text)])
        pc.start()
        clerk.start()
        wait(clerk.runs)
        (run,) = clerk.runs()

        assert self.follow(clerk, run, 1) == "1\n"
        (team.folder / "1").touch()
        assert self.follow(clerk, run, 2) == "1\n2\n"
        for name in ("2", "3"):
            (team.folder / name).touch()
        wait(lambda: clerk.runs()[0].outcome)

        assert Path(run.log).read_text() == "1\n2\n3\nend\n"
        assert clerk.life.team.logs.read(clerk.runs()[0], None, 1000).text == "1\n2\n3\nend\n"
        clerk.kill()
